"""The pictures that filters leave, in their order, a page at a time: keyset by keyset, whatever the archive's size.

Newest and oldest first are the order of the image's key, which the full-text index keeps too: such a page is read
off the index and ends when it is full. The other orders walk an index of their column.

A stack shows one picture, the newest of it that the filters leave. Whether a picture is that one is asked for each
page anew, so no page depends on the pages before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, Sum

from gallery.filters import ImageFilters, Sort
from gallery.models import FacetTally, Image
from gallery.querysets import ImageQuerySet
from gallery.search import generation
from gallery.search.engine import count_matching, ids_matching, matching_among, matching_ids
from gallery.search.expressions import EVERYTHING

LARGEST_KEY = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ROUNDS = 5
_LOOKED_AT = 2_000
_NEWER_LOOKED_AT = 400
_CHUNK = 10_000

COLUMNS: Mapping[Sort, str] = {
    Sort.LARGEST: "pixels",
    Sort.DEAREST: "cost_rank",
    Sort.BEST: "rating_rank",
    Sort.ADDED: "added_at",
}
"""The column that an order follows, highest first, where it is not the key itself."""


class BadCursor(ValueError):
    """What was given as a place in the list is none."""


class Place(NamedTuple):
    """Where a picture stands in an order: the column's value (0 where the key is the order), and its key."""

    value: int
    id: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of keys in order. `next_cursor` is empty at the end of the list."""

    ids: tuple[int, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The pictures before and after one in the list; None at its ends."""

    previous: int | None
    next: int | None


def page_of(filters: ImageFilters, *, cursor: str | None, limit: int) -> Listing:
    """Up to `limit` pictures after `cursor`. Raises BadCursor.

    A page may be shorter than `limit` though more follow, where a great many pictures fold into few stacks.
    """
    place = parse_cursor(cursor, filters.sort) if cursor is not None else None
    places, end = _page(filters, place, limit)
    shown = places[:limit]
    last = shown[-1] if len(places) > limit else end
    return Listing(
        ids=tuple(each.id for each in shown),
        next_cursor=write_cursor(last, filters.sort) if last else "",
    )


def neighbours(filters: ImageFilters, pk: int) -> Neighbours:
    """The pictures around one in the list that the filters give; it need not be in the list itself."""
    place = _place_of(pk, filters.sort)
    if place is None:
        return Neighbours(None, None)
    after, _ = _page(filters, place, 1)
    before, _ = _page(filters, place, 1, is_backwards=True)
    return Neighbours(previous=before[0].id if before else None, next=after[0].id if after else None)


def previous_cursor(filters: ImageFilters, pk: int, *, limit: int) -> str | None:
    """Where the page of up to `limit` pictures that ends just before this one begins: its cursor, empty for the
    beginning of the list. None if nothing comes before it."""
    place = _place_of(pk, filters.sort)
    if place is None:
        return None
    places, end = _page(filters, place, limit, is_backwards=True)
    if not places and end is None:
        return None
    last = places[limit] if len(places) > limit else end
    return write_cursor(last, filters.sort) if last else ""


def count_of(filters: ImageFilters) -> int:
    """How many pictures the filters leave, stacks unfolded."""
    if _is_plain(filters):
        return generation.kept("count", _count_all)
    if not filters.where and filters.ids_from is None and filters.ids_below is None:
        expression = filters.expression
        return generation.kept(("count", expression), lambda: count_matching(expression))
    return images_of(filters).count()


def _count_all() -> int:
    return FacetTally.objects.filter(period="").aggregate(sum=Sum("count"))["sum"] or 0


def all_ids(filters: ImageFilters, *, most: int = LARGEST_KEY) -> Iterator[int]:
    """The keys of all that the filters leave, or of the newest `most`: newest first, unfolded, read in chunks."""
    below: Place | None = None
    while most > 0:
        limit = min(_CHUNK, most)
        places = _places(filters, below, limit, sort=Sort.NEWEST)
        yield from (place.id for place in places)
        if len(places) < limit:
            return
        below = places[-1]
        most -= limit


