"""Responses as JSON, one object each, the same for every reader (`docs/export.md` describes every field)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from gallery.models import Image, OutputItem, Response, ResponseTranscript

CHUNK = 200

_ITEM_COLUMNS = ("response_id", "position", "item_id", "type", "status", "role", "text")
_IMAGE_COLUMNS = (
    "response_id",
    "position",
    "role",
    "index",
    "state",
    "blob_id",
    "size_bytes",
    "width",
    "height",
    "media_type",
    "prompt",
    "size",
    "quality",
    "background",
    "output_format",
    "action",
)


def export_lines(
    since: datetime | None = None, *, response_ids: Collection[int] | None = None
) -> Iterator[str]:
    """Every response as a line of JSON without its end, by time of first upload and then by number.

    `since` leaves out those that were complete before: a response is in if any of its transcripts came at `since` or
    later. `response_ids` names a few that alone are meant. Memory does not grow with the number of responses.
    """
    responses = Response.objects.order_by("first_uploaded_at", "pk").prefetch_related(
        Prefetch("items", OutputItem.objects.only(*_ITEM_COLUMNS).order_by("position")),
        Prefetch("images", Image.objects.only(*_IMAGE_COLUMNS).order_by("position", "role", "index")),
        Prefetch(
            "holdings",
            ResponseTranscript.objects.defer("snapshot")
            .select_related("transcript")
            .order_by("transcript__sha256"),
        ),
    )
    if response_ids is not None:
        responses = responses.filter(pk__in=response_ids)
    if since is not None:
        recent = ResponseTranscript.objects.filter(transcript__uploaded_at__gte=since).values("response_id")
        responses = responses.filter(pk__in=recent)
    for response in responses.iterator(chunk_size=CHUNK):
        line = json.dumps(export_of(response), ensure_ascii=False, allow_nan=False)
        # Rows and what was fetched with them refer to each other: apart, they go at once, not when Python next tidies.
        response._prefetched_objects_cache.clear()  # type: ignore[attr-defined]
        yield line


def export_of(response: Response) -> dict[str, Any]:
    """One response with all that the export tells of it. Absent is None."""
    transcripts = [holding.transcript for holding in response.holdings.all()]
    return {
        "transcripts": [
            {"name": transcript.name, "sha256": transcript.sha256, "shape": transcript.shape}
            for transcript in transcripts
        ],
        "response_id": response.response_id,
        "model": response.model or None,
        "image_model": response.image_model or None,
        "status": response.status or None,
        "created_at": iso_time(response.created_at),
        "completed_at": iso_time(response.completed_at),
        "previous_response_id": response.previous_response_id or None,
        "instructions": response.instructions,
        **usage_of(response),
        "output_text": response.output_text,
        "items": [_item(item) for item in response.items.all()],
        "images": [image_fields(image) for image in response.images.all()],
        "problems": [
            {"code": problem.get("code"), "message": problem.get("message"), "place": problem.get("place")}
            for problem in response.problems
        ],
    }


def usage_of(response: Response) -> dict[str, dict[str, int | None] | None]:
    """`usage` and `image_usage`; None where the transcript says nothing of it."""
    usage = {
        "input_tokens": response.input_tokens,
        "cached_tokens": response.cached_tokens,
        "output_tokens": response.output_tokens,
        "reasoning_tokens": response.reasoning_tokens,
        "total_tokens": response.total_tokens,
    }
    image_usage = {
        "input_tokens": response.image_input_tokens,
        "input_text_tokens": response.image_input_text_tokens,
        "input_image_tokens": response.image_input_image_tokens,
        "output_tokens": response.image_output_tokens,
        "output_text_tokens": response.image_output_text_tokens,
        "output_image_tokens": response.image_output_image_tokens,
        "total_tokens": response.image_total_tokens,
    }
    return {
        "usage": usage if _says_something(usage) else None,
        "image_usage": image_usage if _says_something(image_usage) else None,
    }


def _item(item: OutputItem) -> dict[str, Any]:
    return {
        "position": item.position,
        "id": item.item_id or None,
        "type": item.type,
        "status": item.status or None,
        "role": item.role or None,
        "text": item.text,
    }


def image_fields(image: Image) -> dict[str, Any]:
    """One picture as the export tells of it."""
    # Where there is no picture, the row's width and height may be those of its stand-in.
    is_sized = image.blob_id is not None or image.state == Image.State.ELIDED
    return {
        "position": image.position,
        "role": image.role,
        "index": image.index,
        "state": image.state,
        "sha256": image.blob_id,
        "bytes": image.size_bytes,
        "width": image.width if is_sized else None,
        "height": image.height if is_sized else None,
        "media_type": image.media_type or None,
        "prompt": image.prompt,
        "size": image.size or None,
        "quality": image.quality or None,
        "background": image.background or None,
        "output_format": image.output_format or None,
        "action": image.action or None,
    }


def _says_something(usage: dict[str, int | None]) -> bool:
    return any(count is not None for count in usage.values())


def iso_time(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, `2026-05-15T10:26:45Z`; fractions of a second only where there are any."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
