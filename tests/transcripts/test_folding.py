"""Many events to one response: which state wins, item by item and field by field."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.transcripts.builders import (
    IMAGE_ID,
    MESSAGE_ID,
    added,
    as_json,
    as_jsonl,
    as_sse,
    b64,
    completed,
    created,
    delta,
    done,
    fold,
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
    types,
)

PICTURE = png(4, 4)


def test_an_empty_result_never_replaces_a_full_one() -> None:
    full, empty = image(b64(PICTURE)), image("")
    for events in (
        (created(), done(full), completed(empty)),
        (created(), done(empty), completed(full)),
        (created(), done(full), completed(image(None))),
    ):
        assert pictures(fold(*events), "final")[0].value.data == PICTURE


def test_a_result_that_does_not_decode_gives_way_to_one_that_does() -> None:
    answer = fold(created(), done(image(b64(PICTURE))), completed(image("not base64 at all!")))
    assert pictures(answer, "final")[0].value.data == PICTURE


def test_an_elided_result_gives_way_to_the_whole_picture() -> None:
    answer = fold(created(), done(image(b64(PICTURE))), completed(image("iVBORw0KGgoAAAAN...")))
    assert pictures(answer, "final")[0].value.kind == "bytes"


def test_an_empty_terminal_output_keeps_the_items_of_the_stream() -> None:
    answer = fold(created(), done(image(b64(PICTURE))), done(message(), 1), completed())
    assert types(answer) == ["image_generation_call", "message"]
    assert answer.status == "completed"


def test_a_terminal_output_that_lists_only_some_items_loses_none() -> None:
    thought = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
    answer = fold(
        created(), done(thought), done(image(b64(PICTURE)), 1), done(message(), 2), completed(thought)
    )
    assert types(answer) == ["reasoning", "image_generation_call", "message"]


def test_a_terminal_output_that_skips_the_first_items_keeps_the_order() -> None:
    thought = {"id": "rs_1", "type": "reasoning", "summary": []}
    answer = fold(
        created(), done(thought), done(image(b64(PICTURE)), 1), done(message(), 2), completed(message())
    )
    assert types(answer) == ["reasoning", "image_generation_call", "message"]
    assert answer.output_text == "Here it is."


def test_one_id_at_two_places_is_two_items() -> None:
    first = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "First."}]}
    second = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Second."}]}
    answer = fold(
        created(), done(first), done(image(), 1), done(second, 2), completed(first, image(), second)
    )
    assert [item.text for item in answer.items] == ["First.", None, "Second."]


def test_ids_that_change_at_every_event_are_one_item() -> None:
    answer = fold(
        created(),
        added(message(item_id="msg_a")),
        delta("Here ", 0, "msg_b"),
        delta("it is.", 0, "msg_c"),
        done(message(item_id="msg_d")),
        completed(message(item_id="msg_e")),
    )
    assert types(answer) == ["message"]
    assert answer.output_text == "Here it is."


def test_a_server_that_counts_every_item_as_number_0_loses_none() -> None:
    thought = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
    answer = fold(created(), added(thought), done(thought), added(message()), done(message()), completed())
    assert types(answer) == ["reasoning", "message"]


def test_items_without_output_index_are_found_by_id() -> None:
    events = [
        created(),
        done(image(b64(PICTURE))),
        delta("Hel"),
        delta("lo"),
        partial(PICTURE, 0),
        completed(),
    ]
    for event in events:
        event.pop("output_index", None)
    answer = fold(*events)
    assert types(answer) == ["image_generation_call", "message"]
    assert answer.output_text == "Hello"
    assert pictures(answer, "partial")[0].position == 0


def test_events_name_the_item_that_no_other_event_tells_of() -> None:
    answer = fold(created(), partial(PICTURE, 0), delta("Here", 1), delta(" it is.", 1))
    assert [item.item_id for item in answer.items] == [IMAGE_ID, MESSAGE_ID]


def test_names_that_rotate_with_each_event_are_none() -> None:
    answer = fold(created(), delta("Here", 1, "msg_a"), delta(" it is.", 1, "msg_b"))
    assert [item.item_id for item in answer.items] == [None]


def test_finished_text_stands_over_joined_deltas() -> None:
    text_done = {
        "type": "response.output_text.done",
        "output_index": 0,
        "item_id": MESSAGE_ID,
        "content_index": 0,
        "text": "Hello.",
    }
    answer = fold(created(), added(message()), delta("Hel", 0), text_done, completed())
    assert answer.output_text == "Hello."


def test_deltas_alone_give_the_text_of_a_stream_that_broke_off() -> None:
    answer = fold(created(), added(message()), delta("Here ", 0), delta("it", 0))
    assert (answer.output_text, answer.status) == ("Here it", "interrupted")


@pytest.mark.parametrize(
    ("kind", "field", "item_type"),
    [
        ("response.function_call_arguments", "arguments", "function_call"),
        ("response.custom_tool_call_input", "input", "custom_tool_call"),
        ("response.code_interpreter_call_code", "code", "code_interpreter_call"),
        ("response.mcp_call_arguments", "arguments", "mcp_call"),
    ],
)
def test_deltas_of_tool_calls_are_joined(kind: str, field: str, item_type: str) -> None:
    place = {"output_index": 0, "item_id": "fc_1"}
    answer = fold(
        created(),
        {"type": f"{kind}.delta", **place, "delta": '{"a"'},
        {"type": f"{kind}.delta", **place, "delta": ":1}"},
    )
    assert types(answer) == [item_type]
    assert answer.items[0].payload[field] == '{"a":1}'


def test_reasoning_summaries_are_joined_part_by_part() -> None:
    def told(part: int, text: str) -> dict[str, Any]:
        return {
            "type": "response.reasoning_summary_text.delta",
            "output_index": 0,
            "item_id": "rs_1",
            "summary_index": part,
            "delta": text,
        }

    answer = fold(created(), told(0, "First"), told(0, "."), told(1, "Second."))
    assert answer.items[0].text == "First.\n\nSecond."


def test_annotations_arrive_one_by_one() -> None:
    note = {"type": "url_citation", "url": "https://example.com"}
    event = {
        "type": "response.output_text.annotation.added",
        "output_index": 0,
        "item_id": MESSAGE_ID,
        "content_index": 0,
        "annotation": note,
    }
    answer = fold(created(), added(message()), delta("Hi", 0), event, event)
    assert answer.items[0].payload["content"][0]["annotations"] == [note]


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ([completed()], "completed"),
        (
            [
                {
                    "type": "response.failed",
                    "response": response(status="failed", error={"code": "server_error", "message": "Oops"}),
                }
            ],
            "failed",
        ),
        (
            [
                {
                    "type": "response.incomplete",
                    "response": response(
                        status="incomplete", incomplete_details={"reason": "max_output_tokens"}
                    ),
                }
            ],
            "incomplete",
        ),
        ([{"type": "response.completed", "response": response(status=None)}], "completed"),
        ([{"type": "response.completed", "response": response(status="in_progress")}], "completed"),
        ([{"type": "error", "code": "rate_limit_exceeded", "message": "Slow down"}], "failed"),
        ([{"type": "error", "error": {"code": "rate_limit_exceeded", "message": "Slow down"}}], "failed"),
        ([], "interrupted"),
    ],
)
def test_the_end_of_the_stream_is_its_status(ending: list[dict[str, Any]], status: str) -> None:
    assert fold(created(), *ending).status == status


def test_a_stream_without_an_end_says_where_it_stops() -> None:
    (problem,) = read(as_sse(numbered(created(), added(message()), delta("Hi", 0)))).problems
    assert (problem.code, problem.line, problem.event) == ("no_end", 8, 2)


def test_an_error_event_says_why_flat_or_nested() -> None:
    flat = {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down", "param": None}
    nested = {
        "type": "error",
        "error": {"type": "tokens", "code": "rate_limit_exceeded", "message": "Slow down"},
    }
    for event in (flat, nested):
        answer = fold(created(), event)
        assert (answer.error_code, answer.error_message) == ("rate_limit_exceeded", "Slow down")


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled", "complete", "incomplete"])
def test_a_json_body_keeps_the_status_it_says(status: str) -> None:
    assert read_one(as_json(response(status=status))).status == status


def test_a_json_body_without_a_status_has_none() -> None:
    body = response()
    del body["status"]
    assert read_one(as_json(body)).status is None


def test_later_snapshots_win_but_never_with_nothing() -> None:
    answer = fold(
        created(instructions="Be brief.", service_tier="auto", metadata={"a": "b"}),
        completed(instructions=None, service_tier="default", metadata={}),
    )
    assert answer.instructions == "Be brief."
    assert answer.rest["service_tier"] == "default"
    assert answer.rest["metadata"] == {"a": "b"}


def test_events_out_of_order_are_put_into_it() -> None:
    events = picture_events(PICTURE, png(4, 4, seed=1), text="The quick brown fox jumps.")
    expected = read(as_sse(events)).responses[0]
    for seed in range(12):
        shuffled = [events[0], *random.Random(seed).sample(events[1:], len(events) - 1)]
        answer = read_one(as_sse(shuffled))
        assert answer.items == expected.items
        assert answer.pictures == expected.pictures
        assert answer.status == "completed"
        assert [run.type for run in answer.timeline] == [run.type for run in expected.timeline]


def test_without_numbers_the_order_of_the_file_counts() -> None:
    assert fold(created(), added(message()), delta("one ", 0), delta("two", 0)).output_text == "one two"


def test_exact_repeats_are_dropped() -> None:
    events = picture_events(PICTURE, png(4, 4, seed=1))
    once = read(as_sse(events))
    twice = read(as_sse([event for event in events for _ in range(2)]))
    again = read(as_sse(events + events))
    assert once.responses[0].items == twice.responses[0].items
    assert once.responses[0].pictures == twice.responses[0].pictures
    assert [answer.pictures for answer in again.responses] == [once.responses[0].pictures]


def test_equal_deltas_of_a_server_that_numbers_everything_0_are_all_kept() -> None:
    events = [created(), added(message()), delta("ha", 0), delta("ha", 0), delta("ha", 0)]
    answer = read_one(as_sse([{**event, "sequence_number": 0} for event in events]))
    assert answer.output_text == "hahaha"


def test_unknown_events_stand_in_the_timeline() -> None:
    events = numbered(
        created(), {"type": "codex.rate_limits", "x": 1}, {"type": "response.steer.pending"}, completed()
    )
    assert [run.type for run in read_one(as_sse(events)).timeline] == [
        "response.created",
        "codex.rate_limits",
        "response.steer.pending",
        "response.completed",
    ]


def test_runs_of_one_event_type_stand_together() -> None:
    answer = fold(created(), *(delta(str(number), 0) for number in range(50)), completed())
    assert [(run.type, run.count, run.first_event) for run in answer.timeline] == [
        ("response.created", 1, 0),
        ("response.output_text.delta", 50, 1),
        ("response.completed", 1, 51),
    ]


def test_items_of_unknown_type_are_kept_whole() -> None:
    item = {"id": "x_1", "type": "hologram_call", "status": "shimmering", "depth": {"planes": [1, 2]}}
    answer = fold(created(), done(item), completed(item))
    assert answer.items[0].payload == item


def test_jsonl_of_bodies_is_a_response_a_line() -> None:
    lines = as_jsonl([response(response_id="resp_a"), response(response_id="resp_b")])
    assert [answer.response_id for answer in read(lines).responses] == ["resp_a", "resp_b"]


def test_item_ids_are_those_of_the_api() -> None:
    assert [
        item.item_id for item in fold(created(), done(image()), done(message(), 1), completed()).items
    ] == [
        IMAGE_ID,
        MESSAGE_ID,
    ]


def test_deltas_are_one_text_although_the_id_of_the_item_rotates_with_each() -> None:
    words = [delta(word, 0, f"rotated_{number}") for number, word in enumerate(("A ", "red ", "fox"))]
    answer = fold(created(), added(message(""), 0), *words)
    assert answer.items[0].text == "A red fox"


def test_what_an_event_says_beside_the_response_is_kept() -> None:
    answer = fold(created(), {**completed(message("Hi")), "copilot_usage": {"tokens": 3}, "id": "event_9"})
    assert answer.rest["copilot_usage"] == {"tokens": 3}
    assert answer.response_id == "resp_1"


def test_an_error_without_a_type_fails_the_stream_that_it_stands_in() -> None:
    data = as_sse([created()]) + b'data: {"error": {"code": "server_error", "message": "Sorry."}}\n\n'
    answer = read_one(data)
    assert (answer.response_id, answer.status, answer.error_code) == ("resp_1", "failed", "server_error")


def test_an_error_behind_a_stream_that_has_ended_is_another_answer() -> None:
    data = as_sse([created(), completed(message("Hi"))]) + b'data: {"error": {"message": "Sorry."}}\n\n'
    assert [(one.kind, one.status) for one in read(data).responses] == [
        ("response", "completed"),
        ("error", "failed"),
    ]


def test_an_unknown_event_before_a_stream_is_part_of_it() -> None:
    answer = fold({"type": "codex.rate_limits", "plan": "plus"}, created(), completed(message("Hi")))
    assert [run.type for run in answer.timeline] == [
        "codex.rate_limits",
        "response.created",
        "response.completed",
    ]


def test_the_same_stream_again_behind_its_end_is_still_one_response() -> None:
    data = as_sse(picture_events(PICTURE, png(2, 2)))
    transcript = read(data + b"data: [DONE]\n\n" + data)
    assert [one.status for one in transcript.responses] == ["completed"]
