"""Programs with tokens, and the problems that they are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from gallery import tokens
from gallery.models import ApiToken


def secret_of(
    user: User, *, scope: str = ApiToken.Scope.READ, lifetime: timedelta | None = None
) -> tuple[ApiToken, str]:
    return tokens.make(user, name="a program", scope=ApiToken.Scope(scope), lifetime=lifetime)


def bearing(secret: str) -> Client:
    """A program that sends this token, and no cookie."""
    return Client(headers={"Authorization": f"Bearer {secret}"})


def body_of(response: Any) -> bytes:
    """All of a streamed answer; reading it closes what it held open."""
    return b"".join(response.streaming_content)


def problem(response: Any) -> str:
    """The kind of problem that an answer is; it has to be one in every respect."""
    assert response["Content-Type"] == "application/problem+json", response.content
    told = response.json()
    assert told["status"] == response.status_code
    assert told["title"]
    assert told["detail"]
    assert told["instance"] == response.wsgi_request.path
    kind: str = told["type"].removeprefix("/api/docs#problem-")
    return kind
