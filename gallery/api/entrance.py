"""Where the API begins. Its modules, and ninja and pydantic with them, are read when somebody first asks for it.

They take half a second to import, which every command would otherwise wait for. A server reads them once, before its
processes part.
"""

from __future__ import annotations

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLResolver
from django.urls.resolvers import RoutePattern
from django.views.decorators.csrf import csrf_exempt

# Its memory has to be there before the server forks its workers: see gallery.rates.
from gallery import rates as rates


@csrf_exempt
@login_not_required
def api(request: HttpRequest) -> HttpResponseBase:
    """Whatever lies below `/api/`. Each call asks for a token itself: see `gallery.api.door`."""
    found = _addresses().resolve(request.path_info)
    response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
    return response


def make_ready() -> None:
    """Reads them now, so that nobody waits for it later."""
    _addresses().url_patterns  # noqa: B018 - read for what it does


@cache
def _addresses() -> URLResolver:
    return URLResolver(RoutePattern("/api/"), "gallery.api.urls")
