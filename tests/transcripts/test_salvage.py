"""Damaged text: what stands there is recovered and marked, what does not is never invented."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gallery.transcripts import Response, TranscriptError, read_transcript
from tests.transcripts.builders import (
    added,
    as_json,
    as_jsonl,
    as_sse,
    b64,
    codes,
    completed,
    created,
    done,
    image,
    message,
    numbered,
    partial,
    picture_events,
    pictures,
    png,
    read,
    read_one,
    response,
)

PICTURE, EARLIER = png(20, 20), png(20, 20, seed=1)
THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
ITEM = image(b64(PICTURE))
EVENTS = numbered(
    created(),
    added(THOUGHT),
    done(THOUGHT),
    added(ITEM, 1),
    partial(EARLIER, 0, 1),
    done(ITEM, 1),
    added(message(), 2),
    done(message(), 2),
    completed(THOUGHT, ITEM, message()),
)
PARTIAL, DONE, FINAL = 4, 5, 8


def splice(first: int, last: int, *, between: str = "...", is_sorted: bool = False) -> bytes:
    """The events with everything from inside one's picture to inside a later one's picture taken out."""
    lines = [json.dumps(event, sort_keys=is_sorted) for event in EVENTS]
    head = lines[first][: lines[first].index("iVBOR") + 100]
    tail = lines[last][lines[last].index(b64(PICTURE)) + len(b64(PICTURE)) - 40 :]
    return "\n".join([*lines[:first], head + between + tail, *lines[last + 1 :]]).encode()


def types(answer: Response) -> list[str]:
    return [item.type for item in answer.items]


@pytest.mark.parametrize("is_sorted", [False, True], ids=["type first", "type last"])
@pytest.mark.parametrize("first", [PARTIAL, DONE])
def test_a_line_that_ends_as_the_final_response_gives_that_response(first: int, *, is_sorted: bool) -> None:
    transcript = read(splice(first, FINAL, is_sorted=is_sorted))
    (answer,) = transcript.responses
    assert answer.status == "completed"
    assert types(answer) == ["reasoning", "image_generation_call", "message"]
    assert answer.output_text == "Here it is."
    assert answer.usage is not None
    assert answer.usage.total_tokens == 7
    final = pictures(answer, "final")[0]
    head = {PARTIAL: EARLIER, DONE: PICTURE}[first][:75]
    assert (final.value.kind, final.value.head, final.revised_prompt) == ("elided", head, "A red fox")
    assert final.is_salvaged
    assert [item.is_salvaged for item in answer.items] == [False, True, True]
    assert {"usage", "status", "output.2"} <= set(answer.salvaged)
    (problem,) = transcript.problems
    assert (problem.code, problem.line, problem.event) == ("spliced_line", first + 1, first)


def test_a_spliced_partial_keeps_its_own_words_and_takes_none_of_the_item() -> None:
    (answer,) = read(splice(PARTIAL, FINAL)).responses
    assert pictures(answer, "partial")[0].size is None
    assert pictures(answer, "final")[0].size == "1024x1024"


@pytest.mark.parametrize("is_sorted", [False, True], ids=["type first", "type last"])
def test_a_splice_in_the_middle_costs_nothing_that_comes_again(*, is_sorted: bool) -> None:
    transcript = read(splice(PARTIAL, DONE, is_sorted=is_sorted))
    (answer,) = transcript.responses
    assert answer.status == "completed"
    assert answer.output_text == "Here it is."
    assert pictures(answer, "final")[0].value.data == PICTURE
    assert not answer.items[1].is_salvaged
    assert len(transcript.problems) == 1


def test_a_splice_without_dots_is_seen_by_its_brackets() -> None:
    (answer,) = read(splice(DONE, FINAL, between="")).responses
    assert answer.status == "completed"
    assert types(answer) == ["reasoning", "image_generation_call", "message"]


def test_a_splice_into_the_first_response_event_says_nothing_of_an_end() -> None:
    started = json.dumps(created())
    body = json.dumps(partial(EARLIER, 0, 1))
    line = body[: body.index("iVBOR") + 60] + "..." + started[started.index('"output"') + 11 :]
    (answer,) = read(as_jsonl(EVENTS[:4]) + line.encode()).responses
    assert answer.status == "interrupted"
    assert answer.usage is None


@pytest.mark.parametrize("form", [as_sse, as_jsonl])
def test_a_cut_stream_is_interrupted_and_keeps_its_partials(form: Any) -> None:
    data = form(EVENTS)
    for place in range(data.index(b64(EARLIER).encode()) + len(b64(EARLIER)) + 200, len(data) - 60, 97):
        answer = read_one(data[:place])
        assert answer.status == "interrupted", place
        assert pictures(answer, "partial")[0].value.data == EARLIER


def test_a_cut_says_where_the_file_ends() -> None:
    data = as_jsonl(EVENTS)
    place = data.index(b64(PICTURE).encode()) + 300
    (problem,) = read(data[:place]).problems
    assert problem.code == "cut_line"
    assert (problem.line, problem.event, problem.byte_offset) == (DONE + 1, DONE, place)
    assert "file ends in the middle of line 6" in problem.message


def test_a_cut_picture_keeps_the_head_that_is_there() -> None:
    data = as_jsonl(EVENTS)
    answer = read_one(data[: data.index(b64(PICTURE).encode()) + 400])
    final = pictures(answer, "final")[0]
    assert (final.value.kind, final.value.notes, final.value.head) == ("elided", ("cut",), PICTURE[:300])


def test_a_cut_final_event_does_not_shorten_what_was_whole_before() -> None:
    data = as_jsonl(EVENTS)
    answer = read_one(data[: data.rindex(b"it is.")])
    assert answer.output_text == "Here it is."
    assert pictures(answer, "final")[0].value.data == PICTURE
    assert answer.salvaged == ()


def test_a_missing_last_bracket_is_read_as_if_it_were_there() -> None:
    transcript = read(as_json(response(ITEM, message()))[:-1])
    (answer,) = transcript.responses
    assert (answer.status, answer.salvaged) == ("completed", ())
    assert codes(transcript) == ["unclosed_line"]


def test_lines_without_their_last_brackets_are_read_whole() -> None:
    lines = as_jsonl([created(), done(message()), completed(message())]).splitlines()
    transcript = read(b"\n".join([lines[0][:-1], lines[1], lines[2][:-1]]))
    (answer,) = transcript.responses
    assert (answer.status, answer.output_text, answer.salvaged) == ("completed", "Here it is.", ())
    assert codes(transcript) == ["unclosed_line", "unclosed_line"]


def test_a_cut_json_body_keeps_what_stands_there() -> None:
    whole = as_json(response(ITEM, message("The quick brown fox.")), indent=1)
    transcript = read(whole[: whole.index(b"brown")])
    (answer,) = transcript.responses
    assert (answer.response_id, answer.status) == ("resp_1", "interrupted")
    assert answer.output_text == "The quick "
    assert pictures(answer, "final")[0].value.data == PICTURE
    assert "output.1" in answer.salvaged
    assert codes(transcript) == ["cut_line"]


def test_a_cut_array_keeps_whole_elements_unmarked() -> None:
    whole = as_json(EVENTS)
    answer = read_one(whole[: whole.rindex(b"usage")])
    assert answer.status == "interrupted"
    assert [item.is_salvaged for item in answer.items] == [False, False, False]


@pytest.mark.parametrize("word", ["id", "type", "model", "status"])
def test_a_cut_name_is_no_name(word: str) -> None:
    whole = as_json({"object": "response", "output": [], "created_at": 1_758_032_425, word: "abcdefgh"})
    body = read(whole[:-4]).responses[0]
    assert body.response_id.startswith("made_")
    assert (body.model, body.status) == (None, "interrupted")


def test_a_cut_number_is_no_number() -> None:
    whole = as_json({"id": "resp_1", "object": "response", "output": [], "usage": {"total_tokens": 123456}})
    assert read_one(whole[:-4]).usage is None


@pytest.mark.parametrize("elision", ["...", "…", "/* two pictures */", "// left out\n"])
def test_an_elision_between_values_is_stepped_over(elision: str) -> None:
    whole = json.dumps(response(THOUGHT, ITEM, message()))
    answer = read_one(whole.replace(json.dumps(ITEM) + ",", elision).encode())
    assert types(answer) == ["reasoning", "message"]
    assert answer.usage is not None


def test_a_placeholder_without_quotes_is_an_elided_picture() -> None:
    whole = json.dumps(response(ITEM)).replace(f'"{b64(PICTURE)}"', "<base64 image>")
    assert pictures(read_one(whole.encode()), "final")[0].value.kind == "elided"


def test_a_python_dictionary_is_read() -> None:
    assert types(read_one(repr(response(ITEM, message())).encode())) == ["image_generation_call", "message"]


def test_one_broken_line_costs_no_other() -> None:
    lines = as_jsonl(picture_events(PICTURE)).splitlines()
    transcript = read(b"\n".join([*lines[:2], b'{"type": "response.broken", oops}', *lines[2:]]))
    (answer,) = transcript.responses
    assert answer.status == "completed"
    assert types(answer) == ["image_generation_call", "message"]
    (problem,) = transcript.problems
    assert (problem.code, problem.line) == ("broken_line", 3)


def test_a_broken_line_in_a_stream_without_blank_lines_costs_no_other() -> None:
    data = as_sse(picture_events(PICTURE), named=False, gap=False).splitlines()
    transcript = read(b"\n".join([*data[:2], b'data: {"type": oops', *data[2:]]))
    assert transcript.responses[0].status == "completed"
    assert types(transcript.responses[0]) == ["image_generation_call", "message"]
    assert [problem.line for problem in transcript.problems] == [3]


def test_places_count_past_lifted_pictures() -> None:
    big = png(60, 60)
    data = as_jsonl([created(), done(image(b64(big)))]) + b'{"type": oops}\n' + as_jsonl([completed()])
    (problem,) = read(data).problems
    assert problem.byte_offset == data.index(b"oops")


@pytest.mark.parametrize("form", [as_sse, as_jsonl, as_json])
def test_every_cut_is_read_or_refused(form: Any) -> None:
    data = form(picture_events(png(2, 2), png(2, 2, seed=1)))
    for place in range(0, len(data), 7):
        try:
            read_transcript(data[:place])
        except TranscriptError:
            assert place < 200


def test_a_torn_final_event_ends_as_its_name_says() -> None:
    counts = {"image_gen": {"input_tokens": 1}, "web_search": {"num_requests": 0}}
    final = {**completed(status="incomplete", tool_usage=counts, truncation="disabled"), "sequence_number": 9}
    final = {key: final[key] for key in ("response", "sequence_number")} | {"type": "response.incomplete"}
    order = ("id", "object", "model", "status", "tool_usage", "tools", "truncation", "usage")
    final["response"] = {key: final["response"][key] for key in order}
    whole = json.dumps(final)
    torn = whole[: whole.index('t_tokens": 1')] + whole[whole.index('"web_search"') :]
    answer = read_one(as_sse([created()]) + f"event: response.incomplete\ndata: {torn}\n\n".encode())
    assert answer.status == "incomplete"
    assert answer.usage is not None


def test_the_code_of_an_error_that_is_cut_is_none() -> None:
    whole = json.dumps(
        {"error": {"message": "No quota.", "type": "quota_error", "code": "insufficient_quota"}}
    )
    answer = read_one(whole[: whole.index("_quota")].encode())
    assert (answer.error_code, answer.error_message) == ("quota_error", "No quota.")


def test_a_setting_that_lost_its_end_does_not_go_on_over_the_line_end() -> None:
    whole = json.dumps(response(image("iVBORw0KGgo..."), message("Here it is.")), indent=2)
    start = whole.index('x1024"')
    answer = read_one((whole[:start] + whole[whole.index("\n", start) :]).encode())
    assert [picture.size for picture in answer.pictures] == [None]
    assert answer.pictures[0].revised_prompt == "A red fox"
    assert answer.output_text == "Here it is."
