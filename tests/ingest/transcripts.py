"""Transcripts for the tests of keeping: small, whole, and as the API writes them."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from typing import Any

from PIL import Image as Picture

from gallery.ingest import ingest_upload
from gallery.models import Transcript
from gallery.reports import IngestReport

CREATED = 1_778_840_805
NOON = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
RESPONSE_ID = "resp_0894cf2ef651c7d1016a06f4e560dc8196b918735bb38f5f4e"
Json = dict[str, Any]


def png(colour: str = "teal", *, side: int = 48, mode: str = "RGB") -> bytes:
    """Large enough that its base64 is lifted out of the text, as a real one is."""
    picture = Picture.effect_noise((side, side), 60).convert(mode)
    picture.paste(colour, (0, 0, side // 2, side // 2))
    out = io.BytesIO()
    # The noise is another one each time; the colour in the corner is what a test goes by.
    picture.save(out, "PNG")
    return out.getvalue()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def image_item(result: bytes | str | None, **fields: Any) -> Json:
    item: Json = {
        "id": "ig_1",
        "type": "image_generation_call",
        "status": "completed",
        "result": b64(result) if isinstance(result, bytes) else result,
        "revised_prompt": "A teal square",
        "size": "1024x1024",
        "quality": "high",
        "background": "opaque",
        "output_format": "png",
        "action": "generate",
    }
    return item | fields


def message_item(text: str, **fields: Any) -> Json:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": content,
    } | fields


def body(*items: Json, **fields: Any) -> Json:
    """A completed response of `items`, asked for with the image tool."""
    tool = {"type": "image_generation", "model": "gpt-image-1", "size": "auto", "quality": "auto"}
    response: Json = {
        "id": RESPONSE_ID,
        "object": "response",
        "created_at": CREATED,
        "completed_at": CREATED + 15,
        "status": "completed",
        "model": "gpt-5.4-mini",
        "output": list(items),
        "tools": [tool],
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 120,
        },
        "tool_usage": {"image_gen": {"input_tokens": 49, "output_tokens": 196, "total_tokens": 245}},
        "error": None,
    }
    return response | fields


def as_json(response: Json) -> bytes:
    return json.dumps(response).encode()


def stream(response: Json, *, partials: list[bytes] | None = None, cut_after: str | None = None) -> bytes:
    """The response as a stream with `partials` for each picture; `cut_after` names the last event that is there."""
    running = {**response, "status": "in_progress", "output": [], "usage": None, "tool_usage": None}
    running = {**running, "completed_at": None}
    events: list[Json] = [{"type": "response.created", "response": running}]
    events += [{"type": "response.in_progress", "response": running}]
    for position, item in enumerate(response["output"]):
        bare = {"id": item["id"], "type": item["type"], "status": "in_progress"}
        events += [{"type": "response.output_item.added", "output_index": position, "item": bare}]
        if item["type"] == "image_generation_call":
            events += [
                {
                    "type": "response.image_generation_call.partial_image",
                    "output_index": position,
                    "item_id": item["id"],
                    "partial_image_index": index,
                    "partial_image_b64": b64(data),
                }
                for index, data in enumerate(partials or [])
            ]
        events += [{"type": "response.output_item.done", "output_index": position, "item": item}]
    events += [{"type": f"response.{response['status']}", "response": response}]
    lines = []
    for number, event in enumerate(events):
        event["sequence_number"] = number
        lines.append(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n")
    if cut_after is not None:
        last = max(number for number, event in enumerate(events) if event["type"].endswith(cut_after))
        lines = lines[: last + 1]
    return "".join(lines).encode()


def upload(data: bytes, *, name: str = "call.json", **fields: Any) -> IngestReport:
    values: dict[str, Any] = {
        "uploader": None,
        "source_kind": Transcript.Source.BROWSER,
        "uploaded_at": NOON,
    }
    return ingest_upload(data, name=name, **(values | fields))
