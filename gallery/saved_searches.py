"""Saved searches: a query with its order, layout and folding, under a name. Written here and nowhere else."""

from __future__ import annotations

import unicodedata

from django.db.models import Q, QuerySet

from gallery.cleaning import clean_text
from gallery.filters import ImageFilters, Layout, Sort
from gallery.ingest import writing
from gallery.models import SavedSearch

LONGEST_NAME = 80
MOST_SAVED = 200
"""Of one person."""


class NotSaved(ValueError):
    """Nothing was written; the message says why, and what to do."""


class NameTaken(NotSaved):
    """The person has another search of that name."""


def seen_by(user_id: int | None) -> QuerySet[SavedSearch]:
    """That person's own, and those shared with the team."""
    return SavedSearch.objects.filter(Q(owner_id=user_id) | Q(is_shared=True))


def save(
    owner_id: int, filters: ImageFilters, *, name: str, is_shared: bool, may_replace: bool = False
) -> SavedSearch:
    """Keeps what the filters ask for, and how it is shown. Raises NotSaved, or NameTaken unless it may replace."""
    name = _name(name)
    values = {
        "query": filters.query,
        "sort": "" if filters.sort is Sort.NEWEST else filters.sort.value,
        "layout": "" if filters.layout is Layout.ROWS else filters.layout.value,
    }
    if not any(values.values()) and filters.is_stacked:
        raise NotSaved(
            "There is nothing to save yet: search for something first, or choose an order or a layout."
        )
    with writing():
        own = SavedSearch.objects.filter(owner_id=owner_id)
        search = own.filter(name=name).first()
        if search is not None and not may_replace:
            raise NameTaken(
                f"You have a search called {called(name)} already. Replace it, or choose another name."
            )
        if search is None and own.count() >= MOST_SAVED:
            raise NotSaved(
                f"You have {MOST_SAVED} saved searches, and there can be no more. Delete one first."
            )
        search = search or SavedSearch(owner_id=owner_id, name=name)
        search.query, search.sort, search.layout = values["query"], values["sort"], values["layout"]
        search.is_stacked, search.is_shared = filters.is_stacked, is_shared
        search.save()
    return search


def parameters_of(search: SavedSearch) -> dict[str, str]:
    """Of the address that gives what was saved; what is as usual is left out."""
    stacks = "" if search.is_stacked else "off"
    values = {"q": search.query, "sort": search.sort, "layout": search.layout, "stacks": stacks}
    return {name: value for name, value in values.items() if value}


def rename(search: SavedSearch, name: str) -> None:
    """Raises NotSaved, or NameTaken."""
    name = _name(name)
    with writing():
        others = SavedSearch.objects.filter(owner_id=search.owner_id, name=name).exclude(pk=search.pk)
        if others.exists():
            raise NameTaken(f"You have a search called {called(name)} already. Choose another name.")
        SavedSearch.objects.filter(pk=search.pk).update(name=name)
    search.name = name


def set_shared(search: SavedSearch, *, is_shared: bool) -> None:
    with writing():
        SavedSearch.objects.filter(pk=search.pk).update(is_shared=is_shared)
    search.is_shared = is_shared


def delete(search: SavedSearch) -> None:
    with writing():
        SavedSearch.objects.filter(pk=search.pk).delete()


def called(name: str) -> str:
    """A name within a sentence, where two marks keep its direction of writing from the words around it."""
    return f"“\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}”"


def _name(typed: str) -> str:
    """On one line and composed, so that the same name is the same text. Raises NotSaved."""
    plain = "".join(" " if unicodedata.category(each) == "Cc" else each for each in typed[:5_000])
    name = unicodedata.normalize("NFC", " ".join(clean_text(plain).split()))
    if not any(each.isprintable() and not each.isspace() for each in name):
        raise NotSaved("A saved search needs a name.")
    if len(name) > LONGEST_NAME:
        raise NotSaved(f"A name has at most {LONGEST_NAME} characters.")
    return name
