"""Coming in, going out, and the password."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gallery import audit, sign_in_links
from gallery.audit import Action
from gallery.htmx import render_page
from gallery.middleware import NEEDS_PASSWORD, client_address, is_asked_by_script
from gallery.pages.accounts import LockedOutPage, PasswordPage, SignInLinkPage, SignInPage
from gallery.roles import NotAllowed, Role, refusal, role_of
from gallery.sessions import end_sessions

BACKEND = "gallery.sessions.SessionBackend"
CAME_BY_LINK = "came-by-link"  # a key of the session
OUT_OF_DATE = (
    "This page is out of date, so nothing was sent on. Reload it and try again. If that does not help, allow "
    "cookies for this site."
)


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Comes back to `?next=` if that is an address of this site, else to the pictures."""
    target = _local(request, request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME))
    if request.method != "POST":
        if request.user.is_authenticated:
            return _go(target)
        return render_page(request, "gallery/sign_in.html", SignInPage(AuthenticationForm(request), target))
    form = AuthenticationForm(request, data=request.POST)
    if not form.is_valid():
        _record_failure(request, form.cleaned_data.get("username", ""))
        return render_page(request, "gallery/sign_in.html", SignInPage(form, target), status=422)
    user: Any = form.get_user()
    login(request, user)  # with a new session key
    audit.record(Action.SIGN_IN, user, details={"by": "password"}, address=client_address(request))
    return _go(target)


@login_not_required
@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Where the admin sends whom it does not let in: those who are signed in are told, others sign in as everybody."""
    target = _local(request, request.GET.get(REDIRECT_FIELD_NAME)) or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(target, resolve_url(settings.LOGIN_URL))
    if not request.user.is_staff:
        raise NotAllowed(refusal(role_of(request.user), Role.ADMINISTRATOR))
    return _go(target)


@login_not_required
def locked_out(request: HttpRequest, *_: object) -> HttpResponse:
    """What django-axes answers where too many passwords were wrong."""
    page = LockedOutPage(settings.AXES_FAILURE_LIMIT, settings.AXES_COOLOFF_TIME)
    response = render_page(request, "gallery/locked_out.html", page, status=429)
    response.headers["Retry-After"] = str(page.seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_with_link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the address uses nothing up: mail scanners and previews open links too. The button does."""
    if request.method == "POST":
        user = sign_in_links.consume(token)
        if user is not None:
            login(request, user, backend=BACKEND)  # with a new session key
            audit.record(Action.SIGN_IN, user, details={"by": "link"}, address=client_address(request))
            if user.has_usable_password():
                request.session[CAME_BY_LINK] = True
                messages.info(request, "Forgotten your password? Set a new one in your account's menu.")
                return redirect(settings.LOGIN_REDIRECT_URL)
            request.session[NEEDS_PASSWORD] = True
            messages.info(request, "You have no password yet. Set one now, so that you can sign in again.")
            return redirect("gallery:password_change")
    state, user = sign_in_links.look_up(token)
    page = SignInLinkPage(state, user.get_username() if user else None)
    return render_page(request, "gallery/sign_in_with_link.html", page, status=200 if page.is_usable else 410)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    audit.record(Action.SIGN_OUT, _user(request), address=client_address(request))
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """In every other browser; this one stays."""
    ended = end_sessions(_user(request).pk, but=request.session.session_key)
    audit.record(
        Action.SIGN_OUT_EVERYWHERE, _user(request), details={"ended": ended}, address=client_address(request)
    )
    where = "one other browser" if ended == 1 else f"{ended:,} other browsers"
    messages.success(request, f"You are signed out of {where}." if ended else "You are signed in only here.")
    return redirect("gallery:password_change")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Asks for the old password only of those who came in by it: who has none, or forgot it, comes by a link."""
    user: Any = request.user
    has_password = user.has_usable_password() and not request.session.get(CAME_BY_LINK)
    form_class = PasswordChangeForm if has_password else SetPasswordForm
    if request.method != "POST":
        page = PasswordPage(form_class(user), has_password)
        return render_page(request, "gallery/password_change.html", page)
    form = form_class(user, request.POST)
    if not form.is_valid():
        page = PasswordPage(form, has_password)
        return render_page(request, "gallery/password_change.html", page, status=422)
    form.save()
    # The invitation before the last one, say, which still lies in a mailbox.
    sign_in_links.take_back(_user(request))
    update_session_auth_hash(request, form.user)  # other browsers are signed out, this one stays
    for mark in (NEEDS_PASSWORD, CAME_BY_LINK):
        request.session.pop(mark, None)
    audit.record(Action.PASSWORD_CHANGED, _user(request), address=client_address(request))
    messages.success(request, "Your password is changed." if has_password else "Your password is set.")
    return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A form whose token does not fit: nearly always a page from before the last sign-in."""
    if is_asked_by_script(request):
        return HttpResponse(OUT_OF_DATE, status=403, content_type="text/plain; charset=utf-8")
    return render_page(request, "gallery/csrf_failure.html", OUT_OF_DATE, status=403)


def _record_failure(request: HttpRequest, username: str) -> None:
    """Of names that are nobody's nothing is kept but that there were some: people type passwords there. Who is locked
    out already failed before, and is recorded once."""
    address = client_address(request)
    is_locked_out = getattr(request, "axes_locked_out", False)
    failures = getattr(request, "axes_failures_since_start", None)
    if not username or (failures is None and is_locked_out):
        return
    user = User.objects.filter(username=username).first()
    if user is None:
        audit.record_stranger(Action.SIGN_IN_FAILED, address=address)
        return
    audit.record(Action.SIGN_IN_FAILED, None, user, name=username, address=address)
    if is_locked_out:
        details = {"failures": failures}
        audit.record(Action.LOCKED_OUT, None, user, name=username, details=details, address=address)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _local(request: HttpRequest, address: str | None) -> str:
    """`address` if it lies on this site, else empty."""
    is_safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if address and is_safe else ""


def _go(target: str) -> HttpResponse:
    return HttpResponseRedirect(target or resolve_url(settings.LOGIN_REDIRECT_URL))
