"""Which kind of file is this? Decided by its first bytes alone, in bounded time, without any parser."""

from __future__ import annotations

import re

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
GIF = "image/gif"
SVG = "image/svg+xml"
HTML = "text/html"
JSON = "application/json"
XML = "application/xml"
TEXT = "text/plain"
UNKNOWN = "application/octet-stream"

# A comment or prolog may stand before the first element; no further than this is looked.
_TEXT_BOUND = 64 * 1024
_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_ELEMENT = re.compile(r"<(?:[A-Za-z_][\w.\-]{0,60}:)?([A-Za-z][\w\-]{0,60})(?=[\s/>]|$)")
_DOCTYPE = re.compile(r"<!doctype\s+([\w:.\-]{1,60})", re.IGNORECASE)
_HTML_ELEMENTS = {
    *("html", "head", "body", "title", "meta", "link", "script", "style", "iframe", "div", "span", "p", "a"),
    *("img", "table", "form", "h1", "h2", "h3", "center", "br", "pre"),
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(data: bytes) -> str:
    """The media type of `data`; `application/octet-stream` where nothing is recognised."""
    return _sniff_picture(data) or _sniff_text(data[:_TEXT_BOUND])


def _sniff_picture(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "image/bmp"
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "image/tiff"
    if data[4:8] == b"ftyp":
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(_box_size(data), 128), 4))}
        if brands & {b"avif", b"avis"}:
            return "image/avif"
        if brands & _HEIC_BRANDS:
            return "image/heic"
    return None


def _box_size(data: bytes) -> int:
    return int.from_bytes(data[:4], "big")


def _sniff_text(data: bytes) -> str:
    text = _as_text(data)
    if text is None or not text.strip():
        return UNKNOWN
    at = _skip_space(text, 0)
    if text[at] in "{[":
        return JSON
    if text[at] == "<":
        return _sniff_markup(text, at)
    return TEXT


def _as_text(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data[: len(data) // 2 * 2].decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # The bound may have cut the last character in two; anything else is not UTF-8.
            if error.start < len(data) - 3 or error.start == 0:
                return None
            text = data[: error.start].decode("utf-8-sig")
    return None if _CONTROL.search(text) else text


def _sniff_markup(text: str, at: int) -> str:
    """Skip prolog, comments and document type; the first element decides."""
    kind = TEXT
    while at < len(text):
        if text.startswith("<?", at):
            kind = XML
            at = _after(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at)
        elif doctype := _DOCTYPE.match(text, at):
            name = doctype[1].lower().rpartition(":")[2]
            if name in {"svg", "html"}:
                return SVG if name == "svg" else HTML
            kind = XML
            subset, close = text.find("[", at), text.find(">", at)
            at = _after(text, "]", at) if 0 <= subset < close else at
            at = _after(text, ">", at)
        elif element := _ELEMENT.match(text, at):
            name = element[1].lower()
            if name == "svg":
                return SVG
            return HTML if name in _HTML_ELEMENTS else XML
        else:
            return kind
        at = _skip_space(text, at)
    return kind


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return len(text) if found < 0 else found + len(mark)


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] == "\ufeff"):
        at += 1
    return at
