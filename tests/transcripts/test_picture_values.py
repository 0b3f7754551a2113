"""What stands in a picture field: a picture, a shortened one, an address, or nothing."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gallery.transcripts import PictureValue
from tests.transcripts.builders import as_json, b64, image, pictures, png, read, read_one, response

PNG = png(30, 30)
TEXT = b64(PNG)


def value_of(result: Any, raw: bytes | None = None) -> PictureValue:
    body = as_json(response(image(result))) if raw is None else raw
    return pictures(read_one(body), "final")[0].value


@pytest.mark.parametrize(
    "data", [PNG, png(1, 1), png(2, 1), b"\xff\xd8\xff\xe0abc", b"GIF89a\x01\0\x01\0", b"no picture"]
)
def test_base64_is_decoded(data: bytes) -> None:
    value = value_of(b64(data))
    assert (value.kind, value.data, value.notes) == ("bytes", data, ())


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        (f"data:image/png;base64,{TEXT}", ("data-url",)),
        (f"data:image/png;charset=x;base64,{TEXT}", ("data-url",)),
        (TEXT.rstrip("="), ("unpadded",) if TEXT.endswith("=") else ()),
        (base64.urlsafe_b64encode(PNG).decode(), ("url-safe",)),
        ("\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)), ("white-space",)),
        (f"  {TEXT}\r\n", ("white-space",)),
    ],
)  # fmt: skip
def test_departures_from_canonical_base64_are_read_and_noted(text: str, notes: tuple[str, ...]) -> None:
    value = value_of(text)
    assert (value.kind, value.data) == ("bytes", PNG)
    assert value.notes == notes
    assert value.declared_type == ("image/png" if "data-url" in notes else None)


@pytest.mark.parametrize(("plain", "escaped"), [("/", "\\/"), ("+", "\\u002b"), ("+", "\\u002B")])
def test_base64_escaped_by_json_writers_is_read(plain: str, escaped: str) -> None:
    raw = as_json(response(image("@"))).replace(b"@", TEXT.replace(plain, escaped).encode())
    assert value_of(None, raw).data == PNG
    assert [payload.is_canonical for payload in read(raw).payloads] == [False]


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("iVBORw0KGgoAAAANSUhEUg...CYII=", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("iVBORw0KGgoAAAANSUhEUg...", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("iVBORw0KGgoAAAANSUhEUg…", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("iVBORw0KGgoAAAANSUhEUg[truncated 8,000 characters]", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUg...", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("...", b""),
        ("<b64_image_here>", b""),
        ("[REDACTED]", b""),
        ("[base64 data omitted]", b""),
        ("REDACTED", b""),
        ("base64-encoded-image", b""),
        ("***", b""),
    ],
)
def test_elisions_keep_the_head_that_can_be_read(text: str, head: bytes) -> None:
    value = value_of(text)
    assert (value.kind, value.data) == ("elided", None)
    assert value.head[: len(head) or None] == head


def test_a_long_elided_value_keeps_its_head_and_never_joins_it_with_the_tail() -> None:
    value = value_of(TEXT[:1200] + "..." + TEXT[-40:])
    assert value.kind == "elided"
    assert value.head == PNG[:900]


@pytest.mark.parametrize("nothing", [None, "", "  ", [], {}, 7, True, ["iVBORw0KGgo="]])
def test_nothing_is_absent(nothing: Any) -> None:
    assert value_of(nothing).kind == "absent"


@pytest.mark.parametrize("address", ["https://example.com/a.png?sig=x", "http://x/y", "file:///etc/passwd"])
def test_addresses_are_kept_and_not_taken_for_pictures(address: str) -> None:
    value = value_of(address)
    assert (value.kind, value.text, value.data) == ("url", address, None)


def test_what_is_neither_is_undecodable() -> None:
    value = value_of("¡not a picture, I am afraid!")
    assert value.kind == "undecodable"
    assert value.text.startswith("¡not a picture")


def test_payload_json_describes_long_pictures_and_keeps_other_long_texts() -> None:
    secret = base64.urlsafe_b64encode(bytes(3000)).decode()
    thought = {"id": "rs_1", "type": "reasoning", "encrypted_content": secret}
    mask = {"type": "image_generation", "input_image_mask": {"image_url": f"data:image/png;base64,{TEXT}"}}
    answer = read_one(as_json(response(thought, image(TEXT), tools=[mask])))
    assert answer.items[0].payload["encrypted_content"] == secret
    assert answer.items[1].payload["result"] == f"[base64, {len(TEXT):,} characters]"
    described = f"[base64, {len(TEXT) + 22:,} characters]"
    assert answer.requested["input_image_mask"]["image_url"] == described
    assert answer.rest["tools"][0]["input_image_mask"]["image_url"] == described


def test_a_picture_inside_a_longer_text_leaves_that_text_whole() -> None:
    arguments = '{"image": "data:image/png;base64,' + TEXT + '"}'
    item = {"id": "fc_1", "type": "function_call", "name": "paint", "arguments": arguments}
    assert read_one(as_json(response(item))).items[0].payload["arguments"] == arguments


def test_payloads_stand_where_they_say() -> None:
    other = b64(png(30, 30, seed=2))
    raw = as_json(response(image(TEXT), image(other, "ig_2"), image(TEXT, "ig_3")), indent=2)
    payloads = read(raw).payloads
    assert [raw[one.start : one.end].decode() for one in payloads] == [TEXT, other, TEXT]
    assert all(
        one.is_canonical and base64.b64encode(one.data) == raw[one.start : one.end] for one in payloads
    )


def test_base64_with_stray_bits_at_its_end_is_not_canonical() -> None:
    data = png(30, 30, seed=3) + b"x" * (-len(png(30, 30, seed=3)) % 3 + 1)
    text = b64(data)
    assert text.endswith("==")
    stray = text[:-3] + chr(ord(text[-3]) + 1) + "=="
    (payload,) = read(as_json(response(image(stray)))).payloads
    assert payload.data == data
    assert not payload.is_canonical


def test_payloads_of_utf16_have_no_offsets() -> None:
    assert read(as_json(response(image(TEXT))).decode().encode("utf-16")).payloads == ()


def test_offsets_count_past_a_byte_order_mark() -> None:
    raw = b"\xef\xbb\xbf" + as_json(response(image(TEXT)))
    (payload,) = read(raw).payloads
    assert raw[payload.start : payload.end].decode() == TEXT
