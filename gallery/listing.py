"""The pictures that filters leave, in their order, a page at a time: keyset by keyset, whatever the archive's size.

Newest and oldest first are the order of the image's key, which the full-text index keeps too: such a page is read
off the index and ends when it is full. The other orders walk an index of their column.

A stack shows one picture, the newest of it that the filters leave. Whether a picture is that one is asked for each
page anew, so no page depends on the pages before it.

A page takes one query, whatever the archive holds: candidates in the order of the list, which go through tests until
there are enough (`gallery.sifting`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, Sum
from django.db.models.expressions import RawSQL

from gallery.filters import ImageFilters, Sort
from gallery.folding import NEWER, leads_its_stack
from gallery.models import FacetTally, Image
from gallery.querysets import ImageQuerySet
from gallery.search import generation
from gallery.search.engine import (
    count_matching,
    ids_matching,
    is_common,
    keys_matching,
    matches,
    matching_among,
    matching_ids,
)
from gallery.search.expressions import EVERYTHING
from gallery.sifting import Sifted, Statement, all_of, sift

LARGEST_KEY = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LOOKED_AT = 2_000
"""So many pictures have a common word; and of so many is looked which have it, where another order leads."""
_MOST_FOLDED = 5_000
"""Of so many is looked which stand for their stacks."""
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
    places, stopped_at = _page(filters, place, limit)
    shown = places[:limit]
    last = shown[-1] if len(places) > limit else stopped_at and _beside(stopped_at, filters.sort, -1)
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


def previous_cursor(filters: ImageFilters, cursor: str, *, limit: int) -> str | None:
    """Where the page of up to `limit` pictures begins that ends where the page after `cursor` begins: its cursor, empty
    for the beginning of the list. None if nothing comes before. Raises BadCursor."""
    place = _beside(parse_cursor(cursor, filters.sort), filters.sort, 1)
    places, stopped_at = _page(filters, place, limit, is_backwards=True)
    if not places and stopped_at is None:
        return None
    last = places[limit] if len(places) > limit else stopped_at
    return write_cursor(last, filters.sort) if last else ""


def folds(filters: ImageFilters) -> bool:
    """Whether repeats are one tile. Hidden ones are not: the tile would not say how many there are."""
    return filters.is_stacked and filters.sort is Sort.NEWEST and not filters.is_away


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
    below = filters.ids_below
    while most > 0:
        limit = min(_CHUNK, most)
        ids = _newest(filters, below, limit)
        yield from ids
        if len(ids) < limit:
            return
        below = ids[-1]
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
    if max(numbers) > LARGEST_KEY or not numbers[-1] or (sort is Sort.ADDED and numbers[0] > _LATEST):
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
    return _has_words(filters) and not filters.where


def _has_words(filters: ImageFilters) -> bool:
    """Of what the grid shows, something is asked that the full-text index knows."""
    return filters.expression != EVERYTHING and not filters.is_away


def _page(
    filters: ImageFilters, place: Place | None, limit: int, *, is_backwards: bool = False
) -> tuple[list[Place], Place | None]:
    """Up to `limit + 1` places after (or before) one; and the first that was not looked at, if there were too many."""
    found = Sifted([])
    # Of a condition that no picture can meet Django writes no SQL.
    with suppress(EmptyResultSet):
        for candidates, tests, most in _ways(filters, place, is_backwards=is_backwards):
            found = sift(candidates, tests, limit=limit + 1, most=most)
            if found.stopped_at is None:
                break
    places = [_place(row, filters.sort) for row in found.rows]
    return places, _place(found.stopped_at, filters.sort) if found.stopped_at else None


def _ways(
    filters: ImageFilters, place: Place | None, *, is_backwards: bool
) -> Iterator[tuple[Statement, list[Statement], int]]:
    """Candidates, their tests, and how many are looked at; the next of these if not enough of so many pass."""
    sort = filters.sort

    def along(images: ImageQuerySet) -> Statement:
        ordered = _ordered(images, place, sort=sort, is_backwards=is_backwards)
        return Statement(*ordered.values_list("id", *_columns(sort)).query.sql_with_params())

    if _is_plain(filters) and folds(filters):
        yield along(filters.base().filter(is_stack_top=True)), [], 0
        return
    tests = [leads_its_stack(_leaves(filters, NEWER))] if folds(filters) else []
    if _is_indexed(filters) and sort not in COLUMNS:
        yield _along_index(filters, place, is_backwards=is_backwards), tests, _MOST_FOLDED
        return
    if _has_words(filters) and is_common(filters.expression, least=_LOOKED_AT):
        # Pictures with words that very many have are soon met in any order.
        images = _within(filters.base().filter(filters.where), filters)
        yield along(images), [matches(filters.expression, "candidate.id"), *tests], _LOOKED_AT
    yield along(images_of(filters)), tests, _MOST_FOLDED


def _leaves(filters: ImageFilters, key: str) -> Statement:
    """The condition that the filters leave the picture of a key, a column of the query around it."""
    parts = [matches(filters.expression, key)] if _has_words(filters) else []
    if not _is_indexed(filters) or filters.ids_from is not None or filters.ids_below is not None:
        images = _within(filters.base().filter(filters.where), filters).filter(id=RawSQL(key, []))  # noqa: S611 - a column's name
        sql, parameters = images.order_by().values_list("id").query.sql_with_params()
        parts.append(Statement(f"({sql}) IS NOT NULL", parameters))
    return all_of(parts)


def _along_index(filters: ImageFilters, place: Place | None, *, is_backwards: bool) -> Statement:
    is_descending = (filters.sort is Sort.NEWEST) != is_backwards
    below, above = filters.ids_below, filters.ids_from
    if place is not None and is_descending:
        below = min(place.id, below) if below is not None else place.id
    elif place is not None:
        above = max(min(place.id, LARGEST_KEY - 1) + 1, above or 0)
    return keys_matching(filters.expression, newest_first=is_descending, below=below, from_id=above)


def _columns(sort: Sort) -> tuple[str, ...]:
    return (COLUMNS[sort],) if sort in COLUMNS else ()


def _newest(filters: ImageFilters, below: int | None, limit: int) -> list[int]:
    if _is_indexed(filters):
        return ids_matching(filters.expression, below=below, from_id=filters.ids_from, limit=limit)
    images = images_of(filters).newest_first()
    if below is not None:
        images = images.before(below)
    return list(images.values_list("id", flat=True)[:limit])


def _ordered(
    images: ImageQuerySet, place: Place | None, *, sort: Sort, is_backwards: bool = False
) -> ImageQuerySet:
    """Those after a place (or before it), along the index of the order."""
    column = COLUMNS.get(sort)
    is_descending = (sort is not Sort.OLDEST) != is_backwards
    past, sign = ("lt", "-") if is_descending else ("gt", "")
    if column is None:
        if place is not None:
            images = images.filter(**{f"id__{past}": place.id})
        return images.order_by(f"{sign}id")
    if place is not None:
        value = _EPOCH + place.value * _MICROSECOND if column == "added_at" else place.value
        # A range without its end, not an OR: so both databases walk the index.
        images = images.filter(**{f"{column}__{past}e": value}).exclude(
            **{column: value, f"id__{'gte' if is_descending else 'lte'}": place.id}
        )
    return images.order_by(f"{sign}{column}", f"{sign}id")


def _place(row: Sequence[Any], sort: Sort) -> Place:
    return Place(_number(row[1]) if sort in COLUMNS else 0, row[0])


def _beside(place: Place, sort: Sort, step: int) -> Place:
    """The next place in the order, or (-1) the one before: whether there is a picture or not."""
    key = place.id + (step if sort is Sort.OLDEST else -step)
    return Place(place.value, min(key, LARGEST_KEY))


def _number(value: int | datetime) -> int:
    """Of a time, its microseconds since 1970. SQLite gives it without its zone, which is UTC."""
    if not isinstance(value, datetime):
        return value
    return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def _place_of(pk: int, sort: Sort) -> Place | None:
    column = COLUMNS.get(sort)
    if column is None:
        return Place(0, pk)
    value = Image.objects.filter(pk=pk).values_list(column, flat=True).first()
    return None if value is None else Place(_number(value), pk)


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