def images_of(filters: ImageFilters) -> ImageQuerySet:
    """What the filters leave as a queryset without an order, stacks unfolded."""
    images = filters.base()
    if filters.expression != EVERYTHING:
        images = images.filter(id__in=matching_ids(filters.expression, is_away=filters.is_away))
    if filters.where:
        images = images.filter(filters.where)
    return _within(images, filters)


def which_match(filters: ImageFilters, ids: Collection[int]) -> set[int]:
    """Those of a few keys that the filters leave."""
    if not ids:
        return set()
    if _is_indexed(filters):
        return {pk for pk in matching_among(filters.expression, ids) if _is_within(pk, filters)}
    images = images_of(filters)
    if filters.expression != EVERYTHING and not filters.is_away:
        # The index is asked first, and about these alone: as a part of one query it would be read through.
        ids = matching_among(filters.expression, ids)
        images = _within(filters.base().filter(filters.where), filters)
    return set(images.filter(id__in=ids).values_list("id", flat=True))


def parse_cursor(text: str, sort: Sort) -> Place:
    """The place that a cursor names. Raises BadCursor."""
    parts = text.split(".")
    if len(parts) != (2 if sort in COLUMNS else 1) or not all(
        part.isascii() and part.isdigit() and len(part) <= 19 for part in parts
    ):
        raise BadCursor(text)
    numbers = [int(part) for part in parts]
    if max(numbers) > LARGEST_KEY or not numbers[-1]:
        raise BadCursor(text)
    return Place(numbers[0] if sort in COLUMNS else 0, numbers[-1])


def write_cursor(place: Place, sort: Sort) -> str:
    return f"{place.value}.{place.id}" if sort in COLUMNS else str(place.id)


def _is_plain(filters: ImageFilters) -> bool:
    """Nothing is asked: everything that the grid shows."""
    return (
        filters.expression == EVERYTHING
        and not filters.where
        and filters.ids_from is None
        and filters.ids_below is None
        and not filters.is_away
    )


def _is_indexed(filters: ImageFilters) -> bool:
    """The full-text index alone answers, in the order of the key."""
    return filters.expression != EVERYTHING and not filters.where and not filters.is_away


def _folds(filters: ImageFilters) -> bool:
    return filters.is_stacked and filters.sort is Sort.NEWEST


