"""What holds for every transcript: framing, encoding and key order never show, and nothing makes reading fail."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.transcripts import Response, TranscriptError, read_transcript
from tests.transcripts.builders import (
    as_json,
    as_jsonl,
    as_sse,
    message,
    picture_events,
    pictures,
    png,
    read_one,
    response,
)

EXAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "examples").iterdir())]
PARTIAL, FINAL = png(16, 16, seed=1), png(16, 16, seed=2)
EVENTS = picture_events(FINAL, PARTIAL, text="Hé\u2028llo, wörld 🙂.")
EXPECTED = read_one(as_sse(EVENTS))
FORMS = [*EXAMPLES, as_sse(EVENTS), as_jsonl(EVENTS), as_json(EVENTS, indent=1), as_json(response(message()))]

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(
        ["completed", "message", "image_generation_call", "...", "response.completed", "iVBORw0KGgo..."]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def same(answer: Response, expected: Response) -> bool:
    """Equal but for the lines that the events stood on."""
    return (
        (answer.items, answer.pictures, answer.usage, answer.rest, answer.status, answer.problems)
        == (
            expected.items,
            expected.pictures,
            expected.usage,
            expected.rest,
            expected.status,
            expected.problems,
        )
        and answer.response_id == expected.response_id
        and [(run.type, run.count) for run in answer.timeline]
        == [(run.type, run.count) for run in expected.timeline]
    )


def keepable_or_refused(data: bytes) -> None:
    try:
        transcript = read_transcript(data)
    except TranscriptError:
        return
    for answer in transcript.responses:
        assert answer.response_id
        for value in (answer.rest, answer.requested, *(item.payload for item in answer.items)):
            json.dumps(value, allow_nan=False)
        places = [(one.position, one.role, one.index) for one in answer.pictures]
        assert len(set(places)) == len(places)
        assert [item.position for item in answer.items] == list(range(len(answer.items)))


@st.composite
def framings(draw: st.DrawFn) -> bytes:
    """The events as SSE, each framed differently."""
    text = "\ufeff" * draw(st.booleans())
    for event in EVENTS:
        end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
        lines = draw(st.lists(st.sampled_from([": comment", "id: 7", "retry: 10", ""]), max_size=2))
        if draw(st.booleans()):
            lines.append(f"event: {event['type']}")
        space = draw(st.sampled_from(["", " "]))
        pretty = draw(st.booleans())
        body = json.dumps(event, indent=1 if pretty else None, ensure_ascii=draw(st.booleans()))
        lines += [f"data:{space}{line}" for line in body.split("\n")]
        gaps = draw(st.integers(1 if pretty else 0, 2))
        text += "".join(line + end for line in lines) + end * gaps
    if draw(st.booleans()):
        text += "data: [DONE]\n\n"
    data = text.encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-16-be"])))
    return gzip.compress(data) if draw(st.booleans()) else data


@relaxed
@given(framings())
def test_framing_and_encoding_never_show(data: bytes) -> None:
    (answer,) = read_transcript(data).responses
    assert same(answer, EXPECTED)


@relaxed
@given(st.randoms(use_true_random=False), st.sampled_from([as_sse, as_jsonl, as_json]))
def test_key_order_never_shows(order: Any, form: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, list):
            return [shuffled(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        keys = list(value)
        order.shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}

    (answer,) = read_transcript(form([shuffled(event) for event in EVENTS])).responses
    assert same(answer, EXPECTED)


@settings(relaxed, max_examples=300)
@given(st.sampled_from(FORMS), st.data())
def test_every_cut_is_kept_or_refused(whole: bytes, data: st.DataObject) -> None:
    keepable_or_refused(whole[: data.draw(st.integers(0, len(whole)))])


@relaxed
@given(st.sampled_from([as_sse, as_jsonl, as_json]), st.integers(0, 10**6))
def test_no_cut_loses_a_partial_that_came_before(form: Any, place: int) -> None:
    whole = form(EVENTS)
    earliest = (
        whole.index(b"response.output_item.done") if form is not as_json else whole.index(b"output_item.done")
    )
    answer = read_one(whole[: earliest + place % (len(whole) - earliest)])
    assert pictures(answer, "partial")[0].value.data == PARTIAL
    assert answer.status in ("interrupted", "completed")


@settings(relaxed, max_examples=300)
@given(st.sampled_from(FORMS), st.data())
def test_every_excision_is_kept_or_refused(whole: bytes, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(whole)))
    keepable_or_refused(whole[:first] + whole[data.draw(st.integers(first, len(whole))) :])


@settings(relaxed, max_examples=300)
@given(st.sampled_from(FORMS), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=12))
def test_every_flipped_byte_is_kept_or_refused(whole: bytes, flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(whole)
    for place, byte in flips:
        damaged[place % len(damaged)] = byte
    keepable_or_refused(bytes(damaged))


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """The events with some values replaced by any JSON values at all."""

    def mutate(value: Any, depth: int = 0) -> Any:
        if draw(st.integers(0, 40)) == 0:
            return draw(json_values)
        if isinstance(value, dict):
            return {key: mutate(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list):
            return [mutate(inner, depth + 1) for inner in value]
        return value

    form = draw(st.sampled_from([as_sse, as_jsonl, as_json]))
    small = picture_events(png(1, 1), png(1, 1, seed=1))
    events = [
        event for event in (mutate(event) for event in small) if isinstance(event, dict) and "type" in event
    ]
    data: bytes = form(events)
    return data


@settings(relaxed, max_examples=200)
@given(mutations())
def test_any_value_may_stand_anywhere(data: bytes) -> None:
    keepable_or_refused(data)


@settings(relaxed, max_examples=300)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_kept_or_refused(data: bytes) -> None:
    keepable_or_refused(data)


@settings(relaxed, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                *list('{}[]":,\\ \n'),
                '"a"',
                "data: ",
                "1",
                "null",
                '{"type":"response.created"}',
                "...",
                "event: x\n",
            ]
        ),
        max_size=60,
    )
)
def test_any_heap_of_brackets_is_kept_or_refused(pieces: list[str]) -> None:
    keepable_or_refused("".join(pieces).encode())
