"""The search box, its chips, and the help that is made from the table of keys."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import get_script_prefix, reverse

from gallery.filters import ImageFilters, write_parameters
from gallery.pages.words import shortened
from gallery.search.keys import KEYS, Key


@dataclass(frozen=True, slots=True)
class ChipLink:
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class SearchBox:
    """`hidden` are the parameters besides the query, for the form; empty ones are left out. `parameters` are all."""

    query: str
    parameters: str
    chips: tuple[ChipLink, ...]
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SearchHelpPage:
    keys: tuple[Key, ...]


def search_box(filters: ImageFilters) -> SearchBox:
    hidden = {
        "sort": filters.sort.value if filters.sort.value != "newest" else "",
        "layout": filters.layout.value if filters.layout.value != "rows" else "",
        "stacks": "" if filters.is_stacked else "off",
    }
    return SearchBox(
        query=filters.query,
        parameters=write_parameters(filters),
        chips=tuple(
            ChipLink(shortened(chip.text, characters=60), address_of(filters, chip.query_without))
            for chip in filters.chips
        ),
        hidden=tuple((name, value) for name, value in hidden.items() if value),
    )


def address_of(filters: ImageFilters, query: str) -> str:
    """Of the same view with another query."""
    parameters = write_parameters(filters, query=query)
    return f"{_front_page()}{'?' if parameters else ''}{parameters}"


def _front_page() -> str:
    """Its address, looked up once: the facets alone link to it more than a hundred times."""
    prefix = get_script_prefix()
    if prefix not in _front_pages:
        _front_pages[prefix] = reverse("gallery:image_list")
    return _front_pages[prefix]


_front_pages: dict[str, str] = {}


def search_help_page() -> SearchHelpPage:
    return SearchHelpPage(tuple(KEYS.values()))
