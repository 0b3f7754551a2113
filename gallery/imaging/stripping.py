"""Pictures without what their files say besides: text, camera data, provenance, comments, anything behind the end.

The coded pixels are taken over byte for byte, never decoded; around them stands only what is needed to show them alike:
size, palette, transparency, colour space, the timing of frames, and which way is up, written anew. What is not
understood from the first byte to the last is refused, so that nothing leaves which nobody has looked at.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

from gallery.imaging import exif
from gallery.imaging.sniff import GIF, JPEG, PNG, WEBP, sniff

__all__ = ["STRIPPABLE", "CannotStrip", "strip"]

Part = bytes | memoryview
MOST_PARTS = 200_000
"""Chunks, segments or blocks of one file: what bounds the time and memory that hostile bytes can take."""
MOST_SUB_BLOCKS = 2_000_000


class CannotStrip(ValueError):
    """The file cannot be rid of its metadata with certainty; the message says why, in a sentence."""


def strip(data: bytes) -> bytes:
    """The same PNG, JPEG, WebP or GIF without metadata. Raises CannotStrip for every other file, and for damaged ones.

    Takes at most twice the memory of `data`, and time in proportion to it.
    """
    kind = sniff(data)
    strip_kind = _STRIPPERS.get(kind)
    if strip_kind is None:
        raise CannotStrip("Only PNG, JPEG, WebP and GIF files can be rid of their metadata.")
    try:
        return b"".join(strip_kind(memoryview(data)))
    except (IndexError, struct.error):
        raise CannotStrip(f"The {_NAMES[kind]} file ends too early or contradicts itself.") from None


# PNG

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# With the lengths that the specification allows: a longer one could carry something else.
_PNG_ANCILLARY: Mapping[bytes, range] = {
    b"tRNS": range(1, 257),
    b"gAMA": range(4, 5),
    b"cHRM": range(32, 33),
    b"sRGB": range(1, 2),
    b"iCCP": range(3, 16 * 1024 * 1024),
    b"sBIT": range(1, 5),
    b"pHYs": range(9, 10),
    b"bKGD": range(1, 7),
    b"acTL": range(8, 9),
}
_PNG_ANIMATION = {b"fcTL", b"fdAT"}
_PNG_CRITICAL: Mapping[bytes, range] = {
    b"IHDR": range(13, 14),
    b"PLTE": range(3, 769),
    b"IEND": range(1),
}


def _strip_png(data: memoryview) -> Iterator[Part]:
    yield _PNG_SIGNATURE
    seen: set[bytes] = set()
    orientation = 1
    for kind, start, end in _png_chunks(data):
        length = end - start
        if kind == b"eXIf":
            if orientation == 1:
                orientation = exif.orientation(bytes(data[start : min(end, start + 65_536)]))
            continue
        if (kind == b"IHDR") == bool(seen):
            raise CannotStrip("The PNG file does not begin with the one header that it may have.")
        if kind in _PNG_CRITICAL:
            if length not in _PNG_CRITICAL[kind] or kind in seen:
                raise CannotStrip("The PNG file's header, palette or end is damaged.")
        elif kind in _PNG_ANCILLARY:
            if length not in _PNG_ANCILLARY[kind] or kind in seen:
                continue
        elif kind in _PNG_ANIMATION:
            if kind == b"fcTL" and length != 26:
                raise CannotStrip("The PNG file's animation is damaged.")
        elif kind != b"IDAT":
            if not kind[0] & 0x20:
                raise CannotStrip("The PNG file has a part that is needed to show it and is not known.")
            continue
        if zlib.crc32(data[start - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise CannotStrip("The PNG file is damaged: a checksum is wrong.")
        if kind == b"IEND":
            if b"IDAT" not in seen:
                raise CannotStrip("The PNG file holds no picture.")
            if orientation != 1:
                yield _png_chunk(b"eXIf", _only_orientation(orientation))
        seen.add(kind)
        yield data[start - 8 : end + 4]


def _png_chunks(data: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's kind and where its content begins and ends, up to the end of the picture."""
    at = len(_PNG_SIGNATURE)
    for _ in range(MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            raise CannotStrip("The PNG file is cut short.")
        yield kind, at + 8, at + 8 + length
        if kind == b"IEND":
            return
        at += 12 + length
    raise CannotStrip("The PNG file is in too many parts.")


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# JPEG

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_NEEDED_SEGMENTS = (frozenset(range(0xC0, 0xD0)) - {0xC8}) | {0xDB, 0xDC, 0xDD}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROFILE_MARK = b"ICC_PROFILE\0"
# What ends the coded pixels of a scan: a marker that is neither a stuffed byte nor a restart.
_SCAN_END = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


def _strip_jpeg(data: memoryview) -> Iterator[Part]:
    yield b"\xff\xd8"
    at, has_frame, has_scan, orientation = 2, False, False, 1
    head: list[Part] = []
    for _ in range(MOST_PARTS):
        at, marker = _jpeg_marker(data, at)
        if marker == _END:
            if not has_scan:
                raise CannotStrip("The JPEG file holds no picture.")
            yield b"\xff\xd9"
            return
        end = at + int.from_bytes(data[at : at + 2], "big")
        start = at + 2
        if not start <= end <= len(data):
            raise CannotStrip("The JPEG file is cut short.")
        content = data[start:end]
        if marker in _FRAMES:
            if not has_frame:
                yield from head
                if orientation != 1:
                    yield _jpeg_segment(_APP1, b"Exif\0\0" + _only_orientation(orientation))
            has_frame = True
        kept = _kept_segment(marker, content)
        if marker == _APP1 and orientation == 1 and bytes(content[:6]) == b"Exif\0\0":
            orientation = exif.orientation(bytes(content))
        if kept is not None:
            if has_frame:
                yield kept
            else:
                head.append(kept)
        at = end
        if marker == _SCAN:
            if not has_frame:
                raise CannotStrip("The JPEG file's parts are out of order.")
            has_scan = True
            found = _SCAN_END.search(data, end)
            if found is None:
                raise CannotStrip("The JPEG file is cut short.")
            at = found.start()
            yield data[end:at]
    raise CannotStrip("The JPEG file is in too many parts.")


def _jpeg_marker(data: memoryview, at: int) -> tuple[int, int]:
    """What follows the marker at `at`, and the marker."""
    if data[at] != 0xFF:
        raise CannotStrip("The JPEG file has bytes between its parts that belong to none.")
    while data[at] == 0xFF:
        at += 1
    return at + 1, data[at]


def _kept_segment(marker: int, content: memoryview) -> bytes | None:
    """The segment as it leaves; None for metadata."""
    if marker in _NEEDED_SEGMENTS or marker == _SCAN:
        return _jpeg_segment(marker, bytes(content))
    if marker == _APP0 and bytes(content[:5]) == b"JFIF\0" and len(content) >= 14:
        # Without the thumbnail that may follow.
        return _jpeg_segment(marker, bytes(content[:12]) + b"\0\0")
    if marker == _APP2 and bytes(content[:12]) == _PROFILE_MARK:
        return _jpeg_segment(marker, bytes(content))
    if marker == _APP14 and bytes(content[:5]) == b"Adobe" and len(content) >= 12:
        return _jpeg_segment(marker, bytes(content[:12]))
    if _APP0 <= marker <= _APP15 or marker == _COMMENT:
        return None
    raise CannotStrip("The JPEG file has a part that is not known.")


def _jpeg_segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


# WebP

_WEBP_PICTURES = {b"VP8 ", b"VP8L", b"ALPH"}
_PROFILE_FLAG, _ALPHA_FLAG, _EXIF_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x08, 0x02


def _strip_webp(data: memoryview) -> Iterator[Part]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise CannotStrip("The WebP file is cut short.")
    canvas: memoryview | None = None
    kept: list[Part] = []
    seen: set[bytes] = set()
    orientation = 1
    for kind, content in _webp_chunks(data[12:end]):
        if kind == b"VP8X":
            if seen or len(content) != 10:
                raise CannotStrip("The WebP file's header is damaged.")
            canvas = content
        elif kind == b"EXIF" and orientation == 1:
            orientation = exif.orientation(bytes(content[:65_536]))
        elif kind == b"ANMF":
            kept += _webp_chunk(kind, [content[:16], *_frame_parts(content)])
        elif kind in _WEBP_PICTURES or (kind in {b"ICCP", b"ANIM"} and kind not in seen):
            if kind == b"ANIM" and len(content) != 6:
                raise CannotStrip("The WebP file's animation is damaged.")
            kept += _webp_chunk(kind, [content])
        seen.add(kind)
        if canvas is None and seen & {b"VP8 ", b"VP8L"}:
            break  # a simple file ends with its picture
    if not seen & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise CannotStrip("The WebP file holds no picture.")
    if canvas is not None:
        flags = canvas[0] & (_ALPHA_FLAG | _ANIMATION_FLAG)
        if b"ICCP" in seen:
            flags |= _PROFILE_FLAG
        if orientation != 1:
            flags |= _EXIF_FLAG
            kept += _webp_chunk(b"EXIF", [_only_orientation(orientation)])
        kept = [*_webp_chunk(b"VP8X", [bytes([flags, 0, 0, 0]), canvas[4:]]), *kept]
    size = 4 + sum(len(part) for part in kept)
    yield b"RIFF" + size.to_bytes(4, "little") + b"WEBP"
    yield from kept


def _frame_parts(frame: memoryview) -> Iterator[Part]:
    """What draws a frame of an animation, without what else may stand in it."""
    if len(frame) < 16:
        raise CannotStrip("The WebP file's animation is damaged.")
    for kind, content in _webp_chunks(frame[16:]):
        if kind in _WEBP_PICTURES:
            yield from _webp_chunk(kind, [content])


def _webp_chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    for _ in range(MOST_PARTS):
        if at + 8 > len(data):
            return
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > len(data):
            raise CannotStrip("The WebP file is cut short.")
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)
    raise CannotStrip("The WebP file is in too many parts.")


