"""WebP as a RIFF container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gallery.imaging import exif
from gallery.imaging.facts import FRAME_BOUND, PROFILE_BOUND, Header
from gallery.imaging.sniff import WEBP

_NEEDED = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
_METADATA_FLAGS = 0x20 | 0x08 | 0x04  # colour profile, EXIF, XMP
_ALPHA_FLAG = 0x10
_CHUNK_BOUND = 100_000


class Chunk(NamedTuple):
    kind: bytes
    start: int
    end: int


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks that the container announces and the data holds, at least in part."""
    last = min(len(data), _announced_end(data))
    at = 12
    for _ in range(_CHUNK_BOUND):
        if at + 8 > last:
            return
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield Chunk(data[at : at + 4], at + 8, at + 8 + length)
        at += 8 + length + (length & 1)


def _announced_end(data: bytes) -> int:
    return 8 + int.from_bytes(data[4:8], "little")


def read(data: bytes) -> Header:
    width = height = None
    has_canvas = has_alpha = has_c2pa = has_pixels = False
    frames = 0
    end = 12
    orientation = 1
    profile = b""
    for kind, start, end in chunks(data):
        head = data[start : start + 10]
        match kind:
            case b"VP8X" if len(head) == 10:
                has_canvas = True
                width = 1 + int.from_bytes(head[4:7], "little")
                height = 1 + int.from_bytes(head[7:10], "little")
                has_alpha = has_alpha or bool(head[0] & _ALPHA_FLAG)
            case b"VP8 ":
                has_pixels = True
                if not has_canvas and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
                    width = int.from_bytes(head[6:8], "little") & 0x3FFF
                    height = int.from_bytes(head[8:10], "little") & 0x3FFF
            case b"VP8L":
                has_pixels = True
                if len(head) >= 5 and head[0] == 0x2F:
                    bits = int.from_bytes(head[1:5], "little")
                    if not has_canvas:
                        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
                        has_alpha = bool(bits >> 28 & 1)
            case b"ALPH":
                has_alpha = True
            case b"ANMF":
                has_pixels = True
                frames += 1
            case b"C2PA":
                has_c2pa = True
            case b"EXIF":
                orientation = exif.orientation(data[start:end])
            case b"ICCP" if end - start <= PROFILE_BOUND:
                profile = data[start:end]
    is_cut = len(data) < max(_announced_end(data), end)
    return Header(
        media_type=WEBP,
        width=width,
        height=height,
        frame_count=max(1, min(frames, FRAME_BOUND)),
        has_alpha=has_alpha,
        has_c2pa=has_c2pa,
        orientation=orientation,
        colour_profile=profile,
        largest_frame=(width or 0) * (height or 0),
        is_cut=is_cut,
        is_damaged=not is_cut and not has_pixels,
    )


def essence(data: bytes) -> bytes | None:
    """The picture without metadata chunks."""
    view = memoryview(data)
    kept: list[bytes | memoryview] = []
    for kind, start, end in chunks(data):
        if kind not in _NEEDED:
            continue
        if end > len(data):
            return None
        if kind == b"VP8X":
            kept += [view[start - 8 : start], bytes([data[start] & ~_METADATA_FLAGS]), view[start + 1 : end]]
        else:
            kept.append(view[start - 8 : end])
        if (end - start) & 1:
            kept.append(b"\0")
    size = 4 + sum(len(part) for part in kept)
    return b"".join([b"RIFF", size.to_bytes(4, "little"), b"WEBP", *kept])
