"""Input that nobody means well with: kept or refused with a sentence, and the database stays whole."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.exporting import export_lines
from gallery.models import Blob, Image, OutputItem, Response, Transcript
from gallery.originals import read_original
from tests.ingest.transcripts import Json, as_json, b64, body, image_item, message_item, png, stream, upload

pytestmark = pytest.mark.django_db


def kept_whole() -> None:
    """Every upload comes back, and everything kept can be exported as strict JSON."""
    for transcript in Transcript.objects.all():
        read_original(transcript)
    for line in export_lines():
        json.loads(line)


NOT_PICTURES = {
    "a web page": (b"<!doctype html><script>alert(1)</script>", "broken", "text/html"),
    "text": (b"this is not a picture, whatever it says " * 20, "broken", "text/plain"),
    "a cut picture": (png(side=200)[:-4000], "broken", "image/png"),
    "a drawing": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        "stored",
        "image/svg+xml",
    ),
}


@pytest.mark.parametrize(("data", "state", "media_type"), NOT_PICTURES.values(), ids=NOT_PICTURES.keys())
def test_what_is_no_picture_is_kept_with_its_reason_and_true_type(
    data: bytes, state: str, media_type: str
) -> None:
    upload(as_json(body(image_item(data))))
    image = Image.objects.get()
    assert (image.state, image.media_type, image.has_thumbnail) == (state, media_type, False)
    assert image.reason
    assert image.blob is not None
    kept_whole()


def test_a_picture_over_the_limit_of_pixels_is_broken_and_kept(settings: Any) -> None:
    settings.PICTURE_LIMIT_PIXELS = 1000
    upload(as_json(body(image_item(png()))))
    image = Image.objects.get()
    assert (image.state, image.width, image.has_thumbnail) == ("broken", 48, False)
    assert image.blob is not None


def test_a_picture_of_another_type_than_declared_has_its_true_type() -> None:
    upload(as_json(body(image_item("data:image/webp;base64," + b64(png()), output_format="webp"))))
    image = Image.objects.get()
    assert (image.state, image.media_type, image.declared_type) == ("stored", "image/png", "image/webp")


def test_an_address_is_never_fetched_and_says_so() -> None:
    upload(as_json(body(image_item("https://example.com/picture.png"))))
    image = Image.objects.get()
    assert image.state == "missing"
    assert "never fetched" in image.reason


NASTY: dict[str, Json] = {
    "nul": body(image_item(png(), revised_prompt="a\0b"), instructions="\0", metadata={"\0": "\0"}),
    "lone surrogates": body(
        image_item(png(), revised_prompt="\ud83d"), message_item("\udc00"), user="\ud800"
    ),
    "huge counts": body(usage={"input_tokens": 10**30, "output_tokens": -5, "total_tokens": 2**63}),
    "huge time": body(created_at=10**20),
    "negative time": body(created_at=-(10**12)),
    "last second of the calendar": body(created_at=253_402_300_799),
    "long ids": body(image_item(png(), id="i" * 9000), id="r" * 9000, previous_response_id="p" * 9000),
    "long words": body(
        image_item(png(), size="s" * 999, quality="q" * 999, status="t" * 999), status="u" * 999
    ),
    "long models": body(
        image_item(png()), model="m" * 9000, tools=[{"type": "image_generation", "model": "n" * 999}]
    ),
    "long type": body({"type": "t" * 9000, "id": "x"}),
    "wrong types": body(
        image_item(7, size=[1], quality={}, revised_prompt=5),
        id=7,
        model=[],
        status={},
        usage=[],
        created_at="today",
        instructions=[{"role": "system"}],
        error="text",
        tools={"a": 1},
    ),
    "paths": body(image_item(png(), id="../../../etc/passwd"), id="../../../etc/passwd"),
    "markup": body(message_item("<script>alert(1)</script>\u202e"), id="<img src=x onerror=alert(1)>"),
    "long integer": body(metadata={"n": 10**4000}),
    "huge partial index": body(image_item(png())),
}


@pytest.mark.parametrize("response", NASTY.values(), ids=NASTY.keys())
def test_nasty_values_are_kept_or_refused_and_break_nothing(response: Json) -> None:
    report = upload(as_json(response))
    assert report.outcome == "stored"
    assert upload(as_json(response)).outcome == "known"
    assert upload(stream(response, partials=[png("red")])).outcome == "stored"
    kept_whole()


NASTY_TEXTS: dict[str, bytes] = {
    "nan": as_json(body(temperature=1)).replace(
        b'"temperature": 1', b'"temperature": NaN, "top_p": -Infinity'
    ),
    "5000 digits": as_json(body(temperature=1)).replace(
        b'"temperature": 1', b'"temperature": ' + b"9" * 5000
    ),
    "deep": as_json(body(metadata=1)).replace(
        b'"metadata": 1', b'"metadata": ' + b"[" * 100_000 + b"]" * 100_000
    ),
    "deep enough": as_json(body(metadata=1)).replace(
        b'"metadata": 1', b'"metadata": ' + b"[" * 600 + b"]" * 600
    ),
    "duplicate keys": as_json(body()).replace(b'{"id":', b'{"id": "resp_twice", "id":', 1),
    "overflowing float": as_json(body(temperature=1)).replace(b'"temperature": 1', b'"temperature": 1e999'),
    "gzip": gzip.compress(as_json(body(image_item(png())))),
    "utf-16": as_json(body(image_item(png()))).decode().encode("utf-16"),
    "huge partial index": stream(body(image_item(png())), partials=[png("red")]).replace(
        b'"partial_image_index": 0', b'"partial_image_index": 99999999999999999999'
    ),
    "negative partial index": stream(body(image_item(png())), partials=[png("red"), png("blue")]).replace(
        b'"partial_image_index": 1', b'"partial_image_index": -1'
    ),
    "huge output index": stream(body(image_item(png())), partials=[png("red")]).replace(
        b'"output_index": 0', b'"output_index": 99999999999999999999'
    ),
}


@pytest.mark.parametrize("data", NASTY_TEXTS.values(), ids=NASTY_TEXTS.keys())
def test_nasty_texts_are_kept_or_refused_and_break_nothing(data: bytes) -> None:
    report = upload(data)
    assert report.outcome in {"stored", "refused"}
    assert report.sentence
    kept_whole()


def test_a_gzip_bomb_is_refused_as_too_large(settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1_000_000
    report = upload(gzip.compress(b'{"a": "' + b"a" * 50_000_000 + b'"}'))
    assert (report.outcome, report.is_too_large) == ("refused", True)
    assert Transcript.objects.count() == 0


def test_partials_that_share_an_index_are_all_kept() -> None:
    data = stream(body(image_item(png())), partials=[png("red"), png("blue"), png("green")])
    upload(data.replace(b'"partial_image_index": 2', b'"partial_image_index": 1'))
    assert Blob.objects.count() >= 3
    kept_whole()


any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
any_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "id",
    "created_at",
    "status",
    "model",
    "output",
    "usage",
    "tools",
    "tool_usage",
    "error",
    "instructions",
]
ITEM_FIELDS = ["id", "status", "result", "revised_prompt", "size", "quality", "error", "type", "content"]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(FIELDS), any_value),
    st.dictionaries(st.sampled_from(ITEM_FIELDS), any_value),
)
def test_any_value_in_any_field_is_kept_or_refused(fields: Json, item_fields: Json) -> None:
    data = as_json({**body({**image_item("AAAA"), **item_fields}, message_item("Hello.")), **fields})
    assert upload(data).outcome in {"stored", "known", "refused"}
    assert upload(data + b"\n" + data).outcome in {"stored", "known", "refused"}
    kept_whole()


def test_a_batch_of_many_answers_is_kept_whole() -> None:
    lines = [
        {
            "id": f"batch_req_{number}",
            "custom_id": f"call-{number}",
            "response": {"status_code": 200, "body": body(image_item(png()), id=f"resp_{number}")},
            "error": None,
        }
        for number in range(60)
    ]
    report = upload("\n".join(json.dumps(line) for line in lines).encode())
    assert (report.response_count, report.final_count) == (60, 60)
    assert Response.objects.count() == Image.objects.count() == OutputItem.objects.count() == 60
    kept_whole()
