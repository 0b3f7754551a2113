"""The value of a picture field to a `PictureValue`: bytes, a shortened text, an address, or nothing."""

from __future__ import annotations

import re
from typing import Any

from gallery.transcripts.encoded import data_url_prefix, decode_base64, decode_head, picture_type
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.records import PictureValue

HEAD_BYTES = 64 * 1024
TEXT_CHARACTERS = 200
_FEWEST_HEAD_CHARACTERS = 8
_ADDRESS = re.compile(
    r"(?:https?|file|blob|s3|gs)://|/{1,2}[\w.-]+/[^\s]*\.\w{2,5}$|sandbox:|attachment:", re.IGNORECASE
)
_ELLIPSIS = re.compile(r"\.{2,}|…|\u22ef|\*{3,}")
_BRACKETED = re.compile(r"\s*(?:<.*>|\[.*\]|\{.*\}|\(.*\))\s*", re.DOTALL)
_PLACEHOLDER_WORD = re.compile(
    r"redacted|omitted|truncated|elided|placeholder|removed|stripped|snipp?e?d?|hidden|base64|b64|image|binary|data\b",
    re.IGNORECASE,
)
ABSENT = PictureValue("absent")
_QUALITY = {"bytes": 50, "url": 40, "elided": 20, "undecodable": 10, "absent": 0}


class CutText(str):
    """A string whose end, or a part of it, is missing from the transcript."""

    __slots__ = ()


def read_picture(value: Any) -> PictureValue:  # noqa: ANN401 - any JSON value
    """What a picture field holds. Never raises; dots of an elision are never stripped and decoded."""
    if isinstance(value, LiftedPicture):
        return PictureValue("bytes", value.payload.data, declared_type=value.declared_type, notes=value.notes)
    if isinstance(value, dict):
        # Some proxies wrap it as the request does: {"url": …} or {"b64_json": …}.
        inner = next((value[key] for key in ("b64_json", "url", "image_url", "data") if value.get(key)), None)
        return read_picture(inner) if isinstance(inner, str | LiftedPicture) else ABSENT
    if not isinstance(value, str):
        return ABSENT
    text = value.strip()
    if not text:
        return ABSENT
    is_cut = isinstance(value, CutText)
    raw = text.encode("ascii", "replace")
    prefix_length, declared_type = data_url_prefix(raw)
    notes = ("data-url",) if prefix_length else ()
    body = raw[prefix_length:]
    words = text[prefix_length:]
    if not body:
        return PictureValue("elided", text=text[:TEXT_CHARACTERS], declared_type=declared_type, notes=notes)
    if not is_cut:
        if not prefix_length and _ADDRESS.match(text):
            return PictureValue("url", text=text)
        if not _says_elided(words):
            # White space around the text is noted like white space inside it.
            decoded = decode_base64(body if text == value else body + b" ")
            if decoded is not None:
                return PictureValue(
                    "bytes", decoded[0], declared_type=declared_type, notes=notes + decoded[1]
                )
    return _shortened(words, body, declared_type, (*notes, "cut") if is_cut else notes)


def rank(value: PictureValue) -> int:
    """How much a value is worth when one field has several: a picture over other bytes over an address over a head."""
    worth = _QUALITY[value.kind]
    if value.kind == "bytes":
        return worth + (5 if picture_type((value.data or b"")[:64]) else 0)
    return worth + (5 if value.head else 0)


def is_long_picture(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a field holds so much base64 that its JSON shows a description instead."""
    return isinstance(value, LiftedPicture) or (isinstance(value, str) and len(value) >= 512)


def describe(characters: int) -> str:
    """What stands in JSON in place of a long base64 text."""
    return f"[base64, {characters:,} characters]"


def _says_elided(text: str) -> bool:
    """Short words like `REDACTED` are valid base64 too; they are meant as words."""
    return (
        len(text) < 100
        and _PLACEHOLDER_WORD.search(text) is not None
        and not picture_type(decode_head(text[:64].encode("ascii", "replace")))
    )


def _shortened(text: str, body: bytes, declared_type: str | None, notes: tuple[str, ...]) -> PictureValue:
    head = b""
    stop = re.search(rb"[^A-Za-z0-9+/=_-]", body)
    characters = stop.start() if stop else len(body)
    if characters >= _FEWEST_HEAD_CHARACTERS:
        head = decode_head(body[: min(characters, HEAD_BYTES * 4 // 3)])
    is_elided = (
        "cut" in notes
        or _ELLIPSIS.search(text) is not None
        or _BRACKETED.fullmatch(text) is not None
        or _says_elided(text)
        or picture_type(head) is not None
    )
    if not is_elided:
        return PictureValue(
            "undecodable", text=text[:TEXT_CHARACTERS], declared_type=declared_type, notes=notes
        )
    if _BRACKETED.fullmatch(text) is not None or _says_elided(text):
        head = b""
    return PictureValue("elided", head=head, text=_ends(text), declared_type=declared_type, notes=notes)


def _ends(text: str) -> str:
    """The beginning and the end of a shortened value: enough to recognise it by."""
    if len(text) <= TEXT_CHARACTERS:
        return text
    return f"{text[:120]}…{text[-40:]}"
