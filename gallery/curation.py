"""What people add to pictures: favourites, ratings, tags. Written here and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Avg

from gallery.chunks import chunked
from gallery.ingest import writing
from gallery.models import Image, ImageTag, Mark, Tag
from gallery.prepared import Prepared, filled
from gallery.search.words import words

LONGEST_TAG = 60
MOST_TAGS = 20
"""In one go."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What one person thinks of a picture. `rating` is from 1 to 5, or None."""

    is_favourite: bool = False
    rating: int | None = None


class BadTag(ValueError):
    """No name for a tag; the message says why."""


def marks_of(user_id: int | None, image_ids: Collection[int]) -> dict[int, Marked]:
    """One person's marks on a few pictures, in one query; pictures without one are left out."""
    if not user_id or not image_ids:
        return {}
    return {
        image_id: Marked(is_favourite, rating)
        for image_id, is_favourite, rating in _marks_of(user_id, *filled(image_ids))
    }


_marks_of = Prepared(
    lambda user_id, *image_ids: Mark.objects.filter(user_id=user_id, image_id__in=image_ids).values_list(
        "image_id", "is_favourite", "rating"
    )
)


def set_favourite(user: User, image_ids: Collection[int], *, is_favourite: bool) -> None:
    _mark(user, image_ids, {"is_favourite": is_favourite})


def rate(user: User, image_ids: Collection[int], rating: int | None) -> None:
    """None takes the rating back. Raises ValueError for what is not from 1 to 5."""
    if rating is not None and not 1 <= rating <= 5:
        raise ValueError("A rating is a number from 1 to 5.")
    _mark(user, image_ids, {"rating": rating})


def tags_of(image_id: int) -> list[Tag]:
    return _tags_of(image_id)


_tags_of = Prepared(lambda image_id: Tag.objects.filter(image_tags__image=image_id).order_by("key"))


def add_tags(user: User, image_ids: Collection[int], names: Iterable[str]) -> None:
    """Tags that there are already keep the name that they were first given. Raises BadTag."""
    wanted = keyed(names)
    with writing():
        Tag.objects.bulk_create(
            [Tag(name=name, key=key) for key, name in wanted.items()], ignore_conflicts=True
        )
        tags = list(Tag.objects.filter(key__in=wanted))
        for chunk in chunked(_present(image_ids)):
            ImageTag.objects.bulk_create(
                [ImageTag(image_id=pk, tag=tag, tagged_by=user) for pk in chunk for tag in tags],
                ignore_conflicts=True,
            )


def remove_tags(image_ids: Collection[int], names: Iterable[str]) -> None:
    """A tag that no picture bears any longer goes."""
    keys = [key for key in (" ".join(words(name)) for name in names) if key]
    with writing():
        for chunk in chunked(image_ids):
            ImageTag.objects.filter(image_id__in=chunk, tag__key__in=keys).delete()
        Tag.objects.filter(key__in=keys, image_tags=None).delete()


def _mark(user: User, image_ids: Collection[int], values: Mapping[str, bool | int | None]) -> None:
    with writing():
        for chunk in chunked(_present(image_ids)):
            Mark.objects.bulk_create([Mark(user=user, image_id=pk) for pk in chunk], ignore_conflicts=True)
            Mark.objects.filter(user=user, image_id__in=chunk).update(**values)
            Mark.objects.filter(user=user, image_id__in=chunk, is_favourite=False, rating=None).delete()
            if "rating" in values:
                _settle_ranks(chunk)


def _settle_ranks(image_ids: Collection[int]) -> None:
    means = dict(
        Mark.objects.filter(image_id__in=image_ids, rating__isnull=False)
        .order_by()
        .values_list("image_id")
        .annotate(Avg("rating"))
    )
    by_rank: dict[int, list[int]] = {}
    for pk in image_ids:
        by_rank.setdefault(round(100 * float(means.get(pk) or 0)), []).append(pk)
    for rank, pks in by_rank.items():
        Image.objects.filter(pk__in=pks).update(rating_rank=rank)


def _present(image_ids: Collection[int]) -> list[int]:
    found: list[int] = []
    for chunk in chunked(image_ids):
        found += Image.objects.filter(pk__in=chunk).values_list("pk", flat=True)
    return found


def keyed(names: Iterable[str]) -> dict[str, str]:
    """Names of tags by their keys, the first one of each key. Raises BadTag."""
    wanted: dict[str, str] = {}
    for name in names:
        name = " ".join(name.split())
        key = " ".join(words(name))[:120]
        if not key:
            raise BadTag("A tag needs a letter or a digit.")
        if len(name) > LONGEST_TAG:
            raise BadTag(f"A tag has at most {LONGEST_TAG} characters.")
        wanted.setdefault(key, name)
    if len(wanted) > MOST_TAGS:
        raise BadTag(f"At most {MOST_TAGS} tags at once.")
    return wanted
