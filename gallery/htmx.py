"""The one module that knows htmx's headers: it decides what is a fragment, and says so to caches."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

DECIDING_HEADERS = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


def wants_fragment(request: HttpRequest) -> bool:
    """True if a part of the page is to be swapped. Boosted links and history restores want the whole page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render_page(
    request: HttpRequest, template: str, page: object, *, fragment: str | None = None, status: int = 200
) -> HttpResponse:
    """Render `template`, or `fragment` where one is wanted, with `page` as the only context variable.

    The server names the fragment, never the client. `Vary` is always set, so that no cache gives a fragment
    for a page.
    """
    name = fragment if fragment is not None and wants_fragment(request) else template
    response = render(request, name, {"page": page}, status=status)
    patch_vary_headers(response, DECIDING_HEADERS)
    return response


def current_page(request: HttpRequest) -> str | None:
    """The address, without its host, of the page that asks for a fragment; None if it is not one of ours."""
    return without_host(request, request.headers.get("HX-Current-URL", ""))


def without_host(request: HttpRequest, address: str) -> str | None:
    """An address that came in a header, without its host; None if it is not one of ours, or no address at all."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.netloc != request.get_host() or not parts.path.startswith("/"):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def leave_page(url: str) -> HttpResponse:
    """The answer to a fragment request that makes the browser go to `url` as a whole."""
    return HttpResponse(status=204, headers={"HX-Redirect": url})
