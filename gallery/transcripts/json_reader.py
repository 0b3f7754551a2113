"""A file that is JSON as a whole: one value, or several one after another, over as many lines as they like."""

from __future__ import annotations

import re

from gallery.transcripts.assemble import Place
from gallery.transcripts.parsing import BrokenJson, parse_at, skip_between
from gallery.transcripts.reading import Session
from gallery.transcripts.text import decode

_LINE_END = re.compile(r"\r\n|\r|\n")
_HARMLESS = re.compile(r"[\s`\0\ufeff]*(?:\[DONE\])?[\s`\0\ufeff]*")
_NEXT_VALUE = re.compile(r"(?:^|[\r\n])[ \t]*(?=[{\[])")


def read_json(session: Session, start: int, first_line: int) -> int:
    """Every value from `start` on; gives their number. What is damaged is salvaged, what follows is still read."""
    skeleton = session.skeleton
    text, is_invalid = decode(bytes(skeleton.data[start:]) if start else skeleton.data[:])
    if is_invalid:
        session.report(
            "invalid_utf8", "The file is not valid UTF-8; unreadable bytes became \ufffd.", first_line, start
        )
    places = _Places(text, start, first_line)
    count = 0
    position = skip_between(text, 0)
    while position < len(text):
        line, offset = places.at(position)
        try:
            value, end = parse_at(text, position)
        except BrokenJson:
            following = _NEXT_VALUE.search(text, position + 1)
            if text[position] not in "{[":
                skipped = text[position : following.start() if following is not None else len(text)]
                if count and not _HARMLESS.fullmatch(skipped):
                    session.report(
                        "noise", f"What stands on line {line} is not JSON and was skipped.", line, offset
                    )
                if following is None:
                    break
                position = following.end()
                continue
            stop = _end_of_damage(text, position)
            is_last = not text[stop:].strip()
            count += session.take_damaged(text[position:stop], line, offset, is_last=is_last)
            position = skip_between(text, stop)
            continue
        session.assembler.add(skeleton.restore(value) if skeleton.pictures else value, Place(line, offset))
        count += 1
        position = skip_between(text, end)
    return count


def _end_of_damage(text: str, position: int) -> int:
    """Where another top-level value begins after a damaged one: at an opening bracket in the first column."""
    following = re.compile(r"[\r\n](?=\{)").search(text, position + 1)
    while following is not None:
        try:
            end = skip_between(text, parse_at(text, following.end())[1])
        except BrokenJson:
            return len(text)
        return following.end() if text[end : end + 1] in ("", "{", "[") else len(text)
    return len(text)


class _Places:
    """Line numbers and byte offsets of places in a text, asked for in ascending order."""

    def __init__(self, text: str, start: int, first_line: int) -> None:
        self._text = text
        self._position = 0
        self._line = first_line
        self._offset = start
        self._is_ascii = text.isascii()

    def at(self, position: int) -> tuple[int, int]:
        between = self._text[self._position : position]
        self._line += len(_LINE_END.findall(between))
        self._offset += len(between) if self._is_ascii else len(between.encode(errors="replace"))
        self._position = position
        return self._line, self._offset
