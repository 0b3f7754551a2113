"""What people have added to one picture, as the reader sees and changes it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import F

from gallery.curation import Marked, marks_of, tags_of
from gallery.models import Collection, Image, Tag
from gallery.prepared import Prepared
from gallery.roles import Role, is_at_least, may_change
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
    """What the reader may do to it: `may_add` tags and put it into collections, `may_shelve` it (hide, delete, bring
    back), take it out of the `removable` collections. `error` says what could not be done, `typed` what was typed."""

    image: Image
    mark: Marked
    tags: tuple[Tag, ...]
    collections: tuple[Collection, ...]
    stars: tuple[tuple[int, bool], ...]
    kept_days: int
    days_left: int | None
    may_restore: bool
    may_add: bool
    may_shelve: bool
    removable: frozenset[int]
    error: str = ""
    typed: str = ""


def image_curation(image: Image, reader: User, *, error: str = "", typed: str = "") -> ImageCuration:
    """In three queries."""
    mark = marks_of(reader.pk, [image.pk]).get(image.pk, Marked())
    collections = tuple(_collections_of(image.pk))
    may_shelve = may_change(reader, image.uploader_id)
    left = days_left(image)
    return ImageCuration(
        image=image,
        mark=mark,
        tags=tuple(tags_of(image.pk)),
        collections=collections,
        stars=tuple((star, star <= (mark.rating or 0)) for star in STARS),
        kept_days=TRASH_KEEPS.days,
        days_left=left,
        may_restore=may_shelve and (left is not None or is_at_least(reader, Role.ADMINISTRATOR)),
        may_add=is_at_least(reader, Role.CONTRIBUTOR),
        may_shelve=may_shelve,
        removable=frozenset(
            collection.pk
            for collection in collections
            if may_change(reader, collection.owner_id) or may_change(reader, collection.put_in_by)
        ),
        error=error,
        typed=typed,
    )


_collections_of = Prepared(
    lambda image_id: (
        Collection.objects.filter(places__image=image_id)
        .annotate(put_in_by=F("places__added_by"))
        .order_by("name", "id")[:MOST_NAMES]
    )
)


def tag_names_page(typed: str) -> NamesPage:
    """Tags that begin as the last of the names typed does, the ones before it kept."""
    kept, comma, begun = typed[:400].rpartition(",")
    found = Tag.objects.filter(key__startswith=" ".join(words(begun))[:120])
    names = found.order_by("key").values_list("name", flat=True)[:MOST_NAMES]
    return NamesPage(tuple(names), typed=f"{kept}{comma} " if comma else "")