def _webp_chunk(kind: bytes, contents: list[Part]) -> list[Part]:
    length = sum(len(part) for part in contents)
    return [kind + length.to_bytes(4, "little"), *contents, b"\0" * (length & 1)]


# GIF

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}


def _strip_gif(data: memoryview) -> Iterator[Part]:
    at = 13 + _table_size(data[10])
    yield data[:at]
    has_frame = False
    for _ in range(MOST_PARTS):
        block = data[at]
        if block == _TRAILER:
            if not has_frame:
                raise CannotStrip("The GIF file holds no picture.")
            yield b"\x3b"
            return
        if block == _EXTENSION:
            end = _after_sub_blocks(data, at + 2)
            yield from _kept_extension(data[at:end])
        elif block == _FRAME:
            pixels_at = at + 10 + _table_size(data[at + 9])
            end = _after_sub_blocks(data, pixels_at + 1)
            has_frame = True
            yield data[at:end]
        else:
            raise CannotStrip("The GIF file has bytes between its parts that belong to none.")
        at = end
    raise CannotStrip("The GIF file is in too many parts.")


def _kept_extension(block: memoryview) -> Iterator[Part]:
    """An extension as it leaves: timing and transparency, or how often an animation repeats; nothing for others."""
    if block[1] == _GRAPHIC_CONTROL and block[2] == 4:
        yield bytes(block[:7]) + b"\0"
    elif block[1] == _APPLICATION and bytes(block[3:14]) in _LOOPS and bytes(block[14:16]) == b"\x03\x01":
        yield bytes(block[:18]) + b"\0"


def _table_size(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _after_sub_blocks(data: memoryview, at: int) -> int:
    for _ in range(MOST_SUB_BLOCKS):
        length = data[at]
        at += 1 + length
        if length == 0:
            return at
    raise CannotStrip("The GIF file is in too many parts.")


def _only_orientation(orientation: int) -> bytes:
    """An EXIF block that says which way is up and nothing else."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


_STRIPPERS: Mapping[str, Callable[[memoryview], Iterator[Part]]] = {
    PNG: _strip_png,
    JPEG: _strip_jpeg,
    WEBP: _strip_webp,
    GIF: _strip_gif,
}
STRIPPABLE = frozenset(_STRIPPERS)
_NAMES = {PNG: "PNG", JPEG: "JPEG", WEBP: "WebP", GIF: "GIF"}
