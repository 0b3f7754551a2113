"""The front page: one page of the pictures that a query leaves, in its order and layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from gallery.curation import Marked, marks_of
from gallery.filters import ImageFilters, Layout, Sort, write_parameters
from gallery.freshness import latest_addition
from gallery.listing import BadCursor, Listing, count_of, folds, page_of, previous_cursor
from gallery.pages.cards import Addresses, Card, card_rows_by_key, make_card
from gallery.pages.columns import COLUMN_FIELDS, HEADINGS, columns_of
from gallery.pages.dates import has_dates
from gallery.pages.search import SearchBox, search_box
from gallery.pages.words import shortened

PAGE_SIZE = 48
MORE_SIZE = 24
"""Of a continuation: what comes while somebody scrolls must be taken in between two frames."""
BACK_SIZE = 144
"""Of a continuation that leads somebody back to where they were: few answers count then, not short ones."""
EAGER_CARDS = 8
MOST_TERMS_TO_DROP = 6

SORT_WORDS = {
    Sort.NEWEST: "Newest",
    Sort.OLDEST: "Oldest",
    Sort.LARGEST: "Largest",
    Sort.DEAREST: "Dearest",
    Sort.BEST: "Best rated",
    Sort.ADDED: "Recently added",
}
LAYOUT_WORDS = {
    Layout.ROWS: ("Rows", "rows-3"),
    Layout.COMFORTABLE: ("Comfortable", "layout-grid"),
    Layout.DENSE: ("Dense", "grid-3x3"),
    Layout.TABLE: ("Table", "table"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to see the list, as a link to it."""

    words: str
    href: str
    is_chosen: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """A term that could be dropped from a query that finds nothing, and how many pictures that would bring."""

    text: str
    href: str
    count: int


@dataclass(frozen=True, slots=True)
class ImageListPage:
    """`emptiness` is "nothing" (no picture in the archive), "unmatched" (none for this query), "past" (none on this
    page), else empty. `parameters` is the query string that gives this list again, without its place; `since` what
    the archive held when this was read (`gallery.freshness`); `previous_href` leads to the page before this one."""

    cards: tuple[Card, ...]
    search: SearchBox
    filters: ImageFilters
    parameters: str
    since: int
    next_href: str
    previous_href: str
    is_first: bool
    notes: tuple[str, ...]
    emptiness: str
    drops: tuple[Drop, ...]
    sorts: tuple[Choice, ...]
    layouts: tuple[Choice, ...]
    stacking: Choice
    first_key: int | None

    @property
    def layout(self) -> str:
        return self.filters.layout.value

    @property
    def headings(self) -> tuple[str, ...]:
        """Of the table's columns; empty in other layouts."""
        return HEADINGS if self.filters.layout is Layout.TABLE else ()

    @property
    def has_dates(self) -> bool:
        """One can go to a date in it."""
        return not self.emptiness and has_dates(self.filters)


def continuation_size(parameters: Mapping[str, str]) -> int:
    """How many pictures script gets that asks for more of them; with `back`, to find a place again."""
    return BACK_SIZE if "back" in parameters else MORE_SIZE


def image_list_page(filters: ImageFilters, *, before: str | None, more: int = 0) -> ImageListPage:
    """Pictures after the place `before`; what is no place gives the beginning and a note. A continuation, by so many
    `more`, is put after pictures that are there already: it has no `since` and no way back of its own."""
    since = 0 if more else latest_addition()
    notes = list(filters.notices)
    try:
        listing = page_of(filters, cursor=before, limit=more or PAGE_SIZE)
    except BadCursor:
        place = shortened(before or "", characters=40)
        notes.append(f"“{place}” is not a place in the list; this is its beginning.")
        before = None
        listing = page_of(filters, cursor=None, limit=PAGE_SIZE)
    cards = cards_of(listing, filters, is_first=before is None)
    emptiness = "" if cards or listing.next_cursor else _emptiness(filters, is_first=before is None)
    parameters = write_parameters(filters)
    return ImageListPage(
        cards=cards,
        search=search_box(filters),
        filters=filters,
        parameters=parameters,
        since=since,
        next_href=_address(filters, before=listing.next_cursor) if listing.next_cursor else "",
        previous_href=_previous(filters, before) if cards and before and not more else "",
        is_first=before is None,
        notes=tuple(notes),
        emptiness=emptiness,
        drops=_drops(filters) if emptiness == "unmatched" else (),
        sorts=tuple(
            Choice(words, _address(filters, sort=sort), filters.sort is sort)
            for sort, words in SORT_WORDS.items()
        ),
        layouts=tuple(
            Choice(words, _address(filters, layout=layout), filters.layout is layout, icon)
            for layout, (words, icon) in LAYOUT_WORDS.items()
        ),
        stacking=Choice(
            "Fold repeats", _address(filters, is_stacked=not filters.is_stacked), filters.is_stacked
        ),
        first_key=cards[0].key if cards and before is None else None,
    )


def cards_of(listing: Listing, filters: ImageFilters, *, is_first: bool) -> tuple[Card, ...]:
    """The tiles of a listing, in its order."""
    if not listing.ids:
        return ()
    is_table = filters.layout is Layout.TABLE
    rows = card_rows_by_key(
        listing.ids, more_fields=COLUMN_FIELDS if is_table else (), is_folded=folds(filters)
    )
    addresses = Addresses.now(write_parameters(filters, layout=Layout.ROWS))
    marks = marks_of(filters.user_id, listing.ids)
    return tuple(
        make_card(
            rows[pk],
            addresses,
            is_eager=is_first and number < EAGER_CARDS,
            mark=marks.get(pk, Marked()),
            columns=columns_of(rows[pk]) if is_table else None,
        )
        for number, pk in enumerate(listing.ids)
        if pk in rows
    )


def _address(
    filters: ImageFilters,
    *,
    sort: Sort | None = None,
    layout: Layout | None = None,
    is_stacked: bool | None = None,
    before: str = "",
) -> str:
    parameters = write_parameters(filters, sort=sort, layout=layout, is_stacked=is_stacked, before=before)
    return f"{reverse('gallery:image_list')}{'?' if parameters else ''}{parameters}"


def _previous(filters: ImageFilters, before: str) -> str:
    """The address of the page before the one after that place; empty if there is none."""
    cursor = previous_cursor(filters, before, limit=PAGE_SIZE)
    return "" if cursor is None else _address(filters, before=cursor)


def _emptiness(filters: ImageFilters, *, is_first: bool) -> str:
    if not is_first:
        return "past"
    return "unmatched" if filters.query.strip() else "nothing"


def _drops(filters: ImageFilters) -> tuple[Drop, ...]:
    """The terms of a query that finds nothing, each with what the others alone would find."""
    chips = filters.chips[:MOST_TERMS_TO_DROP]
    if len(filters.chips) < 2:
        return ()
    return tuple(
        Drop(chip.text, _address(less, is_stacked=filters.is_stacked), count)
        for chip in chips
        if (count := count_of(less := filters.with_query(chip.query_without)))
    )
