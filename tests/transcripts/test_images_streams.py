"""Streams of the Images API: whose usage is whose, and where one stream ends and another begins."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from gallery.transcripts import Response
from tests.transcripts.builders import as_json, as_jsonl, as_sse, b64, pictures, png, read, read_one

Json = dict[str, Any]
FOX, OWL, CAT = png(2, 2), png(3, 3), png(4, 4)
DRAFT, SKETCH = png(5, 5), png(6, 6)
NOON = 1_758_032_425
ORDERS = [
    order
    for order in permutations(range(4))
    if order.index(0) < order.index(1) and order.index(2) < order.index(3)
]
"""Of two events of one stream and two of another, each stream in its own order."""


def partial(data: bytes, number: int = 0, **fields: Any) -> Json:
    kind = "image_generation.partial_image"
    return {"type": kind, "b64_json": b64(data), "partial_image_index": number, **fields}


def finished(data: bytes, **fields: Any) -> Json:
    return {"type": "image_generation.completed", "b64_json": b64(data), **fields}


def usage(output: int, prompt: int = 10) -> Json:
    return {"input_tokens": prompt, "output_tokens": output, "total_tokens": prompt + output}


def finals(answer: Response) -> list[bytes | None]:
    return [one.value.data for one in pictures(answer, "final")]


def partials(answer: Response) -> list[tuple[int, bytes | None]]:
    return [(one.position, one.value.data) for one in pictures(answer, "partial")]


def read_all(*events: Json) -> list[Response]:
    """The responses, which are the same in every form of the file."""
    answers = read(as_sse(list(events))).responses
    for data in (as_jsonl(list(events)), as_sse(list(events), gap=False, named=False), as_json(list(events))):
        assert [finals(one) for one in read(data).responses] == [finals(one) for one in answers]
    return list(answers)


def messages(answer: Response) -> list[str]:
    return [problem.message for problem in answer.problems]


def test_pictures_that_used_different_amounts_used_their_sum_together() -> None:
    (answer,) = read_all(finished(FOX, usage=usage(272)), finished(OWL, usage=usage(408)))
    assert [item.payload["usage"] for item in answer.items] == [usage(272), usage(408)]
    assert answer.image_usage is not None
    assert (answer.image_usage.input_tokens, answer.image_usage.output_tokens) == (20, 680)
    assert (answer.image_usage.total_tokens, answer.image_usage.output_image_tokens) == (700, 680)
    assert messages(answer) == ["2 pictures tell each a usage of its own; that of the response is their sum."]


def test_what_one_of_the_pictures_does_not_tell_is_unknown_of_all() -> None:
    partly = {"output_tokens": 408, "input_tokens": 10}
    (answer,) = read_all(finished(FOX, usage=usage(272)), finished(OWL, usage=partly))
    assert answer.image_usage is not None
    assert (answer.image_usage.output_tokens, answer.image_usage.total_tokens) == (680, None)


def test_a_picture_without_usage_leaves_the_whole_unknown_and_the_others_their_own() -> None:
    (answer,) = read_all(finished(FOX, usage=usage(272)), finished(OWL), finished(CAT, usage=usage(408)))
    assert answer.image_usage is None
    assert [item.payload.get("usage") for item in answer.items] == [usage(272), None, usage(408)]
    assert messages(answer) == ["1 of 3 pictures tell no usage: what all of them used is not known."]


@pytest.mark.parametrize(
    ("first", "word"), [(usage(272), "All 2 pictures tell the same usage"), (None, "Only one of 2 pictures")]
)
def test_a_usage_that_can_be_of_all_pictures_is_taken_once_and_said_to_be_doubtful(
    first: Json | None, word: str
) -> None:
    (answer,) = read_all(finished(FOX, usage=first), finished(OWL, usage=usage(272)))
    assert answer.image_usage is not None
    assert answer.image_usage.output_tokens == 272
    assert [message.startswith(word) for message in messages(answer)] == [True]


def test_pictures_of_a_body_that_tell_each_a_usage_used_their_sum() -> None:
    data = [{"b64_json": b64(one), "usage": usage(272)} for one in (FOX, OWL)]
    answer = read_one(as_json({"created": NOON, "data": data}))
    assert answer.image_usage is not None
    assert answer.image_usage.output_tokens == 544


def test_a_body_that_contradicts_its_pictures_is_believed_and_says_so() -> None:
    data = [{"b64_json": b64(one), "usage": usage(272)} for one in (FOX, OWL)]
    answer = read_one(as_json({"created": NOON, "data": data, "usage": usage(300)}))
    assert answer.image_usage is not None
    assert answer.image_usage.output_tokens == 300
    assert messages(answer) == [
        "`usage` says 300 output_tokens, the pictures together 544: the response's is believed."
    ]


def test_one_picture_keeps_its_usage_without_a_word() -> None:
    (answer,) = read_all(partial(DRAFT), finished(FOX, usage=usage(272)))
    assert answer.image_usage is not None
    assert answer.image_usage.output_tokens == 272
    assert answer.problems == ()


def test_a_number_that_is_finished_again_begins_another_response() -> None:
    answers = read_all(
        finished(FOX, index=0), finished(OWL, index=1), partial(DRAFT, index=0), finished(CAT, index=0)
    )
    assert [finals(one) for one in answers] == [[FOX, OWL], [CAT]]
    assert [one.status for one in answers] == ["completed", "completed"]


def test_a_prompt_of_another_length_begins_another_response() -> None:
    answers = read_all(
        partial(DRAFT), finished(FOX, usage=usage(272)), partial(SKETCH), finished(OWL, usage=usage(272, 31))
    )
    assert [(finals(one), partials(one)) for one in answers] == [
        ([FOX], [(0, DRAFT)]),
        ([OWL], [(0, SKETCH)]),
    ]
    assert [one.image_usage.input_tokens for one in answers if one.image_usage] == [10, 31]


def test_another_time_of_request_begins_another_response() -> None:
    first, second = {"created_at": NOON}, {"created_at": NOON + 60}
    answers = read_all(
        partial(DRAFT, **first), finished(FOX, **first), partial(SKETCH, **second), finished(OWL, **second)
    )
    assert [finals(one) for one in answers] == [[FOX], [OWL]]
    assert [one.created_at.timestamp() for one in answers if one.created_at] == [NOON, NOON + 60]


def test_times_of_events_begin_nothing() -> None:
    (answer,) = read_all(
        partial(DRAFT, created_at=NOON),
        partial(FOX, 1, created_at=NOON + 9),
        finished(FOX, created_at=NOON + 9),
        finished(OWL, created_at=NOON + 20),
    )
    assert finals(answer) == [FOX, OWL]


def test_a_time_before_that_of_the_picture_before_begins_another_response() -> None:
    once = [partial(DRAFT, created_at=NOON), finished(FOX, created_at=NOON + 1)]
    answers = read_all(*once, *once)
    assert [finals(one) for one in answers] == [[FOX], [FOX]]
    assert len({one.response_id for one in answers}) == 1


def test_numbers_of_events_that_start_again_begin_another_response() -> None:
    answers = read_all(
        partial(DRAFT, sequence_number=0),
        finished(FOX, sequence_number=1),
        partial(SKETCH, sequence_number=0),
        finished(OWL, sequence_number=1),
    )
    assert [(finals(one), partials(one)) for one in answers] == [
        ([FOX], [(0, DRAFT)]),
        ([OWL], [(0, SKETCH)]),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"created_at": NOON}, {"created_at": NOON + 60}),
        ({"size": "1024x1024", "quality": "low"}, {"size": "1536x1024", "quality": "low"}),
        ({"output_format": "png"}, {"output_format": "webp"}),
    ],
)
@pytest.mark.parametrize("order", ORDERS)
def test_streams_that_lie_beside_each_other_are_told_apart(
    first: Json, second: Json, order: tuple[int, ...]
) -> None:
    events = [
        partial(DRAFT, **first),
        finished(FOX, **first),
        partial(SKETCH, **second),
        finished(OWL, **second),
    ]
    answers = read_all(*(events[number] for number in order))
    assert sorted((finals(one), partials(one)) for one in answers) == sorted(
        [([FOX], [(0, DRAFT)]), ([OWL], [(0, SKETCH)])]
    )
    assert [one.problems for one in answers] == [(), ()]


def test_partials_side_by_side_that_nothing_tells_apart_are_marked() -> None:
    (answer,) = read_all(partial(DRAFT), partial(SKETCH), partial(OWL, 1), finished(FOX), finished(OWL))
    assert finals(answer) == [FOX, OWL]
    assert (1, OWL) in partials(answer)
    assert [problem.code for problem in answer.problems] == ["doubtful_partial"]


def test_problems_stay_with_the_stream_that_they_are_about() -> None:
    lines = as_jsonl([finished(FOX, index=0), finished(OWL, index=0)]).split(b"\n")
    transcript = read(b"\n".join([lines[0], b'{"type": "image_gen', lines[1]]) + b"\n")
    assert [len(one.problems) for one in transcript.responses] == [1, 0]


def test_a_stream_that_breaks_off_behind_a_whole_one_is_interrupted_alone() -> None:
    answers = read_all(finished(FOX, index=0), partial(DRAFT, index=0))
    assert [one.status for one in answers] == ["completed", "interrupted"]
