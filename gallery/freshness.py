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
_LOOKED_AT = 100
"""A page asks often: in between, fewer come."""


@dataclass(frozen=True, slots=True)
class News:
    """How many pictures are new; `is_more`: at least so many. `until`: what was taken into account. `latest`: those
    that came last."""

    count: int
    is_more: bool
    until: int
    latest: tuple[int, ...] = ()


def latest_addition() -> int:
    """How far the archive has come: what is asked with later. To be read before what is shown."""
    return Response.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def news_since(filters: ImageFilters, known: News) -> News | None:
    """What is known, and the pictures that the filters leave, stacks unfolded, of responses that came since. None if
    nothing came.

    The cost does not depend on how many came: of a great many the latest are looked at.
    """
    until = latest_addition()
    if until <= known.until:
        return None
    newest = filters.base().filter(response_id__gt=known.until, response_id__lte=until)
    ids = list(newest.order_by("-response_id").values_list("id", flat=True)[: _LOOKED_AT + 1])
    looked_at = ids[:_LOOKED_AT]
    matching = which_match(filters, looked_at) if filters.query else set(looked_at)
    count = known.count + len(matching)
    is_more = known.is_more or count > MOST_COUNTED or (len(ids) > _LOOKED_AT and count > 0)
    latest = tuple(pk for pk in looked_at if pk in matching)[:MOST_COUNTED]
    return News(min(count, MOST_COUNTED), is_more, until, latest)
