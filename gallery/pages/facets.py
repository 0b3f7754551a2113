"""The facets beside the grid: each value a link that writes into the query what a reader could have typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gallery.filters import ImageFilters, toggled, write_parameters
from gallery.listing import count_of
from gallery.pages.dates import has_dates
from gallery.pages.search import address_of
from gallery.pages.words import shortened
from gallery.search.facets import MOST_COUNTED, facet_counts
from gallery.search.keys import FACETS

MOST_VALUES = 10
MOST_PERIODS = 60
_BAR_HEIGHT = 48
_WORDS = {
    "state": "Outcome",
    "image-model": "Image model",
    "model": "Asked by",
    "size": "Size",
    "quality": "Quality",
    "format": "Format",
    "background": "Background",
    "by": "Uploader",
}


@dataclass(frozen=True, slots=True)
class FacetValue:
    words: str
    count: int
    href: str
    exclude_href: str
    is_chosen: bool
    is_excluded: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    words: str
    values: tuple[FacetValue, ...]
    more: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A period of the histogram; `x`, `y`, `width` and `height` in a drawing of 100 by 48."""

    period: str
    count: int
    href: str
    is_chosen: bool
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class FacetsPage:
    filters: ImageFilters
    parameters: str
    facets: tuple[Facet, ...]
    bars: tuple[Bar, ...]
    wider: str
    total: int
    most_counted: int | None

    @property
    def has_dates(self) -> bool:
        """One can go to a date in the list."""
        return has_dates(self.filters)


def facets_page(filters: ImageFilters) -> FacetsPage:
    counts = facet_counts(filters)
    is_counted = filters.is_facets_only and not filters.is_away
    return FacetsPage(
        filters=filters,
        parameters=write_parameters(filters),
        facets=tuple(
            facet
            for key in FACETS
            if (facet := _facet(filters, key.name, counts.values[key.name])) is not None
        ),
        bars=_bars(filters, counts.periods),
        wider=_wider(filters),
        total=counts.total if is_counted else count_of(filters),
        most_counted=MOST_COUNTED if counts.is_partial else None,
    )


def _facet(filters: ImageFilters, name: str, counts: Mapping[str, int]) -> Facet | None:
    choice = filters.facets.get(name)
    included = choice.include if choice else frozenset()
    excluded = choice.exclude if choice else frozenset()
    shown = dict(counts)
    for value in (*included, *excluded):
        if value not in {each.casefold() for each in shown}:
            shown[value] = 0
    if not choice and (len(shown) < 2 or set(shown) == {""}):
        return None
    values = tuple(
        FacetValue(
            words=shortened(value, characters=48) or "not said",
            count=count,
            href=address_of(filters, toggled(filters.query, name, value)),
            exclude_href=address_of(filters, toggled(filters.query, name, value, is_exclusion=True)),
            is_chosen=value.casefold() in included,
            is_excluded=value.casefold() in excluded,
        )
        for value, count in sorted(
            shown.items(), key=lambda item: (item[0].casefold() not in included, -item[1], item[0])
        )
    )
    return Facet(name, _WORDS[name], values[:MOST_VALUES], values[MOST_VALUES : 10 * MOST_VALUES])


def _bars(filters: ImageFilters, periods: Mapping[str, int]) -> tuple[Bar, ...]:
    """The latest periods in order, as high as they are full."""
    latest = dict(sorted(periods.items())[-MOST_PERIODS:])
    if len(latest) < 2 and not filters.period:
        return ()
    highest = max(latest.values(), default=1)
    width = 100 / max(len(latest), 12)
    return tuple(
        Bar(
            period=period,
            count=count,
            href=address_of(filters, _dated(filters, period)),
            is_chosen=period == filters.period,
            x=round(number * width, 2),
            y=round(_BAR_HEIGHT * (1 - count / highest), 1),
            width=round(width * 0.86, 2),
            height=max(1.5, round(_BAR_HEIGHT * count / highest, 1)),
        )
        for number, (period, count) in enumerate(latest.items())
    )


def _dated(filters: ImageFilters, period: str) -> str:
    """The query for that period instead of the one it is for now."""
    kept = [
        chip.text for chip in filters.chips if not (filters.period and chip.text == f"date:{filters.period}")
    ]
    return " ".join([*kept, f"date:{period}"] if period else kept)


def _wider(filters: ImageFilters) -> str:
    """The address of the period around the present one; empty if there is none."""
    if not filters.period:
        return ""
    wider = (
        filters.period[:7]
        if len(filters.period) == 10
        else filters.period[:4]
        if len(filters.period) == 7
        else ""
    )
    return address_of(filters, _dated(filters, wider))
