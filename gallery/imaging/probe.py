"""Facts from headers alone. Nothing is decoded, and nothing that the bytes contain makes it raise."""

from __future__ import annotations

from gallery.imaging import gif, jpeg, png, webp
from gallery.imaging.facts import CUT, DAMAGED, Header, HeadFacts, PictureFacts
from gallery.imaging.sniff import GIF, HTML, JPEG, JSON, PNG, SVG, TEXT, UNKNOWN, WEBP, XML, sniff

__all__ = ["HeadFacts", "PictureFacts", "probe", "probe_head"]

_TIMES = "\N{MULTIPLICATION SIGN}"
_READERS = {PNG: png.read, JPEG: jpeg.read, WEBP: webp.read, GIF: gif.read}
_NO_PICTURE = {
    SVG: "This is an SVG drawing: it can be downloaded, but is never shown.",
    HTML: "This is a web page, not a picture.",
    JSON: "This is JSON, not a picture.",
    XML: "This is XML, not a picture.",
    TEXT: "This is text, not a picture.",
    UNKNOWN: "These bytes are not a picture of any known kind.",
}


def probe(data: bytes, *, limit_pixels: int) -> PictureFacts:
    """What `data` is, as its headers tell. A file that is cut or over the limit has a flaw already here."""
    header = read_header(data)
    return (
        facts_of_no_picture(data) if header is None else facts_of(header, flaw=flaw_of(header, limit_pixels))
    )


def probe_head(head: bytes) -> HeadFacts | None:
    """What the first bytes of an elided or cut picture still say; None if they do not begin a picture."""
    header = read_header(head)
    if header is not None:
        return HeadFacts(header.media_type, header.width, header.height, header.has_c2pa)
    media_type = sniff(head)
    return HeadFacts(media_type, None, None, has_c2pa=False) if media_type.startswith("image/") else None


def read_header(data: bytes) -> Header | None:
    """The container's own words for the four kinds that are shown; None for everything else."""
    reader = _READERS.get(sniff(data))
    return reader(data) if reader else None


def facts_of(header: Header, *, flaw: str | None) -> PictureFacts:
    width, height = header.width, header.height
    if header.orientation >= 5:
        width, height = height, width
    return PictureFacts(
        media_type=header.media_type,
        width=width,
        height=height,
        frame_count=header.frame_count,
        has_alpha=header.has_alpha,
        has_c2pa=header.has_c2pa,
        flaw=flaw,
    )


def facts_of_no_picture(data: bytes) -> PictureFacts:
    media_type = sniff(data)
    if not data:
        flaw = "There are no bytes at all."
    elif media_type in _NO_PICTURE:
        flaw = _NO_PICTURE[media_type]
    else:
        kind = media_type.removeprefix("image/").upper()
        flaw = f"This is a picture of kind {kind}; only PNG, JPEG, WebP and GIF are shown."
    return PictureFacts(media_type=media_type, flaw=flaw)


def flaw_of(header: Header, limit_pixels: int) -> str | None:
    if header.width is None or header.height is None:
        return CUT if header.is_cut else DAMAGED
    if header.width == 0 or header.height == 0:
        return f"{header.width:,} {_TIMES} {header.height:,} pixels is no picture."
    if header.largest_frame > limit_pixels:
        size = f"{header.width:,} {_TIMES} {header.height:,} pixels"
        if header.largest_frame > header.width * header.height:
            size = f"A frame of {header.largest_frame / 1_000_000:,.1f} megapixels"
        return f"{size} is over the limit of {limit_pixels / 1_000_000:g} megapixels."
    if header.is_cut:
        return CUT
    return DAMAGED if header.is_damaged else None
