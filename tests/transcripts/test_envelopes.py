"""Errors, with a stream around them or without, and what logs wrap events and bodies in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gallery.transcripts import TranscriptError, read_transcript
from tests.transcripts.builders import (
    as_json,
    as_jsonl,
    b64,
    created,
    image,
    message,
    picture_events,
    pictures,
    png,
    read,
    read_one,
    response,
)

PICTURE = png(20, 20)
EVENTS = picture_events(PICTURE, png(20, 20, seed=1))


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (
            {
                "error": {
                    "message": "No.",
                    "type": "image_generation_user_error",
                    "code": "moderation_blocked",
                }
            },
            "moderation_blocked",
            "No.",
        ),
        (
            {"error": {"message": "No.", "type": "insufficient_quota", "param": None, "code": None}},
            "insufficient_quota",
            "No.",
        ),
        (
            {"code": "Some resource has been exhausted", "error": "No."},
            "Some resource has been exhausted",
            "No.",
        ),
        (
            {"type": "error", "code": "rate_limit_exceeded", "message": "No.", "param": None},
            "rate_limit_exceeded",
            "No.",
        ),
        (
            {"type": "error", "error": {"type": "x", "code": "overloaded", "message": "No."}},
            "overloaded",
            "No.",
        ),
    ],
)
def test_error_bodies_are_failed_responses(body: dict[str, Any], code: str, text: str) -> None:
    answer = read_one(as_json(body))
    assert (answer.kind, answer.status, answer.error_code, answer.error_message) == (
        "error",
        "failed",
        code,
        text,
    )


@pytest.mark.parametrize(
    "error",
    [
        {"code": "rate_limit_exceeded", "message": "No.", "param": None},
        {"error": {"type": "tokens", "code": "rate_limit_exceeded", "message": "No."}},
    ],
    ids=["flat", "nested"],
)
@pytest.mark.parametrize("wrap", [lambda event: event, lambda event: {"timestamp": 7, "data": event}])
def test_an_error_event_says_what_it_says_with_its_stream_and_without(
    error: dict[str, Any], wrap: Any
) -> None:
    event = {"type": "error", **error}
    for events in ([event], [created(), event]):
        answer = read_one(as_jsonl([wrap(one) for one in events]))
        assert (answer.status, answer.error_code, answer.error_message) == (
            "failed",
            "rate_limit_exceeded",
            "No.",
        )
    (alone,) = read(f"event: error\ndata: {json.dumps(error)}\n\n".encode()).responses
    assert (alone.status, alone.error_code, alone.error_message) == ("failed", "rate_limit_exceeded", "No.")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda event: {"event": event["type"], "data": event},
        lambda event: {"event": event.pop("type"), "data": event},
        lambda event: {"event": event["type"], "data": json.dumps(event), "id": "", "retry": None},
        lambda event: {"timestamp": "2026-05-15T10:26:45Z", "data": event},
        lambda event: {"timestamp": 1_758_032_425, "payload": event},
        lambda event: {"type": "event", "event": event},
        lambda event: {"direction": "in", "message": json.dumps(event)},
    ],
)
def test_log_lines_that_wrap_events_are_unwrapped(wrap: Any) -> None:
    transcript = read(as_jsonl([wrap(dict(event)) for event in EVENTS]))
    assert transcript.shape_detail == "wrapped"
    assert transcript.problems == ()
    (answer,) = transcript.responses
    assert (answer.status, answer.output_text) == ("completed", "Here it is.")
    assert pictures(answer, "final")[0].value.data == PICTURE


@pytest.mark.parametrize(
    "envelope",
    [
        {"request": {"model": "gpt-5", "input": "A fox"}, "response": response(message())},
        {"status_code": 200, "body": json.dumps(response(message()))},
        {"data": response(message())},
    ],
)
def test_a_body_in_an_envelope_is_unwrapped(envelope: dict[str, Any]) -> None:
    assert read_one(as_json(envelope)).response_id == "resp_1"


@pytest.mark.parametrize("beside", [{}, {"id": "resp_1"}])
def test_an_output_of_items_is_a_response_with_little_else(beside: dict[str, Any]) -> None:
    answer = read_one(as_json({**beside, "output": [image(b64(PICTURE)), message()]}))
    assert (answer.kind, answer.output_text, len(answer.pictures)) == ("response", "Here it is.", 1)
    with pytest.raises(TranscriptError):
        read_transcript(as_json({"output": [{"type": "text", "text": "Hi"}]}))
