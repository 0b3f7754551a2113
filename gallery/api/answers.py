"""What the API answers with, as its document describes it. Keys and numbers of things are texts: some exceed 2^53."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import ConfigDict

Key = Annotated[str, Field(pattern=r"^[0-9]{1,19}$", examples=["7461930482776244224"])]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[str, Field(description="ISO 8601 in UTC.", examples=["2026-05-15T10:26:45Z"])]
Url = Annotated[str, Field(description="An address, whole.")]
Dollars = Annotated[
    str,
    Field(
        pattern=r"^-?[0-9]+(\.[0-9]+)?$",
        description="Dollars, every digit that counts.",
        examples=["0.006125"],
    ),
]


class ParameterError(Schema):
    parameter: str
    message: str


class Problem(Schema):
    """RFC 9457. `type` tells problems apart; the docs describe each."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str


class ProblemInTranscript(Schema):
    """Something that was wrong with a part of a file; the rest was read."""

    code: str
    message: str
    place: str | None


class UploadedResponse(Schema):
    id: Key
    url: Url


class UploadedImage(Schema):
    key: Key
    url: Url


class UploadedFile(Schema):
    """What came of one file. `sentence` says it as the upload page does; counts are of what the file holds.

    `outcome`: stored; known (these bytes were here before, nothing was written); refused or failed (nothing was kept).
    """

    name: str
    outcome: str = Field(pattern="^(stored|known|refused|failed)$")
    code: str = Field(description="A stable word for why.")
    sentence: str
    status: int = Field(description="What this file alone would have been answered with.")
    size_bytes: int
    kept_bytes: int = Field(description="What keeping it added on disk.")
    sha256: str | None
    transcript: UploadedResponse | None
    responses: list[UploadedResponse] = Field(description="At most the first 1000.")
    response_count: int
    images: list[UploadedImage] = Field(description="Those that the grid shows, newest first, at most 1000.")
    final_count: int
    partial_count: int
    plot_count: int
    image_models: list[str]
    problems: list[ProblemInTranscript] = Field(description="At most the first 1000.")
    problem_count: int


class Upload(Schema):
    files: list[UploadedFile]


class Image(Schema):
    """A picture. What the transcript does not say is null, never 0 or empty."""

    key: Key
    url: Url
    response_id: Key = Field(description="Of the response here: /api/responses/{id}.")
    api_response_id: str = Field(description="As the vendor's API calls it.")
    position: int
    role: str
    index: int
    state: str
    reason: str | None = Field(description="Why there is no picture, or none that can be shown.")
    prompt: str | None
    model: str | None
    image_model: str | None
    size: str | None
    quality: str | None
    background: str | None
    output_format: str | None
    action: str | None
    media_type: str | None
    width: int | None
    height: int | None
    bytes: int | None
    sha256: str | None
    file_url: Url | None
    thumbnail_url: Url | None
    total_tokens: int | None
    cost_usd: Dollars | None
    is_cost_estimated: bool | None
    generated_at: Moment | None
    added_at: Moment
    uploader: str | None
    tags: list[str]
    is_favourite: bool = Field(description="Of whoever asks.")
    rating: int | None = Field(description="From 1 to 5, of whoever asks.")
    mean_rating: float | None
    is_hidden: bool
    trashed_at: Moment | None


class Images(Schema):
    items: list[Image]
    next_cursor: str | None
    next_url: Url | None
    notices: list[str] = Field(description="What of the query was not understood, in sentences.")


class ResponseInList(Schema):
    id: Key
    url: Url
    response_id: str
    kind: str
    model: str | None
    image_model: str | None
    status: str | None
    created_at: Moment | None
    completed_at: Moment | None
    first_uploaded_at: Moment
    uploader: str | None
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    image_total_tokens: int | None
    error_code: str | None


class Responses(Schema):
    items: list[ResponseInList]
    next_cursor: str | None
    next_url: Url | None
    notices: list[str]


class Response(Schema):
    """As docs/export.md describes a line of the export, with its place here."""

    model_config = ConfigDict(extra="allow")

    id: Key
    url: Url
    response_id: str
    model: str | None
    image_model: str | None
    status: str | None
    created_at: Moment | None
    completed_at: Moment | None
    previous_response_id: str | None
    instructions: str | None
    usage: dict[str, int | None] | None
    image_usage: dict[str, int | None] | None
    output_text: str | None
    transcripts: list[dict[str, Any]]
    items: list[dict[str, Any]]
    images: list[dict[str, Any]]
    problems: list[dict[str, Any]]


class TranscriptInList(Schema):
    id: Key
    url: Url
    original_url: Url
    name: str
    sha256: Sha256
    shape: str
    size_bytes: int
    kept_bytes: int
    event_count: int
    response_count: int
    picture_count: int
    problem_count: int
    source: str
    uploader: str | None
    uploaded_at: Moment


class Transcripts(Schema):
    items: list[TranscriptInList]
    next_cursor: str | None
    next_url: Url | None


class Transcript(TranscriptInList):
    encoding: str
    compression: str | None
    problems: list[ProblemInTranscript]
    responses: list[UploadedResponse] = Field(description="In file order, at most the first 1000.")


class UsageRow(Schema):
    """What figures are of. Null where it is not told apart, or where the transcript does not say."""

    period: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$")
    image_model: str | None
    quality: str | None
    size: str | None
    model: str | None
    outcome: str | None
    uploader: str | None
    count: int


class PictureUsage(UsageRow):
    """Final pictures. Sums of tokens and dollars are of the `…_count` beside them: the others' are unknown."""

    known_cost_usd: Dollars | None
    known_cost_count: int
    estimated_cost_usd: Dollars | None
    estimated_cost_count: int
    told_input_count: int
    text_in_tokens: int | None
    image_in_tokens: int | None
    told_output_count: int
    text_out_tokens: int | None
    image_out_tokens: int | None


class ResponseUsage(UsageRow):
    """Responses, and what their chat models used and cost."""

    failed_count: int
    chat_count: int
    known_cost_usd: Dollars | None
    known_cost_count: int
    told_input_count: int
    input_tokens: int | None
    told_cached_count: int
    cached_tokens: int | None
    told_output_count: int
    output_tokens: int | None
    told_reasoning_count: int
    reasoning_tokens: int | None


class Usage(Schema):
    """Dates are days in UTC."""

    since: str
    until: str
    pictures: list[PictureUsage]
    responses: list[ResponseUsage]
