"""The months in which a list has pictures, to go to one: as the tallies know, or from the pictures that match."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from gallery.filters import ImageFilters
from gallery.identity import PLACE_BITS
from gallery.listing import all_ids
from gallery.models import FacetTally
from gallery.search.facets import sets_left

LOOKED_AT = 2_000
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
    """A month ("2026-05"), or a year, that has pictures. `ids_from` is inclusive, `ids_below` exclusive: the keys that
    fall into it."""

    period: str
    ids_from: int
    ids_below: int


def months_of(filters: ImageFilters) -> tuple[Month, ...]:
    """In order of time; none where the query is for one month or less.

    With words in the query, the newest pictures that match are looked at; where more match, the older months are those
    in which there are any pictures.
    """
    if len(filters.period) > 4:
        return ()
    if filters.is_facets_only and not filters.is_away:
        sets = sets_left(filters) if filters.facets else None
        return _months(_tallied([each for each in _PERIODS if each.startswith(filters.period)], sets))
    ids = list(all_ids(filters, most=LOOKED_AT))
    numbers = {bisect_right(_STARTS, pk) - 1 for pk in ids}
    found = {_PERIODS[number] for number in numbers}
    if len(ids) == LOOKED_AT and not filters.is_away:
        first = max(0, bisect_right(_STARTS, filters.ids_from or 0) - 1)
        found |= _tallied(_PERIODS[first : min(numbers)], None)
    return _months(found)


def _tallied(periods: Sequence[str], sets: Collection[int] | None) -> set[str]:
    """Those of the periods in which pictures are counted, of these facet sets if any are named."""
    if not periods or (sets is not None and not sets):
        return set()
    table = FacetTally._meta.db_table
    # For each period one look into the index ends at the first picture: there are many tallies. And periods without
    # any are left out before facet sets are looked for.
    found = f"(SELECT 1 FROM {table} WHERE period = asked.period AND count > 0 %s LIMIT 1) IS NOT NULL"  # noqa: S608
    conditions = [found % ""]
    if sets is not None:
        conditions.append(found % f"AND facet_set_id IN ({', '.join(map(str, sets))})")
    values = ", ".join(f"('{period}')" for period in periods)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH asked (period) AS (VALUES {values}) "  # noqa: S608 - periods and keys of ours
            f"SELECT period FROM asked WHERE {' AND '.join(conditions)}"
        )
        return {period for (period,) in cursor.fetchall()}


def _months(periods: Collection[str]) -> tuple[Month, ...]:
    return tuple(
        Month(period, _STARTS[number], _STARTS[number + 1])
        for number, period in enumerate(_PERIODS)
        if period in periods
    )
