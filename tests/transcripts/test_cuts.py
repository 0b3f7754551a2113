"""Files that end too early: what was there is kept, nothing is added, and nothing is called complete that is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gallery.transcripts import TranscriptError, read_transcript
from tests.transcripts.builders import (
    added,
    as_jsonl,
    b64,
    codes,
    completed,
    created,
    delta,
    done,
    image,
    message,
    numbered,
    png,
    read_one,
    response,
)

EVENTS = numbered(
    created(status="in_progress"),
    added(image()),
    done(image(b64(png()))),
    added(message(), 1),
    done(message(), 1),
    completed(image(b64(png())), message()),
)


@pytest.mark.parametrize("is_sorted", [False, True])
def test_a_cut_final_event_adds_no_item(*, is_sorted: bool) -> None:
    lines = [json.dumps(event, sort_keys=is_sorted) for event in EVENTS]
    before = "\n".join(lines[:-1]) + "\n"
    for end in range(1, len(lines[-1])):
        answer = read_one((before + lines[-1][:end]).encode())
        assert [item.type for item in answer.items] == ["image_generation_call", "message"], lines[-1][:end]


def test_a_cut_item_of_another_name_is_still_the_item_at_its_place() -> None:
    final = completed(image(b64(png()), "ig_9"), message(item_id="msg_9"))
    line = json.dumps(numbered(final, first=5)[0])
    for end in range(line.index("msg_9"), len(line)):
        answer = read_one(as_jsonl(EVENTS[:-1]) + line[:end].encode())
        assert [item.type for item in answer.items] == ["image_generation_call", "message"], line[:end]


@pytest.mark.parametrize("is_sorted", [False, True])
@pytest.mark.parametrize(
    "body",
    [
        response(image(b64(png())), message()),
        {"created": 1_758_032_425, "background": "opaque", "data": [{"b64_json": b64(png())}], "size": "1x1"},
    ],
    ids=["response", "images"],
)
def test_a_body_cut_before_its_output_is_not_complete(body: dict[str, Any], *, is_sorted: bool) -> None:
    whole = json.dumps(body, sort_keys=is_sorted)
    content = whole.index('"output": [' if "output" in body else '"data": [')
    for end in range(1, content + 20):
        try:
            answers = read_transcript(whole[:end].encode()).responses
        except TranscriptError:
            continue
        assert [answer.status for answer in answers] == ["interrupted"], whole[:end]


@pytest.mark.parametrize("end", ["", ",", ', "usage"', ', "usage":', ', "usage": {"input_tokens'])
def test_only_the_last_bracket_of_a_body_may_be_missing(end: str) -> None:
    body = json.dumps({key: value for key, value in response(message()).items() if key != "usage"})
    answer = read_one((body[:-1] + end).encode())
    assert answer.status == ("interrupted" if end else "completed")


def test_a_stream_that_is_cut_in_its_first_event_is_not_in_progress() -> None:
    line = json.dumps(EVENTS[0], sort_keys=True)
    for end in range(line.index("usage"), len(line)):
        assert read_one(line[:end].encode()).status == "interrupted", line[:end]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_half_a_character_at_the_end_is_none(encoding: str) -> None:
    text = "héé€𝄞"
    events = [created(), added(message(), 0), delta(text, 0)]
    data = "\n".join(json.dumps(event, ensure_ascii=False) for event in events).encode(encoding)
    begin = data.index(text.encode(encoding))
    for end in range(begin, begin + len(text.encode(encoding))):
        assert text.startswith(read_one(data[:end]).output_text or ""), data[begin:end]


def test_an_item_behind_the_cut_is_not_called_null() -> None:
    line = json.dumps(EVENTS[3])
    transcript = read_transcript(as_jsonl(EVENTS[:3]) + line[: line.index('"item": ') + 8].encode())
    assert codes(transcript) == ["cut_line"]
    assert [item.type for item in transcript.responses[0].items] == ["image_generation_call"]
