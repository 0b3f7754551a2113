"""Facets: how many pictures each value has under the other filters.

Without words in the query the tallies answer, whatever the archive's size. With words, or whatever else the tallies do
not know, the newest pictures that match are counted, up to `MOST_COUNTED`; whether there are more is said.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Sum

from gallery.chunks import chunked
from gallery.filters import FacetChoice, ImageFilters
from gallery.identity import PLACE_BITS
from gallery.indexing import day_of
from gallery.listing import all_ids
from gallery.models import FacetSet, FacetTally, Image
from gallery.search import generation
from gallery.search.keys import FACETS

MOST_COUNTED = 5_000
MOST_MONTHS = 36
_COLUMNS = {key.name: "uploader_id" if key.column == "uploader" else key.column for key in FACETS}
_PLACES = {name: place for place, name in enumerate(_COLUMNS)}
_PEOPLE = _PLACES["by"]
_DAY = 86_400 << PLACE_BITS
"""By so much the keys of two pictures of one second differ, if they are a day apart."""
_MOST_SEEN = 20_000

Values: TypeAlias = tuple[str, ...]
"""Of a facet set, in the order of `FACETS`; of people it holds the number, because names do change."""

_seen: dict[int, Values] = {}
"""Facet sets never change, so each is read once."""


def forget() -> None:
    """Of another database, everything is to be read again."""
    _seen.clear()
    generation.forget()


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """`values`: per key, the count of each value; "" where the transcript does not say. `periods`: the
    count of each period of one length, in order. `total` counts what all filters leave, among those counted. `names`:
    by number, of the people among the values."""

    values: Mapping[str, Mapping[str, int]]
    periods: Mapping[str, int]
    total: int
    is_partial: bool
    names: Mapping[str, str]


def facet_counts(filters: ImageFilters) -> FacetCounts:
    """In a bounded number of queries; few of them where nothing has changed since the same was asked."""
    if filters.is_facets_only and not filters.is_away:
        sieve = _Sieve.kept(filters.period, filters.facets)
        return FacetCounts(
            values=sieve.counts,
            periods=generation.kept(
                ("periods", filters.period, _choices(filters.facets)),
                lambda: _tallied_periods(filters, sieve.passing),
            ),
            total=sieve.total,
            is_partial=False,
            names=sieve.names,
        )
    base = filters.with_query(filters.query_without_facets)
    if base.where or base.is_away:
        return _counted(filters, base)
    asked = (base.expression, base.ids_from, base.ids_below, _length_of_periods(filters))
    return _named_still(("found", *asked, _choices(filters.facets)), lambda: _counted(filters, base))


def _counted(filters: ImageFilters, base: ImageFilters) -> FacetCounts:
    """Of the newest pictures that match what is asked besides the facets."""
    ids = list(all_ids(base, most=MOST_COUNTED + 1))
    set_of = _facet_sets_of(ids[:MOST_COUNTED])
    sets = Counter(set_of.values())
    sieve = _Sieve.of(sets, filters.facets)
    passing = set(sieve.passing)
    length = _length_of_periods(filters)
    periods: Counter[str] = Counter()
    for day, count in Counter(pk // _DAY for pk, facet_set in set_of.items() if facet_set in passing).items():
        periods[day_of(day * _DAY)[:length]] += count
    return FacetCounts(
        values=sieve.counts,
        periods=dict(sorted(periods.items())),
        total=sieve.total,
        is_partial=len(ids) > MOST_COUNTED,
        names=sieve.names,
    )


def value_counts() -> Mapping[str, Mapping[str, int]]:
    """Per facet, how many of all pictures that the grid shows have each value; "" where the transcript does not say."""
    return _Sieve.kept("", {}).counts


def sets_left(filters: ImageFilters) -> list[int]:
    """The facet sets of pictures that the facets chosen leave."""
    return _Sieve.kept("", filters.facets).passing


@dataclass(frozen=True, slots=True)
class _Sieve:
    """Pictures by facet set, after what was chosen of the facets: the sets that all choices leave, how many pictures
    they have, and per facet the pictures of each value that the other facets' choices leave. `names`: by number, of the
    people among the values."""

    names: Mapping[str, str]
    passing: list[int]
    counts: Mapping[str, Mapping[str, int]]
    total: int

    @classmethod
    def kept(cls, period: str, choices: Mapping[str, FacetChoice]) -> _Sieve:
        """Of what is tallied for the period; from before where nothing has changed."""
        return _named_still(("sieve", period, _choices(choices)), lambda: cls.of(_tallied(period), choices))

    @classmethod
    def of(cls, sets: Mapping[int, int], choices: Mapping[str, FacetChoice]) -> _Sieve:
        """`sets`: how many pictures each facet set has."""
        values = _read(sets)
        names = _names({each[_PEOPLE] for each in values.values()})
        passing, left_out_by = _sieved(values, names, choices)
        columns = list(zip(*map(values.__getitem__, passing), strict=True)) or [()] * len(FACETS)
        weights = [sets[pk] for pk in passing]
        counts = {}
        for place, name in enumerate(_COLUMNS):
            counter: dict[str, int] = {}
            for value, count in zip(columns[place], weights, strict=True):
                counter[value] = counter.get(value, 0) + count
            for pk in left_out_by.get(place, ()):
                value = values[pk][place]
                counter[value] = counter.get(value, 0) + sets[pk]
            counts[name] = _named(counter, names) if name == "by" else counter
        return cls(names, passing, counts, sum(weights))


class _Named(Protocol):
    @property
    def names(self) -> Mapping[str, str]: ...


Named = TypeVar("Named", bound=_Named)


def _named_still(question: Hashable, answer: Callable[[], Named]) -> Named:
    """As `generation.kept`, while the people in the answer are called what they are called there."""
    found = generation.kept(question, answer)
    return found if found.names == _names(found.names) else answer()


def _choices(facets: Mapping[str, FacetChoice]) -> tuple[tuple[str, FacetChoice], ...]:
    return tuple(sorted(facets.items()))


def _sieved(
    values: Mapping[int, Values], names: Mapping[str, str], choices: Mapping[str, FacetChoice]
) -> tuple[list[int], Mapping[int, list[int]]]:
    """The facet sets that all choices leave, and those that the choice of one facet alone leaves out, by its place."""
    if not choices:
        return list(values), {}
    # There are few values and many sets: each value is looked at once.
    tests = []
    for name, choice in choices.items():
        place = _PLACES[name]
        found = {each[place] for each in values.values()}
        left = {each for each in found if _is_left(names.get(each, "") if name == "by" else each, choice)}
        tests.append((place, left))
    passing: list[int] = []
    left_out_by: dict[int, list[int]] = {place: [] for place, _ in tests}
    for pk, each in values.items():
        failed = [place for place, left in tests if each[place] not in left]
        if not failed:
            passing.append(pk)
        elif len(failed) == 1:
            left_out_by[failed[0]].append(pk)
    return passing, left_out_by


def _named(counter: Mapping[str, int], names: Mapping[str, str]) -> dict[str, int]:
    named: Counter[str] = Counter()
    for number, count in counter.items():
        named[names.get(number, "")] += count
    return dict(named)


def _is_left(value: str, choice: FacetChoice) -> bool:
    folded = value.casefold()
    return (not choice.include or folded in choice.include) and folded not in choice.exclude


def _tallied(period: str) -> dict[int, int]:
    """How many pictures of that period each facet set has."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT facet_set_id, count FROM {FacetTally._meta.db_table} "  # noqa: S608
            "WHERE period = %s AND count > 0",
            [period],
        )
        return dict(cursor.fetchall())


