"""Cut, damaged and malicious pictures: a sentence each, never an exception, never much work."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.imaging.renditions import render
from tests.imaging.drawings import (
    LIMIT,
    chunk,
    draw,
    draw_see_through,
    encode,
    encode_frames,
    png,
    with_jpeg_segment,
    with_png_chunk,
    with_webp_chunk,
)

MOST_BYTES = 16 * 1024 * 1024

PICTURES = {
    "png": encode(draw(), "PNG"),
    "see-through png": encode(draw_see_through(), "PNG"),
    "palette png": encode(draw(mode="P"), "PNG"),
    "jpeg": encode(draw(), "JPEG"),
    "progressive jpeg": encode(draw(), "JPEG", progressive=True),
    "webp": encode(draw(), "WEBP"),
    "see-through webp": encode(draw_see_through(), "WEBP"),
    "lossless webp": encode(draw_see_through(), "WEBP", lossless=True),
    "animated webp": encode_frames("WEBP", 3),
    "gif": encode(draw(), "GIF"),
    "animated gif": encode_frames("GIF", 3),
}
CUT = "The file ends before the picture does."
DAMAGED = "The picture's data is damaged."


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, -20, -1])
def test_a_cut_picture_says_that_it_ends_too_early(name: str, kept: float) -> None:
    data = PICTURES[name]
    # At least the bytes that tell the kind: what has fewer is no picture at all.
    cut = data[: max(16, int(len(data) * kept))] if kept > 0 else data[: int(kept)]
    rendered = render(cut, limit_pixels=LIMIT)
    assert rendered.facts.flaw == CUT
    assert rendered.thumbnail is None
    assert rendered.placeholder == ""


def test_a_fourteen_byte_gif_keeps_its_type_and_size() -> None:
    facts = render(b"GIF89a\x01\0\x01\0\x80\0\0\xff", limit_pixels=LIMIT).facts
    assert (facts.media_type, facts.width, facts.height, facts.flaw) == ("image/gif", 1, 1, CUT)


def test_a_picture_whose_data_lacks_rows_is_damaged() -> None:
    assert render(png(100, 100, rows=50), limit_pixels=LIMIT).facts.flaw == DAMAGED


def test_a_picture_that_is_truly_black_is_whole() -> None:
    black = encode(draw(80, 80).point(lambda _: 0), "PNG")
    assert render(black, limit_pixels=LIMIT).facts.flaw is None


def test_a_flipped_bit_in_the_data_of_a_png_is_found() -> None:
    data = bytearray(PICTURES["png"])
    data[data.index(b"IDAT") + 40] ^= 4
    assert render(bytes(data), limit_pixels=LIMIT).facts.flaw == DAMAGED


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000))),
        chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(80_000_000))),
        chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(80_000_000))),
        chunk(b"iCCP", b"no end"),
        chunk(b"eXIf", b"II*\0\xff\xff\xff\xff"),
        chunk(b"pHYs", b""),
        chunk(b"acTL", b"\xff\xff\xff\xff\0\0\0\0"),
        b"\0\0\0\4tEXtabcd\0\0\0\0",
    ],
    ids=[
        "text bomb",
        "unicode bomb",
        "profile bomb",
        "bad profile",
        "bad exif",
        "empty",
        "frames",
        "checksum",
    ],
)
def test_malformed_and_explosive_chunks_do_not_hurt(extra: bytes) -> None:
    tracemalloc.start()
    try:
        rendered = render(png(20, 20, before=extra), limit_pixels=LIMIT)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rendered.facts.flaw is None
    assert rendered.facts.frame_count == 1
    assert peak_bytes < MOST_BYTES


@pytest.mark.parametrize("marker", [0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEE, 0xFE])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"JFIF\0",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
        b"ICC_PROFILE\0\1\1abc",
        b"MPF\0II*\0\x08\0\0\0\x01\0",
        b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\xff\xff\xff\xff",
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta",
    ],
)
def test_malformed_segments_do_not_hurt(marker: int, content: bytes) -> None:
    assert render(with_jpeg_segment(PICTURES["jpeg"], marker, content), limit_pixels=LIMIT).facts.flaw is None


@pytest.mark.parametrize("kind", [b"ICCP", b"EXIF", b"XMP ", b"ABCD"])
def test_malformed_webp_metadata_does_not_hurt(kind: bytes) -> None:
    data = with_webp_chunk(PICTURES["see-through webp"], kind, b"\xff" * 33)
    assert render(data, limit_pixels=LIMIT).facts.flaw is None


def test_a_hundred_thousand_chunks_are_not_walked_to_their_end() -> None:
    assert render(png(1, 1, before=chunk(b"abCd", b"") * 100_000), limit_pixels=LIMIT).facts.flaw is not None


@pytest.mark.parametrize("name", PICTURES)
def test_bytes_behind_the_picture_do_not_matter(name: str) -> None:
    assert render(PICTURES[name] + b"\0" * 100, limit_pixels=LIMIT).facts.flaw is None


def test_a_huge_picture_is_never_decoded() -> None:
    rendered = render(_announce(2**31 - 1), limit_pixels=LIMIT)
    assert "over the limit of 40 megapixels" in (rendered.facts.flaw or "")


def _announce(side: int) -> bytes:
    """A tiny PNG that claims to be `side` pixels wide and high."""
    data = png(1, 1)
    header = chunk(b"IHDR", side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0")
    return data[:8] + header + data[33:]


def test_a_picture_of_no_width_is_no_picture() -> None:
    assert render(_announce(0), limit_pixels=LIMIT).facts.flaw == "0 × 0 pixels is no picture."


@settings(deadline=None, max_examples=300)
@given(
    name=st.sampled_from(sorted(PICTURES)),
    edits=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_no_damage_makes_rendering_fail(name: str, edits: list[tuple[float, int]]) -> None:
    data = bytearray(PICTURES[name])
    for place, value in edits:
        # Half of the edits go to the first hundred bytes, where the structure is.
        data[int(place * 2 * min(100, len(data))) if place < 0.5 else int(place * len(data))] = value
    rendered = render(bytes(data), limit_pixels=1_000_000)
    assert (rendered.facts.flaw is None) == (rendered.thumbnail is not None)


def test_a_png_chunk_of_unreadable_name_is_damage() -> None:
    assert (
        render(with_png_chunk(PICTURES["png"], b"\0\1\2\3", b""), limit_pixels=LIMIT).facts.flaw is not None
    )
