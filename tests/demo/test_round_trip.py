"""Whatever way a made-up call is written down, the reader finds it again: identity, words, usage, every picture."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from gallery.demo import generator
from gallery.demo.calls import Call
from gallery.demo.scenarios import GeneratedTranscript
from gallery.transcripts import read_transcript
from gallery.transcripts.records import Response, Role, Transcript

MADE = list(generator.make_transcripts(1, 44, longest_side=96))
WITH_IDS = [made for made in MADE if made.has_ids]


def named(made: Sequence[GeneratedTranscript]) -> list[object]:
    return [pytest.param(one, id=one.name) for one in made]


def read_calls(made: GeneratedTranscript) -> list[tuple[Call, Response]]:
    """Each call with the response that was read for it."""
    found = {response.response_id: response for response in read_transcript(made.data).responses}
    return [(call, found[call.response_id]) for call in made.calls]


def pictures(record: Transcript | Response, role: Role) -> list[bytes]:
    """The picture bytes of that role, in order."""
    responses = record.responses if isinstance(record, Transcript) else (record,)
    return [
        picture.value.data
        for response in responses
        for picture in sorted(response.pictures, key=lambda picture: (picture.position, picture.index))
        if picture.role == role and picture.value.kind == "bytes" and picture.value.data is not None
    ]


@pytest.mark.parametrize("made", named(MADE))
def test_the_shape_is_recognised(made: GeneratedTranscript) -> None:
    assert read_transcript(made.data).shape == made.shape


@pytest.mark.parametrize("made", named([made for made in WITH_IDS if made.scenario != "batch_output"]))
def test_every_response_is_found_and_no_other(made: GeneratedTranscript) -> None:
    found = [response.response_id for response in read_transcript(made.data).responses]

    assert found == [call.response_id for call in made.calls]


def test_a_batch_gives_each_answer_under_its_own_id_and_its_error_too() -> None:
    made = next(made for made in MADE if made.scenario == "batch_output")
    responses = read_transcript(made.data).responses

    assert [response.custom_id for response in responses if response.error_code] == ["expired-4"]
    assert {call.response_id for call in made.calls} <= {response.response_id for response in responses}


@pytest.mark.parametrize("made", named(WITH_IDS))
def test_models_times_and_status_are_found(made: GeneratedTranscript) -> None:
    for call, response in read_calls(made):
        completed_at = None if made.ending == "interrupted" else call.body.get("completed_at")
        assert response.model == call.body["model"]
        assert response.image_model == call.image_model
        assert response.status == call.body["status"]
        assert response.created_at == call.created_at
        assert response.completed_at == (completed_at and datetime.fromtimestamp(completed_at, UTC))
        assert response.previous_response_id == call.body["previous_response_id"]
        assert response.instructions == call.body["instructions"]


@pytest.mark.parametrize("made", named([made for made in WITH_IDS if made.ending != "interrupted"]))
def test_usage_of_both_models_is_found(made: GeneratedTranscript) -> None:
    for call, response in read_calls(made):
        said, image_said = call.body["usage"], call.body.get("tool_usage", {}).get("image_gen")
        assert (response.usage and response.usage.total_tokens) == (said and said["total_tokens"])
        if image_said:
            assert response.image_usage is not None
            assert response.image_usage.total_tokens == image_said["total_tokens"]
            assert (
                response.image_usage.output_image_tokens
                == image_said["output_tokens_details"]["image_tokens"]
            )


@pytest.mark.parametrize("made", named([made for made in WITH_IDS if made.ending == "whole"]))
def test_the_words_are_found(made: GeneratedTranscript) -> None:
    for call, response in read_calls(made):
        prompts = [picture.revised_prompt for picture in response.pictures if picture.role == "final"]
        assert (response.output_text or "") == call.text
        assert [prompt for prompt in prompts if prompt] == list(call.prompts)


@pytest.mark.parametrize("made", named(WITH_IDS))
def test_every_final_picture_is_found_byte_for_byte(made: GeneratedTranscript) -> None:
    for call, response in read_calls(made):
        assert pictures(response, "final") == list(call.finals)


@pytest.mark.parametrize("made", named([made for made in WITH_IDS if made.has_partials]))
def test_every_partial_picture_is_found_byte_for_byte(made: GeneratedTranscript) -> None:
    for call, response in read_calls(made):
        assert pictures(response, "partial") == [data for formed in call.partials.values() for data in formed]


@pytest.mark.parametrize(
    "made", named([made for made in MADE if made.scenario in {"plot_body", "plot_stream"}])
)
def test_plots_of_the_code_interpreter_are_found(made: GeneratedTranscript) -> None:
    assert pictures(read_transcript(made.data), "plot") == list(made.calls[0].plots)


@pytest.mark.parametrize("made", named([made for made in MADE if not made.has_ids and made.calls]))
def test_pictures_without_a_response_object_are_found(made: GeneratedTranscript) -> None:
    assert pictures(read_transcript(made.data), "final") == list(made.calls[0].finals)


def test_a_refused_picture_keeps_its_reason() -> None:
    made = next(made for made in MADE if made.scenario == "refused")
    (picture,) = read_transcript(made.data).responses[0].pictures

    assert picture.error_code == "moderation_blocked"


def test_an_error_answer_is_kept_as_an_error() -> None:
    made = next(made for made in MADE if made.ending == "error")
    (response,) = read_transcript(made.data).responses

    assert (response.kind, response.error_code) == ("error", "moderation_blocked")


def test_an_elided_picture_is_said_to_be_so() -> None:
    made = next(made for made in MADE if made.ending == "elided")
    (picture,) = read_transcript(made.data).responses[0].pictures

    assert picture.value.kind == "elided"
    assert picture.value.head.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "made", named([made for made in MADE if made.ending == "whole" and made.scenario != "batch_output"])
)
def test_a_whole_transcript_has_no_problems(made: GeneratedTranscript) -> None:
    assert [problem.message for problem in read_transcript(made.data).problems] == []


# Of what is compressed or not UTF-8, offsets count after decompression and decoding.
PLAIN = [made for made in MADE if not made.data.startswith((b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"))]


@pytest.mark.parametrize("made", named(PLAIN))
def test_payloads_are_given_where_they_stand(made: GeneratedTranscript) -> None:
    for payload in read_transcript(made.data).payloads:
        assert payload.is_canonical
        assert base64.b64encode(payload.data) == made.data[payload.start : payload.end]