def _facet_sets_of(image_ids: Collection[int]) -> dict[int, int]:
    """By image. As numbers in the query's text: so many parameters would take longer than finding them."""
    found: dict[int, int] = {}
    for chunk in chunked(image_ids, MOST_COUNTED):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, facet_set_id FROM {Image._meta.db_table} "  # noqa: S608 - numbers of ours
                f"WHERE facet_set_id IS NOT NULL AND id IN ({', '.join(map(str, chunk))})"
            )
            found |= dict(cursor.fetchall())
    return found


def _read(sets: Iterable[int]) -> dict[int, Values]:
    if len(_seen) > _MOST_SEEN:
        _seen.clear()
    # Another thread may forget them meanwhile.
    found = {pk: values for pk in sets if (values := _seen.get(pk)) is not None}
    for chunk in chunked([pk for pk in sets if pk not in found], MOST_COUNTED):
        for pk, *values in FacetSet.objects.filter(pk__in=chunk).values_list("pk", *_COLUMNS.values()):
            found[pk] = _seen[pk] = tuple(str(value or "") for value in values)
    return found


def _names(people: Collection[str]) -> dict[str, str]:
    """By number as text; of "" there is none."""
    found = User.objects.filter(pk__in=[pk for pk in people if pk]).values_list("pk", "username")
    return {str(pk): name for pk, name in found}


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
