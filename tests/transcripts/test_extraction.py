"""What the API's field names mean: models, usage, times, texts, settings, plots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.transcripts.builders import (
    as_json,
    b64,
    codes,
    image,
    message,
    pictures,
    png,
    read,
    read_one,
    response,
)

PICTURE = png(4, 4)


def test_plots_of_the_code_interpreter_are_pictures() -> None:
    item = {
        "id": "ci_1",
        "type": "code_interpreter_call",
        "outputs": [
            {"type": "logs", "logs": "1"},
            {"type": "image", "url": f"data:image/png;base64,{b64(PICTURE)}"},
            {"type": "image", "url": "https://example.com/plot.png"},
        ],
    }
    plots = read_one(as_json(response(item))).pictures
    assert [(one.role, one.index, one.value.kind) for one in plots] == [
        ("plot", 0, "bytes"),
        ("plot", 1, "url"),
    ]
    assert plots[0].value.data == PICTURE


def test_refusals_are_the_text_of_the_item_but_not_of_the_output() -> None:
    item = message(content=[{"type": "refusal", "refusal": "I cannot."}])
    answer = read_one(as_json(response(item)))
    assert (answer.items[0].text, answer.output_text) == ("I cannot.", "")


def test_unknown_keys_of_a_response_are_kept() -> None:
    assert read_one(as_json(response(copilot_usage={"x": 1}))).rest["copilot_usage"] == {"x": 1}


def test_xai_says_prompt_for_revised_prompt() -> None:
    item = {"id": "ig_1", "type": "image_generation_call", "result": b64(PICTURE), "prompt": "A boat"}
    assert pictures(read_one(as_json(response(item))), "final")[0].revised_prompt == "A boat"


def test_a_moderated_picture_says_why() -> None:
    error = {
        "type": "image_generation_user_error",
        "code": "moderation_blocked",
        "message": None,
        "moderation_details": {"categories": ["violence", "sexual"], "moderation_stage": "output"},
    }
    picture = pictures(read_one(as_json(response(image(None, status="failed", error=error)))), "final")[0]
    assert (picture.error_code, picture.error_message) == (
        "moderation_blocked",
        "Refused by moderation: violence, sexual.",
    )


def test_image_usage_and_the_image_model_are_told_apart_from_the_chat_model() -> None:
    tool_usage = {
        "image_gen": {
            "input_tokens": 49,
            "input_tokens_details": {"text_tokens": 49, "image_tokens": 0},
            "output_tokens": 196,
            "total_tokens": 245,
        }
    }
    answer = read_one(as_json(response(image(), tool_usage=tool_usage)))
    assert (answer.model, answer.image_model) == ("gpt-5", "gpt-image-1")
    assert answer.requested == {"model": "gpt-image-1", "size": "auto"}
    assert answer.image_usage is not None
    assert answer.image_usage.input_text_tokens == 49
    assert answer.image_usage.output_image_tokens == 196
    assert answer.usage is not None
    assert answer.usage.total_tokens == 7


def test_silence_about_usage_is_not_zero() -> None:
    answer = read_one(as_json(response(usage=None)))
    assert (answer.usage, answer.image_usage) == (None, None)


def test_zeros_that_are_reported_stay_zeros() -> None:
    zeros = {"image_gen": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}}
    answer = read_one(as_json(response(message(), tool_usage=zeros)))
    assert answer.image_usage is not None
    assert answer.image_usage.total_tokens == 0


def test_usage_under_the_names_of_chat_is_read() -> None:
    usage = {
        "prompt_tokens": 5,
        "completion_tokens": 6,
        "total_tokens": 11,
        "prompt_tokens_details": {"cached_tokens": 2},
    }
    read_usage = read_one(as_json(response(usage=usage))).usage
    assert read_usage is not None
    assert (read_usage.input_tokens, read_usage.cached_tokens, read_usage.output_tokens) == (5, 2, 6)


def test_cached_tokens_of_an_images_answer_are_read_under_the_names_of_chat() -> None:
    usage = {
        "prompt_tokens": 5,
        "prompt_tokens_details": {"text_tokens": 5, "cached_tokens": 2},
        "completion_tokens": 272,
        "completion_tokens_details": {"image_tokens": 272},
        "total_tokens": 277,
    }
    answer = read_one(as_json({"created": 1_758_032_425, "data": [{"b64_json": "aGk="}], "usage": usage}))
    assert answer.image_usage is not None
    assert (answer.image_usage.input_text_tokens, answer.image_usage.cached_tokens) == (5, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_758_032_425, datetime(2025, 9, 16, 14, 20, 25, tzinfo=UTC)),
        (1_758_032_425.0, datetime(2025, 9, 16, 14, 20, 25, tzinfo=UTC)),
        ("2025-09-16T14:20:25Z", datetime(2025, 9, 16, 14, 20, 25, tzinfo=UTC)),
        (0, None),
        (None, None),
        (True, None),
        ([1], None),
    ],
)
def test_times_are_read(value: Any, expected: datetime | None) -> None:
    transcript = read(as_json(response(created_at=value)))
    assert transcript.responses[0].created_at == expected
    assert codes(transcript) == []


@pytest.mark.parametrize("value", [99999999999999999999, -5, 1_758_032_425_000, "yesterday", float("inf"), 1])
def test_times_that_cannot_be_right_are_left_out_and_named(value: Any) -> None:
    transcript = read(as_json(response(created_at=value)))
    assert transcript.responses[0].created_at is None
    assert codes(transcript) == ["doubtful_time"]


def test_instructions_of_a_prompt_template_are_joined() -> None:
    parts = [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]},
        {"type": "message", "role": "user", "content": "Draw."},
    ]
    answer = read_one(as_json(response(instructions=parts)))
    assert answer.instructions == "Be brief.\n\nDraw."
    assert answer.rest["instructions"] == parts


def test_output_text_falls_back_to_the_field_of_that_name() -> None:
    assert read_one(as_json(response(output_text="From elsewhere."))).output_text == "From elsewhere."
    assert (
        read_one(as_json(response(message(""), output_text="From elsewhere."))).output_text
        == "From elsewhere."
    )
    assert read_one(as_json(response(message("")))).output_text == ""
    assert read_one(as_json(response(image()))).output_text is None


def test_counts_that_the_record_has_no_place_for_are_kept_with_the_usage_as_it_was() -> None:
    usage = {"input_tokens": 3, "input_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2}}
    assert read_one(as_json(response(usage=usage))).rest["usage"] == usage
    plain = {"input_tokens": 3, "input_tokens_details": {"cached_tokens": 1}}
    assert "usage" not in read_one(as_json(response(usage=plain))).rest


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", 12),
        ("model", ["gpt-5"]),
        ("status", {"word": "completed"}),
        ("usage", [7]),
        ("error", ["rate_limit_exceeded"]),
        ("incomplete_details", "max_output_tokens"),
        ("previous_response_id", {"id": "resp_0"}),
        ("completed_at", [1_758_032_425]),
    ],
)
def test_a_value_of_a_wrong_type_is_kept_as_it_is(name: str, value: object) -> None:
    assert read_one(as_json(response(**{"response_id": "resp_1", name: value}))).rest[name] == value


def test_a_message_whose_content_is_a_plain_text_is_the_output_text() -> None:
    assert read_one(as_json(response({**message(), "content": "Here it is."}))).output_text == "Here it is."


def test_what_a_message_says_stands_in_the_order_of_its_parts() -> None:
    content = [{"type": "refusal", "refusal": "Not that. "}, {"type": "output_text", "text": "But this."}]
    answer = read_one(as_json(response(message(content=content))))
    assert answer.items[0].text == "Not that. But this."
    assert answer.output_text == "But this."
