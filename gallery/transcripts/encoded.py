"""Base64 as it is found: canonical, or with a `data:` prefix, escapes, white space, another alphabet, no padding."""

from __future__ import annotations

import binascii
import re

from gallery.transcripts.openssl_base64 import decode_strictly

_DATA_URL = re.compile(rb"data:([\w.+-]+\\?/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,", re.IGNORECASE)
_ESCAPED = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_WHITE_SPACE = b" \t\r\n\f\v"
_NOT_ALPHABET = re.compile(rb"[^A-Za-z0-9+/]")
_HEAD_CHARACTERS = 64


def data_url_prefix(text: bytes) -> tuple[int, str | None]:
    """Length of the `data:…;base64,` prefix at the beginning (0 without one), and the media type it declares."""
    match = _DATA_URL.match(text, 0, 200)
    if match is None:
        return 0, None
    declared = match[1]
    return match.end(), declared.replace(b"\\", b"").decode("ascii", "replace").lower() if declared else None


def unescape(text: bytes) -> bytes:
    r"""Undo what JSON writers do to base64: `\/`, `\n`, `\r`, `\u002b`."""

    def plain(match: re.Match[bytes]) -> bytes:
        if match[1]:
            number = int(match[1], 16)
            return bytes((number,)) if number < 128 else b"?"
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(match[2], match[2])

    return _ESCAPED.sub(plain, text)


def is_canonical_end(text: bytes, data: bytes) -> bool:
    """Whether encoding `data` gives the last characters of `text` again; the ones before always come back."""
    last = data[len(data) - (len(data) % 3 or 3) :] if data else b""
    return binascii.b2a_base64(last, newline=False) == text[-4:] if data else not text


def decode_base64(text: bytes) -> tuple[bytes, tuple[str, ...]] | None:
    """The bytes and how the text departed from canonical base64, or None if it is not base64 as a whole."""
    try:
        return decode_strictly(text, 0, len(text)), ()
    except binascii.Error:
        pass
    notes: list[str] = []
    bare = text.translate(None, _WHITE_SPACE)
    if len(bare) != len(text):
        notes.append("white-space")
    if b"-" in bare or b"_" in bare:
        if b"+" in bare or b"/" in bare:
            return None
        bare = bare.replace(b"-", b"+").replace(b"_", b"/")
        notes.append("url-safe")
    body = bare.rstrip(b"=")
    padding = -len(body) % 4
    if not body or padding == 3 or _NOT_ALPHABET.search(body):
        return None
    if len(bare) - len(body) != padding:
        notes.append("unpadded")
    return binascii.a2b_base64(body + b"=" * padding), tuple(notes)


def decode_head(text: bytes) -> bytes:
    """The whole bytes that stand at the beginning of a text that stops being base64."""
    head = text.translate(None, _WHITE_SPACE)
    stop = re.search(rb"[^A-Za-z0-9+/_-]", head)
    if stop is not None:
        head = head[: stop.start()]
    head = head.replace(b"-", b"+").replace(b"_", b"/")
    # Two or three characters of a group still hold one or two whole bytes.
    rest = len(head) % 4
    data = binascii.a2b_base64(head + b"A" * (-rest % 4))
    return data[: len(data) - (4 - rest)] if rest else data


def picture_type(head: bytes) -> str | None:
    """The media type that the first bytes of a picture tell, or None. Trust this, never a declaration."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"):
        return "image/avif"
    if head[:4] in (b"II*\0", b"MM\0*"):
        return "image/tiff"
    if head[:2] == b"BM" and len(head) > 14 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head[:12] == b"\0\0\0\x0cJXL \r\n\x87\n":
        return "image/jxl"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:40].lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return "image/svg+xml"
    return None


def looks_like_picture(text: bytes) -> bool:
    """Whether this base64 text begins like a picture."""
    try:
        return picture_type(decode_head(text[:_HEAD_CHARACTERS])) is not None
    except binascii.Error:
        return False
