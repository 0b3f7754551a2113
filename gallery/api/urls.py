"""Addresses of the API, each behind its door, and whatever else begins with theirs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_safe

from gallery.api.access import BearerToken
from gallery.api.document import document
from gallery.api.door import behind_door
from gallery.api.problems import ApiProblem, problem_response
from gallery.api.service import api

_let_in = BearerToken()


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponseBase:
    """The API as it describes itself."""
    try:
        _let_in(request)
    except ApiProblem as problem:
        return problem_response(request, problem)
    return JsonResponse(document())


def nowhere(request: HttpRequest) -> HttpResponse:
    """Every other address. It asks for a token first: who has none is not told what is there."""
    try:
        _let_in(request)
    except ApiProblem as problem:
        return problem_response(request, problem)
    missing = ApiProblem("not-found", "The API has nothing at this address. /api/docs lists what it has.")
    return problem_response(request, missing)


def _calls() -> list[URLPattern]:
    found = []
    for pattern in api.urls[0]:
        # Without ninja's own page, which would say that it is ninja's.
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = behind_door(pattern.callback)
            found.append(pattern)
    return found


urlpatterns = [
    path("openapi.json", behind_door(openapi_json), name="openapi_json"),
    *_calls(),
    re_path(r"^", behind_door(nowhere), name="nowhere"),
]
