"""Whether what is recorded is a stream that has not ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gallery.push.endings import is_unfinished_stream

PICTURE = "A" * 300_000


def lines(*events: str, newline: str = "\n") -> str:
    return newline.join(f"data: {each}{newline}" for each in events)


CREATED = json.dumps({"type": "response.created", "response": {"error": None}})
PARTIAL = json.dumps({"type": "response.image_generation_call.partial_image", "partial_image_b64": PICTURE})
COMPLETED = json.dumps({"type": "response.completed", "response": {"output": [{"result": PICTURE}]}})
UNENDED = {
    "no more than begun": lines(CREATED),
    "pausing after a picture": lines(CREATED, PARTIAL),
    "a comment at last": lines(CREATED) + ": keep-alive\n\n",
    "of Windows": lines(CREATED, newline="\r\n"),
    "marked as UTF-8": "\ufeff" + lines(CREATED),
}
ENDED = {
    "completed": lines(CREATED, COMPLETED),
    "with its keys in another order": lines(CREATED, json.dumps(json.loads(COMPLETED), sort_keys=True)),
    "named by its event": lines(CREATED) + f"\nevent: response.failed\n{lines('{}')}",
    "done": lines(CREATED, "[DONE]"),
    "an error": lines(CREATED, '{"type": "error", "message": "No."}'),
    "of the Images API": lines(json.dumps({"type": "image_generation.completed", "b64_json": PICTURE})),
    "no stream": '{"data": 1}',
    "a log": CREATED + "\n",
    "empty": "",
}


@pytest.mark.parametrize("content", UNENDED.values(), ids=UNENDED)
def test_a_stream_without_its_last_event_is_unfinished(tmp_path: Path, content: str):
    (tmp_path / "run.sse").write_bytes(content.encode())
    assert is_unfinished_stream(tmp_path / "run.sse")


@pytest.mark.parametrize("content", ENDED.values(), ids=ENDED)
def test_one_that_ended_and_what_is_none_are_not(tmp_path: Path, content: str):
    (tmp_path / "run.sse").write_bytes(content.encode())
    assert not is_unfinished_stream(tmp_path / "run.sse")


def test_what_cannot_be_read_is_not_waited_for(tmp_path: Path):
    assert not is_unfinished_stream(tmp_path / "nothing.sse")
