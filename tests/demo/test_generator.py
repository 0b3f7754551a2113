"""What the made-up transcripts promise: the same bytes for a seed, real pictures, honest usage."""

from __future__ import annotations

import hashlib
import io
import json

import pytest
from PIL import Image

from gallery.demo import generator
from gallery.demo.scenarios import GeneratedTranscript

SIDE = 96
COUNT = 48


@pytest.fixture(scope="module")
def transcripts() -> list[GeneratedTranscript]:
    return list(generator.make_transcripts(1, COUNT, longest_side=SIDE))


def digest(made: list[GeneratedTranscript]) -> str:
    return hashlib.sha256(b"".join(transcript.data for transcript in made)).hexdigest()


def test_a_seed_gives_the_same_bytes_again(transcripts: list[GeneratedTranscript]) -> None:
    again = list(generator.make_transcripts(1, COUNT, longest_side=SIDE))

    assert digest(again) == digest(transcripts)


def test_another_seed_gives_other_bytes_throughout(transcripts: list[GeneratedTranscript]) -> None:
    others = {made.data for made in generator.make_transcripts(2, COUNT, longest_side=SIDE)}

    assert not others & {made.data for made in transcripts}


def test_a_scene_is_the_same_whether_others_were_made_before_it_or_not(
    transcripts: list[GeneratedTranscript],
) -> None:
    alone = generator.make_scene(1, 3, longest_side=SIDE)

    assert [made.data for made in alone] == [made.data for made in transcripts if "-1-003." in made.name]


def test_every_scenario_is_among_the_first_transcripts(transcripts: list[GeneratedTranscript]) -> None:
    assert {made.scenario for made in transcripts} == set(generator.scenario_names())


def test_all_three_shapes_are_made(transcripts: list[GeneratedTranscript]) -> None:
    assert {made.shape for made in transcripts} == {"json", "jsonl", "sse"}


def test_pictures_are_drawn_in_every_format(transcripts: list[GeneratedTranscript]) -> None:
    formats = set()
    for made in transcripts:
        for call in made.calls:
            for data in (*call.finals, *call.plots):
                if not data.startswith(b"<svg"):
                    with Image.open(io.BytesIO(data)) as image:
                        image.load()
                        formats.add((image.format, image.mode == "RGBA"))

    assert formats >= {("PNG", False), ("PNG", True), ("WEBP", False), ("JPEG", False), ("GIF", False)}


def test_pictures_have_the_size_that_their_item_says(transcripts: list[GeneratedTranscript]) -> None:
    for made in transcripts:
        for call in made.calls:
            sizes = [item["size"] for item in call.body["output"] if item.get("size")]
            drawn = [data for data in call.finals if not data.startswith(b"<svg")]
            for data, size in zip(drawn, sizes, strict=False):
                with Image.open(io.BytesIO(data)) as image:
                    assert f"{image.width}x{image.height}" == size


def test_some_pngs_carry_a_provenance_chunk(transcripts: list[GeneratedTranscript]) -> None:
    chunks = [data[37:41] for made in transcripts for call in made.calls for data in call.finals]

    assert b"caBX" in chunks


def test_the_last_partial_is_the_final_picture_and_earlier_ones_are_not(
    transcripts: list[GeneratedTranscript],
) -> None:
    everyday = [made for made in transcripts if made.has_partials and made.ending == "whole"]
    calls = [call for made in everyday for call in made.calls if call.body["status"] == "completed"]
    assert calls

    for call in calls:
        for final, formed in zip(call.finals, call.partials.values(), strict=True):
            assert formed[-1] == final
            assert final not in formed[:-1]


def test_prompts_hardly_ever_repeat(transcripts: list[GeneratedTranscript]) -> None:
    prompts = [prompt for made in transcripts for call in made.calls for prompt in call.prompts]
    prompts_once = {prompt for made in transcripts for call in made.calls for prompt in call.prompts}

    # The stream and the body of one call are both among them, as well as elided and damaged ones.
    assert len(prompts) > 40
    assert len(prompts_once) >= len(prompts) - 3


def test_image_tokens_add_up_and_stand_apart_from_the_chat_models(
    transcripts: list[GeneratedTranscript],
) -> None:
    bodies = [call.body for made in transcripts for call in made.calls if call.body.get("tool_usage")]
    assert bodies

    for body in bodies:
        usage = body["tool_usage"]["image_gen"]
        details_in, details_out = usage["input_tokens_details"], usage["output_tokens_details"]
        assert sum(details_in.values()) == usage["input_tokens"]
        assert sum(details_out.values()) == usage["output_tokens"]
        assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]


def test_an_edit_names_the_response_before_it(transcripts: list[GeneratedTranscript]) -> None:
    turns = [made.calls[0] for made in transcripts if made.scenario == "edit_conversation"][:3]

    assert [turn.body["previous_response_id"] for turn in turns] == [
        None,
        turns[0].response_id,
        turns[1].response_id,
    ]


def test_calls_lie_within_the_half_year_before_the_newest(transcripts: list[GeneratedTranscript]) -> None:
    from gallery.demo.studio import NEWEST_AT, OLDEST_AT

    recent = [made for made in transcripts if made.scenario != "before_named_models"]

    for made in recent:
        for call in made.calls:
            assert OLDEST_AT <= call.created_at <= NEWEST_AT


@pytest.mark.parametrize("megabytes", [1, 3])
def test_a_big_stream_has_about_the_size_asked_for(megabytes: int) -> None:
    stream = generator.big_stream(5, megabytes)

    assert len(stream.data) == pytest.approx(megabytes * 1_000_000, rel=0.05)


def test_a_big_stream_has_as_many_partials_as_asked_for() -> None:
    stream = generator.big_stream(5, 1, partials=4)

    assert stream.data.count(b'"type":"response.image_generation_call.partial_image"') == 4


def test_a_text_stream_has_thousands_of_deltas_that_give_its_text() -> None:
    stream = generator.text_stream(1, 3000)
    lines = [line[6:] for line in stream.data.decode().split("\n") if line.startswith("data: ")]
    deltas = [
        event["delta"] for event in map(json.loads, lines) if event["type"] == "response.output_text.delta"
    ]

    assert len(deltas) >= 3000
    assert "".join(deltas) == stream.calls[0].text
