"""The OpenAPI document of the API, made once in a process's life."""

from __future__ import annotations

from functools import cache
from typing import Any

from gallery.api.problems import MEDIA_TYPE
from gallery.api.service import api

LIMIT_HEADERS = {
    "RateLimit-Policy": "Requests that the token has in a window, and the window in seconds.",
    "RateLimit": "What is left of them, and in how many seconds they are full again.",
}


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, as ninja gives it, completed by what every answer has."""
    made: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/"))
    for calls in made["paths"].values():
        # HEAD goes wherever GET goes and needs no description of its own.
        calls.pop("head", None)
        for call in calls.values():
            call["operationId"] = call["operationId"].removeprefix("gallery_api_")
            call["responses"] = {
                str(status): _completed(int(status), answer) for status, answer in call["responses"].items()
            }
            if "get" in calls and call is calls["get"]:
                call["responses"]["304"] = {
                    "description": "Not Modified: If-None-Match names what it is now."
                }
    made["components"]["securitySchemes"] = {
        "BearerToken": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from the account's menu: gal_…",
        }
    }
    made["servers"] = [{"url": "/"}]
    return made


def _completed(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    answer = {**answer, "headers": {name: _header(words) for name, words in LIMIT_HEADERS.items()}}
    if status >= 400:
        schema = answer["content"].pop("application/json", None) or answer["content"][MEDIA_TYPE]
        answer["content"] = {MEDIA_TYPE: schema}
    if status == 401:
        answer["headers"] = {
            "WWW-Authenticate": _header("Which kind of token is asked for, and what was wrong.")
        }
    if status in {429, 503}:
        answer["headers"] = {**answer["headers"], "Retry-After": _header("Seconds to wait.")}
    return answer


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}
