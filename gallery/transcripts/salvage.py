"""Text that is not JSON any more, because its middle was cut out, its end is missing or something stands in between.

The rule: what is before the damage is read from the left, with what is certainly inside which object; what is behind
it is read as the end of a document whose beginning is unknown. That end is only given a meaning where it shows one:
the tail of a final response (its later items, settings and usage). Nothing is guessed; what came this way is marked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import (
    ITEM_DONE,
    PARTIAL_IMAGE,
    RUNNING_STATUSES,
    SALVAGED_OUTPUT,
    TERMINAL,
    is_item,
)
from gallery.transcripts.picture_values import CutText, read_picture
from gallery.transcripts.torn_json import LeftReading, RightReading

_RESPONSE_TAIL = frozenset(
    """parallel_tool_calls presence_penalty previous_response_id prompt_cache_key prompt_cache_retention reasoning
    safety_identifier service_tier store temperature tool_choice tool_usage tools top_logprobs top_p truncation
    usage""".split()
)
_READABLE_WHEN_CUT = frozenset(
    """delta text refusal arguments input code logs revised_prompt prompt instructions message output_text result
    partial_image_b64 b64_json url output""".split()
)
_PARTIAL_KEY = "partial_image_b64"


@dataclass(frozen=True, slots=True)
class Recovered:
    """A value from damaged text. It is beyond doubt where only the last bracket is missing."""

    value: Any
    is_doubtful: bool = True


@dataclass(slots=True)
class Damage:
    """What is wrong with a text, from which position on, and what was recovered from it."""

    code: str
    position: int
    values: list[Recovered] = field(default_factory=list)
    begins_as: str | None = None
    ends_as: str | None = None

    @property
    def is_cut(self) -> bool:
        return self.code == "cut_line"

    def sentence(self, line: int, *, is_last: bool) -> str:
        """What happened to the line, in words."""
        kept = "what stands there was kept" if self.values else "nothing could be recovered from it"
        if self.code == "spliced_line":
            if self.begins_as and self.ends_as:
                return (
                    f"Line {line} starts as {self.begins_as} and ends as {self.ends_as}: "
                    f"its middle is missing; {kept}."
                )
            return f"The middle of line {line} is missing; {kept}."
        if self.code == "cut_line":
            if is_last:
                return f"The file ends in the middle of line {line}; {kept}."
            return f"The end of line {line} is missing; {kept}."
        if self.code == "unclosed_line":
            return f"Line {line} lacks its last closing bracket; it was read as if it were there."
        if self.code == "too_deep":
            return f"Line {line} is nested too deeply to be read."
        return f"Line {line} is not JSON; {kept}."


def salvage(text: str) -> Damage:
    """What a text that should be JSON values certainly says."""
    left = LeftReading(text)
    left.run()
    if left.is_too_deep:
        return Damage("too_deep", left.position)
    root = left.root
    if left.is_at_end and not left.has_break:
        return _cut(left, root)
    right = RightReading(text, left.position)
    right.run()
    damage = Damage("spliced_line", left.position)
    tail = _interpret(left, right)
    head = _without_unreadable(root)
    if tail is not None:
        damage.values = _join(left, head, tail)
        if len(damage.values) > 1:
            damage.begins_as, damage.ends_as = (_kind_of(one.value) for one in damage.values)
        else:
            damage.begins_as, damage.ends_as = _kind_of(root), _kind_of(tail.event)
    elif root is not None:
        damage.code = "broken_line"
        if isinstance(head, dict | list) and head:
            if isinstance(head, dict) and head.get("type") != PARTIAL_IMAGE:
                head = _split(head)[0]
            damage.values = [Recovered(_typed(head))]
    else:
        damage.code = "broken_line"
    return damage


def _cut(left: LeftReading, root: Any) -> Damage:  # noqa: ANN401 - any JSON value
    head = _without_unreadable(root)
    says_enough = _says_all(root) or (not left.has_cut_value and _has_its_content(root))
    is_whole = left.missing_closers == 1 and not left.has_garbage and says_enough
    code = "unclosed_line" if is_whole else "cut_line" if left.missing_closers else "broken_line"
    damage = Damage(code, left.position)
    if isinstance(head, list) and head and left.missing_closers:
        whole = head if left.missing_closers == 1 and not left.has_cut_value else head[:-1]
        damage.values = [Recovered(one, is_doubtful=False) for one in whole]
        damage.values += [Recovered(_typed(one)) for one in head[len(whole) :] if one not in (None, {}, [])]
    elif isinstance(head, dict | list) and head:
        damage.values = [Recovered(_typed(head), is_doubtful=not is_whole)]
    if isinstance(root, list) and code == "unclosed_line":
        damage.code = "cut_line"
    return damage


def _says_all(root: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Behind a whole `response` an event has nothing left to say but its number, and a name that goes without saying
    where the response has ended."""
    if not isinstance(root, dict) or not isinstance(root.get("response"), dict) or "type" not in root:
        return False
    return type(root["type"]) is str or str(root["response"].get("status")) not in RUNNING_STATUSES


