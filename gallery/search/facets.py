"""Facets: how many pictures each value has under the other filters.

Without words in the query the tallies answer, whatever the archive's size. With words, or whatever else the tallies do
not know, the newest pictures that match are counted, up to `MOST_COUNTED`; whether there are more is said.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Sum

from gallery.chunks import chunked
from gallery.filters import FacetChoice, ImageFilters
from gallery.indexing import day_of
from gallery.listing import all_ids
from gallery.models import FacetSet, FacetTally, Image
from gallery.search.keys import FACETS

MOST_COUNTED = 5_000
_COLUMNS = {key.name: "uploader_id" if key.column == "uploader" else key.column for key in FACETS}
MOST_MONTHS = 36
_MOST_SEEN = 20_000
_seen: dict[int, Mapping[str, str]] = {}
"""Facet sets never change, so each is read once; of people it holds the number, because names do change."""


def forget() -> None:
    """Of another database, everything is to be read again."""
    _seen.clear()


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """`values`: per key, the count of each value; "" where the transcript does not say. `periods`: the
    count of each period of one length, in order. `total` counts what all filters leave, among those counted."""

    values: Mapping[str, Mapping[str, int]]
    periods: Mapping[str, int]
    total: int
    is_partial: bool


def facet_counts(filters: ImageFilters) -> FacetCounts:
    """In a fixed number of queries."""
    if filters.is_facets_only and not filters.is_away:
        tallies = FacetTally.objects.filter(period=filters.period, count__gt=0)
        sets = Counter(dict(tallies.values_list("facet_set_id", "count")))
        rows = _rows(sets)
        left = [pk for pk, values in rows.items() if not _failed(values, filters.facets)]
        periods = _tallied_periods(filters, left)
        is_partial = False
    else:
        base = filters.with_query(filters.query_without_facets)
        ids: list[int] = []
        for pk in all_ids(base):
            ids.append(pk)
            if len(ids) > MOST_COUNTED:
                break
        is_partial = len(ids) > MOST_COUNTED
        set_of: dict[int, int | None] = {}
        for chunk in chunked(ids[:MOST_COUNTED], 900):
            set_of |= dict(Image.objects.filter(id__in=chunk).values_list("id", "facet_set_id"))
        sets = Counter(pk for pk in set_of.values() if pk is not None)
        rows = _rows(sets)
        passing = {pk for pk, values in rows.items() if not _failed(values, filters.facets)}
        length = _length_of_periods(filters)
        periods = dict(
            sorted(
                Counter(
                    day_of(pk)[:length] for pk, facet_set in set_of.items() if facet_set in passing
                ).items()
            )
        )
    return _result(rows, sets, filters.facets, periods, is_partial=is_partial)


def value_counts(name: str) -> Mapping[str, int]:
    """How many of all pictures that the grid shows have each value of a facet; "" where the transcript does not say."""
    tallies = FacetTally.objects.filter(period="", count__gt=0)
    sets = dict(tallies.values_list("facet_set_id", "count"))
    counts: Counter[str] = Counter()
    for pk, values in _read(sets).items():
        counts[values[name]] += sets[pk]
    if name != "by":
        return counts
    names = _names(counts)
    named: Counter[str] = Counter()
    for pk_text, count in counts.items():
        named[names.get(pk_text, "")] += count
    return named


def sets_left(filters: ImageFilters) -> list[int]:
    """The facet sets of pictures that the facets chosen leave."""
    sets = FacetTally.objects.filter(period="", count__gt=0).values_list("facet_set_id", flat=True)
    return [pk for pk, values in _rows(list(sets)).items() if not _failed(values, filters.facets)]


def _result(
    rows: Mapping[int, Mapping[str, str]],
    sets: Mapping[int, int],
    choices: Mapping[str, FacetChoice],
    periods: Mapping[str, int],
    *,
    is_partial: bool,
) -> FacetCounts:
    failed = {pk: _failed(values, choices) for pk, values in rows.items()} if choices else {}
    counts = {}
    for key in FACETS:
        counter: dict[str, int] = {}
        for pk, values in rows.items():
            # Under the other filters it counts, also where it is this facet's own choice that leaves it out.
            if not failed.get(pk) or failed[pk] == [key.name]:
                value = values[key.name]
                counter[value] = counter.get(value, 0) + sets[pk]
        counts[key.name] = counter
    total = sum(count for pk, count in sets.items() if not failed.get(pk))
    return FacetCounts(
        values=counts,
        periods=periods,
        total=total,
        is_partial=is_partial,
    )


def _rows(sets: Collection[int]) -> dict[int, Mapping[str, str]]:
    """Facet sets with their values by key; people by their names."""
    rows = _read(sets)
    names = _names({row["by"] for row in rows.values()})
    return {pk: {**row, "by": names.get(row["by"], "")} if row["by"] else row for pk, row in rows.items()}


def _read(sets: Collection[int]) -> dict[int, Mapping[str, str]]:
    """Facet sets with their values by key; people by their numbers."""
    if len(_seen) > _MOST_SEEN:
        _seen.clear()
    # Another thread may forget them meanwhile.
    found = {pk: values for pk in sets if (values := _seen.get(pk)) is not None}
    for chunk in chunked([pk for pk in sets if pk not in found], 5_000):
        for pk, *values in FacetSet.objects.filter(pk__in=chunk).values_list("pk", *_COLUMNS.values()):
            named = {name: str(value or "") for name, value in zip(_COLUMNS, values, strict=True)}
            found[pk] = _seen[pk] = named
    return found


def _names(people: Collection[str]) -> dict[str, str]:
    """By number as text; of "" there is none."""
    found = User.objects.filter(pk__in=[pk for pk in people if pk]).values_list("pk", "username")
    return {str(pk): name for pk, name in found}


def _failed(values: Mapping[str, str], choices: Mapping[str, FacetChoice]) -> list[str]:
    """The facets by whose choice these values are left out."""
    return [
        name
        for name, choice in choices.items()
        if (choice.include and values[name].casefold() not in choice.include)
        or values[name].casefold() in choice.exclude
    ]


def _length_of_periods(filters: ImageFilters) -> int:
    """Of the periods that are counted: days within a month, months within anything longer."""
    return 10 if len(filters.period) >= 7 else 7


def _tallied_periods(filters: ImageFilters, left: list[int]) -> dict[str, int]:
    tallies = FacetTally.objects.filter(period__in=_periods_within(filters.period), count__gt=0)
    if filters.facets:
        tallies = tallies.filter(facet_set__in=left)
    return dict(tallies.order_by("period").values_list("period").annotate(Sum("count")))


def _periods_within(period: str) -> list[str]:
    """The days of a month, the months of a year, or the months (years, if they are many) of the whole archive."""
    if len(period) >= 7:
        year, month = int(period[:4]), int(period[5:7])
        return [f"{period[:7]}-{day:02}" for day in range(1, monthrange(year, month)[1] + 1)]
    if period:
        return [f"{period}-{month:02}" for month in range(1, 13)]
    cards = Image.objects.cards().values_list("id", flat=True)
    newest, oldest = cards.order_by("-id").first(), cards.order_by("id").first()
    if newest is None or oldest is None:
        return []
    first, last = day_of(oldest), day_of(newest)
    years = range(int(first[:4]), int(last[:4]) + 1)
    months = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
    months = [month for month in months if first[:7] <= month <= last[:7]]
    return months if len(months) <= MOST_MONTHS else [str(year) for year in years]
