"""The same response in every form that people keep it in."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.transcripts.builders import (
    added,
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
    numbered,
    picture_events,
    pictures,
    png,
    read,
    read_one,
    response,
)

PICTURE = png(20, 20)
EVENTS = picture_events(PICTURE, png(20, 20, seed=1))
BODY = response(image(b64(PICTURE)), message())
SSE = as_sse(EVENTS)


@pytest.mark.parametrize(
    ("shape", "data"),
    [
        pytest.param("json", as_json(BODY), id="one object"),
        pytest.param("json", as_json(BODY, indent=2), id="pretty-printed"),
        pytest.param("json", as_json([BODY]), id="array of responses"),
        pytest.param("json", as_json({"response": BODY}), id="wrapped"),
        pytest.param("json", as_json(EVENTS), id="array of events"),
        pytest.param("json", as_json(EVENTS, indent=1), id="pretty array of events"),
        pytest.param(
            "json", b"\n\n".join(as_json(event, indent=2) for event in EVENTS), id="pretty one by one"
        ),
        pytest.param("json", b"HTTP/2 200\ncontent-type: application/json\n\n" + as_json(BODY), id="curl -i"),
        pytest.param("json", b"```json\n" + as_json(BODY, indent=2) + b"\n```\n", id="Markdown fence"),
        pytest.param(
            "json", b"$ curl https://api.openai.com/v1/responses\n" + as_json(BODY), id="shell prompt"
        ),
        pytest.param("jsonl", as_jsonl(EVENTS), id="JSONL"),
        pytest.param("jsonl", as_jsonl(EVENTS, "\r\n"), id="JSONL, CRLF"),
        pytest.param("jsonl", as_jsonl(EVENTS, "\r"), id="JSONL, CR"),
        pytest.param("jsonl", as_jsonl(EVENTS, "\n\n\n"), id="JSONL, blank lines"),
        pytest.param("jsonl", as_jsonl(EVENTS).rstrip(), id="JSONL, no last newline"),
        pytest.param("jsonl", as_jsonl(EVENTS, ""), id="all on one line"),
        pytest.param("jsonl", as_jsonl(EVENTS, ",\n"), id="JSONL with commas"),
        pytest.param("jsonl", as_jsonl(EVENTS, " ").replace(b"} {", b"}\n{", 3), id="several on a line"),
        pytest.param("sse", SSE, id="SSE"),
        pytest.param("sse", as_sse(EVENTS, "\r\n"), id="SSE, CRLF"),
        pytest.param("sse", as_sse(EVENTS, "\r"), id="SSE, CR"),
        pytest.param("sse", as_sse(EVENTS, named=False), id="data only"),
        pytest.param("sse", as_sse(EVENTS, named=False, gap=False), id="data only, no blank lines"),
        pytest.param("sse", as_sse(EVENTS, gap=False), id="names, no blank lines"),
        pytest.param("sse", SSE.rstrip(), id="SSE, no end"),
        pytest.param("sse", SSE.replace(b"data: ", b"data:"), id="no space behind the colon"),
        pytest.param("sse", SSE + b"data: [DONE]\n\n", id="[DONE]"),
        pytest.param(
            "sse", b": OPENROUTER PROCESSING\n\nretry: 3000\nid: 7\n" + SSE, id="comments, id, retry"
        ),
        pytest.param("sse", b'event: keepalive\ndata: {"type":"keepalive"}\n\n' + SSE, id="keepalive first"),
        pytest.param("sse", b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + SSE, id="SSE behind curl -i headers"),
        pytest.param("sse", b"```\n" + SSE + b"```\n", id="SSE in a fence"),
    ],
)
def test_a_response_reads_the_same_in_every_form(shape: str, data: bytes) -> None:
    transcript = read(data)
    (answer,) = transcript.responses
    assert transcript.shape == shape
    assert answer.response_id == "resp_1"
    assert answer.status == "completed"
    assert [item.type for item in answer.items] == ["image_generation_call", "message"]
    assert answer.output_text == "Here it is."
    assert pictures(answer, "final")[0].value.data == PICTURE
    assert pictures(answer, "final")[0].revised_prompt == "A red fox"
    assert set(codes(transcript)) <= {"noise"}


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-16-le", "utf-16-le"),
    ],
)
def test_encodings_of_windows_are_read(encoding: str, name: str) -> None:
    transcript = read(as_sse(EVENTS).decode().encode(encoding))
    assert transcript.encoding == name
    assert pictures(transcript.responses[0], "final")[0].value.data == PICTURE


def test_utf16_with_a_byte_order_mark_of_the_other_order_is_read() -> None:
    assert read(b"\xfe\xff" + as_json(BODY).decode().encode("utf-16-be")).encoding == "utf-16-be"


def test_gzip_is_read_through() -> None:
    transcript = read(gzip.compress(SSE))
    assert transcript.compression == "gzip"
    assert transcript.responses == read(SSE).responses


def test_gzip_in_several_members_is_read_through() -> None:
    middle = SSE.index(b"event: response.output_item.done")
    assert read(gzip.compress(SSE[:middle]) + gzip.compress(SSE[middle:])).responses == read(SSE).responses


def test_an_event_can_span_several_data_lines() -> None:
    body = "".join(f"data: {line}\n" for line in json.dumps(completed(message()), indent=2).split("\n"))
    assert read_one(f"event: response.completed\n{body}\n".encode()).output_text == "Here it is."


def test_the_event_name_can_stand_behind_the_data() -> None:
    blocks = [
        f"data: {json.dumps({key: event[key] for key in event if key != 'type'})}\nevent: {event['type']}\n\n"
        for event in EVENTS
    ]
    transcript = read("".join(blocks).encode())
    assert transcript.problems == ()
    assert [answer.status for answer in transcript.responses] == ["completed"]


def test_the_event_name_stands_in_for_a_missing_type() -> None:
    event = completed(message())
    del event["type"]
    assert read_one(b"event: response.completed\ndata: " + as_json(event) + b"\n\n").status == "completed"


def test_line_separators_of_unicode_do_not_end_lines() -> None:
    words = "one\u2028two\u0085three\u000bfour"
    body = json.dumps(completed(message(words)), ensure_ascii=False)
    assert read_one(f"data: {body}\n\n".encode()).output_text == words


def test_several_responses_in_one_stream_are_one_record_each() -> None:
    events = [
        event
        for name in ("resp_a", "resp_b", "resp_c")
        for event in numbered(created(name), done(message(f"I am {name}.")), completed(response_id=name))
    ]
    for data in (as_sse(events), as_jsonl(events), as_json(events)):
        answers = read(data).responses
        assert [answer.response_id for answer in answers] == ["resp_a", "resp_b", "resp_c"]
        assert [answer.output_text for answer in answers] == ["I am resp_a.", "I am resp_b.", "I am resp_c."]


def test_two_streams_under_one_id_stay_two_responses() -> None:
    first = numbered(created(), done(message("One.")), completed())
    second = numbered(created(), done(message("Two.")), completed())
    texts = [answer.output_text for answer in read(as_sse(first + second)).responses]
    assert texts == ["One.", "Two."]


@pytest.mark.parametrize("other", [{"created_at": 1_758_032_999}, {"instructions": "Be brief."}])
def test_a_stream_under_the_id_of_one_that_broke_off_is_another_response_if_it_began_otherwise(
    other: dict[str, Any],
) -> None:
    cut = numbered(created(), added(message()), delta("One", 0))
    whole = numbered(created(**other), done(message("Two.")), completed(**other))
    answers = read(as_sse(cut + whole)).responses
    assert [(answer.output_text, answer.status) for answer in answers] == [
        ("One", "interrupted"),
        ("Two.", "completed"),
    ]


def test_interleaved_websocket_streams_are_told_apart() -> None:
    one = [
        {**event, "stream_id": "a"}
        for event in numbered(created("resp_a"), done(message("A.")), completed(response_id="resp_a"))
    ]
    two = [
        {**event, "stream_id": "b"}
        for event in numbered(created("resp_b"), done(message("B.")), completed(response_id="resp_b"))
    ]
    mixed = [event for pair in zip(one, two, strict=True) for event in pair]
    assert [answer.output_text for answer in read(as_jsonl(mixed)).responses] == ["A.", "B."]


def test_a_resumed_stream_has_its_identity_from_its_end() -> None:
    events = numbered(done(image(b64(PICTURE))), completed(), first=9)
    answer = read_one(as_sse(events))
    assert (answer.response_id, answer.status) == ("resp_1", "completed")
    assert pictures(answer, "final")[0].value.data == PICTURE


def test_an_images_api_body_is_one_item_per_picture() -> None:
    body = {
        "created": 1_758_032_425,
        "data": [{"b64_json": b64(PICTURE), "revised_prompt": "A fox"}, {"url": "https://example.com/2.png"}],
        "size": "1536x1024",
        "quality": "high",
        "output_format": "png",
        "usage": {
            "input_tokens": 9,
            "input_tokens_details": {"text_tokens": 4, "image_tokens": 5},
            "output_tokens": 7,
            "total_tokens": 16,
        },
    }
    answer = read_one(as_json(body))
    assert (answer.kind, answer.status, answer.is_id_made, answer.usage) == (
        "images",
        "completed",
        True,
        None,
    )
    assert [item.type for item in answer.items] == ["image", "image"]
    assert [(one.position, one.index, one.value.kind, one.size, one.quality) for one in answer.pictures] == [
        (0, 0, "bytes", "1536x1024", "high"),
        (1, 1, "url", "1536x1024", "high"),
    ]
    assert answer.image_usage is not None
    assert (answer.image_usage.output_image_tokens, answer.image_usage.output_text_tokens) == (7, None)


def test_an_images_api_stream_is_one_response() -> None:
    def event(kind: str, data: bytes, **fields: Any) -> dict[str, Any]:
        return {
            "type": f"image_edit.{kind}",
            "b64_json": b64(data),
            "created_at": 1_758_032_425,
            "size": "1024x1024",
            **fields,
        }

    first, second = png(3, 3), png(3, 3, seed=5)
    events = [
        event("partial_image", first, partial_image_index=0),
        event("completed", first),
        event("completed", second, usage={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}),
    ]
    answer = read_one(as_sse(events))
    assert (answer.kind, answer.status) == ("images", "completed")
    assert [(one.role, one.position, one.value.data) for one in answer.pictures] == [
        ("partial", 0, first),
        ("final", 0, first),
        ("final", 1, second),
    ]
    assert answer.image_usage is not None


def test_an_images_stream_that_breaks_off_is_interrupted() -> None:
    event = {"type": "image_generation.partial_image", "b64_json": b64(PICTURE), "partial_image_index": 0}
    answer = read_one(as_sse([event]))
    assert answer.status == "interrupted"
    assert [one.value.kind for one in answer.pictures] == ["bytes", "absent"]


def test_a_codex_rollout_is_its_items() -> None:
    lines = [
        {
            "timestamp": "2026-01-02T03:04:05Z",
            "type": "session_meta",
            "payload": {"id": "019-abc", "instructions": "Be brief."},
        },
        {"timestamp": "2026-01-02T03:04:06Z", "type": "turn_context", "payload": {"model": "gpt-5-codex"}},
        {"timestamp": "2026-01-02T03:04:07Z", "type": "response_item", "payload": message("Hello.")},
        {
            "timestamp": "2026-01-02T03:04:08Z",
            "type": "event_msg",
            "payload": {
                "type": "token_count",
                "info": {"total_token_usage": {"input_tokens": 5, "total_tokens": 9}},
            },
        },
        {"timestamp": "2026-01-02T03:04:09Z", "type": "response_item", "payload": image(b64(PICTURE))},
    ]
    answer = read_one(as_jsonl(lines))
    assert (answer.kind, answer.response_id, answer.model) == ("items", "019-abc", "gpt-5-codex")
    assert [item.type for item in answer.items] == ["message", "image_generation_call"]
    assert answer.usage is not None
    assert answer.usage.total_tokens == 9
    assert pictures(answer, "final")[0].value.data == PICTURE


def test_one_picture_sent_three_times_is_decoded_once() -> None:
    big = png(80, 80)
    transcript = read(as_sse(picture_events(big, big)))
    assert len(transcript.payloads) == 3
    assert len({id(payload.data) for payload in transcript.payloads}) == 1


def test_ids_made_from_content_do_not_depend_on_key_order() -> None:
    body = {"created": 1_758_032_425, "data": [{"b64_json": b64(PICTURE)}], "size": "1x1"}
    backwards = dict(reversed(body.items()))
    assert read_one(as_json(body)).response_id == read_one(as_json(backwards)).response_id


def test_more_white_space_than_one_space_before_the_json_of_an_event_is_no_damage() -> None:
    events = picture_events(PICTURE)
    lines = "".join(f"data:   {json.dumps(event)}\n\n" for event in events)
    transcript = read(lines.encode())
    assert transcript.problems == ()
    assert transcript.responses[0].salvaged == ()


@pytest.mark.parametrize(
    "data", [{"data": None}, {"size": "1x1"}, {"usage": {"input_tokens": 3, "output_tokens": 0}}]
)
def test_an_images_answer_can_hold_no_pictures(data: dict[str, Any]) -> None:
    answer = read_one(as_json({"created": 1_758_032_425, **data}))
    assert (answer.kind, answer.pictures) == ("images", ())


def test_what_stands_behind_a_json_body_and_is_none_is_named() -> None:
    transcript = read(as_json(response(message("Hi"))) + b'], "usage": {"input_tokens": 3}}')
    assert codes(transcript) == ["noise"]


def test_what_is_not_ours_is_named_wherever_it_stands() -> None:
    chat, ours = {"object": "chat.completion", "choices": []}, response(message("Hi"))
    assert codes(read(as_jsonl([chat, ours]))) == codes(read(as_jsonl([ours, chat]))) == ["not_ours"]
