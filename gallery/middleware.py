"""What every response gets and every request must have: a strict content security policy, and a signed-in user."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class ContentSecurityPolicyMiddleware:
    """Sends the policy with every response that does not bring a stricter one of its own (pictures do)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Closes every view that does not open itself with `login_not_required`.

    An htmx request is answered with a redirect of the whole page: otherwise the sign-in form would be swapped into
    a corner of the grid.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> HttpResponseBase:
        response = super().handle_no_permission(request, view_func)
        if request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true":
            here = request.headers.get("HX-Current-URL", "")
            target = response.headers["Location"].split("?")[0]
            return HttpResponse(status=204, headers={"HX-Redirect": f"{target}?{urlencode({'next': here})}" if here else target})
        return response
