"""What headers say, whole or cut."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.imaging.facts import HeadFacts
from gallery.imaging.probe import probe, probe_head
from tests.imaging.drawings import (
    KINDS,
    LIMIT,
    MEGAPIXEL,
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

JUMBF = b"JP\0\1\0\0\0\1" + b"\0\0\x60\0jumb\0\0\0\x1ejumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\3c2pa\0"


@pytest.mark.parametrize("kind", KINDS)
def test_size_and_kind_are_read_from_the_headers(kind: str) -> None:
    facts = probe(encode(draw(90, 60), kind), limit_pixels=LIMIT)
    assert (facts.media_type, facts.width, facts.height, facts.flaw) == (KINDS[kind], 90, 60, None)


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"lossless": False}, {"exif": exif_with_orientation(1)}]
)
def test_every_form_of_webp_tells_its_size(options: dict[str, object]) -> None:
    facts = probe(encode(draw(90, 60), "WEBP", **options), limit_pixels=LIMIT)
    assert (facts.width, facts.height) == (90, 60)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True}), ("WEBP", {})])
def test_transparency_is_seen(kind: str, options: dict[str, object]) -> None:
    see_through = draw_see_through()
    assert probe(encode(see_through, kind, **options), limit_pixels=LIMIT).has_alpha
    assert not probe(encode(draw(), kind, **options), limit_pixels=LIMIT).has_alpha


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_colour_counts_as_transparency(kind: str) -> None:
    half = draw(mode="RGBA")
    half.paste((0, 0, 0, 0), (0, 0, 45, 60))
    # A GIF's palette is made on saving: one made before would lose its transparent colour.
    picture = half.quantize(16) if kind == "PNG" else half
    assert probe(encode(picture, kind), limit_pixels=LIMIT).has_alpha
    assert not probe(encode(draw(mode="P"), kind), limit_pixels=LIMIT).has_alpha


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_frames_are_counted(kind: str) -> None:
    assert probe(encode_frames(kind, 3), limit_pixels=LIMIT).frame_count == 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (90, 60)), (3, (90, 60)), (6, (60, 90)), (8, (60, 90))]
)
def test_the_size_is_that_of_the_upright_picture(kind: str, orientation: int, size: tuple[int, int]) -> None:
    facts = probe(encode(draw(90, 60), kind, exif=exif_with_orientation(orientation)), limit_pixels=LIMIT)
    assert (facts.width, facts.height) == size


@pytest.mark.parametrize(
    "data",
    [
        with_png_chunk(encode(draw(), "PNG"), b"caBX", bytes(100)),
        with_jpeg_segment(encode(draw(), "JPEG"), 0xEB, JUMBF),
        with_webp_chunk(encode(draw(), "WEBP"), b"C2PA", bytes(101)),
        with_webp_chunk(encode(draw(), "WEBP", exif=exif_with_orientation(1)), b"C2PA", bytes(101)),
        with_webp_chunk(encode(draw(), "WEBP", lossless=True), b"C2PA", bytes(101)),
    ],
    ids=["png", "jpeg", "webp", "webp with canvas", "webp lossless"],
)
def test_a_c2pa_manifest_is_noticed(data: bytes) -> None:
    assert probe(data, limit_pixels=LIMIT).has_c2pa


@pytest.mark.parametrize(
    "data",
    [
        *(encode(draw(), kind) for kind in KINDS),
        png(2, 2, between=chunk(b"caBX", bytes(100))),
        with_jpeg_segment(encode(draw(), "JPEG"), 0xEB, JUMBF.replace(b"jumdc2pa", b"jumdmore")),
    ],
    ids=[*KINDS, "caBX behind the data", "another JUMBF"],
)
def test_no_manifest_is_made_up(data: bytes) -> None:
    assert not probe(data, limit_pixels=LIMIT).has_c2pa


def test_a_picture_over_the_limit_says_by_how_much() -> None:
    facts = probe(png(7000, 7000, rows=0), limit_pixels=LIMIT)
    assert facts.flaw == "7,000 × 7,000 pixels is over the limit of 40 megapixels."
    assert (facts.media_type, facts.width, facts.height) == ("image/png", 7000, 7000)


def test_a_picture_at_the_limit_is_within_it() -> None:
    data = png(1000, 1000)
    assert probe(data, limit_pixels=MEGAPIXEL).flaw is None
    assert probe(data, limit_pixels=MEGAPIXEL - 1).flaw is not None


def test_a_frame_larger_than_its_gif_counts_for_the_limit() -> None:
    data = bytearray(encode(draw(10, 10), "GIF"))
    frame = data.index(b",\0\0\0\0\n\0\n\0")
    data[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    assert "over the limit" in (probe(bytes(data), limit_pixels=LIMIT).flaw or "")


@pytest.mark.parametrize(
    ("data", "media_type", "flaw"),
    [
        (b"", "application/octet-stream", "There are no bytes at all."),
        (b"\0\1\2", "application/octet-stream", "These bytes are not a picture of any known kind."),
        (b"<svg/>", "image/svg+xml", "This is an SVG drawing: it can be downloaded, but is never shown."),
        (b"<html>", "text/html", "This is a web page, not a picture."),
        (b'{"a": 1}', "application/json", "This is JSON, not a picture."),
        (b"hello", "text/plain", "This is text, not a picture."),
        (
            encode(draw(), "BMP"),
            "image/bmp",
            "This is a picture of kind BMP; only PNG, JPEG, WebP and GIF are shown.",
        ),
    ],
)
def test_what_is_no_picture_says_what_it_is(data: bytes, media_type: str, flaw: str) -> None:
    facts = probe(data, limit_pixels=LIMIT)
    assert (facts.media_type, facts.flaw, facts.width) == (media_type, flaw, None)


def test_forty_one_bytes_of_a_png_tell_size_and_manifest() -> None:
    head = with_png_chunk(encode(draw(90, 60), "PNG"), b"caBX", bytes(24_861))[:41]
    assert probe_head(head) == HeadFacts("image/png", 90, 60, has_c2pa=True)


def test_the_head_of_a_lossless_webp_tells_its_size() -> None:
    # The first bytes of a recorded 1.7 MB picture.
    head = base64.b64decode("UklGRizvGQBXRUJQVlA4TMEIGQAv/8X/ABlIkiTHbaICAbQ5")
    assert probe_head(head) == HeadFacts("image/webp", 1536, 1024, has_c2pa=False)


def test_a_gif_cut_in_its_header_tells_its_size() -> None:
    assert probe_head(b"GIF89a\x01\0\x01\0\x80\0\0") == HeadFacts("image/gif", 1, 1, has_c2pa=False)


def test_a_jpeg_head_tells_the_manifest_before_the_size() -> None:
    data = with_jpeg_segment(encode(draw(90, 60), "JPEG"), 0xEB, JUMBF + bytes(2000))
    assert probe_head(data[:100]) == HeadFacts("image/jpeg", None, None, has_c2pa=True)
    assert probe_head(data) == HeadFacts("image/jpeg", 90, 60, has_c2pa=True)


@pytest.mark.parametrize("head", [b"", b"\x89PNG", b"...", b"{}", b"<html>"])
def test_a_head_of_no_picture_tells_nothing(head: bytes) -> None:
    assert probe_head(head) is None


@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\xff\0\0\0WEBP", b"GIF89a"]), st.binary()
)
def test_no_bytes_make_reading_headers_fail(signature: bytes, rest: bytes) -> None:
    assert probe(signature + rest, limit_pixels=LIMIT).media_type.startswith("image/")
    assert probe_head(signature + rest) is not None
