"""JPEG as a row of marker segments up to the first scan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gallery.imaging import exif
from gallery.imaging.facts import PROFILE_BOUND, Header
from gallery.imaging.sniff import JPEG

_START_OF_SCAN = 0xDA
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APP0, _APP1, _APP2, _APP11, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEB, 0xEE, 0xEF, 0xFE
_PROFILE_MARK = b"ICC_PROFILE\0"
_SEGMENT_BOUND = 100_000


class Segment(NamedTuple):
    marker: int
    start: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """Segments up to and including the first scan's header; `start` is behind marker and length."""
    at = 2
    for _ in range(_SEGMENT_BOUND):
        while at + 1 < len(data) and data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if at + 4 > len(data) or data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        if marker in {0x00, 0xD9}:
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2:
            return
        yield Segment(marker, at + 4, at + 2 + length)
        if marker == _START_OF_SCAN:
            return
        at += 2 + length


def read(data: bytes) -> Header:
    width = height = None
    has_c2pa = False
    orientation = 1
    profile_parts: dict[int, bytes] = {}
    scan_at = None
    for marker, start, end in segments(data):
        if marker in _FRAME_MARKERS and width is None and start + 5 <= len(data):
            height = int.from_bytes(data[start + 1 : start + 3], "big")
            width = int.from_bytes(data[start + 3 : start + 5], "big")
        elif marker == _APP1 and data.startswith(b"Exif\0\0", start):
            orientation = exif.orientation(data[start:end])
        elif marker == _APP2 and data.startswith(_PROFILE_MARK, start) and end > start + 14:
            profile_parts.setdefault(data[start + 12], data[start + 14 : end])
        elif marker == _APP11 and not has_c2pa:
            has_c2pa = _is_c2pa(data[start : min(end, start + 64)])
        elif marker == _START_OF_SCAN:
            scan_at = start
    profile = b"".join(part for _, part in sorted(profile_parts.items()))
    return Header(
        media_type=JPEG,
        width=width,
        height=height,
        has_c2pa=has_c2pa,
        orientation=orientation,
        colour_profile=profile if len(profile) <= PROFILE_BOUND else b"",
        largest_frame=(width or 0) * (height or 0),
        # Inside a scan 0xFF is always followed by 0x00 or a restart marker, so this is the end marker itself.
        is_cut=scan_at is None or data.rfind(b"\xff\xd9", scan_at) < 0,
    )


def _is_c2pa(content: bytes) -> bool:
    """JUMBF in APP11: `JP`, instance, sequence, then a `jumb` box described by the C2PA UUID."""
    return content.startswith(b"JP") and content[12:16] == b"jumb" and b"jumdc2pa" in content


def essence(data: bytes) -> bytes | None:
    """The picture without application segments and comments, but for the two that tell its colour space."""
    view = memoryview(data)
    kept: list[bytes | memoryview] = [data[:2]]
    for marker, start, end in segments(data):
        if marker == _START_OF_SCAN:
            kept.append(view[start - 4 :])
            return b"".join(kept)
        is_metadata = _APP0 <= marker <= _APP15 or marker == _COMMENT
        is_colour = (marker == _APP0 and end - start >= 14) or (marker == _APP14 and end - start >= 12)
        if not is_metadata or is_colour:
            kept.append(view[start - 4 : end])
    return None
