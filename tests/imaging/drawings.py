"""Pictures drawn in memory, and containers put together by hand."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

MEGAPIXEL = 1_000_000
LIMIT = 40 * MEGAPIXEL
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


def draw(width: int = 90, height: int = 60, mode: str = "RGB") -> Image.Image:
    """Red left, blue right, brighter downwards: tells when it is turned, mirrored or recoloured."""
    slope = Image.linear_gradient("L").resize((width, height))
    left = Image.new("L", (width, height), 0)
    left.paste(255, (0, 0, width // 2, height))
    picture = Image.merge("RGB", (left, slope, Image.eval(left, lambda value: 255 - value)))
    return picture if mode == "RGB" else picture.convert(mode)


def draw_see_through(width: int = 90, height: int = 60) -> Image.Image:
    picture = draw(width, height, "RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((width, height)))
    return picture


def encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def encode_frames(kind: str, count: int, side: int = 40) -> bytes:
    # Frames that are alike are joined by the encoders, so each has a spot of its own.
    frames = []
    for number in range(count):
        frame = draw(side, side)
        frame.paste((255, 255, number), (number % side, 0, number % side + 1, side))
        frames.append(frame)
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def open_picture(data: bytes | None) -> Image.Image:
    assert data is not None
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int,
    height: int,
    *,
    rows: int | None = None,
    before: bytes = b"",
    between: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """A PNG of one colour with `rows` rows of data, and other chunks before, around and behind them."""
    row = b"\0" + b"\x40\x80\xc0" * width
    data = zlib.compress(row * (height if rows is None else rows))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            before,
            chunk(b"IDAT", data),
            between,
            chunk(b"IEND", b""),
            after,
        ]
    )


def with_png_chunk(data: bytes, kind: bytes, content: bytes) -> bytes:
    """The PNG with a chunk more behind its header."""
    return data[:33] + chunk(kind, content) + data[33:]


def with_jpeg_segment(data: bytes, marker: int, content: bytes) -> bytes:
    return data[:2] + bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content + data[2:]


def with_webp_chunk(data: bytes, kind: bytes, content: bytes) -> bytes:
    """The WebP with a chunk more at its end, announced in its size."""
    data += kind + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) & 1)
    return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]


def exif_with_orientation(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()
