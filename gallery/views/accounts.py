"""Coming in, going out, and the password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gallery import sign_in_links
from gallery.htmx import render_page
from gallery.middleware import is_asked_by_script
from gallery.pages.accounts import PasswordPage, SignInLinkPage, SignInPage

BACKEND = "gallery.sessions.SessionBackend"
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
        return render_page(request, "gallery/sign_in.html", SignInPage(form, target), status=422)
    login(request, form.get_user())  # with a new session key
    return _go(target)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_with_link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the address uses nothing up: mail scanners and previews open links too. The button does."""
    if request.method == "POST":
        user = sign_in_links.consume(token)
        if user is not None:
            login(request, user, backend=BACKEND)
            if not user.has_usable_password():
                messages.info(
                    request,
                    "You have no password yet. Set one in your account's menu, so that you can sign in again.",
                )
            return redirect(settings.LOGIN_REDIRECT_URL)
    state, user = sign_in_links.look_up(token)
    page = SignInLinkPage(state, user.get_username() if user else None)
    return render_page(request, "gallery/sign_in_with_link.html", page, status=200 if page.is_usable else 410)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Asks for the old password only of those who have one: a one-time link brings in people who do not."""
    user: Any = request.user
    has_password = user.has_usable_password()
    form_class = PasswordChangeForm if has_password else SetPasswordForm
    if request.method != "POST":
        page = PasswordPage(form_class(user), has_password)
        return render_page(request, "gallery/password_change.html", page)
    form = form_class(user, request.POST)
    if not form.is_valid():
        page = PasswordPage(form, has_password)
        return render_page(request, "gallery/password_change.html", page, status=422)
    form.save()
    update_session_auth_hash(request, form.user)  # other browsers are signed out, this one stays
    messages.success(request, "Your password is changed." if has_password else "Your password is set.")
    return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A form whose token does not fit: nearly always a page from before the last sign-in."""
    if is_asked_by_script(request):
        return HttpResponse(OUT_OF_DATE, status=403, content_type="text/plain; charset=utf-8")
    return render_page(request, "gallery/csrf_failure.html", OUT_OF_DATE, status=403)


def _local(request: HttpRequest, address: str | None) -> str:
    """`address` if it lies on this site, else empty."""
    is_safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if address and is_safe else ""


def _go(target: str) -> HttpResponse:
    return HttpResponseRedirect(target or resolve_url(settings.LOGIN_REDIRECT_URL))
