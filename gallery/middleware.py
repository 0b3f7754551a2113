"""What every response gets, a strict content policy, and every request must have, a signed-in user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

from gallery import htmx, last_seen, proxies
from gallery.roles import require

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# A page asks for dozens of these; they say nothing of who is here.
NO_VISIT = {"gallery:thumb", "gallery:blob"}
LONGEST_REDIRECT = 8_000
LONGEST_NAME = 255
NEEDS_PASSWORD = "needs-password"  # noqa: S105 - a key of the session
WITHOUT_PASSWORD = {"gallery:password_change", "gallery:sign_out", *NO_VISIT}
SET_PASSWORD = "Set a password first, in your account's menu."  # noqa: S105 - no password
SIGNED_OUT = "You are signed out. Sign in again, then repeat what you did."


class ClosedByDefaultMiddleware:
    """What a response does not say of itself, it says strictly: what may run in it (pictures allow less still), who may
    embed it, who may keep it. A cache in front, which may know no `Vary`, keeps by the ending of an address (`.csv`)
    what says nothing, and gives it to everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private")
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


class LastSeenMiddleware:
    """Keeps when somebody was last here, once in five minutes, and not for the pictures of a page.

    Written once the answer is sent: nobody waits for it, not even while somebody's upload is being written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or match.view_name in NO_VISIT:
            return response
        user = request.user
        if user.is_authenticated and not getattr(user, "was_seen_lately", True):
            response._resource_closers.append(partial(last_seen.note, user.pk))  # type: ignore[attr-defined]
        return response


class PasswordNeededMiddleware:
    """Leads whoever came in by a one-time link and has no password to the page that sets one, from every page.

    Without it they could not come in again. The pictures of that page, and signing out, stay open.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        *_: object,
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if (
            match is None
            or match.view_name in WITHOUT_PASSWORD
            or not getattr(view_func, "login_required", True)
        ):
            return None
        if not request.user.is_authenticated or not request.session.get(NEEDS_PASSWORD):
            return None
        page = resolve_url("gallery:password_change")
        if is_asked_by_script(request):
            return HttpResponse(SET_PASSWORD, status=403, content_type="text/plain; charset=utf-8")
        if htmx.wants_fragment(request):
            return htmx.leave_page(page)
        return HttpResponseRedirect(page)


def name_guessed_at(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The name of a sign-in that failed, as far as the lock-out's table has room for it."""
    name = (credentials or {}).get("username") or request.POST.get("username") or ""
    return name.replace("\0", "")[:LONGEST_NAME]


def client_address(request: HttpRequest) -> str | None:
    """From where a request comes: see `gallery.proxies`. None where that is not known."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return proxies.origin(request.META.get("REMOTE_ADDR", ""), forwarded, settings.TRUSTED_PROXIES)


def guessing_machine(request: HttpRequest) -> str | None:
    """What wrong passwords are counted by."""
    address = client_address(request)
    return proxies.machine_of(address) if address else None


def is_asked_by_script(request: HttpRequest) -> bool:
    """True for the requests that our own script makes and reads, such as uploads."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _with_next(url: str, page: str | None) -> str:
    """Long queries are not come back to: Django refuses to redirect to what is far too long for an address."""
    address = f"{url}?{urlencode({REDIRECT_FIELD_NAME: page})}" if page else url
    return address if len(address) <= LONGEST_REDIRECT else url


def _page_asked_for(request: HttpRequest) -> str | None:
    """Where to come back to: the address itself, or for a form the page that it stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    return htmx.without_host(request, request.headers.get("Referer", ""))