def _page(
    filters: ImageFilters, place: Place | None, limit: int, *, is_backwards: bool = False
) -> tuple[list[Place], Place | None]:
    """Up to `limit + 1` places after (or before) one; and where the search for more was given up, if it was."""
    if not _folds(filters):
        return _places(filters, place, limit + 1, sort=filters.sort, is_backwards=is_backwards), None
    if _is_plain(filters):
        tops = filters.base().filter(is_stack_top=True)
        return _walk(tops, place, limit + 1, sort=Sort.NEWEST, is_backwards=is_backwards), None
    kept: list[Place] = []
    size = max(limit + limit // 2, 20)
    for _ in range(_ROUNDS):
        places = _places(filters, place, size, sort=Sort.NEWEST, is_backwards=is_backwards)
        kept += _unfolded(filters, places)
        if len(places) < size or len(kept) > limit:
            return kept[: limit + 1], None
        place = places[-1]
        size = 4 * size
    return kept, place


def _places(
    filters: ImageFilters, place: Place | None, limit: int, *, sort: Sort, is_backwards: bool = False
) -> list[Place]:
    if sort in COLUMNS and _is_indexed(filters):
        found = _common_places(filters, place, limit, sort=sort, is_backwards=is_backwards)
        if found is not None:
            return found
    if sort in COLUMNS or not _is_indexed(filters):
        return _walk(images_of(filters), place, limit, sort=sort, is_backwards=is_backwards)
    is_descending = (sort is Sort.NEWEST) != is_backwards
    below, above = filters.ids_below, filters.ids_from
    if place is not None and is_descending:
        below = min(place.id, below) if below is not None else place.id
    elif place is not None:
        above = max(place.id + 1, above) if above is not None else place.id + 1
    ids = ids_matching(
        filters.expression, newest_first=is_descending, below=below, from_id=above, limit=limit
    )
    return [Place(0, pk) for pk in ids]


def _common_places(
    filters: ImageFilters, place: Place | None, limit: int, *, sort: Sort, is_backwards: bool
) -> list[Place] | None:
    """Places in an order that is not the index's, of words that very many pictures have: these are looked at in the
    order until enough of them match. None where too few do; the index is then asked for all of them."""
    if len(ids_matching(filters.expression, limit=_LOOKED_AT)) < _LOOKED_AT:
        return None
    images = _within(filters.base(), filters)
    for size in (6 * limit, _LOOKED_AT):
        near = _walk(images, place, size, sort=sort, is_backwards=is_backwards)
        matching = matching_among(filters.expression, [each.id for each in near])
        found = [each for each in near if each.id in matching]
        if len(found) >= limit or len(near) < size:
            return found[:limit]
    return None


def _walk(
    images: ImageQuerySet, place: Place | None, limit: int, *, sort: Sort, is_backwards: bool
) -> list[Place]:
    """Places after one, along the index of the order."""
    column = COLUMNS.get(sort)
    is_descending = (sort is not Sort.OLDEST) != is_backwards
    past, sign = ("lt", "-") if is_descending else ("gt", "")
    if column is None:
        if place is not None:
            images = images.filter(**{f"id__{past}": place.id})
        return [Place(0, pk) for pk in images.order_by(f"{sign}id").values_list("id", flat=True)[:limit]]
    if place is not None:
        value = _EPOCH + place.value * _MICROSECOND if column == "added_at" else place.value
        # A range without its end, not an OR: so both databases walk the index.
        images = images.filter(**{f"{column}__{past}e": value}).exclude(
            **{column: value, f"id__{'gte' if is_descending else 'lte'}": place.id}
        )
    rows = images.order_by(f"{sign}{column}", f"{sign}id").values_list(column, "id")[:limit]
    return [Place(_number(value), pk) for value, pk in rows]


def _number(value: int | datetime) -> int:
    return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value


def _place_of(pk: int, sort: Sort) -> Place | None:
    column = COLUMNS.get(sort)
    if column is None:
        return Place(0, pk)
    value = Image.objects.filter(pk=pk).values_list(column, flat=True).first()
    return None if value is None else Place(_number(value), pk)


def _unfolded(filters: ImageFilters, places: list[Place]) -> list[Place]:
    """Those that stand for their stacks: no newer picture of the stack is left by the filters."""
    rows = Image.objects.filter(id__in=[place.id for place in places], is_stack_top=False)
    below_top = dict(rows.values_list("id", "stack"))
    if not below_top:
        return places
    stacks = set(below_top.values())
    tops = dict(Image.objects.cards().filter(stack__in=stacks, is_stack_top=True).values_list("id", "stack"))
    leading = which_match(filters, tops)
    folded = {stack for top, stack in tops.items() if top in leading}
    open_stacks = stacks - folded
    newest: dict[int, int] = {}
    if open_stacks:
        newest = _newest_left(filters, open_stacks)
    return [
        place
        for place in places
        if place.id not in below_top
        or (below_top[place.id] not in folded and newest.get(below_top[place.id], place.id) <= place.id)
    ]


def _newest_left(filters: ImageFilters, stacks: Collection[int]) -> dict[int, int]:
    """The newest picture that the filters leave of each stack, as far as a bounded look finds it."""
    members = (
        Image.objects.cards()
        .filter(stack__in=stacks)
        .order_by("-id")
        .values_list("id", "stack")[:_NEWER_LOOKED_AT]
    )
    stack_of = dict(members)
    found: dict[int, int] = {}
    for pk in sorted(which_match(filters, stack_of), reverse=True):
        found.setdefault(stack_of[pk], pk)
    return found


def _within(images: ImageQuerySet, filters: ImageFilters) -> ImageQuerySet:
    span = Q()
    if filters.ids_from is not None:
        span &= Q(id__gte=filters.ids_from)
    if filters.ids_below is not None:
        span &= Q(id__lt=filters.ids_below)
    return images.filter(span)


def _is_within(pk: int, filters: ImageFilters) -> bool:
    return (filters.ids_from is None or pk >= filters.ids_from) and (
        filters.ids_below is None or pk < filters.ids_below
    )
