"""Many pictures chosen at once: named one by one, or all that a query matches, by a token kept here."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import parse_qsl

from django.contrib.auth.models import User
from django.utils import timezone

from gallery.filters import ImageFilters, Layout, Sort, read_filters, write_parameters
from gallery.ingest import writing
from gallery.listing import LARGEST_KEY, all_ids, count_of
from gallery.models import Selection

MOST_PICTURES = 50_000
"""In one go: what keeps a request's work, and a transaction's, bounded."""
TOKENS_LIVE = timedelta(hours=12)


class BadSelection(ValueError):
    """Nothing that could be worked on; the message says why and what to do."""


class StaleSelection(Exception):
    """The query matches other pictures now than when they were chosen. `fresh` stands for those that it matches now."""

    def __init__(self, told: int, fresh: Selection) -> None:
        super().__init__(f"{told} pictures were chosen, {fresh.count} match now.")
        self.told = told
        self.fresh = fresh


def select_all(user: User, filters: ImageFilters) -> Selection:
    """All that the filters leave at this moment, folded ones too."""
    query = write_parameters(filters, sort=Sort.NEWEST, layout=Layout.ROWS, is_stacked=True)
    with writing():
        Selection.objects.filter(made_at__lt=timezone.now() - TOKENS_LIVE).delete()
        return Selection.objects.create(
            token=secrets.token_urlsafe(24), user=user, query=query, count=count_of(filters)
        )


def chosen_ids(user: User, keys: Iterable[str], token: str) -> list[int]:
    """The pictures' keys: those of the token's query if there is a token, else those named.

    Raises BadSelection, and StaleSelection where the query no longer matches as many as its owner was told.
    """
    ids = _of_token(user, token) if token else _of_keys(keys)
    if not ids:
        raise BadSelection("No picture is selected. Select some first: click their boxes, or press x.")
    _refuse_too_many(len(ids))
    return ids


def _of_token(user: User, token: str) -> list[int]:
    selection = Selection.objects.filter(token=token[:64].replace("\0", ""), user=user).first()
    if selection is None or selection.made_at < timezone.now() - TOKENS_LIVE:
        raise BadSelection("That selection is not kept any longer. Select the pictures again.")
    _refuse_too_many(selection.count)
    filters = read_filters(dict(parse_qsl(selection.query)), user_id=user.pk)
    ids = list(all_ids(filters))
    if len(ids) != selection.count:
        raise StaleSelection(selection.count, select_all(user, filters))
    return ids


def _refuse_too_many(count: int) -> None:
    if count > MOST_PICTURES:
        raise BadSelection(
            f"At most {MOST_PICTURES:,} pictures at once, and these are {count:,}. Narrow the search, by a date for "
            "instance."
        )


def _of_keys(keys: Iterable[str]) -> list[int]:
    ids = []
    for key in keys:
        if not (key.isascii() and key.isdigit() and len(key) <= 19 and int(key) <= LARGEST_KEY):
            raise BadSelection("What was sent does not name a picture. Reload the page and select again.")
        ids.append(int(key))
    return list(dict.fromkeys(ids))
