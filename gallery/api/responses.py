"""Responses: the newest, or those whose pictures a query finds; one as the export tells of it, or all that is kept."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from gallery.api import answers
from gallery.api.access import caller_of
from gallery.api.addresses import Addresses
from gallery.api.declared import METHODS, declared
from gallery.api.images import Search
from gallery.api.parameters import Cursor, Limit, bad_cursor, number_of
from gallery.api.reading import responses_of_images, responses_told
from gallery.exporting import export_of
from gallery.filters import read_filters
from gallery.forms import TranscriptCursor, TranscriptListForm
from gallery.listing import BadCursor, page_of
from gallery.models import Image, OutputItem, Response, ResponseTranscript
from gallery.pages.responses import response_json as json_of

router = Router(tags=["Responses"])

ABSENT = "There is no such response in the gallery."


@router.api_operation(METHODS, "/responses", response=declared({200: answers.Responses}, 422))
def response_list(request: HttpRequest, q: Search = "", cursor: Cursor = "", limit: Limit = 50) -> Any:  # noqa: ANN401
    """Without `q` all responses, latest upload first. With it those that have a picture that the query finds, newest
    first; a page may then be shorter than `limit` though more follow.
    """
    addresses = Addresses.of(request)
    notices: list[str] = []
    if q.strip():
        items, more, notices = _found(q, cursor, limit, caller_of(request).user.pk, addresses)
    else:
        items, more = _newest(cursor, limit, addresses)
    return {
        "items": items,
        "next_cursor": more,
        "next_url": more and addresses.more(q=q, limit=limit, cursor=more),
        "notices": notices,
    }


@router.api_operation(METHODS, "/responses/{id}", response=declared({200: answers.Response}, 404, 422))
def response_detail(request: HttpRequest, id: str) -> Any:  # noqa: A002, ANN401 - its name in the address
    """One response with its items, pictures, usage and transcripts."""
    images = Image.objects.order_by("position", "role", "index")
    holdings = ResponseTranscript.objects.defer("snapshot").select_related("transcript")
    response = (
        Response.objects.filter(pk=number_of(id, "response"))
        .prefetch_related(
            Prefetch("items", OutputItem.objects.defer("payload").order_by("position")),
            Prefetch("images", images),
            Prefetch("holdings", holdings.order_by("transcript__sha256")),
        )
        .first()
    )
    if response is None:
        raise Http404(ABSENT)
    url = Addresses.of(request).page("response_detail", response.pk)
    return {"id": str(response.pk), "url": url, **export_of(response)}


@router.api_operation(METHODS, "/responses/{id}/json", response=declared({200: dict[str, Any]}, 404, 422))
def response_json(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002, ARG001 - its name in the address
    """Everything that is kept of a response, its items as the vendor's API gave them, without base64."""
    content = json_of(number_of(id, "response"))
    if content is None:
        raise Http404(ABSENT)
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False})


def _newest(cursor: str, limit: int, addresses: Addresses) -> tuple[list[dict[str, Any]], str | None]:
    responses = Response.objects.newest_first()
    if cursor:
        place = place_of(cursor)
        # A range without its end, not an OR: so both databases walk the index.
        responses = responses.filter(first_uploaded_at__lte=place.uploaded_at).exclude(
            first_uploaded_at=place.uploaded_at, id__gte=place.pk
        )
    keys = list(responses.values_list("first_uploaded_at", "pk")[: limit + 1])
    shown = keys[:limit]
    items = responses_told(Response.objects.filter(pk__in=[pk for _, pk in shown]).newest_first(), addresses)
    return items, str(TranscriptCursor(*shown[-1])) if len(keys) > limit else None


def _found(
    q: str, cursor: str, limit: int, user_id: int, addresses: Addresses
) -> tuple[list[dict[str, Any]], str | None, list[str]]:
    filters = read_filters({"q": q, "stacks": "off"}, user_id=user_id)
    try:
        listing = page_of(filters, cursor=cursor or None, limit=limit)
    except BadCursor:
        raise bad_cursor() from None
    wanted = responses_of_images(filters, listing.ids)
    told = {item["id"]: item for item in responses_told(Response.objects.filter(pk__in=wanted), addresses)}
    items = [told[str(pk)] for pk in wanted if str(pk) in told]
    return items, listing.next_cursor or None, list(filters.notices)


def place_of(cursor: str) -> TranscriptCursor:
    """A place in a list by time of upload. Raises ApiProblem."""
    form = TranscriptListForm({"before": cursor})
    place: TranscriptCursor | None = form.cleaned_data["before"] if form.is_valid() else None
    if place is None:
        raise bad_cursor()
    return place
