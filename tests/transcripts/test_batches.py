"""Output of the Batch API: one answer a line, whatever came of the request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.transcripts.builders import as_json, as_jsonl, b64, message, png, read, read_one, response

PICTURE = png(20, 20)


def test_batch_output_gives_a_response_a_line_whatever_it_holds() -> None:
    def line(custom_id: str, body: Any, status: int = 200) -> dict[str, Any]:
        return {
            "id": "batch_req_1",
            "custom_id": custom_id,
            "response": {"status_code": status, "body": body},
            "error": None,
        }

    lines = [
        line("b", response(message())),
        line("a", {"created": 1_758_032_425, "data": [{"b64_json": b64(PICTURE)}]}),
        line("c", {"error": {"message": "Nope", "code": "moderation_blocked", "type": "x"}}, 400),
        {
            "id": "batch_req_2",
            "custom_id": "d",
            "response": None,
            "error": {"code": "expired", "message": "Late"},
        },
    ]
    transcript = read(as_jsonl(lines))
    assert transcript.shape_detail == "batch output"
    assert [(one.kind, one.custom_id, one.status) for one in transcript.responses] == [
        ("response", "b", "completed"),
        ("images", "a", "completed"),
        ("error", "c", "failed"),
        ("error", "d", "failed"),
    ]
    assert [one.error_code for one in transcript.responses] == [None, None, "moderation_blocked", "expired"]


@pytest.mark.parametrize("body", [None, "", {}])
def test_a_request_of_a_batch_that_failed_without_a_word_is_kept(body: Any) -> None:
    line = {
        "id": "batch_req_1",
        "custom_id": "fox",
        "response": {"status_code": 500, "body": body},
        "error": None,
    }
    answer = read_one(as_json(line))
    assert (answer.kind, answer.custom_id, answer.status) == ("error", "fox", "failed")
    assert answer.rest["status_code"] == 500
    assert answer.error_code is None


def test_a_body_of_a_batch_can_be_json_in_a_text() -> None:
    line = {
        "id": "b",
        "custom_id": "fox",
        "response": {"status_code": 200, "body": json.dumps(response(message()))},
    }
    answer = read_one(as_json(line))
    assert (answer.response_id, answer.custom_id) == ("resp_1", "fox")


def test_an_error_beside_an_empty_body_of_a_batch_is_kept() -> None:
    line = {
        "id": "batch_req_1",
        "custom_id": "fox",
        "response": {"status_code": 500, "request_id": "", "body": {}},
        "error": {"code": "server_error", "message": "Sorry."},
    }
    answer = read_one(as_json(line))
    assert (answer.kind, answer.custom_id, answer.error_code) == ("error", "fox", "server_error")
