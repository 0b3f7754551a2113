"""Streams of several responses that lie between each other, and no key that says which event is whose."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from gallery.transcripts import Response
from tests.transcripts.builders import (
    added,
    as_jsonl,
    as_sse,
    b64,
    completed,
    created,
    delta,
    done,
    image,
    message,
    numbered,
    partial,
    pictures,
    png,
    read,
)

Json = dict[str, Any]
FOX, OWL, DRAFT, SKETCH = (png(4, 4, seed=seed) for seed in range(4))


def stream_of(
    name: str, picture: bytes, sketch: bytes, *, ending: Sequence[Json] | None = None
) -> list[Json]:
    """A picture and a message whose ids are the response's own."""
    drawn = image(b64(picture), f"ig_{name}")
    words = message(f"This is {name}.", f"msg_{name}")
    last = [completed(drawn, words, response_id=f"resp_{name}")] if ending is None else ending
    return [
        created(f"resp_{name}"),
        added(drawn),
        partial(sketch, 0, item_id=f"ig_{name}"),
        done(drawn),
        added(words, 1),
        delta("This is ", item_id=f"msg_{name}"),
        delta(f"{name}.", item_id=f"msg_{name}"),
        done(words, 1),
        *last,
    ]


def mixed(first: Sequence[Json], second: Sequence[Json], seed: int) -> list[Json]:
    """Each in its own order, and both begun before anything else is told."""
    turns = [0] * (len(first) - 1) + [1] * (len(second) - 1)
    random.Random(seed).shuffle(turns)
    both = [iter(first[1:]), iter(second[1:])]
    return [first[0], second[0], *(next(both[turn]) for turn in turns)]


def told(answer: Response) -> tuple[Any, ...]:
    return (
        answer.response_id,
        answer.status,
        [(item.type, item.item_id, item.text) for item in answer.items],
        [(picture.role, picture.position, picture.value.data) for picture in answer.pictures],
        [problem.code for problem in answer.problems],
    )


def alone(events: Sequence[Json]) -> tuple[Any, ...]:
    (answer,) = read(as_sse(list(events))).responses
    return told(answer)


