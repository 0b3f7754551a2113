"""The months that a list has pictures in, to go to one: as the tallies know, or from the pictures that match."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from django.db.models import QuerySet, Sum

from gallery.filters import ImageFilters
from gallery.identity import PLACE_BITS
from gallery.listing import all_ids
from gallery.models import FacetTally
from gallery.search.facets import sets_left

MOST_COUNTED = 5_000
_FIRST_YEAR, _LAST_YEAR = 1970, 2106
_PERIODS = tuple(
    f"{year}-{month:02}" for year in range(_FIRST_YEAR, _LAST_YEAR + 1) for month in range(1, 13)
)
"""Every month that a key can fall into, and some more."""
_STARTS = tuple(
    int(datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC).timestamp()) << PLACE_BITS
    for period in (*_PERIODS, f"{_LAST_YEAR + 1}-01")
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month ("2026-05") that has pictures. `ids_from` is inclusive, `ids_below` exclusive: the keys that fall into
    it. `count` is None where only part of the pictures were counted."""

    period: str
    ids_from: int
    ids_below: int
    count: int | None


def months_of(filters: ImageFilters) -> tuple[Month, ...]:
    """In order of time; none where the query is for one month or less.

    With words in the query the newest pictures that match are counted; of what is older, the months are those in which
    there are any pictures.
    """
    if filters.is_facets_only and not filters.is_away:
        return _months(_tallied(filters), uncounted=())
    ids = list(islice(all_ids(filters), MOST_COUNTED))
    counts = Counter(bisect_right(_STARTS, pk) - 1 for pk in ids)
    if len(ids) < MOST_COUNTED:
        return _months({_PERIODS[number]: count for number, count in counts.items()}, uncounted=())
    last = min(counts)
    del counts[last]
    first = max(0, bisect_right(_STARTS, filters.ids_from or 0) - 1)
    older = (
        [] if filters.is_away else _tallies(_PERIODS[first:last]).values_list("period", flat=True).distinct()
    )
    return _months(
        {_PERIODS[number]: count for number, count in counts.items()}, uncounted=[_PERIODS[last], *older]
    )


def _tallies(periods: Sequence[str]) -> QuerySet[FacetTally]:
    # Each is looked up in the index: asking first for the oldest and the newest would take another query.
    return FacetTally.objects.filter(period__in=periods, count__gt=0)


def _tallied(filters: ImageFilters) -> dict[str, int]:
    if len(filters.period) > 4:
        return {}
    tallies = _tallies([month for month in _PERIODS if month.startswith(filters.period)])
    if filters.facets:
        tallies = tallies.filter(facet_set__in=sets_left(filters))
    return dict(tallies.values_list("period").annotate(Sum("count")))


def _months(counts: Mapping[str, int], *, uncounted: Iterable[str]) -> tuple[Month, ...]:
    every: dict[str, int | None] = {**counts, **dict.fromkeys(uncounted)}
    return tuple(
        Month(period, _STARTS[number], _STARTS[number + 1], every[period])
        for number, period in enumerate(_PERIODS)
        if period in every
    )
