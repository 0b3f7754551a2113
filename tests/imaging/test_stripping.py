"""What leaves is the same picture, and nothing else."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from gallery.imaging.stripping import MOST_PARTS, CannotStrip, strip
from tests.imaging.drawings import (
    chunk,
    draw,
    draw_see_through,
    encode,
    encode_frames,
    exif_with_orientation,
    png,
    with_jpeg_segment,
    with_png_chunk,
    with_webp_chunk,
)

SECRET = b"Taken by Alice in her kitchen"
PROFILE = b"a colour profile of some length" * 8


def full_png() -> bytes:
    data = encode(draw_see_through(), "PNG", icc_profile=PROFILE, dpi=(72, 72))
    for kind in (b"tEXt", b"caBX", b"eXIf", b"tIME", b"prVt"):
        data = with_png_chunk(data, kind, b"Comment\0" + SECRET)
    return data + SECRET


def full_jpeg() -> bytes:
    data = encode(draw(), "JPEG", icc_profile=PROFILE, progressive=True)
    for marker in (0xE0, 0xE1, 0xE2, 0xE3, 0xEB, 0xED, 0xEF, 0xFE):
        data = with_jpeg_segment(data, marker, SECRET)
    return data + SECRET


def full_webp() -> bytes:
    data = encode(draw_see_through(), "WEBP", icc_profile=PROFILE, exif=exif_with_orientation(1) + SECRET)
    for kind in (b"XMP ", b"C2PA", b"odd "):
        data = with_webp_chunk(data, kind, SECRET)
    return data + SECRET


def full_gif() -> bytes:
    data = encode_frames("GIF", 3)
    at = 13 + 3 * (2 << (data[10] & 7))
    text = bytes([len(SECRET)]) + SECRET + b"\0"
    extras = b"\x21\xfe" + text + b"\x21\xff\x0bXMP DataXMP" + text + b"\x21\x01" + text + b"\x21\x99" + text
    return data[:at] + extras + data[at:] + SECRET


FULL = {"png": full_png, "jpeg": full_jpeg, "webp": full_webp, "gif": full_gif}
EVERY_KIND = pytest.mark.parametrize("kind", FULL)


def frames_of(data: bytes) -> list[tuple[Any, ...]]:
    """Every frame as a reader sees it: its size, mode, pixels, profile and duration."""
    with Image.open(io.BytesIO(data)) as picture:
        return [
            (
                frame.size,
                frame.convert("RGBA").tobytes(),
                frame.info.get("icc_profile"),
                frame.info.get("duration"),
                frame.info.get("loop"),
                frame.info.get("transparency"),
                frame.info.get("dpi"),
            )
            for frame in ImageSequence.Iterator(picture)
        ]


@EVERY_KIND
def test_pixels_stay_and_words_go(kind: str):
    data = FULL[kind]()
    assert data.count(SECRET) > 2
    stripped = strip(data)
    assert frames_of(stripped) == frames_of(data)
    assert SECRET not in stripped


@EVERY_KIND
def test_what_is_stripped_has_nothing_left_to_strip(kind: str):
    once = strip(FULL[kind]())
    assert strip(once) == once


@pytest.mark.parametrize(
    "data",
    [
        encode(draw(mode="P"), "PNG", transparency=3),
        encode(draw(mode="L"), "PNG"),
        encode_frames("PNG", 3),
        encode(draw(), "JPEG"),
        encode(draw(mode="CMYK"), "JPEG", icc_profile=PROFILE),
        encode(draw(), "JPEG", restart_marker_blocks=1),
        encode(draw(), "WEBP"),
        encode(draw(), "WEBP", lossless=True),
        encode(draw_see_through(), "WEBP"),
        encode_frames("WEBP", 3),
        encode(draw(mode="P"), "GIF"),
    ],
    ids=[
        *("palette-png", "grey-png", "animated-png", "jpeg", "cmyk-jpeg", "restarting-jpeg", "webp"),
        *("lossless-webp", "see-through-webp", "animated-webp", "gif"),
    ],
)
def test_every_kind_of_picture_looks_the_same_afterwards(data: bytes):
    assert frames_of(strip(data)) == frames_of(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_which_way_is_up_is_all_that_stays_of_the_camera(kind: str, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    stripped = strip(encode(draw(), kind, exif=exif))
    assert SECRET not in stripped
    with Image.open(io.BytesIO(stripped)) as picture:
        assert dict(picture.getexif()) == ({0x0112: 6} if orientation == 6 else {})


def test_thumbnail_inside_of_a_jpeg_goes():
    data = encode(draw(), "JPEG")
    assert data[6:11] == b"JFIF\0"
    thumbnail = b"\1\1\x12\x34\x56"
    length = int.from_bytes(data[4:6], "big")
    with_thumbnail = data[:4] + (length + 3).to_bytes(2, "big") + data[6:18] + thumbnail + data[20:]
    stripped = strip(with_thumbnail)
    assert b"\x12\x34\x56" not in stripped[:30]
    assert frames_of(stripped) == frames_of(data)


def test_words_between_the_scans_of_a_jpeg_go():
    data = encode(draw(), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    assert data.count(b"\xff\xda") > 1
    comment = b"\xff\xfe" + (len(SECRET) + 2).to_bytes(2, "big") + SECRET
    assert strip(data[:at] + comment + data[at:]) == strip(data)


def test_words_inside_of_a_webp_frame_go():
    data = encode_frames("WEBP", 2)
    at = data.index(b"ANMF")
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    words = b"note" + len(SECRET).to_bytes(4, "little") + SECRET + b"\0" * (len(SECRET) & 1)
    frame = data[at + 8 : at + 8 + length + (length & 1)] + words
    data_with = data[:at] + b"ANMF" + len(frame).to_bytes(4, "little") + frame
    data_with += data[at + 8 + length + (length & 1) :]
    data_with = data_with[:4] + (len(data_with) - 8).to_bytes(4, "little") + data_with[8:]
    stripped = strip(data_with)
    assert SECRET not in stripped
    assert frames_of(stripped) == frames_of(data)


def test_colour_chunk_that_is_too_long_is_no_hiding_place():
    assert SECRET not in strip(with_png_chunk(encode(draw(), "PNG"), b"gAMA", b"\0\0\xb1\x8f" + SECRET))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"II*\0" + bytes(100),
        png(2, 2)[:-4],
        png(2, 2, between=chunk(b"NEED", b"")),
        png(2, 2, before=chunk(b"IHDR", bytes(13))),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
        png(2, 2).replace(b"IDAT", b"IDAt"),
        encode(draw(), "JPEG")[:-2],
        with_jpeg_segment(encode(draw(), "JPEG"), 0xF7, b"?"),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xda\0\2\0\xff\xd9",
        encode(draw(), "WEBP")[:-9],
        b"RIFF\4\0\0\0WEBP",
        b"RIFF\x0c\0\0\0WEBPANMF\0\0\0\0",
        encode_frames("GIF", 2)[:-1],
        b"GIF89a\1\0\1\0\0\0\0;",
        b"GIF89a\1\0\1\0\0\0\0\0;",
        b"GIF89a",
    ],
    ids=[
        *(
            "nothing",
            "svg",
            "tiff",
            "cut-png",
            "unknown-needed-chunk",
            "two-headers",
            "empty-png",
            "bad-checksum",
        ),
        *(
            "cut-jpeg",
            "unknown-segment",
            "empty-jpeg",
            "scan-first",
            "cut-webp",
            "empty-webp",
            "frameless-webp",
        ),
        *("cut-gif", "empty-gif", "stray-bytes", "head-of-gif"),
    ],
)
def test_what_cannot_be_stripped_is_refused_with_a_sentence(data: bytes):
    with pytest.raises(CannotStrip, match=r"^(Only|The) .*\.$"):
        strip(data)


def test_file_in_too_many_parts_is_refused():
    data = png(2, 2, before=chunk(b"tEXt", b"") * (MOST_PARTS + 1))
    with pytest.raises(CannotStrip, match="too many parts"):
        strip(data)


@EVERY_KIND
@given(st.data())
def test_hostile_bytes_are_refused_or_stripped_but_nothing_else_happens(kind: str, data: st.DataObject):
    whole = bytearray(FULL[kind]())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(whole) - 1))
        whole[at] = data.draw(st.sampled_from([0, 1, 0x21, 0x2C, 0x3B, 0x7F, 0xD8, 0xE1, 0xFF]))
    cut = data.draw(st.integers(4, len(whole)))
    try:
        stripped = strip(bytes(whole[:cut]))
    except CannotStrip:
        return
    assert strip(stripped) == stripped


@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    words=st.binary(min_size=8, max_size=300).map(lambda words: b"\xa7secret\xa7" + words),
    kind=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    mode=st.sampled_from(["RGB", "L"]),
)
def test_any_words_go_and_the_pixels_stay(width: int, height: int, words: bytes, kind: str, mode: str):
    data = encode(draw(width, height, mode), kind, exif=b"Exif\0\0" + words)
    if kind == "PNG":
        data = with_png_chunk(data, b"zTXt", struct.pack(">I", 1) + words)
    stripped = strip(data + words)
    assert words not in stripped
    assert [frame[:2] for frame in frames_of(stripped)] == [frame[:2] for frame in frames_of(data)]