def _has_its_content(root: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether only the last bracket can be missing: a body that has not come to its output ends too early."""
    if not isinstance(root, dict) or root.keys() & {"type", "data", "error"}:
        return True
    body = root.get("response", root)
    status = body.get("status") if isinstance(body, dict) and "output" in body else None
    return isinstance(status, str) and status not in RUNNING_STATUSES


@dataclass(slots=True)
class _Tail:
    """The end of a final response: its own last fields, its last items, and what the event around it says."""

    response: dict[str, Any]
    items: list[Any]
    item_end: dict[str, Any]
    event: dict[str, Any]
    has_item_before: bool


def _interpret(left: LeftReading, right: RightReading) -> _Tail | None:
    """The frames as the tail of a response, if one of them shows that it is one."""
    for number, frame in enumerate(right.frames):
        value = frame.value
        if not isinstance(value, dict) or not _RESPONSE_TAIL & value.keys():
            continue
        inner = right.frames[:number]
        items: list[Any] = []
        item_end: dict[str, Any] = {}
        has_item_before = False
        if inner and isinstance(inner[-1].value, list):
            listed = [one for one in inner[-1].value if isinstance(one, dict)]
            if all(is_item(one) for one in listed):
                items = listed
                has_item_before = len(inner) == 1 and isinstance(left.last_closed, dict)
                if len(inner) == 2 and isinstance(inner[0].value, dict):
                    item_end = inner[0].value
        if not (items or has_item_before or is_item(item_end)) and len(_RESPONSE_TAIL & value.keys()) < 3:
            continue
        outer = right.frames[number + 1].value if number + 1 < len(right.frames) else {}
        event = outer if isinstance(outer, dict) else {}
        return _Tail(value, items, item_end, event, has_item_before)
    return None


def _join(left: LeftReading, head: Any, tail: _Tail) -> list[Recovered]:  # noqa: ANN401 - any JSON value
    """The head as the event it began as, and the tail as the final event, with the item that both share in both."""
    items = list(tail.items)
    if is_item(tail.item_end):
        items.insert(0, tail.item_end)
    if tail.has_item_before:
        shared = _without_unreadable(left.last_closed)
        if shared == head and isinstance(head, dict):
            head, item = _split(head)
            if item is not None:
                items.insert(0, item)
        elif is_item(shared):
            items.insert(0, shared)
    head = _typed(head)
    response = dict(tail.response)
    if isinstance(head, dict) and _is_response_like(head):
        output = head.get("output")
        output = [*output, *items] if isinstance(output, list) else items
        return [Recovered({**head, **response, "output": output, **_status(response, items, head)})]
    if items:
        response[SALVAGED_OUTPUT] = items
    own = head.get("response") if isinstance(head, dict) else None
    ends_by_name = tail.event.get("type") in TERMINAL or (
        isinstance(own, dict) and head.get("type") in TERMINAL
    )
    if not ends_by_name:
        response |= _status(response, items, own if isinstance(own, dict) else {})
    if isinstance(own, dict):
        known = own.get("output")
        merged = {**own, **response}
        if isinstance(known, list) and known:
            merged["output"] = known
        return [Recovered({**head, **_sure(tail.event), "response": merged})]
    kind = tail.event.get("type")
    if not isinstance(kind, str):
        status = response.get("status")
        kind = (
            f"response.{status}"
            if status in ("completed", "incomplete", "failed")
            else "response.in_progress"
        )
    values = [Recovered(head)] if isinstance(head, dict | list) and head else []
    return [*values, Recovered({**_sure(tail.event), "type": kind, "response": response})]


def _split(head: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A partial-image event that ran into the item of the final response behind its shortened picture.

    What stands before the picture is the event's, what stands behind it the item's; the picture's text is the head of
    the one and the tail of the other, so it stands for both.
    """
    if _PARTIAL_KEY not in head:
        return head, None
    keys = list(head)
    place = keys.index(_PARTIAL_KEY)
    told = {"partial_image_index", "output_index", "item_id", "sequence_number"}
    item = {key: head[key] for key in keys[place + 1 :] if key not in told}
    event = {key: value for key, value in head.items() if key not in item}
    event["type"] = PARTIAL_IMAGE
    if isinstance(head.get("item_id"), str):
        item["id"] = head["item_id"]
    if read_picture(head[_PARTIAL_KEY]).kind != "bytes":
        item["result"] = head[_PARTIAL_KEY]
    item["type"] = "image_generation_call"
    return event, item


def _typed(head: Any) -> Any:  # noqa: ANN401 - any JSON value
    """An event whose type came last and is missing, where its keys leave no doubt of it."""
    if not isinstance(head, dict) or "type" in head:
        return head
    if _PARTIAL_KEY in head:
        return {**head, "type": PARTIAL_IMAGE}
    if is_item(head.get("item")) and head["item"].get("status") not in RUNNING_STATUSES:
        return {**head, "type": ITEM_DONE}
    return head


def _status(response: dict[str, Any], items: list[Any], head: dict[str, Any]) -> dict[str, Any]:
    """Only the end of a response holds its usage, so one that shows usage and no unfinished item has ended well."""
    if isinstance(response.get("status"), str):
        return {}
    known = head.get("status")
    if isinstance(known, str) and not isinstance(known, CutText) and known not in RUNNING_STATUSES:
        return {}
    if not isinstance(response.get("usage"), dict):
        return {}
    statuses = {item.get("status") for item in items if isinstance(item.get("status"), str)}
    if "incomplete" in statuses:
        return {"status": "incomplete"}
    return {"status": "completed"} if not statuses & RUNNING_STATUSES else {}


def _sure(event: dict[str, Any]) -> dict[str, Any]:
    return {key: event[key] for key in ("type", "sequence_number") if key in event}


def _is_response_like(head: dict[str, Any]) -> bool:
    return head.get("object") == "response" or ("output" in head and "type" not in head)


def _kind_of(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict):
        return None
    kind = value.get("type") or value.get("object")
    return kind[:80] if type(kind) is str else None


def _without_unreadable(value: Any, key: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """The value without texts whose missing end changes what they mean: a cut id or type is none."""
    if type(value) is dict:
        return {
            name: _without_unreadable(inner, name)
            for name, inner in value.items()
            if not isinstance(inner, CutText) or name in _READABLE_WHEN_CUT
        }
    if type(value) is list:
        return [_without_unreadable(inner, key) for inner in value if not isinstance(inner, CutText)]
    return value
