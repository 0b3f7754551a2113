"""JSON that was torn apart: what is before the tear is read from the left, what is behind it from the inside out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gallery.transcripts.parsing import BrokenJson, parse_at, skip_space
from gallery.transcripts.picture_values import CutText

_DEEPEST = 60
_SCAN_WHOLE_UP_TO = 8
_TAIL = 256
_KEY = re.compile(r'"[A-Za-z_][\w.-]*"\s*:\s*(?=["{\[\-0-9tfn])')
_ELISION = re.compile(
    r"\.{2,}|…|/\*.*?\*/|//[^\n\"{}\[\]]*(?=[\n]|$)|<[^<>\"{}]{0,200}>|\[(?:truncated|\.{3}|…|redacted|omitted)[^\]\"{}]{0,80}\]",
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|True|False|None|NaN|-?Infinity")
_BARE_VALUES = {"True": True, "False": False, "None": None}
_BARE_WORDS = ("true", "false", "null", "True", "False", "None", "NaN", "Infinity", "-Infinity")
_CUT_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d*)?")
_LINE_END = re.compile(r"[\r\n]")
_LENIENT = False
_scan_string: Callable[..., tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]


@dataclass(slots=True)
class _Open:
    """A container whose end has not been reached."""

    value: Any
    key: str | None = None


class LeftReading:
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
                self.has_cut_value |= text[-_TAIL:].rstrip().endswith((",", ":"))
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
            self.position = end
            self.has_cut_value = True
            return self._break() if end < len(self.text) else True
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
            self.position = end
            return self._break() if is_cut and end < len(text) else True
        if _is_cut_word(text, at):
            self.has_cut_value = True  # A number can go on behind the cut: it is not known.
            self.position = len(text)
            return True
        match = _BARE.match(text, at)
        if match is None:
            return self._break()
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
        line_end = _LINE_END.search(text, at + 1, end - 1)
        if line_end is not None:
            # No string goes on over a line end: this one lost its own end, and what follows is not its.
            return _cut_string(text[at + 1 : line_end.start()]), line_end.start(), True
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
class Frame:
    """The visible end of a container whose beginning is missing: its last entries or elements."""

    value: dict[str, Any] | list[Any]


class RightReading:
    """Reads a text as the end of a JSON document, from the inside out."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self.frames: list[Frame] = []
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
                self.frames.append(Frame(entries if character == "}" else elements))
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


def _is_cut_word(text: str, at: int) -> bool:
    """Whether a number, or a word like `null`, stands at the very end of the text, or its beginning does."""
    rest = text[at : at + _TAIL]
    if at + len(rest) < len(text):
        return False
    return any(word.startswith(rest) for word in _BARE_WORDS) or _CUT_NUMBER.fullmatch(rest) is not None


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
