"""What is not a transcript is refused with a sentence that says what it looks like instead."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from gallery.transcripts import Limits, NotATranscript, TooLarge, read_transcript
from tests.transcripts.builders import as_json, as_jsonl, as_sse, b64, png

CHAT = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [{"message": {"content": "Hi"}}]}
CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [{"delta": {"content": "Hi"}}]}
REQUEST_BODY = {"model": "gpt-5", "input": "Draw a fox", "tools": [{"type": "image_generation"}]}
OTHER_VENDOR = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [],
    "stop_reason": "end_turn",
}
CASSETTE = """interactions:
- request:
    uri: https://x
  response:
    body:
      string: '{"id": "resp_1"}'
version: 1
"""


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty", "empty file"),
        (b"\xef\xbb\xbf", "empty", "empty file"),
        (b" \r\n\t\n", "white_space", "white space"),
        (b"data: [DONE]\n\n", "only_done", "without a single event"),
        (b": ping\n\n: ping\n\n", "only_done", "without a single event"),
        (bytes(range(256)) * 20, "binary", "binary"),
        (b"\0" * 5000, "white_space", "white space"),
        (png(4, 4), "picture", "picture (image/png)"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "picture", "image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture", "image/svg+xml"),
        (b64(png(40, 40)).encode(), "bare_base64", "base64"),
        (b"%PDF-1.7\n", "binary", "PDF"),
        (b"PK\x03\x04" + bytes(50), "binary", "ZIP"),
        (b"<!DOCTYPE html><html><body>502</body></html>", "html", "web page"),
        (b"\n  <html>\n<p>{}</p>", "html", "web page"),
        (as_json(CHAT), "chat_completion", "Chat Completions"),
        (as_json(CHAT, indent=2), "chat_completion", "Chat Completions"),
        (as_jsonl([CHUNK, CHUNK]), "chat_completion", "Chat Completions"),
        (b"data: " + as_json(CHUNK) + b"\n\ndata: [DONE]\n\n", "chat_completion", "Chat Completions"),
        (as_json({"object": "list", "data": [{"object": "embedding"}]}), "list", "list"),
        (as_json({"object": "list", "data": [], "has_more": False}), "list", "list"),
        (as_json({"id": "resp_1", "object": "response.deleted", "deleted": True}), "response_deleted", "deleted"),
        (as_json({"object": "response.input_tokens", "input_tokens": 7}), "input_tokens", "input tokens"),
        (as_json({"object": "response.compaction", "output": [], "id": "x", "usage": {}}), "compaction", "compact"),
        (CASSETTE.encode(), "vcr", "VCR"),
        (as_json({"version": 1, "interactions": [{"request": {}, "response": {}}]}), "vcr", "VCR"),
        (as_json({"log": {"version": "1.2", "entries": []}}, indent=2), "har", "HAR"),
        (as_json({"Entries": [{"RequestUri": "x"}], "Variables": {}}), "test_proxy", "test proxy"),
        (as_json(REQUEST_BODY), "request", "request"),
        (as_json({"messages": [{"role": "user"}], "model": "x"}), "request", "request"),
        (as_json(OTHER_VENDOR), "other_vendor", "vendor"),
        (as_json({"id": "file-1", "object": "file"}), "other_object", "(file)"),
        (as_json({"hello": "world"}), "not_ours", "JSON"),
        (b"[]", "empty_list", "empty JSON list"),
        (b"{}", "not_ours", "empty JSON object"),
        (b"[1, 2, 3]", "not_ours", "bare value"),
        (as_json([{"a": 1}, {"b": 2}]), "not_ours", "JSON"),
        (b"Dear team,\nplease find the fox attached.\n", "prose", "plain text"),
        (b"name: fox\nsize: large\ncolour: red\n", "yaml", "YAML"),
        (b"name,size,colour\nfox,large,red\nhen,small,white\n", "csv", "CSV"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_named(data: bytes, code: str, words: str) -> None:
    with pytest.raises(NotATranscript) as refused:
        read_transcript(data)
    assert refused.value.code == code
    assert words in refused.value.sentence
    assert "Expected is an answer of the OpenAI" in refused.value.sentence


@pytest.mark.parametrize(
    "data", [b"{", b"[", b'{"type', b'{"type":"resp', b"data: {", b'data: {"type":"respon']
)
def test_too_little_to_be_anything_is_refused(data: bytes) -> None:
    with pytest.raises(NotATranscript):
        read_transcript(data)


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(TooLarge, match=re.escape("1 MB")):
        read_transcript(b" " * (2**20 + 1), limits=Limits(decompressed_bytes=2**20))


def test_a_gzip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(gzip.compress(bytes(50 * 2**20)))
    assert len(bomb) < 2000
    with pytest.raises(NotATranscript):
        read_transcript(bomb)
    with pytest.raises(TooLarge):
        read_transcript(gzip.compress(bytes(50 * 2**20)), limits=Limits(decompressed_bytes=2**20))


def test_gzip_that_is_none_is_refused() -> None:
    with pytest.raises(NotATranscript, match="gzip"):
        read_transcript(b"\x1f\x8b\x08\x00 not really")


def test_only_so_many_responses_are_read() -> None:
    lines = as_jsonl([{"object": "response", "id": f"resp_{number}", "output": []} for number in range(5)])
    transcript = read_transcript(lines, limits=Limits(responses=2))
    assert [one.response_id for one in transcript.responses] == ["resp_0", "resp_1"]
    assert "too_many_responses" in [problem.code for problem in transcript.problems]


def test_only_so_many_pictures_are_read() -> None:
    body = {"created": 1, "data": [{"url": f"https://example.com/{number}"} for number in range(5)]}
    transcript = read_transcript(as_json(body), limits=Limits(pictures=3))
    assert len(transcript.responses[0].pictures) == 3
    assert "too_many_pictures" in [problem.code for problem in transcript.problems]


def test_only_so_many_problems_are_listed() -> None:
    good = json.dumps({"object": "response", "id": "resp_1", "output": []})
    data = "\n".join([good, *["{broken"] * 9]).encode()
    problems = read_transcript(data, limits=Limits(problems=4)).problems
    assert len(problems) == 5
    assert problems[-1].code == "more_problems"
    assert "5 more" in problems[-1].message


def test_what_is_nested_too_deeply_is_called_so() -> None:
    with pytest.raises(NotATranscript, match="nested too deeply") as refused:
        read_transcript(b"[" * 100_000)
    assert refused.value.code == "too_deep"


def test_events_of_another_api_are_refused() -> None:
    with pytest.raises(NotATranscript):
        read_transcript(as_sse([{"type": "message_start"}, {"type": "message_stop"}]))
