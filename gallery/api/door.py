"""What every answer of the API has, whoever made it: headers of its limits, a tag, and problems told as problems."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from gallery import rates
from gallery.api.problems import MEDIA_TYPE, problem_of_status, problem_response

LONGEST_SENTENCE = 1000
KEPT_HEADERS = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate", "Accept-Ranges")


def behind_door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """`view` as an address of the API. Signing in is asked for inside, of a token or a session; the middleware's check
    would send a program to a form. No cookie writes anything here, so there is nothing that CSRF could do."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def enter(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        response = _as_problem(request, view(request, **kwargs))
        allowance: rates.Allowance | None = getattr(request, "allowance", None)
        if allowance is not None:
            # draft-ietf-httpapi-ratelimit-headers: what is allowed in a window, and what is left of it.
            response["RateLimit-Policy"] = f'"token";q={allowance.limit};w={rates.WINDOW_SECONDS}'
            response["RateLimit"] = f'"token";r={allowance.remaining};t={allowance.resets_in}'
        patch_vary_headers(response, ("Authorization", "Cookie"))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response = _tagged(request, response)
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return enter


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code < HTTPStatus.BAD_REQUEST or response.get("Content-Type") == MEDIA_TYPE:
        return response
    detail = HTTPStatus(response.status_code).description or HTTPStatus(response.status_code).phrase
    if isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/plain"):
        detail = response.content.decode("utf-8", "replace")[:LONGEST_SENTENCE]
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.method} does not go here; {response.get('Allow', 'nothing')} does."
    told = problem_response(request, problem_of_status(response.status_code, detail))
    for name in KEPT_HEADERS:
        if name in response:
            told[name] = response[name]
    return told


def _tagged(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """With a tag of its content, or without content if that is what the caller has already."""
    if request.method not in {"GET", "HEAD"} or response.status_code != HTTPStatus.OK:
        return response
    if "ETag" not in response:
        if not isinstance(response, HttpResponse):
            return response
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if not is_known(request, response["ETag"]):
        return response
    unchanged = HttpResponse(status=304)
    for name in ("ETag", "Cache-Control", "Vary", "RateLimit", "RateLimit-Policy", "Content-Security-Policy"):
        if name in response:
            unchanged[name] = response[name]
    del unchanged["Content-Type"]
    return unchanged


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether If-None-Match names the tag; RFC 9110, 13.1.2: it compares weakly."""
    known = {each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))}
    return tag.removeprefix("W/") in known or "*" in known
