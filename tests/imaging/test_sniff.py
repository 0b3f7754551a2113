"""The kind of a file is told by its bytes, however it is dressed up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.imaging.sniff import sniff
from tests.imaging.drawings import KINDS, draw, encode


@pytest.mark.parametrize("kind", [*KINDS, "BMP", "TIFF", "AVIF"])
def test_pictures_are_known_by_their_first_bytes(kind: str) -> None:
    assert sniff(encode(draw(), kind)) == f"image/{kind.lower()}"


def test_heic_is_told_from_avif_by_its_brand() -> None:
    assert sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(20)) == "image/heic"


@pytest.mark.parametrize(
    "text",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "\ufeff<svg>",
        ' \n\t<?xml version="1.0"?>\n<svg>',
        "<!-- drawn by hand --><!-- <html> --><svg\nwidth='1'>",
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd"><svg>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><svg>',
        "<svg:svg xmlns:svg='http://www.w3.org/2000/svg'>",
        "<SVG onload=alert(1)>",
        "<!--" + "x" * 5000 + "--><svg>",
    ],
)
def test_svg_is_found_behind_all_that_may_stand_before_it(text: str) -> None:
    assert sniff(text.encode()) == "image/svg+xml"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_svg_in_utf_16_is_still_svg(encoding: str) -> None:
    assert sniff("\ufeff<svg>".encode(encoding)) == "image/svg+xml"


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("<!doctype html><title>Sorry</title>", "text/html"),
        ("  <HTML><body>", "text/html"),
        ("<script>alert(1)</script>", "text/html"),
        ("<!-- <svg> --><div><svg></div>", "text/html"),
        ("<Error><Code>AccessDenied</Code></Error>", "application/xml"),
        ('{"error": {"message": "no"}}', "application/json"),
        ("[1, 2]", "application/json"),
        ("<b64_image_here", "application/xml"),
        ("not a picture", "text/plain"),
        ("< 3", "text/plain"),
    ],
)
def test_text_is_named_by_what_it_is(text: str, media_type: str) -> None:
    assert sniff(text.encode()) == media_type


@pytest.mark.parametrize("data", [b"", b"   ", b"\0\1\2\3", b"\xff\xfe\0", b"RIFF\0\0\0\0WAVE", b"\x89PNG"])
def test_everything_else_is_just_bytes(data: bytes) -> None:
    assert sniff(data) == "application/octet-stream"


def test_a_character_cut_by_the_bound_is_still_text() -> None:
    assert sniff(("a" * (64 * 1024 - 1) + "ä").encode()) == "text/plain"


@given(st.binary(max_size=300))
def test_any_bytes_have_a_media_type(data: bytes) -> None:
    assert "/" in sniff(data)


@given(st.text(alphabet="<>!-?[]svghtmldoctype \n\ufeff", max_size=200))
def test_any_markup_has_a_media_type(text: str) -> None:
    assert "/" in sniff(text.encode())
