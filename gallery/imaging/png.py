"""PNG as a row of chunks."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gallery.imaging import exif
from gallery.imaging.facts import FRAME_BOUND, PROFILE_BOUND, Header
from gallery.imaging.sniff import PNG

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# All that the decoder needs. Text, profiles, manifests and animation frames stay out of its sight.
_NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_CHUNK_BOUND = 65_536
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Adam7: first column and row of each pass, and the steps between.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_INFLATE_SLICE = 1024 * 1024


class Chunk(NamedTuple):
    kind: bytes
    start: int
    end: int
    is_whole: bool


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks up to IEND or the end of the data; `start` and `end` enclose the chunk's content."""
    at = len(_SIGNATURE)
    for _ in range(_CHUNK_BOUND):
        if at + 8 > len(data):
            return
        (length,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        end = at + 8 + length
        yield Chunk(kind, at + 8, end, end + 4 <= len(data))
        if kind == b"IEND" or end + 4 > len(data):
            return
        at = end + 4


def read(data: bytes) -> Header:
    width = height = None
    colour_type = 0
    has_transparency = has_c2pa = has_data = has_end = is_damaged = False
    announced_frames = frames = 0
    orientation = 1
    profile = b""
    for chunk in chunks(data):
        if not chunk.kind.isalpha():
            is_damaged = True
            break
        content = data[chunk.start : min(chunk.end, len(data))] if chunk.kind in _READ else b""
        match chunk.kind:
            case b"IHDR" if width is None and len(content) >= 10:
                width, height, _, colour_type = struct.unpack_from(">IIBB", content)
            case b"IDAT":
                has_data = True
            case b"IEND":
                has_end = chunk.is_whole
            case b"caBX":
                has_c2pa = has_c2pa or not has_data
            case b"tRNS":
                has_transparency = True
            case b"acTL" if len(content) >= 4 and not has_data:
                (announced_frames,) = struct.unpack_from(">I", content)
            case b"fcTL":
                frames += 1
            case b"eXIf":
                orientation = exif.orientation(content)
            case b"iCCP":
                profile = _profile(content)
    return Header(
        media_type=PNG,
        width=width,
        height=height,
        frame_count=max(1, min(announced_frames, frames, FRAME_BOUND)),
        has_alpha=has_transparency or colour_type in {4, 6},
        has_c2pa=has_c2pa,
        orientation=orientation,
        colour_profile=profile,
        largest_frame=(width or 0) * (height or 0),
        is_cut=not has_end,
        is_damaged=is_damaged or (has_end and not has_data),
    )


_READ = {b"IHDR", b"acTL", b"eXIf", b"iCCP"}


def _profile(content: bytes) -> bytes:
    """The colour profile, if it unpacks within its bound."""
    name, found, _ = content[:81].partition(b"\0")
    if not found:
        return b""
    inflate = zlib.decompressobj()
    try:
        profile = inflate.decompress(memoryview(content)[len(name) + 2 :], PROFILE_BOUND)
    except zlib.error:
        return b""
    return profile if inflate.eof else b""


def essence(data: bytes) -> bytes | None:
    """The picture without its ancillary chunks, or None if a needed chunk fails its checksum.

    Decoders stop at the last pixel and may miss damage; the checksums of a 3 MB picture cost a millisecond.
    """
    view = memoryview(data)
    kept: list[bytes | memoryview] = [_SIGNATURE]
    for chunk in chunks(data):
        if chunk.kind not in _NEEDED:
            continue
        if not chunk.is_whole:
            return None
        (checksum,) = struct.unpack_from(">I", data, chunk.end)
        if zlib.crc32(view[chunk.start - 4 : chunk.end]) != checksum:
            return None
        kept.append(view[chunk.start - 8 : chunk.end + 4])
    return b"".join(kept)


def has_every_row(data: bytes) -> bool:
    """Whether the compressed data is as long as all rows together. Costs half a decode."""
    missing = _rows_size(data)
    inflate = zlib.decompressobj()
    view = memoryview(data)
    for chunk in chunks(data):
        waiting: bytes | memoryview = view[chunk.start : chunk.end] if chunk.kind == b"IDAT" else b""
        while waiting and missing > 0:
            missing -= len(inflate.decompress(waiting, _INFLATE_SLICE))
            waiting = inflate.unconsumed_tail
    return missing <= 0 or missing <= len(inflate.flush())


def _rows_size(data: bytes) -> int:
    width, height, depth, colour_type, _, _, interlace = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * _CHANNELS.get(colour_type, 1)
    size = 0
    for left, top, right_step, down_step in _PASSES if interlace else ((0, 0, 1, 1),):
        columns = max(0, -(-(width - left) // right_step))
        rows = max(0, -(-(height - top) // down_step))
        size += rows * (1 + -(-columns * bits // 8)) if columns else 0
    return size
