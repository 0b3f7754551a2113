"""What is this? The shape of a file, the kind of a JSON value, and what to say when it is something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from gallery.transcripts.encoded import picture_type
from gallery.transcripts.errors import NotATranscript
from gallery.transcripts.events import IMAGES_PREFIXES, is_item
from gallery.transcripts.parsing import BrokenJson, parse_at
from gallery.transcripts.text import Readable

EXPECTED = (
    "Expected is an answer of the OpenAI Responses or Images API: "
    "a JSON body, a JSONL event log or an SSE capture."
)
ValueShape = Literal[
    "event", "response", "images", "batch", "error", "item", "rollout", "wrapper", "skip", "foreign"
]

_ROLLOUT_TYPES = frozenset({"session_meta", "response_item", "event_msg", "turn_context", "compacted"})
_RESPONSE_KEYS = frozenset(
    "id model status created_at usage tools tool_choice parallel_tool_calls previous_response_id".split()
)
_IMAGES_KEYS = frozenset(
    "data background output_format quality size usage safety_identifier svg_usage".split()
)
_ENVELOPES = ("response", "body", "data", "payload", "event", "message", "chunk", "result")
_MOST_ENVELOPES = 8
_SSE_FIELD = re.compile(rb"(?:^|[\r\n])(?:data|event|id|retry)?:")
_SSE_LINE = re.compile(rb"(?:^|[\r\n])[ \t]*(?:data: ?[\[{]|event: ?\w+\.|data: ?\[DONE\])")
_JSON_LINE = re.compile(rb"(?:^|[\r\n])[ \t]*(?:(?:[$>#%][^\r\n{\[]*)?)([\[{])")
_CASSETTE = re.compile(rb"(?:^|[\r\n])(?:http_interactions|interactions|requests):", re.IGNORECASE)
_YAML_LINE = re.compile(rb"(?:^|[\r\n])(?:- )?[\w.-]+:(?: [^\r\n{]*)?(?=[\r\n])")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body|<!--.*?-->\s*<(?:!doctype|html))", re.I | re.S)
_SPACE = re.compile(rb"(?:[\s\0\x1e]|\xc2\xa0|\xef\xbb\xbf)*")
_PEEK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Foreign:
    """A JSON value that is nothing of ours: a stable code and what it looks like."""

    code: str
    looks_like: str

    def refusal(self) -> NotATranscript:
        return NotATranscript(self.code, f"This looks like {self.looks_like}. {EXPECTED}")


@dataclass(frozen=True, slots=True)
class Found:
    """The family of a file and where in it the reading begins (after curl headers, a Markdown fence, a prompt)."""

    family: Literal["json", "sse"]
    start: int
    skipped_lines: int = 0


def find_family(data: Readable, start: int) -> Found:
    """JSON or SSE, and from where on. Raises `NotATranscript` saying what the file looks like instead."""
    space = _SPACE.match(data, start)
    begin = space.end() if space is not None else start
    stripped = bytes(data[begin : begin + _PEEK])
    if not stripped:
        looks_like = "an empty file" if begin == start else "a file with nothing but white space"
        raise Foreign("empty" if begin == start else "white_space", looks_like).refusal()
    _refuse_other_files(stripped)
    if stripped[:1] in (b"{", b"["):
        return Found("json", begin)
    if re.match(rb"(?:data|event|id|retry) ?:|:", stripped) and (
        _SSE_LINE.search(stripped) or not _YAML_LINE.search(stripped)
    ):
        return Found("sse", begin)
    if _HTML.match(stripped):
        raise Foreign("html", "a web page (HTML)").refusal()
    if _CASSETTE.search(stripped):
        raise Foreign(
            "vcr", "a recorded test cassette (VCR, YAML); upload the response bodies that are inside it"
        ).refusal()
    sse, json_line = _SSE_LINE.search(data, begin), _JSON_LINE.search(data, begin)
    if sse is not None and (json_line is None or sse.start() <= json_line.start()):
        return _after_noise(data, begin, _first_field(data, begin, sse.start()), "sse")
    if json_line is not None:
        return _after_noise(data, begin, json_line.start(1), "json")
    raise _other_text(stripped).refusal()


def _first_field(data: Readable, begin: int, at: int) -> int:
    """A comment or an `event:` line just above the first `data:` belongs to the stream."""
    field = _SSE_FIELD.search(data, begin, at + 1)
    place = field.start() if field is not None else at
    return place + 1 if data[place : place + 1] in (b"\r", b"\n") else place


def _after_noise(data: Readable, begin: int, start: int, family: Literal["json", "sse"]) -> Found:
    noise = bytes(data[begin:start])
    return Found(family, start, max(1, len(re.findall(rb"\r\n|\r|\n", noise))))


def _refuse_other_files(head: bytes) -> None:
    kind = picture_type(head[:64])
    if kind == "image/svg+xml" and b"<svg" not in head[:4096].lower():
        kind = None
    if kind is not None:
        raise Foreign("picture", f"a picture ({kind}); upload the API's answer that it came in").refusal()
    for magic, name in (
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"PK\x05\x06", "a ZIP archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"(\xb5/\xfd", "a zstd archive"),
        (b"BZh", "a bzip2 archive"),
        (b"\xfd7zXZ", "an xz archive"),
        (b"SQLite format 3", "a SQLite database"),
        (b"\x7fELF", "a program"),
    ):
        if head.startswith(magic):
            raise Foreign("binary", name).refusal()
    sample = head[:4096]
    control = sum(sample.count(byte) for byte in range(9)) + sum(sample.count(byte) for byte in range(14, 30))
    if control > len(sample) * 0.05:
        raise Foreign("binary", "a binary file").refusal()


def _other_text(head: bytes) -> Foreign:
    if re.match(rb"\s*<", head):
        return Foreign("xml", "XML or HTML")
    if len(_YAML_LINE.findall(head)) >= 2:
        return Foreign("yaml", "YAML or a list of settings")
    first_lines = [line for line in re.split(rb"[\r\n]+", head)[:5] if line]
    commas = {line.count(b",") for line in first_lines}
    if len(first_lines) > 1 and len(commas) == 1 and commas != {0}:
        return Foreign("csv", "a table (CSV)")
    if len(head) >= 64 and re.fullmatch(rb"(?:[A-Za-z0-9+/]{60,}[\r\n]+)*[A-Za-z0-9+/]{4,}={0,2}\s*", head):
        return Foreign("bare_base64", "base64 alone; upload the whole answer that it came in")
    return Foreign("prose", "plain text")


def shape_of(value: dict[str, Any], *, in_stream: bool, depth: int = 0) -> ValueShape:
    """The kind of one top-level JSON object. In a stream, objects with an unknown `type` are unknown events.

    `depth` is the number of envelopes around it.
    """
    kind = value.get("type")
    if isinstance(kind, str) and kind:
        if kind.startswith(("response.", *IMAGES_PREFIXES)):
            return "event"
        if kind in ("keepalive", "ping") and len(value) <= 4:
            return "event" if in_stream else "skip"
        if kind == "error" and ("message" in value or "error" in value):
            return "event" if in_stream or "sequence_number" in value else "error"
        if kind in _ROLLOUT_TYPES and isinstance(value.get("payload"), dict):
            return "rollout"
        if is_item(value) and "stop_reason" not in value and "choices" not in value:
            return "item"
    if value.get("object") == "response" or ("object" not in value and _has_output(value)):
        return "response"
    if ("custom_id" in value or str(value.get("id")).startswith("batch_req_")) and (
        "response" in value or "error" in value
    ):
        return "batch"
    if unwrapped(value, depth) is not None:
        return "wrapper"
    if in_stream and isinstance(kind, str) and kind:
        return "event"
    return _body_shape(value)


def _has_output(value: dict[str, Any]) -> bool:
    """Whether there is an output beside other fields of a response, or one that consists of items."""
    output = value.get("output")
    if not isinstance(output, list):
        return False
    return len(_RESPONSE_KEYS & value.keys()) >= 2 or (bool(output) and all(map(is_item, output)))


def _body_shape(value: dict[str, Any]) -> ValueShape:
    pictures = value.get("data")
    if (
        isinstance(pictures, list)
        and "object" not in value
        and (
            "created" in value
            or any(isinstance(one, dict) and ("b64_json" in one or "url" in one) for one in pictures)
        )
    ):
        return "images"
    if pictures is None and "object" not in value and "created" in value and _IMAGES_KEYS & value.keys():
        return "images"
    error = value.get("error")
    if isinstance(error, dict) and (error.keys() & {"message", "code", "type"}):
        return "error"
    if isinstance(error, str) and error and ("code" in value or len(value) == 1):
        return "error"
    return "foreign"


def unwrapped(value: dict[str, Any], depth: int = 0) -> dict[str, Any] | None:
    """What is inside a log line's envelope: {"response": …}, {"body": …}, {"event": name, "data": …}, and under other
    names what is ours beyond doubt. It can be JSON in a text."""
    if depth >= _MOST_ENVELOPES:
        return None
    for key in _ENVELOPES:
        inner = opened(value.get(key))
        if not inner:
            continue
        if _is_certainly_ours(inner):
            return inner
        if key == "data" and isinstance(value.get("event"), str):
            inner = inner if "type" in inner else {**inner, "type": value["event"]}
        elif key not in ("response", "body"):
            continue
        if shape_of(inner, in_stream=False, depth=depth + 1) not in ("foreign", "skip"):
            return inner
    return None


def opened(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - any JSON value
    """The object, also one that is JSON in a text."""
    if type(value) is str and value.lstrip()[:1] == "{":
        try:
            value, _ = parse_at(value.strip(), 0)
        except BrokenJson:
            return None
    return value if isinstance(value, dict) else None


def _is_certainly_ours(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    if kind == "error":
        return bool(value.keys() & {"message", "error"})
    return value.get("object") == "response" or (
        isinstance(kind, str) and kind.startswith(("response.", *IMAGES_PREFIXES))
    )


_OTHER_OBJECTS = {
    "chat.completion": ("chat_completion", "an answer of the Chat Completions API"),
    "chat.completion.chunk": ("chat_completion", "a stream of the Chat Completions API"),
    "text_completion": ("completion", "an answer of the old Completions API"),
    "list": ("list", "a list endpoint's answer"),
    "embedding": ("list", "an embedding"),
    "response.deleted": ("response_deleted", "the confirmation that a response was deleted"),
    "response.input_tokens": ("input_tokens", "a count of input tokens"),
    "response.compaction": ("compaction", "a compacted conversation"),
}


def foreign(value: Any) -> Foreign:  # noqa: ANN401 - any JSON value
    """What a JSON value that is nothing of ours looks like."""
    if isinstance(value, list):
        return Foreign("empty_list", "an empty JSON list") if not value else foreign(value[0])
    if not isinstance(value, dict):
        return Foreign("not_ours", "JSON, but a bare value and not an answer of the API")
    if not value:
        return Foreign("not_ours", "an empty JSON object")
    kind = value.get("object")
    if isinstance(kind, str) and kind in _OTHER_OBJECTS:
        return Foreign(*_OTHER_OBJECTS[kind])
    if isinstance(value.get("choices"), list):
        return Foreign("chat_completion", "an answer of the Chat Completions API")
    log = value.get("log")
    if isinstance(log, dict) and "entries" in log:
        return Foreign(
            "har", "a browser's network recording (HAR); upload the response bodies that are inside it"
        )
    if "interactions" in value or "http_interactions" in value:
        return Foreign("vcr", "a recorded test cassette (VCR); upload the response bodies that are inside it")
    if "Entries" in value and ("Variables" in value or isinstance(value["Entries"], list)):
        return Foreign(
            "test_proxy", "a test proxy's session record; upload the response bodies that are inside it"
        )
    if "stop_reason" in value or "candidates" in value or "content_block" in value:
        return Foreign("other_vendor", "an answer of another vendor's API")
    if ("input" in value and "model" in value) or "messages" in value:
        return Foreign("request", "a request, not what came back")
    if isinstance(kind, str) and kind:
        return Foreign("other_object", f"another object of the API ({kind[:60]})")
    event = value.get("type")
    if isinstance(event, str) and event:
        return Foreign("other_events", f"JSON of another kind (type {event[:60]!r})")
    return Foreign("not_ours", "JSON, but nothing of the Responses or Images API")
