"""What every response gets, a strict content policy, and every request must have, a signed-in user."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

from gallery import htmx
from gallery.roles import require

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SIGNED_OUT = "You are signed out. Sign in again, then repeat what you did."


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

    A page becomes a redirect to the sign-in form, which comes back to it. A fragment makes the browser leave
    its whole page: otherwise the form would be swapped into a corner of the grid. A script of ours gets 401 and
    a sentence. Whoever is signed in without the role that a view requires is not let into it either.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        wanted = getattr(view_func, "required_role", None)
        if refused is None and wanted is not None:
            require(request.user, wanted)
        return refused

    def handle_no_permission(  # type: ignore[override] # the stubs know of redirects alone
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        sign_in = resolve_url(self.get_login_url(view_func))
        if is_asked_by_script(request):
            response: HttpResponse = HttpResponse(
                SIGNED_OUT, status=401, content_type="text/plain; charset=utf-8"
            )
        elif htmx.wants_fragment(request):
            response = htmx.leave_page(_with_next(sign_in, htmx.current_page(request)))
        else:
            response = HttpResponseRedirect(_with_next(sign_in, _page_asked_for(request)))
        patch_vary_headers(response, ("Cookie", *htmx.DECIDING_HEADERS))
        response.headers["Cache-Control"] = "no-store"
        return response


def is_asked_by_script(request: HttpRequest) -> bool:
    """True for the requests that our own script makes and reads, such as uploads."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _with_next(url: str, page: str | None) -> str:
    return f"{url}?{urlencode({REDIRECT_FIELD_NAME: page})}" if page else url


def _page_asked_for(request: HttpRequest) -> str | None:
    """Where to come back to: the address itself, or for a form the page that it stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host() or not referer.path.startswith("/"):
        return None
    return f"{referer.path}?{referer.query}" if referer.query else referer.path
