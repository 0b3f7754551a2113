"""Errors as RFC 9457 has them: a type that the docs describe, a title, a status, and a sentence of what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/docs"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. `slug` is its name for ever: programs tell problems apart by `type`."""

    slug: str
    status: int
    title: str
    explanation: str

    @property
    def type(self) -> str:
        return f"{DOCS}#problem-{self.slug}"


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "bad-request",
            400,
            "The request is not whole",
            "What arrived cannot be read as a request of its kind.",
        ),
        Kind("no-token", 401, "A token is needed", "Send one in the header Authorization: Bearer …"),
        Kind(
            "bad-token",
            401,
            "The token is not accepted",
            "It is unknown, revoked or expired, or its owner's account is closed. Make another in the account's menu.",
        ),
        Kind("scope", 403, "The token may not do this", "Uploading needs a token that was made for it."),
        Kind(
            "role",
            403,
            "Its owner may not do this",
            "The token would allow it, but its owner's role does not: uploading is for contributors and above.",
        ),
        Kind(
            "not-found",
            404,
            "There is no such thing",
            "Nothing stands there, or nothing that you may see.",
        ),
        Kind(
            "method",
            405,
            "Not with this method",
            "The header Allow names the methods that the address knows.",
        ),
        Kind(
            "length-required",
            411,
            "The length is missing",
            "Send Content-Length, or Transfer-Encoding: chunked.",
        ),
        Kind(
            "too-large",
            413,
            "Too large",
            "More than the gallery takes at once. Nothing was kept; the rest of the body was not read.",
        ),
        Kind("range", 416, "No such part", "The range begins after the end of the file."),
        Kind(
            "invalid",
            422,
            "A parameter is not valid",
            "`errors` names each parameter and what is wrong with it.",
        ),
        Kind(
            "not-a-transcript",
            422,
            "Not a transcript",
            "No file held anything to keep. `files` says of each what it looks like instead.",
        ),
        Kind("rate", 429, "Too many requests", "Wait as long as Retry-After says, then go on."),
        Kind("fault", 500, "The gallery failed", "The reason is in the server's log."),
        Kind(
            "unavailable",
            503,
            "Not at the moment",
            "The gallery could not write. Nothing was kept; the same upload can be sent again after Retry-After.",
        ),
    )
}
_BY_STATUS = {
    400: "bad-request",
    401: "bad-token",
    403: "role",
    404: "not-found",
    405: "method",
    413: "too-large",
    416: "range",
    422: "invalid",
    429: "rate",
    503: "unavailable",
}


class ApiProblem(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = KINDS[slug]
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def problem_response(request: HttpRequest, problem: ApiProblem) -> HttpResponse:
    kind = problem.kind
    content = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": request.path,
        **problem.more,
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    text = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(text, status=kind.status, content_type=MEDIA_TYPE, headers=headers)


def problem_of_status(status: int, detail: str) -> ApiProblem:
    """What an answer that was not made for programs says, as a problem."""
    slug = _BY_STATUS.get(status, "fault" if status >= 500 else "bad-request")
    return ApiProblem(slug, detail)
