"""One decode gives thumbnail and placeholder, for every picture that can be shown."""

from __future__ import annotations

import base64

import pytest
from PIL import Image, ImageCms

from gallery.imaging.renditions import render
from tests.imaging.drawings import (
    KINDS,
    LIMIT,
    draw,
    draw_see_through,
    encode,
    encode_frames,
    exif_with_orientation,
    open_picture,
    png,
    with_webp_chunk,
)


def thumbnail_of(data: bytes) -> Image.Image:
    rendered = render(data, limit_pixels=LIMIT)
    assert rendered.facts.flaw is None
    return open_picture(rendered.thumbnail)


def placeholder_picture(url: str) -> Image.Image:
    prefix = "data:image/webp;base64,"
    assert url.startswith(prefix)
    return open_picture(base64.b64decode(url.removeprefix(prefix), validate=True))


def is_near(colour: tuple[int, ...], other: tuple[int, ...], within: int = 40) -> bool:
    return all(abs(one - two) <= within for one, two in zip(colour, other, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_the_thumbnail_is_a_webp_with_512_pixels_on_its_longer_side(kind: str) -> None:
    thumbnail = thumbnail_of(encode(draw(1200, 800), kind))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (512, 341))


@pytest.mark.parametrize("kind", KINDS)
def test_the_thumbnail_shows_the_picture(kind: str) -> None:
    thumbnail = thumbnail_of(encode(draw(1024, 1024), kind)).convert("RGB")
    top_left, bottom_right = thumbnail.getpixel((100, 20)), thumbnail.getpixel((400, 500))
    assert isinstance(top_left, tuple)
    assert isinstance(bottom_right, tuple)
    assert is_near(top_left, (255, 10, 0))
    assert is_near(bottom_right, (0, 250, 255))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1, 1), (1, 1)),
        ((1, 5000), (1, 512)),
        ((5000, 1), (512, 1)),
        ((3, 513), (3, 512)),
        ((512, 300), (512, 300)),
        ((1024, 1024), (512, 512)),
        ((1536, 1024), (512, 342)),
        ((100, 80), (100, 80)),
    ],
)
def test_thumbnails_are_never_enlarged_and_never_vanish(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    rendered = render(png(*size), limit_pixels=LIMIT)
    assert open_picture(rendered.thumbnail).size == expected
    assert placeholder_picture(rendered.placeholder)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("P", "GIF"),
        ("L", "GIF"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_colour_mode_keeps_its_brightness(mode: str, kind: str) -> None:
    grey = Image.linear_gradient("L").resize((600, 600))
    source = grey.convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else grey
    thumbnail = thumbnail_of(encode(source if mode == "I;16" else source.convert(mode), kind)).convert("L")
    middle = thumbnail.resize((1, 512), Image.Resampling.BOX)
    if mode != "1":
        assert abs(int(middle.getpixel((0, 256))) - 127) < 12  # type: ignore[arg-type]
    assert int(middle.getpixel((0, 511))) > 230  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_shines_through_still_does_in_thumbnail_and_placeholder(kind: str) -> None:
    rendered = render(encode(draw_see_through(800, 800), kind), limit_pixels=LIMIT)
    thumbnail = open_picture(rendered.thumbnail)
    assert thumbnail.getchannel("A").getextrema()[0] < 10  # type: ignore[operator]
    assert "A" in placeholder_picture(rendered.placeholder).mode


def test_an_alpha_channel_that_hides_nothing_is_left_out() -> None:
    rendered = render(encode(draw(mode="RGBA"), "PNG"), limit_pixels=LIMIT)
    assert open_picture(rendered.thumbnail).mode == "RGB"
    assert rendered.facts.has_alpha


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_thumbnail_stands_upright(orientation: int) -> None:
    upright = draw(600, 400)
    # What a camera that was held that way would have stored.
    stored_as = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright.transpose(stored_as) if stored_as is not None else upright
    thumbnail = thumbnail_of(encode(stored, "PNG", exif=exif_with_orientation(orientation))).convert("RGB")
    top_left = thumbnail.getpixel((40, 10))
    assert thumbnail.size == (512, 341)
    assert isinstance(top_left, tuple)
    assert is_near(top_left, (255, 8, 0))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_embedded_colour_profile_is_applied(kind: str) -> None:
    # A profile for a screen whose red lamps are blue and whose blue ones are red.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"sRGB", b"bRGs")
    swapped = profile.replace(b"rXYZ", b"?XYZ", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"?XYZ", b"bXYZ", 1)
    red = Image.new("RGB", (20, 20), (255, 0, 0))
    colour = thumbnail_of(encode(red, kind, icc_profile=swapped)).getpixel((10, 10))
    assert isinstance(colour, tuple)
    assert is_near(colour, (0, 0, 255))


@pytest.mark.parametrize(
    "picture",
    [draw(), draw_see_through(), Image.effect_noise((600, 400), 100).convert("RGB"), draw(3, 900)],
    ids=["plain", "see-through", "noise", "thin"],
)
def test_the_placeholder_is_a_tiny_data_url(picture: Image.Image) -> None:
    placeholder = render(encode(picture, "PNG"), limit_pixels=LIMIT).placeholder
    assert 0 < len(placeholder) <= 250
    assert max(placeholder_picture(placeholder).size) <= 10


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_is_shown_by_its_first_frame(kind: str) -> None:
    rendered = render(encode_frames(kind, 5), limit_pixels=LIMIT)
    assert (rendered.facts.frame_count, rendered.facts.flaw) == (5, None)
    assert open_picture(rendered.thumbnail).size == (40, 40)


def test_frames_are_decoded_only_as_far_as_the_limit_reaches(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode_frames("GIF", 30)
    sought: list[int] = []
    seek = Image.Image.seek
    from PIL import GifImagePlugin

    def seek_noted(self: Image.Image, frame: int) -> None:
        sought.append(frame)
        original(self, frame)

    original = GifImagePlugin.GifImageFile.seek
    assert original is not seek
    monkeypatch.setattr(GifImagePlugin.GifImageFile, "seek", seek_noted)
    rendered = render(data, limit_pixels=40 * 40 * 10)
    assert rendered.facts.frame_count == 30
    assert max(sought) == 9


def test_a_webp_with_a_manifest_behind_its_picture_is_shown() -> None:
    data = with_webp_chunk(encode(draw(), "WEBP", lossless=True), b"C2PA", bytes(59_001))
    assert thumbnail_of(data).size == (90, 60)


def test_a_limit_above_the_decoders_own_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert render(png(100, 100), limit_pixels=LIMIT).facts.flaw is None
