"""Transcripts made in memory: typed functions that say only what a test is about."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from typing import Any

from gallery.transcripts import Picture, Response, Transcript, read_transcript

IMAGE_ID = "ig_1"
MESSAGE_ID = "msg_1"


def png(width: int = 1, height: int = 1, *, seed: int = 0) -> bytes:
    """A real PNG of noise."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(width * 3) for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def response(*output: dict[str, Any], response_id: str = "resp_1", **fields: Any) -> dict[str, Any]:
    return {
        "id": response_id,
        "object": "response",
        "created_at": 1_758_032_425,
        "status": "completed",
        "model": "gpt-5",
        "output": list(output),
        "tools": [{"type": "image_generation", "model": "gpt-image-1", "size": "auto"}],
        "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
        **fields,
    }


def image(result: Any = None, item_id: str = IMAGE_ID, **fields: Any) -> dict[str, Any]:
    return {
        "id": item_id,
        "type": "image_generation_call",
        "status": "completed",
        "result": result,
        "revised_prompt": "A red fox",
        "size": "1024x1024",
        **fields,
    }


def message(text: str = "Here it is.", item_id: str = MESSAGE_ID, **fields: Any) -> dict[str, Any]:
    return {
        "id": item_id,
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
        **fields,
    }


def numbered(*events: dict[str, Any], first: int = 0) -> list[dict[str, Any]]:
    return [{**event, "sequence_number": first + number} for number, event in enumerate(events)]


def created(response_id: str = "resp_1", **fields: Any) -> dict[str, Any]:
    body = response(response_id=response_id, **{"status": "in_progress", "usage": None, **fields})
    return {"type": "response.created", "response": body}


def completed(*output: dict[str, Any], response_id: str = "resp_1", **fields: Any) -> dict[str, Any]:
    return {"type": "response.completed", "response": response(*output, response_id=response_id, **fields)}


def added(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    empty: dict[str, Any] = {"status": "in_progress", "result": None, "content": []}
    return {
        "type": "response.output_item.added",
        "output_index": index,
        "item": {
            key: empty.get(key, value) for key, value in item.items() if key in ("id", "type", "role", *empty)
        },
    }


def done(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def partial(data: bytes | str, number: int, index: int = 0, item_id: str = IMAGE_ID) -> dict[str, Any]:
    return {
        "type": "response.image_generation_call.partial_image",
        "output_index": index,
        "item_id": item_id,
        "partial_image_index": number,
        "partial_image_b64": data if isinstance(data, str) else b64(data),
    }


def delta(text: str, index: int = 1, item_id: str = MESSAGE_ID) -> dict[str, Any]:
    return {
        "type": "response.output_text.delta",
        "output_index": index,
        "item_id": item_id,
        "content_index": 0,
        "delta": text,
    }


def picture_events(final: bytes, *partials: bytes, text: str = "Here it is.") -> list[dict[str, Any]]:
    """A whole stream as it is recorded: partials, the picture in `done` and in `completed`, a message in deltas."""
    item, words = image(b64(final)), message(text)
    middle = len(text) // 2
    return numbered(
        created(),
        added(item),
        {"type": "response.image_generation_call.generating", "output_index": 0, "item_id": IMAGE_ID},
        *(partial(data, number) for number, data in enumerate(partials)),
        done(item),
        added(words, 1),
        delta(text[:middle]),
        delta(text[middle:]),
        done(words, 1),
        completed(item, words),
    )


def as_json(value: Any, **options: Any) -> bytes:
    return json.dumps(value, **options).encode("utf-8", "surrogatepass")


def as_jsonl(events: list[dict[str, Any]], end: str = "\n") -> bytes:
    return "".join(json.dumps(event) + end for event in events).encode()


def as_sse(events: list[dict[str, Any]], end: str = "\n", *, named: bool = True, gap: bool = True) -> bytes:
    lines = []
    for event in events:
        name = f"event: {event['type']}{end}" if named else ""
        lines.append(f"{name}data: {json.dumps(event)}{end}{end if gap else ''}")
    return "".join(lines).encode()


def read(data: bytes) -> Transcript:
    return read_transcript(data)


def read_one(data: bytes) -> Response:
    """The only response of a transcript."""
    (only,) = read_transcript(data).responses
    return only


def pictures(answer: Response, role: str) -> list[Picture]:
    return [picture for picture in answer.pictures if picture.role == role]


def codes(transcript: Transcript) -> list[str]:
    return [problem.code for problem in transcript.problems]


def fold(*events: dict[str, Any]) -> Response:
    """The one response that these events of a stream make."""
    return read_one(as_sse(list(events)))


def types(answer: Response) -> list[str]:
    return [item.type for item in answer.items]
