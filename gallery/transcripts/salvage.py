"""Text that is not JSON any more, because its middle was cut out, its end is missing or something stands in between.

The rule: what is before the damage is read from the left, with what is certainly inside which object; what is behind
it is read as the end of a document whose beginning is unknown. That end is only given a meaning where it shows one:
the tail of a final response (its later items, settings and usage). Nothing is guessed; what came this way is marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import ITEM_DONE, PARTIAL_IMAGE, RUNNING_STATUSES, is_item
from gallery.transcripts.fold import SALVAGED_OUTPUT
from gallery.transcripts.parsing import BrokenJson, parse_at, skip_space
from gallery.transcripts.picture_values import CutText, read_picture

_DEEPEST = 60
_SCAN_WHOLE_UP_TO = 8
_RESPONSE_TAIL = frozenset(
    """parallel_tool_calls presence_penalty previous_response_id prompt_cache_key prompt_cache_retention reasoning
    safety_identifier service_tier store temperature tool_choice tool_usage tools top_logprobs top_p truncation
    usage""".split()
)
_KEY = re.compile(r'"[A-Za-z_][\w.-]*"\s*:\s*(?=["{\[\-0-9tfn])')
_ELISION = re.compile(
    r"\.{2,}|…|/\*.*?\*/|//[^\n\"{}\[\]]*(?=[\n]|$)|<[^<>\"{}]{0,200}>|\[(?:truncated|\.{3}|…|redacted|omitted)[^\]\"{}]{0,80}\]",
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|True|False|None|NaN|-?Infinity")
_BARE_VALUES = {"True": True, "False": False, "None": None}
_READABLE_WHEN_CUT = frozenset(
    """delta text refusal arguments input code logs revised_prompt prompt instructions message output_text result
    partial_image_b64 b64_json url output""".split()
)
_PARTIAL_KEY = "partial_image_b64"

_LENIENT = False
_scan_string: Callable[..., tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]


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
    left = _Left(text)
    left.run()
    if left.is_too_deep:
        return Damage("too_deep", left.position)
    root = left.root
    if left.is_at_end and not left.has_break:
        return _cut(left, root)
    right = _Right(text, left.position)
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


def _cut(left: _Left, root: Any) -> Damage:  # noqa: ANN401 - any JSON value
    head = _without_unreadable(root)
    # Behind a whole `response` an event has nothing left to say but its number.
    says_all = isinstance(root, dict) and isinstance(root.get("response"), dict) and "type" in root
    is_whole = left.missing_closers == 1 and not left.has_garbage and (says_all or not left.has_cut_value)
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


@dataclass(slots=True)
class _Open:
    """A container whose end has not been reached."""

    value: Any
    key: str | None = None


class _Left:
    """Reads from the left until the text stops making sense, remembering what is open there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.root: Any = None
        self.has_root = False
        self.stack: list[_Open] = []
        self.last_closed: Any = None
        self.has_break = False
        self.has_garbage = False
        self.has_cut_value = False
        self.is_too_deep = False
        self.missing_closers = 0

    @property
    def is_at_end(self) -> bool:
        return skip_space(self.text, self.position) >= len(self.text)

    def run(self) -> None:
        text = self.text
        while True:
            self.position = skip_space(text, self.position)
            if self.position >= len(text):
                self.missing_closers = len(self.stack)
                return
            if self.has_root and not self.stack:
                self.has_break = True
                return
            if self.is_too_deep or not self._step():
                return

    def _step(self) -> bool:
        """One value, key or bracket; False where none can stand."""
        text, at = self.text, self.position
        character = text[at]
        top = self.stack[-1] if self.stack else None
        if top is None:
            return self._value()
        if character == ",":
            if top.key is not None:
                return self._break()
            following = skip_space(text, at + 1)
            next_one = text[following : following + 1]
            if type(top.value) is dict and next_one in ("{", "["):
                return self._break()
            self.position = at + 1
            return True
        if character in "}]":
            if (character == "}") != (type(top.value) is dict) or top.key is not None:
                return self._break()
            self.stack.pop()
            self.last_closed = top.value
            self.position = at + 1
            return True
        if self._elision(top):
            return True
        if type(top.value) is list or top.key is not None:
            return self._value()
        return self._key(top)

    def _key(self, top: _Open) -> bool:
        if self.text[self.position] not in "\"'":
            return self._break()
        key, end, is_cut = self._string(self.position)
        if is_cut:
            self.position = len(self.text)
            self.has_cut_value = True
            return True
        colon = skip_space(self.text, end)
        if colon >= len(self.text):
            self.position = colon
            self.has_cut_value = True
            return True
        if self.text[colon] != ":":
            return self._break()
        top.key = key
        self.position = colon + 1
        return True

    def _value(self) -> bool:
        text, at = self.text, self.position
        character = text[at]
        if len(self.stack) > _DEEPEST:
            self.is_too_deep = True
            return False
        if character in "{[":
            if len(self.stack) < _SCAN_WHOLE_UP_TO:
                try:
                    value, self.position = parse_at(text, at)
                except BrokenJson as broken:
                    if broken.reason == "too_deep":
                        self.is_too_deep = True
                        return False
                else:
                    self._place(value)
                    self.last_closed = value
                    return True
            container: Any = {} if character == "{" else []
            self._place(container)
            self.stack.append(_Open(container))
            self.position = at + 1
            return True
        if character in "\"'":
            words, end, is_cut = self._string(at)
            if not is_cut and self.stack and text[skip_space(text, end) : skip_space(text, end) + 1] == ":":
                if type(self.stack[-1].value) is list:
                    return self._break()  # A key in a list: the object around it has lost its beginning.
                # The end of a key was taken for the end of this value: the value's own end is missing.
                words, is_cut = CutText(words), True
                self._place(words)
                self.position = end
                self.has_cut_value = True
                return self._break()
            self.has_cut_value |= is_cut
            self._place(CutText(words) if is_cut else words)
            self.position = len(text) if is_cut else end
            return True
        match = _BARE.match(text, at)
        if match is None:
            return self._break()
        if match.end() == len(text):
            self.has_cut_value = True  # A number can go on behind the cut: it is not known.
            self.position = match.end()
            return True
        word = match[0]
        try:
            self._place(_BARE_VALUES[word] if word in _BARE_VALUES else parse_at(text, at)[0])
        except BrokenJson:
            return self._break()
        self.position = match.end()
        return True

    def _string(self, at: int) -> tuple[str, int, bool]:
        """A string, where it ends, and whether its end is missing."""
        text = self.text
        if text[at] == "'":
            end = text.find("'", at + 1)
            return (text[at + 1 :], len(text), True) if end < 0 else (text[at + 1 : end], end + 1, False)
        try:
            words, end = _scan_string(text, at + 1, _LENIENT)
        except ValueError:
            return _cut_string(text[at + 1 :]), len(text), True
        return words, end, False

    def _elision(self, top: _Open) -> bool:
        """Dots, a comment or a placeholder outside of any string: skipped, or the value where one is due."""
        match = _ELISION.match(self.text, self.position)
        if match is None or not match[0]:
            return False
        self.has_garbage = True
        if top.key is not None:
            self._place(match[0])
        self.position = match.end()
        return True

    def _place(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        if not self.stack:
            self.root, self.has_root = value, True
            return
        top = self.stack[-1]
        if type(top.value) is list:
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value
            top.key = None

    def _break(self) -> bool:
        self.has_break = True
        return False


@dataclass(slots=True)
class _Frame:
    """The visible end of a container whose beginning is missing: its last entries or elements."""

    value: dict[str, Any] | list[Any]


class _Right:
    """Reads a text as the end of a JSON document, from the inside out."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self.frames: list[_Frame] = []
        self.is_complete = False

    def run(self) -> None:
        """Read to the end. Where the reading begins inside a broken string, it begins again at the next key."""
        self._read()
        if not self.frames and not self.is_complete:
            key = _KEY.search(self.text, self.position)
            if key is not None:
                self.position = key.start()
                self._read()

    def _read(self) -> None:
        text = self.text
        entries: dict[str, Any] = {}
        elements: list[Any] = []
        while True:
            at = self.position = skip_space(text, self.position)
            if at >= len(text):
                self.is_complete = not entries and not elements
                return
            character = text[at]
            if character in ",:":
                self.position = at + 1
                continue
            if character in "}]":
                self.frames.append(_Frame(entries if character == "}" else elements))
                entries, elements = {}, []
                self.position = at + 1
                continue
            elision = _ELISION.match(text, at)
            if elision is not None and elision[0]:
                self.position = elision.end()
                continue
            try:
                value, end = parse_at(text, at)
                colon = skip_space(text, end)
                if type(value) is str and text[colon : colon + 1] == ":":
                    entries[value], self.position = parse_at(text, skip_space(text, colon + 1))
                else:
                    elements.append(value)
                    self.position = end
            except BrokenJson:
                return


@dataclass(slots=True)
class _Tail:
    """The end of a final response: its own last fields, its last items, and what the event around it says."""

    response: dict[str, Any]
    items: list[Any]
    item_end: dict[str, Any]
    event: dict[str, Any]
    has_item_before: bool


def _interpret(left: _Left, right: _Right) -> _Tail | None:
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


def _join(left: _Left, head: Any, tail: _Tail) -> list[Recovered]:  # noqa: ANN401 - any JSON value
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
    response |= _status(response, items, {})
    own = head.get("response") if isinstance(head, dict) else None
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


def _cut_string(text: str) -> str:
    """The characters of a string that has no end; an escape sequence that was cut is dropped."""
    body = re.sub(r"\\(?:u[0-9a-fA-F]{0,3})?$", "", text) if _ends_in_escape(text) else text
    try:
        return _scan_string(body + '"', 0, _LENIENT)[0]
    except ValueError:
        return body.split("\\")[0]


def _ends_in_escape(text: str) -> bool:
    tail = re.search(r"(\\+)(?:u[0-9a-fA-F]{0,3})?$", text)
    return tail is not None and len(tail[1]) % 2 == 1
