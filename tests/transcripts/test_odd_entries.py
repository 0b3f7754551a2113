"""Entries of `output` and `data` that are no objects: kept, shown, and named with their place."""

from __future__ import annotations

from typing import Any

import pytest

from gallery.transcripts import Response
from tests.transcripts.builders import (
    as_json,
    as_jsonl,
    as_sse,
    b64,
    completed,
    created,
    done,
    fold,
    image,
    message,
    pictures,
    png,
    read,
    read_one,
    response,
    types,
)

PICTURE = png(4, 4)
ODD = [None, "[REDACTED]", 5, 0.5, True, ["a", 1]]


def kept(answer: Response) -> list[Any]:
    return [item.payload["value"] for item in answer.items if item.type == "unknown"]


@pytest.mark.parametrize("entry", ODD)
def test_an_entry_of_the_output_that_is_no_object_is_an_unknown_item_at_its_place(entry: Any) -> None:
    body = response(image(b64(PICTURE)), message())
    body["output"].insert(1, entry)
    for answer in (
        read_one(as_json(body)),
        fold(created(), {"type": "response.completed", "response": body}),
    ):
        assert types(answer) == ["image_generation_call", "unknown", "message"]
        assert answer.items[1].payload == {"value": entry}
        (problem,) = answer.problems
        assert problem.code == "not_an_item"
        assert problem.message.startswith("Entry 1 of `output` is ")


@pytest.mark.parametrize("entry", ODD)
def test_an_entry_of_an_images_answer_that_is_no_object_is_an_unknown_item_at_its_place(entry: Any) -> None:
    answer = read_one(as_json({"created": 1_758_032_425, "data": [entry, {"b64_json": b64(PICTURE)}]}))
    assert types(answer) == ["unknown", "image"]
    assert [(one.position, one.value.data) for one in pictures(answer, "final")] == [(1, PICTURE)]
    assert [problem.message.split(" is ")[0] for problem in answer.problems] == ["Entry 0 of `data`"]


@pytest.mark.parametrize("entry", ODD)
def test_an_entry_of_a_picture_event_that_is_no_object_is_an_unknown_item(entry: Any) -> None:
    answer = fold({"type": "image_generation.completed", "data": [{"b64_json": b64(PICTURE)}, entry]})
    assert types(answer) == ["image", "unknown"]
    assert kept(answer) == [entry]
    assert [problem.message.split(" is ")[0] for problem in answer.problems] == ["Entry 1 of `data`"]


def test_null_where_the_stream_tells_of_an_item_takes_nothing_from_it() -> None:
    body = response(message())
    body["output"].insert(0, None)
    answer = fold(created(), done(image(b64(PICTURE))), done(message(), 1), completed() | {"response": body})
    assert types(answer) == ["image_generation_call", "message"]
    assert pictures(answer, "final")[0].value.data == PICTURE
    assert [problem.code for problem in answer.problems] == ["not_an_item"]


def test_what_every_snapshot_of_a_stream_repeats_is_one_item_and_one_problem() -> None:
    first, last = created(), completed()
    first["response"]["output"] = last["response"]["output"] = ["elided"]
    answer = fold(first, last)
    assert kept(answer) == ["elided"]
    assert len(answer.problems) == 1


def test_an_event_whose_item_is_no_object_is_not_lost() -> None:
    answer = fold(created(), done("gone"), done(message(), 1), completed())  # type: ignore[arg-type]
    assert types(answer) == ["unknown", "message"]
    assert kept(answer) == ["gone"]
    (problem,) = answer.problems
    assert (problem.code, problem.event) == ("not_an_item", 1)


def test_the_problem_says_in_which_line_the_entry_stands() -> None:
    bodies = [response(message(), response_id="resp_1"), response(response_id="resp_2", output=[None])]
    transcript = read(as_jsonl(bodies))
    assert [(problem.line, problem.message) for problem in transcript.problems] == [
        (2, "Entry 0 of `output` is null where an item belongs.")
    ]


def test_thousands_of_entries_that_are_no_objects_are_counted_not_listed() -> None:
    answer = read_one(as_json(response(output=[7] * 3000)))
    assert len(kept(answer)) == 3000
    assert len(answer.problems) == 21
    assert answer.problems[-1].message == "So are 2,980 more entries of `output`."


def test_a_stream_of_odd_entries_reads_the_same_as_its_lines() -> None:
    events = [created(), completed()]
    events[1]["response"]["output"] = [None, message(), 3]
    assert read_one(as_sse(events)).items == read_one(as_jsonl(events)).items
