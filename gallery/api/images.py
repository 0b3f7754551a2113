"""Pictures: searched as in the search box, and one by its key."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from gallery.api import answers
from gallery.api.access import caller_of
from gallery.api.addresses import Addresses
from gallery.api.declared import METHODS, declared
from gallery.api.parameters import Cursor, Limit, bad_cursor, number_of
from gallery.api.reading import images_told
from gallery.filters import Sort, read_filters
from gallery.listing import BadCursor, page_of
from gallery.models import Image

router = Router(tags=["Images"])

Search = Annotated[
    str,
    Query(
        max_length=2000,
        description="As in the search box: words, phrases, key:value. All of them if empty.",
    ),
]


@router.api_operation(METHODS, "/images", response=declared({200: answers.Images}, 422))
def image_list(
    request: HttpRequest,
    *,
    q: Search = "",
    sort: Annotated[Sort, Query(description="The order.")] = Sort.NEWEST,
    fold: Annotated[bool, Query(description="Show repeats of one prompt as one, as the grid does.")] = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Any:  # noqa: ANN401 - ninja reads it as the schema above
    """Pictures that a query finds, a page at a time.

    What of `q` is not understood is searched as words, and `notices` says so.
    """
    user, addresses = caller_of(request).user, Addresses.of(request)
    given = {"q": q, "sort": sort.value, "stacks": "" if fold else "off"}
    filters = read_filters(given, user_id=user.pk)
    try:
        listing = page_of(filters, cursor=cursor or None, limit=limit)
    except BadCursor:
        raise bad_cursor() from None
    told = images_told(Image.objects.filter(pk__in=listing.ids), user.pk, addresses)
    more = listing.next_cursor or None
    return {
        "items": [told[key] for key in listing.ids if key in told],
        "next_cursor": more,
        "next_url": more
        and addresses.more(q=q, sort=sort.value, fold="true" if fold else None, limit=limit, cursor=more),
        "notices": list(filters.notices),
    }


@router.api_operation(METHODS, "/images/{key}", response=declared({200: answers.Image}, 404, 422))
def image_detail(request: HttpRequest, key: str) -> Any:  # noqa: ANN401 - ninja reads it as the schema above
    """One picture, hidden and trashed ones too, as their pages show them."""
    number = number_of(key, "picture")
    told = images_told(Image.objects.filter(pk=number), caller_of(request).user.pk, Addresses.of(request))
    if number not in told:
        raise Http404("There is no such picture in the gallery.")
    return told[number]
