"""What was added since a page was read, however long ago it was generated.

Responses are numbered in the order in which they come here: writers write one at a time, so whatever becomes visible
later has a higher number. Clocks do not say as much: an upload that began earlier may end later.
"""

from __future__ import annotations

from dataclasses import dataclass

from gallery.filters import ImageFilters
from gallery.listing import which_match
from gallery.models import Response

MOST_COUNTED = 50
_LOOKED_AT = 250


@dataclass(frozen=True, slots=True)
class News:
    """How many pictures are new; `is_more`: at least so many."""

    count: int
    is_more: bool


def latest_addition() -> int:
    """How far the archive has come: what `news_since` is asked with later. To be read before what is shown."""
    return Response.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def news_since(filters: ImageFilters, since: int) -> News:
    """The pictures that the filters leave, stacks unfolded, of responses that came here after `since`.

    Where a great many came, the latest of them are looked at: the cost does not depend on how many there are.
    """
    is_all = not filters.query
    newest = filters.base().filter(response_id__gt=since).order_by("-response_id")
    limit = MOST_COUNTED + 1 if is_all else _LOOKED_AT
    ids = list(newest.values_list("id", flat=True)[:limit])
    count = len(ids) if is_all else len(which_match(filters, ids))
    if count > MOST_COUNTED:
        return News(MOST_COUNTED, is_more=True)
    return News(count, is_more=not is_all and len(ids) == limit and count > 0)
