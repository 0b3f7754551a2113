"""GIF as a row of blocks."""

from __future__ import annotations

import struct

from gallery.imaging.facts import FRAME_BOUND, Header
from gallery.imaging.sniff import GIF

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9
_HEADER_SIZE = 13


def read(data: bytes) -> Header:
    if len(data) < 10:
        return Header(media_type=GIF, is_cut=True)
    width, height = struct.unpack_from("<HH", data, 6)
    largest_frame = width * height
    frames = 0
    has_alpha = is_cut = is_damaged = False
    at = _HEADER_SIZE + _table_size(data, 10)
    while True:
        if at >= len(data):
            is_cut = True
            break
        block = data[at]
        if block == _TRAILER:
            break
        if block == _EXTENSION:
            if data[at + 1 : at + 2] == bytes([_GRAPHIC_CONTROL]) and at + 3 < len(data):
                has_alpha = has_alpha or bool(data[at + 3] & 1)
            at = _after_sub_blocks(data, at + 2)
        elif block == _FRAME:
            if at + 10 > len(data):
                is_cut = True
                break
            left, top, frame_width, frame_height = struct.unpack_from("<HHHH", data, at + 1)
            right, bottom = max(width, left + frame_width), max(height, top + frame_height)
            largest_frame = max(largest_frame, right * bottom)
            if frames == 0:
                # Viewers grow the screen to the first frame.
                width, height = right, bottom
            frames += 1
            if frames == FRAME_BOUND:
                break
            at = _after_sub_blocks(data, at + 10 + _table_size(data, at + 9) + 1)
        else:
            is_damaged = True
            break
    return Header(
        media_type=GIF,
        width=width,
        height=height,
        frame_count=max(1, frames),
        has_alpha=has_alpha,
        largest_frame=largest_frame,
        is_cut=is_cut,
        is_damaged=is_damaged or (frames == 0 and not is_cut),
    )


def _table_size(data: bytes, flags_at: int) -> int:
    """Bytes of the colour table that the flags announce."""
    if flags_at >= len(data) or not data[flags_at] & 0x80:
        return 0
    return 3 * (2 << (data[flags_at] & 7))


def _after_sub_blocks(data: bytes, at: int) -> int:
    while at < len(data):
        length = data[at]
        at += 1 + length
        if length == 0:
            return at
    return len(data)
