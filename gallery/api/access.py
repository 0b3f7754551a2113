"""Who asks: a token in the Authorization header, or for looking only, somebody signed in with a browser.

A browser sends its cookie wherever a page of somebody else's leads it, so a session never writes here, and whatever a
session may ask for changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.security import HttpBearer

from gallery import rates, tokens
from gallery.api.problems import ApiProblem
from gallery.middleware import NEEDS_PASSWORD
from gallery.models import ApiToken
from gallery.roles import Role, is_at_least

# RFC 6750, 2.1, and one space as there: what is not exactly so is no token.
BEARER = re.compile(r"bearer ([A-Za-z0-9._~+/-]{1,200}=*)", re.IGNORECASE | re.ASCII)
REALM = 'Bearer realm="gallery"'
FAULTS = {
    tokens.Fault.UNKNOWN: "This token is not known here. Perhaps a part of it was not copied.",
    tokens.Fault.REVOKED: "This token was revoked.",
    tokens.Fault.EXPIRED: "This token has expired. Its owner can make another.",
    tokens.Fault.CLOSED: "The account of this token's owner is closed.",
}
# Callers are counted by number: those of tokens, and those of people who look with their browser.
_PEOPLE = 1 << 63


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a request acts for. `token` is None for a browser's session."""

    user: User
    token: ApiToken | None


class BearerToken(HttpBearer):
    """Lets a request in, counts it, and answers who asks. Raises ApiProblem."""

    def __init__(self, *, uploads: bool = False) -> None:
        super().__init__()
        self.uploads = uploads

    def __call__(self, request: HttpRequest) -> Caller:
        caller = self._caller(request)
        number = caller.token.pk if caller.token else _PEOPLE | caller.user.pk
        allowance = rates.spend(number, limit=settings.API_REQUESTS_PER_MINUTE)
        request.allowance = allowance  # type: ignore[attr-defined] # the door writes it into the headers
        if allowance.is_exceeded:
            raise ApiProblem(
                "rate",
                f"More than {allowance.limit} requests in a minute. Go on in {allowance.resets_in} s.",
                headers={"Retry-After": str(allowance.resets_in)},
            )
        if self.uploads:
            _must_upload(caller)
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # noqa: ANN401 - ninja's signature
        raise NotImplementedError("the whole header is read above")

    def _caller(self, request: HttpRequest) -> Caller:
        header = request.headers.get("Authorization")
        if header is None:
            if not self.uploads and isinstance(request.user, User) and NEEDS_PASSWORD not in request.session:
                return Caller(request.user, None)
            raise ApiProblem(
                "no-token",
                "Send a token: Authorization: Bearer gal_… Tokens are made in the account's menu.",
                headers={"WWW-Authenticate": REALM},
            )
        match = BEARER.fullmatch(header)
        if match is None:
            raise _bad_token("The header Authorization is not of the form: Bearer gal_…")
        try:
            token = tokens.check(match[1])
        except tokens.BadToken as bad:
            raise _bad_token(FAULTS[bad.fault]) from None
        return Caller(token.user, token)


def caller_of(request: HttpRequest) -> Caller:
    """Who asks, in a request that `BearerToken` let in."""
    return cast(Caller, request.auth)  # type: ignore[attr-defined] # set by ninja to what BearerToken answered


def _bad_token(detail: str) -> ApiProblem:
    challenge = f'{REALM}, error="invalid_token", error_description="{detail.replace(chr(0x2026), "...")}"'
    return ApiProblem("bad-token", detail, headers={"WWW-Authenticate": challenge})


def _must_upload(caller: Caller) -> None:
    if caller.token is None or caller.token.scope != ApiToken.Scope.UPLOAD:
        challenge = f'{REALM}, error="insufficient_scope", scope="upload"'
        raise ApiProblem(
            "scope",
            "This token may look, not upload. Make one that may in the account's menu.",
            headers={"WWW-Authenticate": challenge},
        )
    if not is_at_least(caller.user, Role.CONTRIBUTOR):
        raise ApiProblem("role", "Only contributors upload. An administrator gives that role.")
