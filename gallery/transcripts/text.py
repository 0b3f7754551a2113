"""An upload as text: compression, encoding, line ends. Everything stays bytes for as long as possible."""

from __future__ import annotations

import codecs
import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from gallery.transcripts.errors import NotATranscript, TooLarge
from gallery.transcripts.limits import MEBIBYTE, Limits
from gallery.transcripts.records import Problem

Readable = bytes | bytearray | mmap.mmap
"""What can be searched and sliced without a copy of the whole."""

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31
_CHUNK = 256 * 1024
_UTF8_BOM = b"\xef\xbb\xbf"
_PEEK = 4096


@dataclass(slots=True)
class Text:
    """The upload after decompression, readable as UTF-8 from `start` on.

    `raw` is what offsets count in. It is the upload itself unless that was compressed or is UTF-16; in the latter case
    `is_transcoded` says that offsets do not fit the uploaded bytes.
    """

    raw: Readable
    start: int
    encoding: str
    compression: str | None
    is_transcoded: bool = False
    problems: list[Problem] = field(default_factory=list)


def open_text(data: bytes | bytearray | memoryview | mmap.mmap, limits: Limits) -> Text:
    """Decompress and recognise the encoding. Raises `TooLarge` before more than the limit is held in memory."""
    if len(data) > limits.decompressed_bytes:
        raise _too_large(limits)
    raw: Readable = bytes(data) if isinstance(data, memoryview) else data
    problems: list[Problem] = []
    compression = None
    if raw[:2] == GZIP_MAGIC:
        compression = "gzip"
        raw = _gunzip(raw, limits, problems)
    if raw[:3] == _UTF8_BOM:
        return Text(raw, 3, "utf-8-sig", compression, problems=problems)
    encoding = _utf16_of(raw)
    if encoding is None:
        return Text(raw, 0, "utf-8", compression, problems=problems)
    has_bom = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    with memoryview(raw) as whole, whole[2 if has_bom else 0 :] as body:
        # Not final: half a character at the end is none.
        decode_part = codecs.utf_16_le_decode if encoding == "utf-16-le" else codecs.utf_16_be_decode
        words, _ = decode_part(body, "replace")
    if "\ufffd" in words:
        problems.append(Problem("invalid_utf16", "Some bytes are not UTF-16; they are shown as \ufffd."))
    # A lone surrogate cannot come out of UTF-16 decoding with "replace", so this cannot fail.
    return Text(words.encode(), 0, encoding, compression, is_transcoded=True, problems=problems)


def lines(data: Readable, start: int) -> Iterator[tuple[int, int, bytes | bytearray]]:
    """(line number from 1, offset, content) of every line. CR, LF and CRLF end a line, nothing else does.

    `str.splitlines` would also split at U+2028, U+0085 and others, which are legal inside JSON strings.
    """
    number = 0
    position, end = start, len(data)
    find = data.find
    while position < end:
        stop = find(b"\n", position)
        if stop < 0:
            stop = end
        line = data[position:stop]
        number += 1
        if b"\r" not in line:
            yield number, position, line
        elif line.find(b"\r") == len(line) - 1:
            yield number, position, line[:-1]
        else:
            pieces = line.split(b"\r")
            if stop < end and not pieces[-1]:
                pieces.pop()
            offset = position
            number -= 1
            for piece in pieces:
                number += 1
                yield number, offset, piece
                offset += len(piece) + 1
        position = stop + 1


def decode(line: bytes | bytearray) -> tuple[str, bool]:
    """The line as text, and whether some of its bytes are not UTF-8 (these became U+FFFD).

    A character of which the line holds only the beginning is none: the line is cut there.
    """
    try:
        return line.decode(), False
    except UnicodeDecodeError:
        pass
    try:
        return codecs.utf_8_decode(line)[0], False
    except UnicodeDecodeError:
        return codecs.utf_8_decode(line, "replace")[0], True


def _utf16_of(raw: Readable) -> str | None:
    """The UTF-16 codec this is written in, by its byte order mark or by where its NUL bytes stand."""
    if raw[:2] == b"\xff\xfe":
        return "utf-16-le"
    if raw[:2] == b"\xfe\xff":
        return "utf-16-be"
    head = bytes(raw[:_PEEK])
    if len(head) < 4 or b"\0" not in head:
        return None
    half = len(head) // 2
    even, odd = head[0 : half * 2 : 2].count(0), head[1 : half * 2 : 2].count(0)
    if odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _gunzip(raw: Readable, limits: Limits, problems: list[Problem]) -> bytearray:
    """All gzip members, decompressed piece by piece so that a bomb is refused while it is still small."""
    whole = bytearray()
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    with memoryview(raw) as source:
        position = 0
        pending = b""
        try:
            while pending or position < len(source):
                if not pending:
                    pending = bytes(source[position : position + _CHUNK])
                    position += _CHUNK
                whole += inflater.decompress(
                    pending, min(MEBIBYTE, limits.decompressed_bytes + 1 - len(whole))
                )
                if len(whole) > limits.decompressed_bytes:
                    raise _too_large(limits)
                pending = inflater.unconsumed_tail
                if inflater.eof:
                    rest = inflater.unused_data
                    if not rest and position < len(source):
                        rest = bytes(source[position : position + _CHUNK])
                        position += _CHUNK
                    rest = rest.lstrip(b"\0")
                    if rest and not GZIP_MAGIC.startswith(rest[:2]):
                        problems.append(
                            Problem("after_gzip", "Bytes after the end of the gzip data were ignored.")
                        )
                        return whole
                    pending = rest
                    if rest:
                        inflater = zlib.decompressobj(_GZIP_WINDOW)
        except zlib.error:
            if not whole:
                raise NotATranscript(
                    "broken_gzip", "This looks like a gzip file, but it cannot be decompressed."
                ) from None
            problems.append(
                Problem("broken_gzip", "The gzip data is damaged; what came before the damage was read.")
            )
            return whole
    if not inflater.eof:
        problems.append(Problem("cut_gzip", "The gzip data ends before its end; what is there was read."))
    return whole


def _too_large(limits: Limits) -> TooLarge:
    mebibytes = limits.decompressed_bytes / MEBIBYTE
    return TooLarge("too_large", f"This file is larger than the limit of {mebibytes:,.0f} MB.")
