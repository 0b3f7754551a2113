"""Lines of the Batch API's output: what came of one request each, under the name that its sender gave it."""

from __future__ import annotations

from typing import Any

from gallery.transcripts.groups import Body
from gallery.transcripts.shapes import opened, shape_of

_FIRST_ERROR = 400
"""The lowest HTTP status of a request that failed."""


def body_of_batch_line(value: dict[str, Any]) -> Body | Any:  # noqa: ANN401 - any JSON value
    """The body that the line holds, or else the JSON value in it that is nothing of ours."""
    custom_id = value.get("custom_id")
    custom_id = custom_id if isinstance(custom_id, str) else None
    response = value.get("response")
    told = response if isinstance(response, dict) else {}
    body = opened(told.get("body"))
    if body:
        match shape_of(body, in_stream=False):
            case "response" | "images" | "error" as kind:
                return Body(kind, body, custom_id)
        return body
    error = value.get("error")
    if isinstance(error, dict | str) and error:
        return Body("error", {"error": error}, custom_id)
    if told and shape_of(told, in_stream=False) == "response":
        return Body("response", told, custom_id)
    status_code = told.get("status_code")
    if type(status_code) is int and status_code >= _FIRST_ERROR:
        said = {key: told[key] for key in ("status_code", "request_id") if key in told}
        return Body("error", said, custom_id)
    return value
