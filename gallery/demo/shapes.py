"""How a made-up call is written down: JSON, JSONL and SSE, and the cousins of each that people upload."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from random import Random

from gallery.demo.calls import Call, Json


def compact(value: object, *, is_sorted: bool = False) -> str:
    """JSON on one line, as the API sends it; newer captures sort their keys."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=is_sorted)


def pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def sse(events: list[Json], *, newline: str = "\n", is_sorted: bool = False) -> bytes:
    """`event:` and `data:` lines, a blank line after each event."""
    text = "".join(
        f"event: {event['type']}{newline}data: {compact(event, is_sorted=is_sorted)}{newline}{newline}"
        for event in events
    )
    return text.encode()


def sse_data_only(events: list[Json], *, has_blank_lines: bool = True, is_done: bool = True) -> bytes:
    """`data:` lines alone. Without blank lines the SSE standard would call the whole file one event."""
    end = "\n\n" if has_blank_lines else "\n"
    text = "".join(f"data: {compact(event)}{end}" for event in events)
    return (text + (f"data: [DONE]{end}" if is_done else "")).encode()


def sse_with_extras(events: list[Json]) -> bytes:
    """Comments, ids, a retry time and keep-alives between the events."""
    lines = [": OPENROUTER PROCESSING", "", "retry: 3000", ""]
    for number, event in enumerate(events):
        if number % 7 == 3:
            lines += [": OPENROUTER PROCESSING", "", "event: keepalive", 'data: {"type":"keepalive"}', ""]
        lines += [f"id: {number}", f"event: {event['type']}", f"data: {compact(event)}", ""]
    return "\n".join([*lines, "data: [DONE]", "", ""]).encode()


def jsonl(records: list[Json], *, newline: str = "\n", is_ended: bool = True) -> bytes:
    """One object a line; the last line may lack its end."""
    return (newline.join(compact(record) for record in records) + (newline if is_ended else "")).encode()


def json_body(value: object, *, is_pretty: bool = False) -> bytes:
    return (pretty(value) if is_pretty else compact(value)).encode()


def pretty_one_after_another(values: list[Json]) -> bytes:
    return "\n".join(pretty(value) for value in values).encode()


def batch(random: Random, calls: list[Call]) -> bytes:
    """The Batch API's output file: one answer a line, the last one an error."""
    lines: list[Json] = [
        {
            "id": f"batch_req_{random.getrandbits(128):032x}",
            "custom_id": f"{call.subject.replace(' ', '-')}-{number}",
            "response": {
                "status_code": 200,
                "request_id": f"{random.getrandbits(128):032x}",
                "body": call.body,
            },
            "error": None,
        }
        for number, call in enumerate(calls)
    ]
    lines.append(
        {
            "id": f"batch_req_{random.getrandbits(128):032x}",
            "custom_id": f"expired-{len(calls)}",
            "response": None,
            "error": {"code": "batch_expired", "message": "This request could not be executed in time."},
        }
    )
    return jsonl(lines)


def images_body(call: Call) -> bytes:
    """The call's pictures as the Images API answers them: neither id nor model nor what was asked."""
    items = [item for item in call.body["output"] if item["type"] == "image_generation_call"]
    body: Json = {"created": call.body["created_at"]}
    body |= {key: items[0][key] for key in ("background", "output_format", "quality", "size")}
    body["data"] = [{"b64_json": item["result"]} for item in items]
    body["usage"] = call.body.get("tool_usage", {}).get("image_gen")
    return json_body(body, is_pretty=True)


def error_body(*, code: str, message: str) -> bytes:
    error = {"message": message, "type": "image_generation_user_error", "param": None, "code": code}
    return json_body({"error": error}, is_pretty=True)


def rollout(call: Call) -> bytes:
    """A coding agent's session log: output items with no response object around them."""
    lines: list[Json] = [
        {
            "timestamp": _stamp(call, 0),
            "type": "session_meta",
            "payload": {"id": call.response_id[5:37], "cwd": "."},
        }
    ]
    lines += [
        {"timestamp": _stamp(call, number), "type": "response_item", "payload": item}
        for number, item in enumerate(call.body["output"], start=1)
    ]
    return jsonl(lines)


def utf16(data: bytes) -> bytes:
    """As a Windows shell's `>` writes it: UTF-16 with a byte order mark and CRLF."""
    return b"\xff\xfe" + data.decode().replace("\n", "\r\n").encode("utf-16-le")


def with_bom(data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data


def gzipped(data: bytes) -> bytes:
    # No name and no time inside, or the same seed would give other bytes tomorrow.
    return gzip.compress(data, compresslevel=1, mtime=0)


def _stamp(call: Call, seconds: int) -> str:
    moment = datetime.fromtimestamp(call.body["created_at"] + seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
