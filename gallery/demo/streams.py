"""A made-up call as the events of its stream, in the order in which recordings have them."""

from __future__ import annotations

import base64
from random import Random

from gallery.demo import conversations
from gallery.demo.calls import Call, Json

UNKNOWN_UNTIL_THE_END: Json = {
    "status": "in_progress",
    "output": [],
    "usage": None,
    "completed_at": None,
    "error": None,
}


def events(random: Random, call: Call, *, is_interrupted: bool = False) -> list[Json]:
    """Every event of the call's stream; an interrupted one ends before its first finished picture."""
    body = call.body
    early = {key: UNKNOWN_UNTIL_THE_END.get(key, value) for key, value in body.items() if key != "tool_usage"}
    early["service_tier"] = "auto"
    found: list[Json] = [
        {"type": "response.created", "response": early},
        {"type": "response.in_progress", "response": early},
    ]
    for position, item in enumerate(body["output"]):
        found += _item_events(random, item, position, call.partials.get(position, ()))
    if body["status"] == "failed":
        error = body["error"]
        found.append(
            random.choice(({"type": "error", **error, "param": None}, {"type": "error", "error": error}))
        )
    found.append({"type": f"response.{body['status']}", "response": body})
    if is_interrupted:
        found = found[: _first_done_picture(found)]
    return [{"type": event["type"], "sequence_number": number} | event for number, event in enumerate(found)]


def resumed(found: list[Json]) -> list[Json]:
    """The stream as taken up again with `starting_after`: no `created`, no `in_progress`."""
    return found[2:]


def image_events(call: Call, *, is_edit: bool = False) -> list[Json]:
    """The call's pictures as the Images API streams them: no ids, no sequence numbers, no response object."""
    prefix = "image_edit" if is_edit else "image_generation"
    found: list[Json] = []
    for position, item in enumerate(call.body["output"]):
        if item["type"] != "image_generation_call":
            continue
        said: Json = {key: item[key] for key in ("size", "quality", "background", "output_format")}
        said["created_at"] = call.body["created_at"]
        for index, data in enumerate(call.partials.get(position, ())[:-1]):
            found.append(
                {
                    "type": f"{prefix}.partial_image",
                    "b64_json": _base64(data),
                    "partial_image_index": index,
                    **said,
                }
            )
        usage = call.body.get("tool_usage", {}).get("image_gen")
        found.append({"type": f"{prefix}.completed", "b64_json": item["result"], "usage": usage, **said})
    return found


def _item_events(random: Random, item: Json, position: int, partials: tuple[bytes, ...]) -> list[Json]:
    place = {"item_id": item["id"], "output_index": position}
    kind = item["type"]
    started: Json = {}
    if kind == "image_generation_call":
        inner = _picture_events(random, item, place, partials)
    elif kind == "message":
        inner, started = _message_events(random, item, place), {"content": [], "role": "assistant"}
    elif kind == "reasoning":
        inner, started = _reasoning_events(random, item, place), {"summary": []}
    elif kind == "function_call":
        inner = _argument_events(item, place)
        started = {"arguments": "", "name": item["name"], "call_id": item["call_id"]}
    elif kind == "code_interpreter_call":
        inner = _code_events(item, place)
        started = {"code": "", "container_id": item["container_id"], "outputs": None}
    else:
        inner = [
            {"type": f"response.{kind}.{step}", **place} for step in ("in_progress", "searching", "completed")
        ]
        started = {}
    added: Json = {"id": item["id"], "type": kind, **started}
    if kind != "reasoning":
        added["status"] = "in_progress"
    return [
        {"type": "response.output_item.added", "output_index": position, "item": added},
        *inner,
        {"type": "response.output_item.done", "output_index": position, "item": item},
    ]


def _picture_events(random: Random, item: Json, place: Json, partials: tuple[bytes, ...]) -> list[Json]:
    call = "response.image_generation_call"
    said: Json = {key: item[key] for key in ("background", "output_format", "quality", "size") if key in item}
    found: list[Json] = [{"type": f"{call}.in_progress", **place}, {"type": f"{call}.generating", **place}]
    for index, data in enumerate(partials):
        found.append(
            {
                "type": f"{call}.partial_image",
                **place,
                "partial_image_index": index,
                "partial_image_b64": _base64(data),
                **said,
            }
        )
    if random.random() < 0.4 and item.get("result"):
        found.append({"type": f"{call}.completed", **place})
    return found


def _message_events(random: Random, item: Json, place: Json) -> list[Json]:
    here = {**place, "content_index": 0}
    part = item["content"][0]
    found: list[Json] = [{"type": "response.content_part.added", **here, "part": {**part, "text": ""}}]
    for delta in conversations.tokens(part["text"]):
        padding = f"{random.getrandbits(64):016x}"[: 16 - len(delta) % 16]
        found.append(
            {
                "type": "response.output_text.delta",
                **here,
                "delta": delta,
                "logprobs": [],
                "obfuscation": padding,
            }
        )
    found.append({"type": "response.output_text.done", **here, "text": part["text"], "logprobs": []})
    found.append({"type": "response.content_part.done", **here, "part": part})
    return found


def _reasoning_events(random: Random, item: Json, place: Json) -> list[Json]:
    found: list[Json] = []
    for index, part in enumerate(item["summary"]):
        here = {**place, "summary_index": index}
        empty = {"type": "summary_text", "text": ""}
        found.append({"type": "response.reasoning_summary_part.added", **here, "part": empty})
        for delta in conversations.tokens(part["text"]):
            padding = f"{random.getrandbits(64):016x}"
            found.append(
                {
                    "type": "response.reasoning_summary_text.delta",
                    **here,
                    "delta": delta,
                    "obfuscation": padding,
                }
            )
        found.append({"type": "response.reasoning_summary_text.done", **here, "text": part["text"]})
        found.append({"type": "response.reasoning_summary_part.done", **here, "part": part})
    return found


def _argument_events(item: Json, place: Json) -> list[Json]:
    arguments = item["arguments"]
    deltas = [arguments[start : start + 6] for start in range(0, len(arguments), 6)]
    kind = "response.function_call_arguments"
    return [
        *({"type": f"{kind}.delta", **place, "delta": delta} for delta in deltas),
        {"type": f"{kind}.done", **place, "arguments": arguments, "name": item["name"]},
    ]


def _code_events(item: Json, place: Json) -> list[Json]:
    call = "response.code_interpreter_call"
    return [
        {"type": f"{call}.in_progress", **place},
        *(
            {"type": f"{call}_code.delta", **place, "delta": delta}
            for delta in conversations.tokens(item["code"])
        ),
        {"type": f"{call}_code.done", **place, "code": item["code"]},
        {"type": f"{call}.interpreting", **place},
        {"type": f"{call}.completed", **place},
    ]


def _first_done_picture(found: list[Json]) -> int:
    for number, event in enumerate(found):
        if event["type"] == "response.output_item.done" and event["item"].get("result"):
            return number
    return len(found) - 1


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
