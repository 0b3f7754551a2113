"""Server-sent events as they are kept: with names or without, with blank lines between them or without."""

from __future__ import annotations

from gallery.transcripts.events import IMAGES_PREFIXES
from gallery.transcripts.parsing import BrokenJson, parse_at
from gallery.transcripts.reading import Session
from gallery.transcripts.text import decode, lines

_Line = tuple[int, int, str]


def read_sse(session: Session, start: int, first_line: int) -> None:
    """Every event. By the standard, `data:` lines without a blank line between them are one event, and an event that
    the file ends in is dropped. Here a line that is whole JSON is an event of its own, and nothing is dropped.
    """
    reader = _SseReader(session)
    for number, offset, raw in lines(session.skeleton.data, start):
        reader.take_line(number + first_line - 1, offset, raw)
    reader.flush(is_last=True)
    if not reader.has_blank_lines:
        session.assembler.details.add("no blank lines")
    if not reader.has_names:
        session.assembler.details.add("data only")


class _SseReader:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.has_blank_lines = False
        self.has_names = False
        self._name: str | None = None
        self._pending: list[_Line] = []

    def take_line(self, line: int, offset: int, raw: bytes | bytearray) -> None:
        if raw.startswith(b"data:"):
            skip = 6 if raw[5:6] == b" " else 5
            text, is_invalid = decode(raw[skip:])
            if is_invalid:
                self.session.report(
                    "invalid_utf8",
                    f"Line {line} is not valid UTF-8; unreadable bytes became \ufffd.",
                    line,
                    offset,
                )
            if not self._pending:
                # One space belongs to the field; JSON does not mind more.
                bare = text.lstrip(" \t")
                skip, text = skip + len(text) - len(bare), bare
                can_wait = self._name is None  # Its name, which tells what it is, can stand behind it.
                if text[:1] in ("{", "[") and self.session.take(
                    text, line, offset + skip, self._name, is_type_needed=can_wait
                ):
                    return
                if text.strip() in ("", "[DONE]"):
                    if text.strip():
                        self.session.assembler.end_of_stream()
                    return
            elif text.startswith("{") and _is_event(text):
                # A whole event cannot stand inside another one: what is waiting was damaged.
                self.flush()
                self.session.take(text, line, offset + skip, self._name)
                return
            elif text.strip() == "[DONE]":
                self.flush()
                self.session.assembler.end_of_stream()
                return
            self._pending.append((line, offset + skip, text))
        elif not raw:
            self.flush()
            self._name = None
            self.has_blank_lines = True
        elif raw.startswith(b"event:"):
            name = decode(raw[6:])[0].strip() or None
            if self._name is None:
                self._name = name
            self.flush()
            self._name = name
            self.has_names = True
        elif raw.startswith((b":", b"id", b"retry", b"data")):
            return
        else:
            self._take_other(line, offset, raw)

    def flush(self, *, is_last: bool = False) -> None:
        """End the event that several lines are collected for: together they are JSON, or each alone, or damaged."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        line, offset, text = pending[0]
        if len(pending) > 1 and self.session.take(
            "\n".join(piece[2] for piece in pending), line, offset, self._name
        ):
            return
        last = pending[-1]
        for one in pending:
            line, offset, text = one
            if one is not pending[0] and text[:1] not in ("{", "["):
                if text.strip() and text.strip() != "[DONE]":
                    self._damaged(line, offset, text, is_last=is_last and one is last)
            elif not (text[:1] in ("{", "[") and self.session.take(text, line, offset, self._name)):
                self._damaged(line, offset, text, is_last=is_last and one is last)

    def _damaged(self, line: int, offset: int, text: str, *, is_last: bool) -> None:
        if "{" in text or "[" in text:
            self.session.take_damaged(text, line, offset, self._name, is_last=is_last)
        else:
            self.session.report(
                "not_json", f"The data on line {line} is not JSON and was skipped.", line, offset
            )
            if is_last:
                self.session.assembler.end_of_cut_file()

    def _take_other(self, line: int, offset: int, raw: bytes | bytearray) -> None:
        """Not SSE: the end of a Markdown fence, a prompt, indented fields, a bare JSON line."""
        stripped = raw.strip(b" \t\0")
        if not stripped:
            self.flush()
            self._name = None
            return
        if stripped != raw and stripped.startswith((b"data:", b"event:")):
            self.take_line(line, offset + raw.find(stripped[:1]), stripped)
            return
        text = decode(stripped)[0]
        if text[:1] in ("{", "["):
            self.flush()
            if not self.session.take(text, line, offset, self._name):
                self._damaged(line, offset, text, is_last=False)
        elif not text.startswith(("```", "$ ", "> ", "HTTP/")):
            self.session.report(
                "noise", f"Line {line} is not part of an event and was skipped.", line, offset
            )


def _is_event(text: str) -> bool:
    try:
        value, end = parse_at(text, 0)
    except BrokenJson:
        return False
    kind = value.get("type") if end == len(text) else None
    return isinstance(kind, str) and kind.startswith(("response.", *IMAGES_PREFIXES))
