"""What people have added to one picture, as the reader sees and changes it."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.curation import Marked, marks_of, tags_of
from gallery.models import Collection, Image, Tag
from gallery.search.words import words
from gallery.shelving import TRASH_KEEPS, days_left

STARS = (1, 2, 3, 4, 5)
MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class NamesPage:
    """Names to complete what is being typed; `typed` is what stays before each."""

    names: tuple[str, ...]
    typed: str = ""


@dataclass(frozen=True, slots=True)
class ImageCuration:
    """`error` says what could not be done, with what was typed in `typed`."""

    image: Image
    mark: Marked
    tags: tuple[Tag, ...]
    collections: tuple[Collection, ...]
    stars: tuple[tuple[int, bool], ...]
    kept_days: int
    days_left: int | None
    may_restore: bool
    error: str = ""
    typed: str = ""


def image_curation(
    image: Image, reader_id: int | None, *, is_staff: bool = False, error: str = "", typed: str = ""
) -> ImageCuration:
    """In three queries."""
    mark = marks_of(reader_id, [image.pk]).get(image.pk, Marked())
    left = days_left(image)
    return ImageCuration(
        image=image,
        mark=mark,
        tags=tuple(tags_of(image.pk)),
        collections=tuple(Collection.objects.filter(places__image=image).order_by("name", "id")[:MOST_NAMES]),
        stars=tuple((star, star <= (mark.rating or 0)) for star in STARS),
        kept_days=TRASH_KEEPS.days,
        days_left=left,
        may_restore=left is not None or is_staff,
        error=error,
        typed=typed,
    )


def tag_names_page(typed: str) -> NamesPage:
    """Tags that begin as the last of the names typed does, the ones before it kept."""
    kept, comma, begun = typed[:400].rpartition(",")
    found = Tag.objects.filter(key__startswith=" ".join(words(begun))[:120])
    names = found.order_by("key").values_list("name", flat=True)[:MOST_NAMES]
    return NamesPage(tuple(names), typed=f"{kept}{comma} " if comma else "")
