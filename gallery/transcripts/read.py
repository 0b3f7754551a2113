"""Bytes to a `Transcript`: the one way in."""

from __future__ import annotations

import mmap
import re

from gallery.transcripts.assemble import Assembler
from gallery.transcripts.errors import NotATranscript
from gallery.transcripts.json_reader import read_json
from gallery.transcripts.jsonl_reader import read_jsonl
from gallery.transcripts.limits import DEFAULT_LIMITS, Limits
from gallery.transcripts.parsing import BrokenJson, parse_at, skip_between
from gallery.transcripts.payloads import Skeleton
from gallery.transcripts.reading import Session
from gallery.transcripts.records import Problem, Shape, Transcript
from gallery.transcripts.shapes import EXPECTED, Foreign, find_family
from gallery.transcripts.sse_reader import read_sse
from gallery.transcripts.text import Readable, decode, open_text

_LINE_END = re.compile(rb"[\r\n]")
_SOLID_LINE = re.compile(rb"(?:^|[\r\n])[ \t]*\{[^\r\n]*\}[ \t,]*(?=[\r\n]|$)")
_PRETTY_FIRST_LINE = 400
_TOO_DEEP = Foreign("too_deep", "JSON that is nested too deeply to be read")


def read_transcript(
    data: bytes | bytearray | memoryview | mmap.mmap, *, limits: Limits = DEFAULT_LIMITS
) -> Transcript:
    """Read an uploaded file. Raises `NotATranscript` or `TooLarge`, nothing else, whatever the bytes."""
    try:
        return _read(data, limits)
    except RecursionError:
        # What could just be parsed can still be too deep to be compared.
        raise _TOO_DEEP.refusal() from None


def _read(data: bytes | bytearray | memoryview | mmap.mmap, limits: Limits) -> Transcript:
    text = open_text(data, limits)
    skeleton = Skeleton(text)
    found = find_family(skeleton.data, skeleton.start)
    assembler = Assembler(limits, skeleton.raw_offset)
    session = Session(skeleton, assembler)
    for problem in text.problems:
        assembler.problems.add(problem)
    first_line = 1 + _count_lines(skeleton.data, skeleton.start, found.start)
    if found.skipped_lines:
        skipped = first_line - 1
        assembler.problems.add(
            Problem("noise", f"The first {skipped} lines are not part of a transcript and were skipped."
                    if skipped > 1 else "What stands before the transcript was skipped.", 1)
        )  # fmt: skip
    shape: Shape
    if found.family == "sse":
        shape = "sse"
        read_sse(session, found.start, first_line)
    else:
        shape = _read_json_family(session, found.start, first_line)
    if not assembler.has_anything:
        raise assembler.refusal or _nothing_found(skeleton, assembler)
    responses = assembler.responses()
    return Transcript(
        shape=shape,
        shape_detail=", ".join(sorted(assembler.details)),
        encoding=text.encoding,
        compression=text.compression,
        event_count=assembler.event_count,
        responses=responses,
        problems=assembler.problems.all(),
        payloads=skeleton.payloads,
    )


def _read_json_family(session: Session, start: int, first_line: int) -> Shape:
    """One value a line, or values that do not care about lines."""
    if _is_jsonl(session.skeleton.data, start):
        read_jsonl(session, start, first_line)
        return "jsonl"
    if read_json(session, start, first_line) > 1:
        session.assembler.details.add("several values")
    return "json"


def _is_jsonl(data: Readable, start: int) -> bool:
    end = _LINE_END.search(data, start)
    if end is None:
        return _holds_several(decode(bytes(data[start:]))[0])
    if re.compile(rb"[^\s\0]").search(data, end.start()) is None:
        return _holds_several(decode(bytes(data[start : end.start()]))[0])
    line = bytes(data[start : end.start()]).strip(b" \t,")
    try:
        position = parse_at(decode(line)[0], 0)[1]
    except BrokenJson:
        if line in (b"[", b"{") or (len(line) < _PRETTY_FIRST_LINE and not line.endswith(b"}")):
            return False
        # The first line is broken, or this is one value over several lines: count lines that look whole.
        return len(_SOLID_LINE.findall(data, start)) >= 1 + line.endswith(b"}")
    del position
    return True


def _holds_several(line: str) -> bool:
    """Whether one line holds several objects: events that lost their line ends."""
    try:
        position = skip_between(line, parse_at(line, 0)[1])
    except BrokenJson:
        return False
    return line[position : position + 1] == "{"


def _count_lines(data: Readable, start: int, end: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", bytes(data[start:end])))


def _nothing_found(skeleton: Skeleton, assembler: Assembler) -> NotATranscript:
    if any(problem.code == "too_deep" for problem in assembler.problems.all()):
        return _TOO_DEEP.refusal()
    rest = bytes(skeleton.data[skeleton.start : skeleton.start + 4096])
    words = re.sub(rb"(?m)^(?:data:|event:.*|id:.*|retry:.*|:.*)", b"", rest).split()
    if not words or set(words) == {b"[DONE]"}:
        return Foreign("only_done", "an event stream without a single event").refusal()
    return NotATranscript(
        "damaged", f"This looks like JSON or an event stream, but no part of it can be read. {EXPECTED}"
    )
