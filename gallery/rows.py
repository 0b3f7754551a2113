"""A merged snapshot as rows, not yet written: which column holds what, and no longer than the column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gallery.cleaning import BIGINT, fit_text
from gallery.models import Blob, Image, OutputItem, Response
from gallery.outcomes import Outcome
from gallery.snapshots import Snapshot, problem_as_dict
from gallery.transcripts.records import ImageUsage, Usage

MOST_PROBLEMS = 200


def response_values(snapshot: Snapshot) -> dict[str, Any]:
    """Everything of a `Response` row that the API said: all but its key, uploader and time of upload."""
    record = snapshot.response
    usage, image_usage = record.usage or Usage(), record.image_usage or ImageUsage()
    return {
        "kind": fit_text(record.kind, 10),
        "response_id": fit_text(record.response_id, 255),
        "is_id_made": record.is_id_made,
        "custom_id": fit_text(record.custom_id, 255),
        "model": fit_text(record.model, 255),
        "image_model": fit_text(record.image_model, 255),
        "status": fit_text(record.status, 50),
        "created_at": record.created_at,
        "completed_at": record.completed_at,
        "error_code": fit_text(record.error_code, 255),
        "error_message": record.error_message or "",
        "incomplete_reason": fit_text(record.incomplete_reason, 255),
        "instructions": record.instructions,
        "previous_response_id": fit_text(record.previous_response_id, 255),
        "output_text": record.output_text,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "total_tokens": usage.total_tokens,
        "image_input_tokens": image_usage.input_tokens,
        "image_input_text_tokens": image_usage.input_text_tokens,
        "image_input_image_tokens": image_usage.input_image_tokens,
        "image_output_tokens": image_usage.output_tokens,
        "image_output_text_tokens": image_usage.output_text_tokens,
        "image_output_image_tokens": image_usage.output_image_tokens,
        "image_total_tokens": image_usage.total_tokens,
        "image_cached_tokens": image_usage.cached_tokens,
        "image_cached_text_tokens": image_usage.cached_text_tokens,
        "image_cached_image_tokens": image_usage.cached_image_tokens,
        "requested": record.requested,
        "rest": record.rest,
        "salvaged": list(record.salvaged),
        "timeline": [
            {"type": run.type, "count": run.count, "first_event": run.first_event, "line": run.line}
            for run in record.timeline
        ],
        "problems": [problem_as_dict(problem) for problem in record.problems[:MOST_PROBLEMS]],
    }


def item_rows(response: Response, snapshot: Snapshot) -> list[OutputItem]:
    return [
        OutputItem(
            response=response,
            position=item.position,
            item_id=fit_text(item.item_id, 255),
            type=fit_text(item.type, 100),
            status=fit_text(item.status, 50),
            role=fit_text(item.role, 50),
            text=item.text,
            payload=item.payload,
            is_salvaged=item.is_salvaged,
        )
        for item in snapshot.response.items
    ]


def image_row(
    outcome: Outcome,
    *,
    image_id: int,
    response: Response,
    item: OutputItem | None,
    snapshot: Snapshot,
    blobs: Mapping[str, Blob],
) -> Image:
    """`item` is the row of its item, where it has one; `blobs` knows every blob of the response."""
    picture = outcome.picture
    blob = blobs[picture.sha256] if picture.sha256 else None
    stand_in = blobs[outcome.stand_in] if outcome.stand_in else None
    shown = blob if blob is not None and blob.has_thumbnail else stand_in
    sized = blob or (None if picture.kind == "elided" else stand_in)
    return Image(
        id=image_id,
        response=response,
        item=item,
        position=picture.position,
        role=picture.role,
        index=picture.index,
        is_card=outcome.is_card,
        state=outcome.state,
        reason=outcome.reason,
        blob=blob,
        stand_in=stand_in,
        is_salvaged=picture.is_salvaged,
        declared_type=fit_text(picture.declared_type, 100),
        media_type=fit_text(blob.media_type if blob else picture.media_type, 100),
        width=sized.width if sized else picture.width,
        height=sized.height if sized else picture.height,
        size_bytes=blob.size_bytes if blob else None,
        has_c2pa=blob.has_c2pa if blob else picture.has_c2pa,
        has_alpha=blob.has_alpha if blob else False,
        is_animated=blob.is_animated if blob else False,
        has_thumbnail=shown is not None and shown.has_thumbnail,
        placeholder=shown.placeholder if shown else "",
        model=response.model,
        image_model=response.image_model,
        response_status=response.status,
        prompt=_prompt(outcome, snapshot),
        size=fit_text(picture.size, 50),
        quality=fit_text(picture.quality, 50),
        background=fit_text(picture.background, 50),
        output_format=fit_text(picture.output_format, 50),
        action=fit_text(picture.action, 50),
        requested=response.requested,
        partial_count=outcome.partial_count,
        total_tokens=known_tokens(snapshot),
        generated_at=response.created_at,
        added_at=response.first_uploaded_at,
        uploader_id=response.uploader_id,
        pixels=(sized.width or 0) * (sized.height or 0)
        if sized
        else (picture.width or 0) * (picture.height or 0),
    )


def known_tokens(snapshot: Snapshot) -> int | None:
    """The chat model's and the image model's tokens together, as far as they are told; None if neither is."""
    told = [
        total
        for usage in (snapshot.response.usage, snapshot.response.image_usage)
        if usage is not None and (total := _total(usage)) is not None
    ]
    return sum(told) if told and sum(told) <= BIGINT else None


def _total(usage: Usage | ImageUsage) -> int | None:
    if usage.total_tokens is not None:
        return usage.total_tokens
    if usage.input_tokens is not None and usage.output_tokens is not None:
        return usage.input_tokens + usage.output_tokens
    return None


def _prompt(outcome: Outcome, snapshot: Snapshot) -> str | None:
    """The picture's own; a partial whose event was silent has its item's."""
    picture = outcome.picture
    if picture.revised_prompt is not None or picture.role != "partial":
        return picture.revised_prompt
    return next(
        (
            other.revised_prompt
            for other in snapshot.pictures
            if other.position == picture.position
            and other.role == "final"
            and other.revised_prompt is not None
        ),
        None,
    )
