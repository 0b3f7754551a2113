"""What reading a transcript gives: plain, frozen records that know nothing of Django.

Field names are the API's own. `None` always means "the transcript does not say"; it never stands for zero or for
an empty text. Times are aware UTC datetimes. Usage counts are tokens. Texts are as JSON had them: NUL and lone
surrogates can stand in them, which is legal in JSON and in Python but not in every database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Shape = Literal["json", "jsonl", "sse"]
Role = Literal["final", "partial", "plot"]
ValueKind = Literal["bytes", "elided", "absent", "url", "undecodable"]
ResponseKind = Literal["response", "images", "error", "items"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be read as it should be. `code` is stable, `message` is a plain sentence.

    `line` counts from 1, `event` from 0, `byte_offset` in the uploaded bytes after decompression (None for UTF-16).
    """

    code: str
    message: str
    line: int | None = None
    event: int | None = None
    byte_offset: int | None = None

    @property
    def place(self) -> str | None:
        """Where it is, in words: `line 7, event 7, byte 4433`."""
        parts = [
            f"{word} {number}"
            for word, number in (("line", self.line), ("event", self.event), ("byte", self.byte_offset))
            if number is not None
        ]
        return ", ".join(parts) or None


@dataclass(frozen=True, slots=True)
class Usage:
    """`usage`: the chat model's tokens. Never contains the image model's."""

    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ImageUsage:
    """`tool_usage.image_gen` or the Images API's `usage`: the image model's tokens. Cached ones are among the input."""

    input_tokens: int | None = None
    input_text_tokens: int | None = None
    input_image_tokens: int | None = None
    output_tokens: int | None = None
    output_text_tokens: int | None = None
    output_image_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None
    cached_text_tokens: int | None = None
    cached_image_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class PictureValue:
    """The value of `result`, `b64_json`, `partial_image_b64` or a data URL, as it was found.

    kind        bytes        decoded: `data` holds every byte
                elided       shortened by hand, cut, or a placeholder: `head` holds the bytes that can still be read,
                             if any (at most 64 KiB), `text` the beginning and the end of what stands there
                absent       null, missing or empty
                url          an address (never fetched): `text` holds it
                undecodable  neither base64 nor a known elision: `text` holds its beginning
    declared_type  the media type of a `data:` prefix, not to be trusted
    notes          how the base64 departed from canonical: `data-url`, `url-safe`, `unpadded`, `white-space`, `cut`
    """

    kind: ValueKind
    data: bytes | None = None
    head: bytes = b""
    text: str = ""
    declared_type: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of an item: what it should be and the value that was found for it.

    `position` is that of its item in `Response.items`. `index` is the API's `partial_image_index` for partials,
    the place among an item's plots for plots, and 0 for finals (n for the n-th picture of an Images API answer,
    whose items are one per picture). Place, role and index together are unique: of two different partials under
    one API index the second gets the next free one. Every `image_generation_call` has exactly one final picture, even
    where its value is absent.
    `size`, `quality`, `background`, `output_format`, `action` and `revised_prompt` are the item's own words.
    """

    position: int
    role: Role
    index: int
    value: PictureValue
    revised_prompt: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    action: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    is_salvaged: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One output item. `payload` is the whole merged item as JSON, long base64 replaced by a short description.

    `text` is the reader's text of the item: joined `output_text` or `refusal` parts of a message, joined summaries of
    a reasoning item; None for other types and where the transcript has none.
    `type` is the API's; `image` is ours, for one picture of an Images API answer, which has pictures but no items.
    """

    position: int
    item_id: str | None
    type: str
    status: str | None
    role: str | None
    text: str | None
    payload: dict[str, Any]
    is_salvaged: bool = False


@dataclass(frozen=True, slots=True)
class TimelineRun:
    """Consecutive stream events of one type: `count` of them, the first being event number `first_event` (from 0)."""

    type: str
    count: int
    first_event: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One API response, merged from all that the transcript holds of it.

    kind           `response`, `images` (an Images API answer), `error` (an error body alone), `items` (output items
                   with no response object around them, as in a Codex rollout)
    response_id    the API's id; made from the content where there is none, and then `is_id_made`
    status         completed, incomplete, failed, cancelled, queued, in_progress, or `interrupted` for a stream or a
                   file that ends before its end; another server's own word is kept; None where nothing tells
    image_model    the image model, if named by the tools or the body
    requested      the settings of the `image_generation` tool as asked for
    salvaged       dotted names of the fields that were recovered from damaged text, e.g. `usage`, `output.1.text`
    rest           every other key of the response object, JSON-safe, long base64 replaced by a short description
    timeline       the stream's events in order, runs of one type together; empty for a JSON body
    """

    kind: ResponseKind
    response_id: str
    is_id_made: bool
    model: str | None = None
    image_model: str | None = None
    status: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    incomplete_reason: str | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    output_text: str | None = None
    usage: Usage | None = None
    image_usage: ImageUsage | None = None
    requested: dict[str, Any] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    pictures: tuple[Picture, ...] = ()
    salvaged: tuple[str, ...] = ()
    rest: dict[str, Any] = field(default_factory=dict)
    timeline: tuple[TimelineRun, ...] = ()
    custom_id: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Payload:
    """A long base64 text inside the uploaded bytes: `raw[start:end]` decodes to `data`.

    `is_canonical` promises that `base64.b64encode(data) == raw[start:end]`, so the text can be given back from the
    bytes alone. Offsets count in the uploaded bytes after decompression.
    """

    start: int
    end: int
    data: bytes
    is_canonical: bool


@dataclass(frozen=True, slots=True)
class Transcript:
    """One uploaded file, read.

    shape         json, jsonl or sse
    shape_detail  what is special about it in a few words: `data only, no blank lines`, `batch output` ...
    encoding      utf-8, utf-8-sig, utf-16-le, utf-16-be
    compression   gzip or None
    problems      all problems, those of the responses included, in file order
    payloads      every long base64 text that decodes to a picture, in file order (for the archive)
    """

    shape: Shape
    shape_detail: str
    encoding: str
    compression: str | None
    event_count: int
    responses: tuple[Response, ...]
    problems: tuple[Problem, ...] = ()
    payloads: tuple[Payload, ...] = ()
