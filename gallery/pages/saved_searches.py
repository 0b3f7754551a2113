"""Saved searches: the list of them, and the form that saves the present one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.urls import reverse

from gallery import saved_searches
from gallery.filters import ImageFilters, Layout, Sort, write_parameters
from gallery.models import SavedSearch
from gallery.pages.image_list import LAYOUT_WORDS, SORT_WORDS
from gallery.roles import may_change

MOST_SHARED = 200
"""Of others, on one page."""


@dataclass(frozen=True, slots=True)
class SavedRow:
    """`view` says its order, layout and folding, where they are not as usual; `by` is empty for the reader's own."""

    pk: int
    name: str
    query: str
    view: str
    href: str
    is_shared: bool
    by: str
    can_delete: bool
    saved_at: datetime

    @property
    def is_own(self) -> bool:
        return not self.by


@dataclass(frozen=True, slots=True)
class SaveForm:
    """What would be saved. `is_taken`: the reader has a search of that name, which could be replaced."""

    filters: ImageFilters
    name: str = ""
    is_shared: bool = False
    error: str = ""
    is_taken: bool = False

    @property
    def is_possible(self) -> bool:
        return bool(write_parameters(self.filters))

    @property
    def sort(self) -> str:
        return self.filters.sort.value

    @property
    def layout(self) -> str:
        return self.filters.layout.value

    @property
    def stacks(self) -> str:
        return "" if self.filters.is_stacked else "off"


@dataclass(frozen=True, slots=True)
class SavedSearchList:
    """`said` is what was just done, `error` what could not be; `deleted` is the name of what the form would save again.
    `is_full`: the reader has as many as there can be."""

    own: tuple[SavedRow, ...]
    shared: tuple[SavedRow, ...]
    next_href: str
    form: SaveForm
    said: str = ""
    error: str = ""
    deleted: str = ""
    most: int = saved_searches.MOST_SAVED
    longest_name: int = saved_searches.LONGEST_NAME

    @property
    def is_full(self) -> bool:
        return len(self.own) >= self.most


def saved_search_list(
    reader: User, form: SaveForm, *, after: str = "", said: str = "", error: str = "", deleted: str = ""
) -> SavedSearchList:
    """In two queries, or three where the list of the others' goes on `after` one of them."""
    own = SavedSearch.objects.filter(owner_id=reader.pk).select_related("owner")
    shared = list(_shared_after(reader.pk, after)[: MOST_SHARED + 1])
    next_href = ""
    if len(shared) > MOST_SHARED:
        next_href = (
            f"{reverse('gallery:saved_search_list')}?{urlencode({'after': shared[MOST_SHARED - 1].pk})}"
        )
    return SavedSearchList(
        own=tuple(_row(search, reader) for search in own[: saved_searches.MOST_SAVED]),
        shared=tuple(_row(search, reader) for search in shared[:MOST_SHARED]),
        next_href=next_href,
        form=form,
        said=said,
        error=error,
        deleted=deleted,
    )


def address_of_saved(search: SavedSearch) -> str:
    """The pictures that it finds now, shown as it was saved."""
    parameters = urlencode(saved_searches.parameters_of(search))
    return f"{reverse('gallery:image_list')}{'?' if parameters else ''}{parameters}"


def _shared_after(reader_id: int, after: str) -> QuerySet[SavedSearch]:
    """Others', by name, after that one of them; from the beginning where it is none."""
    shared = SavedSearch.objects.filter(is_shared=True).exclude(owner_id=reader_id).select_related("owner")
    is_key = after.isascii() and after.isdigit() and len(after) < 19
    last = shared.filter(pk=int(after)).first() if is_key else None
    if last is None:
        return shared
    return shared.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))


def _row(search: SavedSearch, reader: User) -> SavedRow:
    is_own = search.owner_id == reader.pk
    view = [
        SORT_WORDS[Sort(search.sort)] if search.sort in set(Sort) else "",
        LAYOUT_WORDS[Layout(search.layout)][0] if search.layout in set(Layout) else "",
        "" if search.is_stacked else "Not folded",
    ]
    return SavedRow(
        pk=search.pk,
        name=search.name,
        query=search.query,
        view=", ".join(words for words in view if words),
        href=address_of_saved(search),
        is_shared=search.is_shared,
        by="" if is_own else search.owner.get_username(),
        can_delete=is_own or (search.is_shared and may_change(reader, search.owner_id)),
        saved_at=search.saved_at,
    )
