"""Long base64 pictures, found and lifted out of the text before anything parses it.

The JSON parser then sees a short marker where megabytes stood, and each distinct picture is decoded once: most
streams send the same one three times. Only C-level searches touch the long stretches.
"""

from __future__ import annotations

import binascii
import mmap
import secrets
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from gallery.transcripts.encoded import (
    data_url_prefix,
    decode_base64,
    is_canonical_end,
    looks_like_picture,
    unescape,
)
from gallery.transcripts.openssl_base64 import decode_strictly
from gallery.transcripts.records import Payload
from gallery.transcripts.text import Readable, Text

LONG_CHARACTERS = 512
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True, eq=False)
class LiftedPicture:
    """Stands in parsed JSON where a string was that consisted of nothing but a long base64 picture."""

    payload: Payload
    prefix: str
    declared_type: str | None
    notes: tuple[str, ...]
    source: Readable

    def __eq__(self, other: object) -> bool:
        """Alike are pictures of the same bytes in the same words around them."""
        return (
            isinstance(other, LiftedPicture)
            and self.prefix == other.prefix
            and self.payload.data == other.payload.data
        )

    def __hash__(self) -> int:
        return hash(self.payload.data)

    @property
    def characters(self) -> int:
        return self.payload.end - self.payload.start + len(self.prefix)

    def __str__(self) -> str:
        """The text as it was."""
        text = bytes(self.source[self.payload.start : self.payload.end])
        return self.prefix + (unescape(text) if b"\\" in text else text).decode("ascii", "replace")


class Skeleton:
    """The text with a marker in place of every lifted picture."""

    def __init__(self, text: Text) -> None:
        self.raw = text.raw
        self._is_transcoded = text.is_transcoded
        # Nobody can write this into a file beforehand, so a marker that is found is one of ours.
        token = secrets.token_hex(12)
        self.marker_start = f"~{token}:"
        self.pictures: list[LiftedPicture] = []
        self._cut_ends: list[int] = []
        self._shifts: list[int] = []
        spans = _find_pictures(text.raw, text.start)
        self.data: Readable = text.raw
        self.start = text.start
        if spans:
            self._replace(spans)

    @property
    def payloads(self) -> tuple[Payload, ...]:
        """Where the pictures stand in the uploaded bytes; none where those are not UTF-8."""
        return () if self._is_transcoded else tuple(picture.payload for picture in self.pictures)

    def raw_offset(self, offset: int) -> int | None:
        """Where a place in the skeleton stands in the uploaded bytes; None where these are not UTF-8."""
        if self._is_transcoded:
            return None
        index = bisect_right(self._cut_ends, offset) - 1
        return offset + self._shifts[index] if index >= 0 else offset

    def restore(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON value
        """The parsed value with markers replaced: whole strings by `LiftedPicture`, others by their text again."""
        if type(value) is str:
            return self._restore_text(value) if self.marker_start in value else value
        if depth < MAX_DEPTH:
            if type(value) is dict:
                return {self._plain(key): self.restore(inner, depth + 1) for key, inner in value.items()}
            if type(value) is list:
                return [self.restore(inner, depth + 1) for inner in value]
        return value

    def _plain(self, key: str) -> str:
        return str(self._restore_text(key)) if self.marker_start in key else key

    def _restore_text(self, text: str) -> str | LiftedPicture:
        before, *rest = text.split(self.marker_start)
        parts = [before]
        for piece in rest:
            number, _, after = piece.partition("~")
            picture = self.pictures[int(number)]
            if len(rest) == 1 and not after and before == picture.prefix:
                return picture
            body = str(picture)
            parts += [body[len(picture.prefix) :], after]
        return type(text)("".join(parts))

    def _replace(self, spans: list[LiftedPicture]) -> None:
        pieces: list[bytes | bytearray] = []
        done, length = 0, 0
        for number, picture in enumerate(spans):
            marker = f"{self.marker_start}{number}~".encode()
            piece = self.raw[done : picture.payload.start]
            pieces += [piece, marker]
            length += len(piece) + len(marker)
            done = picture.payload.end
            self._cut_ends.append(length)
            self._shifts.append(done - length)
        pieces.append(self.raw[done:])
        self.data = b"".join(pieces)
        self.pictures = spans


def _find_pictures(raw: Readable, start: int) -> list[LiftedPicture]:
    """Every long stretch without a quotation mark that is a base64 picture, in file order."""
    found: list[LiftedPicture] = []
    seen: dict[int, list[Payload]] = {}
    position, end = start, len(raw)
    while position + LONG_CHARACTERS <= end:
        # Jumping backwards from the end of the window skips short strings about 500 bytes at a time.
        quote = raw.rfind(b'"', position, position + LONG_CHARACTERS)
        if quote >= 0:
            position = quote + 1
            continue
        stop = raw.find(b'"', position + LONG_CHARACTERS)
        if stop < 0:
            break
        picture = _picture_at(raw, position, stop, seen)
        if picture is not None:
            found.append(picture)
        position = stop + 1
    return found


def _picture_at(raw: Readable, start: int, stop: int, seen: dict[int, list[Payload]]) -> LiftedPicture | None:
    prefix_length, declared_type = data_url_prefix(bytes(raw[start : start + 200]))
    body = start + prefix_length
    head = bytes(raw[body : body + 128])
    if b"\\" in head:
        head = unescape(head[:-6])
    if not looks_like_picture(head):
        return None
    prefix = bytes(raw[start:body])
    prefix_text = (unescape(prefix) if b"\\" in prefix else prefix).decode("ascii", "replace")
    notes: tuple[str, ...] = ("data-url",) if prefix_length else ()
    length = stop - body
    with memoryview(raw) as whole, whole[body:stop] as text:
        for known in seen.get(length, ()):
            if _stands_at(raw, text, known.start):
                payload = Payload(body, stop, known.data, known.is_canonical)
                return LiftedPicture(payload, prefix_text, declared_type, notes, raw)
    try:
        data = decode_strictly(raw, body, stop)
    except binascii.Error:
        decoded = _decode_unusual(bytes(raw[body:stop]))
        if decoded is None:
            return None
        data, departures = decoded
        payload = Payload(body, stop, data, is_canonical=False)
        return LiftedPicture(payload, prefix_text, declared_type, notes + departures, raw)
    payload = Payload(body, stop, data, is_canonical_end(bytes(raw[stop - 4 : stop]), data))
    seen.setdefault(length, []).append(payload)
    return LiftedPicture(payload, prefix_text, declared_type, notes, raw)


def _decode_unusual(text: bytes) -> tuple[bytes, tuple[str, ...]] | None:
    if b"\n" in text or b"\r" in text:
        return None  # A JSON string never holds a bare line end: this one was cut, and the next line is not part of it.
    return decode_base64(unescape(text) if b"\\" in text else text)


def _stands_at(raw: Readable, text: memoryview, start: int) -> bool:
    """Whether `text` stands at `start` too: a memcmp without another copy."""
    if isinstance(raw, mmap.mmap):
        return raw.find(text, start, start + len(text)) == start
    return raw.startswith(text, start)
