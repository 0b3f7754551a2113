"""What people have added to one picture, as the reader sees and changes it."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.curation import Marked, marks_of, tags_of
from gallery.models import Image, Tag
from gallery.shelving import TRASH_KEEPS

STARS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class ImageCuration:
    """`error` says what could not be done, with what was typed in `typed`."""

    image: Image
    mark: Marked
    tags: tuple[Tag, ...]
    stars: tuple[tuple[int, bool], ...]
    kept_days: int
    error: str = ""
    typed: str = ""


def image_curation(image: Image, reader_id: int | None, *, error: str = "", typed: str = "") -> ImageCuration:
    """In two queries."""
    mark = marks_of(reader_id, [image.pk]).get(image.pk, Marked())
    return ImageCuration(
        image=image,
        mark=mark,
        tags=tuple(tags_of(image.pk)),
        stars=tuple((star, star <= (mark.rating or 0)) for star in STARS),
        kept_days=TRASH_KEEPS.days,
        error=error,
        typed=typed,
    )
