"""Transcripts: what was uploaded, and each of them back byte for byte."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router

from gallery.api import answers
from gallery.api.addresses import Addresses
from gallery.api.declared import METHODS, declared
from gallery.api.parameters import Cursor, Limit, number_of
from gallery.api.reading import problems_told, transcript_told
from gallery.api.responses import place_of
from gallery.forms import TranscriptCursor
from gallery.models import ResponseTranscript, Transcript
from gallery.views.transcripts import transcript_original as original_view

router = Router(tags=["Transcripts"])

MOST_RESPONSES = 1000
BYTES = {"schema": {"type": "string", "format": "binary"}}
OCTETS = {"responses": {200: {"content": {"application/octet-stream": BYTES}}}}


@router.api_operation(METHODS, "/transcripts", response=declared({200: answers.Transcripts}, 422))
def transcript_list(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Any:  # noqa: ANN401
    """Uploads, latest first."""
    addresses = Addresses.of(request)
    rows = Transcript.objects.newest_first().select_related("uploader").defer("problems")
    if cursor:
        place = place_of(cursor)
        rows = rows.before(place.uploaded_at, place.pk)
    found = list(rows[: limit + 1])
    shown = found[:limit]
    more = str(TranscriptCursor(shown[-1].uploaded_at, shown[-1].pk)) if len(found) > limit else None
    return {
        "items": [transcript_told(row, addresses) for row in shown],
        "next_cursor": more,
        "next_url": more and addresses.more(limit=limit, cursor=more),
    }


@router.api_operation(METHODS, "/transcripts/{id}", response=declared({200: answers.Transcript}, 404, 422))
def transcript_detail(request: HttpRequest, id: str) -> Any:  # noqa: A002, ANN401 - its name in the address
    """One upload, what was wrong with it, and which responses it holds."""
    row = Transcript.objects.select_related("uploader").filter(pk=number_of(id, "transcript")).first()
    if row is None:
        raise Http404("There is no such transcript in the gallery.")
    addresses = Addresses.of(request)
    held = ResponseTranscript.objects.filter(transcript=row).order_by("position")
    return {
        **transcript_told(row, addresses),
        "encoding": row.encoding,
        "compression": row.compression or None,
        "problems": problems_told(row.problems),
        "responses": [
            {"id": str(pk), "url": addresses.page("response_detail", pk)}
            for pk in held.values_list("response_id", flat=True)[:MOST_RESPONSES]
        ],
    }


@router.api_operation(
    METHODS, "/transcripts/{id}/original", response=declared({200: None}, 404, 422), openapi_extra=OCTETS
)
def transcript_original(request: HttpRequest, id: str) -> HttpResponseBase:  # noqa: A002 - its name in the address
    """The file as it was uploaded, byte for byte."""
    pk = number_of(id, "transcript")
    row = Transcript.objects.filter(pk=pk).values_list("sha256", flat=True).first()
    if row is None:
        raise Http404("There is no such transcript in the gallery.")
    response = original_view(request, pk)
    if response.status_code == 404:
        raise Http404("A file that this transcript is made of is missing. `manage.py fsck` says which.")
    response["ETag"] = f'"{row}"'
    return response