@pytest.mark.parametrize("is_numbered", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_interleaved_streams_read_as_each_alone(seed: int, is_numbered: bool) -> None:
    fox, owl = stream_of("fox", FOX, DRAFT), stream_of("owl", OWL, SKETCH)
    if is_numbered:
        fox, owl = numbered(*fox), numbered(*owl)
    events = mixed(fox, owl, seed)
    for data in (as_sse(events), as_jsonl(events), as_sse(events, named=False, gap=False)):
        assert [told(answer) for answer in read(data).responses] == [alone(fox), alone(owl)]


@pytest.mark.parametrize("seed", range(6))
def test_what_no_final_output_lists_belongs_to_the_stream_that_has_none(seed: int) -> None:
    fox, owl = stream_of("fox", FOX, DRAFT), stream_of("owl", OWL, SKETCH, ending=())
    events = [*mixed(fox[:-1], owl, seed), fox[-1]]
    answers = {answer.response_id: answer for answer in read(as_sse(events)).responses}
    assert told(answers["resp_fox"]) == alone(fox)
    assert told(answers["resp_owl"]) == alone(owl)
    assert answers["resp_owl"].status == "interrupted"


def test_ids_that_both_responses_have_prove_nothing_and_the_final_outputs_stand() -> None:
    fox, owl = image(b64(FOX)), image(b64(OWL))
    events = [
        created("resp_fox"),
        created("resp_owl"),
        added(fox),
        added(owl),
        partial(DRAFT, 0),
        partial(FOX, 1),
        done(owl),
        done(fox),
        completed(fox, response_id="resp_fox"),
        completed(owl, response_id="resp_owl"),
    ]
    first, second, rest = read(as_sse(events)).responses
    assert [one.value.data for one in first.pictures] == [FOX, FOX]
    assert [one.value.data for one in second.pictures] == [OWL]
    assert DRAFT in [one.value.data for one in pictures(rest, "partial")]
    assert [problem.code for problem in rest.problems] == ["doubtful_owner", "no_end"]
    assert rest.problems[0].message == (
        "Nothing tells to which of resp_fox and resp_owl 3 events belong: they are kept by themselves."
    )
    assert "doubtful_owner" in [problem.code for problem in read(as_sse(events)).problems]


def test_numbers_of_events_leave_room_in_one_response_only() -> None:
    fox = image(b64(FOX), "ig_a")
    events = [
        {**created("resp_fox"), "sequence_number": 0},
        {**created("resp_owl"), "sequence_number": 0},
        {**partial(DRAFT, 0, item_id="ig_a"), "sequence_number": 9},
        {**partial(SKETCH, 0, item_id="ig_b"), "sequence_number": 3},
        {**completed(response_id="resp_owl"), "sequence_number": 4},
        {**done(fox), "sequence_number": 10},
        {**completed(response_id="resp_fox"), "sequence_number": 12},
    ]
    answers = {answer.response_id: answer for answer in read(as_sse(events)).responses}
    assert [one.value.data for one in pictures(answers["resp_fox"], "partial")] == [DRAFT]


def test_two_ends_of_two_responses_are_two_responses() -> None:
    fox, owl = stream_of("fox", FOX, DRAFT), stream_of("owl", OWL, SKETCH)
    resumed = owl[1:]
    answers = read(as_sse([*fox[:-1], *resumed, fox[-1]])).responses
    assert sorted(answer.response_id for answer in answers) == ["resp_fox", "resp_owl"]
    for answer in answers:
        picture = FOX if answer.response_id == "resp_fox" else OWL
        assert [one.value.data for one in pictures(answer, "final")] == [picture]


def test_an_item_that_goes_on_behind_the_beginning_of_another_response_stays_where_it_was() -> None:
    fox, owl = stream_of("fox", FOX, DRAFT), stream_of("owl", OWL, SKETCH)
    answers = read(as_sse([*fox[:2], owl[0], owl[1], *fox[2:4], *owl[2:]])).responses
    assert [[one.value.data for one in pictures(answer, "final")] for answer in answers] == [[FOX], [OWL]]
    assert [answer.status for answer in answers] == ["interrupted", "completed"]


def test_an_interrupted_stream_before_a_whole_one_under_the_same_ids_takes_nothing_from_it() -> None:
    whole = [created("resp_owl"), added(image()), partial(SKETCH, 0), done(image(b64(OWL))), completed()]
    whole[-1] = completed(image(b64(OWL)), response_id="resp_owl")
    cut = [created("resp_fox"), added(image()), partial(DRAFT, 0)]
    first, second = read(as_sse([*cut, *whole])).responses
    assert [one.value.data for one in pictures(first, "partial")] == [DRAFT]
    assert told(second) == alone(whole)


def test_thousands_of_streams_between_each_other_are_read_in_bounded_time() -> None:
    names = [str(number) for number in range(400)]
    events = [created(f"resp_{name}") for name in names]
    events += [partial("elided", 0, item_id=f"ig_{name}") for name in names]
    events += [completed(response_id=f"resp_{name}") for name in names]
    assert len(read(as_jsonl(events)).responses) == 401


def test_an_id_that_both_streams_begin_and_one_lists_is_not_the_property_of_that_one() -> None:
    fox, owl = message("A fox."), message("An owl.")
    events = [
        created("resp_fox"),
        created("resp_owl"),
        added(fox),
        added(owl),
        done(fox),
        done(owl),
        completed(response_id="resp_fox"),
        completed(owl, response_id="resp_owl"),
    ]
    numbers = [0, 0, 1, 1, 2, 2, 3, 3]
    events = [{**event, "sequence_number": number} for event, number in zip(events, numbers, strict=True)]
    answers = {answer.response_id: answer for answer in read(as_sse(events)).responses}
    assert [answers[name].output_text for name in ("resp_fox", "resp_owl")] == ["A fox.", "An owl."]
