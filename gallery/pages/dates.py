"""The months of a list in its order, each with the address that goes to it: a scale beside the grid, and a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.urls import reverse

from gallery.filters import ImageFilters, Sort, write_parameters
from gallery.identity import PLACE_BITS
from gallery.listing import Place, write_cursor
from gallery.search.months import Month, months_of

MOST_MARKS = 120
_LONG_PARAMETERS = 500


@dataclass(frozen=True, slots=True)
class DateMark:
    """A month, or a year. `before` is the place in the list after which it begins, empty for the beginning of the list;
    `second` the Unix second of that end of it. `year` is said where a year begins."""

    words: str
    year: str
    before: str
    second: int
    href: str


@dataclass(frozen=True, slots=True)
class DatesPage:
    """`marks` are in the order of the list; none where there is nothing to choose from. `last_second` is where the
    last of them ends."""

    filters: ImageFilters
    parameters: str
    list_href: str
    marks: tuple[DateMark, ...]
    last_second: int

    @property
    def has_dates(self) -> bool:
        return has_dates(self.filters)


def dates_page(filters: ImageFilters) -> DatesPage:
    """By years where there are many months, or where each address is long."""
    parameters = write_parameters(filters)
    months = months_of(filters) if has_dates(filters) else ()
    if len(months) > (MOST_MARKS if len(parameters) <= _LONG_PARAMETERS else MOST_MARKS // 10):
        months = _by_year(months)
    if filters.sort is Sort.NEWEST:
        months = months[::-1]
    if len(months) < 2:
        months = ()
    return DatesPage(
        filters=filters,
        parameters=parameters,
        list_href=_address(parameters),
        marks=tuple(
            _mark(
                filters,
                month,
                is_first=not number,
                year_before=months[number - 1].period[:4] if number else "",
            )
            for number, month in enumerate(months)
        ),
        last_second=_end(months[-1], is_newest_first=filters.sort is not Sort.NEWEST) if months else 0,
    )


def has_dates(filters: ImageFilters) -> bool:
    """The list is in an order of time."""
    return filters.sort in {Sort.NEWEST, Sort.OLDEST}


def _mark(filters: ImageFilters, month: Month, *, is_first: bool, year_before: str) -> DateMark:
    is_newest_first = filters.sort is Sort.NEWEST
    # The list goes on after a place: newest first, after the first key of what comes later.
    key = month.ids_below if is_newest_first else month.ids_from - 1
    before = "" if is_first else write_cursor(Place(0, key), filters.sort)
    year = month.period[:4]
    return DateMark(
        words=year if len(month.period) == 4 else f"{date(int(year), int(month.period[5:]), 1):%B %Y}",
        year=year if year != year_before else "",
        before=before,
        second=_end(month, is_newest_first=is_newest_first),
        href=_address(write_parameters(filters, before=before)),
    )


def _end(month: Month, *, is_newest_first: bool) -> int:
    return (month.ids_below if is_newest_first else month.ids_from) >> PLACE_BITS


def _by_year(months: Sequence[Month]) -> tuple[Month, ...]:
    years = []
    for year, group in groupby(months, key=lambda month: month.period[:4]):
        of_year = list(group)
        years.append(Month(year, of_year[0].ids_from, of_year[-1].ids_below))
    return tuple(years)


def _address(parameters: str) -> str:
    return f"{reverse('gallery:image_list')}{'?' if parameters else ''}{parameters}"
