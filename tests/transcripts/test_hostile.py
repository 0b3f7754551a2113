"""Whatever the bytes, reading gives records that can be kept, or a refusal; never anything else."""

from __future__ import annotations

import contextlib
import json
import mmap
import sys
import tracemalloc
from typing import Any

import pytest

from gallery.transcripts import Limits, Transcript, TranscriptError, read_transcript
from tests.transcripts.builders import (
    as_json,
    as_jsonl,
    as_sse,
    b64,
    codes,
    completed,
    created,
    delta,
    done,
    image,
    message,
    partial,
    picture_events,
    pictures,
    png,
    read,
    read_one,
    response,
)

DEEP = 100_000


def keepable(transcript: Transcript) -> bool:
    """Whether all JSON in the records is strict JSON."""
    for answer in transcript.responses:
        for value in (answer.rest, answer.requested, *(item.payload for item in answer.items)):
            json.dumps(value, allow_nan=False)
    return True


@pytest.mark.parametrize(
    "deep",
    [
        "[" * DEEP + "]" * DEEP,
        '{"a":' * DEEP + "1" + "}" * DEEP,
        "[" * DEEP,
        '{"a":[' * DEEP,
    ],
    ids=["lists", "objects", "open lists", "open objects"],
)
def test_deep_nesting_is_refused_alone_and_a_problem_among_others(deep: str) -> None:
    with pytest.raises(TranscriptError):
        read_transcript(deep.encode())
    transcript = read(
        as_jsonl([created()]) + f'{{"type":"x","deep":{deep}}}\n'.encode() + as_jsonl([completed(message())])
    )
    assert transcript.responses[0].status == "completed"
    assert codes(transcript) == ["too_deep"]


@pytest.mark.parametrize("name", ["body", "response", "data"])
def test_envelopes_in_envelopes_without_end_are_refused(name: str) -> None:
    opening = f'{{"event":"x","{name}":'
    with pytest.raises(TranscriptError):
        read_transcript((opening * 900 + "{}" + "}" * 900).encode())


def test_nesting_that_python_just_reads_is_compared_or_refused() -> None:
    limit = sys.getrecursionlimit()
    for depth in range(limit - 120, limit):
        deep = '{"a":' * depth + "1" + "}" * depth
        lines = (
            f'{{"type":"response.output_text.annotation.added","output_index":0,"annotation":{deep}}}\n' * 2
        )
        with contextlib.suppress(TranscriptError):
            read_transcript(as_jsonl([created()]) + lines.encode())


def test_nesting_that_python_just_reads_is_not_kept_whole() -> None:
    deep: Any = "core"
    for _ in range(400):
        deep = {"a": [deep]}
    transcript = read(json.dumps(response(message(), metadata=deep)).encode())
    assert keepable(transcript)
    assert "core" not in json.dumps(transcript.responses[0].rest)


def test_numbers_of_thousands_of_digits_are_left_out_and_named() -> None:
    huge = "9" * 5000
    body = json.dumps(response(message(), usage={"input_tokens": 0, "total_tokens": 3})).replace(
        '"input_tokens": 0', f'"input_tokens": {huge}'
    )
    transcript = read(body.replace('"created_at": 1758032425', f'"created_at": {huge}').encode())
    (answer,) = transcript.responses
    assert (answer.created_at, answer.usage is not None and answer.usage.input_tokens) == (None, None)
    assert answer.usage is not None
    assert answer.usage.total_tokens == 3
    assert sorted(codes(transcript)) == ["doubtful_number", "doubtful_time"]
    assert keepable(transcript)


@pytest.mark.parametrize("count", [2**63, -1, "12", 1.5])
def test_counts_that_cannot_be_right_are_left_out_and_named(count: Any) -> None:
    transcript = read(as_json(response(usage={"input_tokens": count, "output_tokens": 4})))
    usage = transcript.responses[0].usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (None, 4)
    assert codes(transcript) == ["doubtful_number"]


def test_nan_and_infinity_are_kept_as_words() -> None:
    body = '{"object":"response","id":"resp_1","output":[],"temperature":NaN,"top_p":-Infinity,"x":1e999}'
    answer = read_one(body.encode())
    assert (answer.rest["temperature"], answer.rest["top_p"], answer.rest["x"]) == (
        "NaN",
        "-Infinity",
        "Infinity",
    )


def test_duplicate_keys_are_no_failure() -> None:
    assert read_one(b'{"id":"resp_1","id":"resp_2","object":"response","output":[]}').response_id == "resp_2"


def test_lone_surrogates_and_nul_stay_as_they_are() -> None:
    raw = as_json(response(message("@"))).replace(b"@", b"a\\ud83d\\u0000b")
    assert read_one(raw).output_text == "a\ud83d\0b"


def test_bytes_that_are_not_utf8_cost_only_themselves() -> None:
    data = as_jsonl([created(), done(message("Caf@")), completed(message("Caf@"))]).replace(b"@", b"\xe9")
    transcript = read(data)
    assert transcript.responses[0].output_text == "Caf\ufffd"
    assert codes(transcript) == ["invalid_utf8", "invalid_utf8"]
    assert [problem.line for problem in transcript.problems] == [2, 3]


@pytest.mark.parametrize(
    "wrong", [None, True, 7, 1.5, "x", [], {}, [[]], [{}], {"a": {}}, ["\ud800"], 10**30]
)
def test_wrong_types_anywhere_are_no_failure(wrong: Any) -> None:
    for key in response(
        image(), message(), metadata={}, error=None, instructions=None, incomplete_details=None, tool_usage={}
    ):
        assert keepable(read(as_json([response(image(), message(), **{key: wrong}), response()])))
    for key in [*image(), "error", "outputs", "content", "action"]:
        body = response({**image(), key: wrong}, {**message(), key: wrong})
        assert keepable(read(as_json(body)))
    for event in (*picture_events(png(1, 1), png(1, 1)), delta("x")):
        for key in event:
            events = [created(), {**event, key: wrong}, completed(message())]
            assert keepable(read(as_sse(events)))


def test_huge_indexes_do_not_make_huge_lists() -> None:
    far = {**delta("x", 10**9), "content_index": 10**9}
    answer = read_one(as_sse([created(), far, {**partial(png(1, 1), 10**12), "output_index": 10**15}]))
    assert len(answer.items) <= 2
    assert all(len(item.payload.get("content", [])) <= 1 for item in answer.items)


def test_what_is_not_ours_among_what_is_is_named_with_its_place() -> None:
    data = as_jsonl([response(image(b64(png(60, 60)))), {"hello": "world"}, response(response_id="resp_2")])
    transcript = read(data)
    assert len(transcript.responses) == 2
    (problem,) = transcript.problems
    assert (problem.code, problem.line, problem.byte_offset) == ("not_ours", 2, data.index(b'{"hello"'))


def test_offsets_of_utf16_are_not_made_up() -> None:
    data = as_jsonl([response(), {"hello": "world"}]).decode().encode("utf-16")
    (problem,) = read(data).problems
    assert (problem.line, problem.byte_offset) == (2, None)


def test_a_marker_cannot_be_forged() -> None:
    big = b64(png(60, 60))
    for words in ("~0~", "~" + "0" * 24 + ":0~", "\x7e:0~"):
        answer = read_one(as_json(response(image(big), message(words))))
        assert answer.output_text == words


def test_megabytes_of_one_line_of_brackets_and_quotes_are_read_in_time() -> None:
    for noise in (
        b'"' * 200_000,
        b"{" * 200_000,
        b'{"a":"' * 50_000,
        b"[1," * 100_000,
        b"\\" * 200_000,
        b"data: " * 50_000,
    ):
        for data in (noise, b"data: " + noise, b"{" + noise, as_jsonl([created()]) + noise):
            with contextlib.suppress(TranscriptError):
                read_transcript(data)


def calls_of_reading(data: bytes) -> int:
    """How many functions are called."""
    count = 0

    def follow(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(follow)
    try:
        read_transcript(data)
    finally:
        sys.setprofile(before)
    return count


def test_each_of_many_partials_under_one_number_costs_as_much_as_one_of_few() -> None:
    def calls(count: int) -> int:
        return calls_of_reading(
            as_jsonl([created(), *(partial(f"aaaa{number:04}", 0) for number in range(count))])
        )

    assert calls(800) < 2.2 * calls(400)


def test_annotations_are_kept_once_however_many_there_are() -> None:
    events = [
        {
            "type": "response.output_text.annotation.added",
            "output_index": 0,
            "content_index": 0,
            "annotation": {"type": "url_citation", "start_index": number % 20_000},
        }
        for number in range(30_000)
    ]
    (item,) = read_one(as_jsonl([created(), *events])).items
    numbers = [annotation["start_index"] for annotation in item.payload["content"][0]["annotations"]]
    assert numbers == list(range(20_000))


def test_reading_pictures_needs_little_more_than_the_pictures() -> None:
    data = as_sse(picture_events(png(700, 700), png(700, 700, seed=1)))
    tracemalloc.start()
    try:
        transcript = read_transcript(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(transcript.payloads) == 3
    assert peak < 1.2 * len(data)


def test_reading_many_deltas_needs_less_than_twice_the_file() -> None:
    events = [
        created(),
        *(
            {**delta(f"word {number} ", 0), "sequence_number": number, "obfuscation": "x" * 20}
            for number in range(8_000)
        ),
    ]
    data = as_sse(events)
    tracemalloc.start()
    try:
        read_transcript(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * len(data)


def test_markup_and_path_like_names_are_only_text() -> None:
    item = message("<script>alert(1)</script>", item_id="../../etc/passwd")
    answer = read_one(as_json(response(item, response_id="../../../x")))
    assert (answer.response_id, answer.items[0].item_id) == ("../../../x", "../../etc/passwd")


def test_a_bytearray_and_a_memoryview_read_like_bytes() -> None:
    data = as_sse(picture_events(png(30, 30), png(30, 30, seed=1)))
    expected = read(data)
    assert read_transcript(bytearray(data)).responses == expected.responses
    assert read_transcript(memoryview(data)).responses == expected.responses


def test_a_mapped_file_reads_like_bytes_and_can_be_closed(tmp_path: Any) -> None:
    data = as_sse(picture_events(png(30, 30), png(30, 30, seed=1)))
    path = tmp_path / "stream.sse"
    path.write_bytes(data)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        transcript = read_transcript(mapped)
    assert transcript == read(data)


def test_pictures_over_the_limit_are_left_out_with_a_word() -> None:
    transcript = read_transcript(as_sse(picture_events(png(1, 1), png(1, 1))), limits=Limits(pictures=1))
    assert len(transcript.responses[0].pictures) == 1
    assert pictures(transcript.responses[0], "partial")
