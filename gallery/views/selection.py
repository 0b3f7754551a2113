"""Many pictures at once: choosing all that match, doing something to the chosen ones, downloading them."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gallery import audit
from gallery.audit import Action
from gallery.bundles import bundle, bundle_name
from gallery.filenames import attachment
from gallery.filters import read_filters
from gallery.htmx import current_page, render_page, wants_fragment
from gallery.middleware import client_address
from gallery.pages.selection import (
    SelectionPage,
    back_to_grid,
    done_page,
    refused_page,
    selected_page,
    stale_page,
)
from gallery.selection_actions import apply_action
from gallery.selections import BadSelection, StaleSelection, chosen_ids, select_all

FRAGMENT = "gallery/_selection_answer.html"
CONFLICT = 409
SHELVES = {Action.HIDE, Action.SHOW, Action.TRASH, Action.RESTORE}


@require_POST
def selection_create(request: HttpRequest) -> HttpResponse:
    """All that the query of `q` matches, as a token to send with what is to be done."""
    filters = read_filters({"q": request.POST.get("q", "")}, user_id=request.user.pk)
    page = selected_page(select_all(_user(request), filters))
    return _answer(request, page)


@require_POST
def selection_apply(request: HttpRequest) -> HttpResponse:
    """`do` names the action; 422 says what is wrong, 409 that the query matches other pictures by now."""
    do = request.POST.get("do", "")
    try:
        user = _user(request)
        ids = _chosen(request, user)
        done = apply_action(user, ids, do, request.POST)
        if do in SHELVES:
            audit.record_pictures(
                Action(do), user, done.ids, count=done.count, address=client_address(request)
            )
    except BadSelection as error:
        return _answer(request, refused_page(str(error), back=_back(request)), status=422)
    except StaleSelection as stale:
        return _answer(request, stale_page(stale, back=_back(request)), status=CONFLICT)
    if wants_fragment(request):
        return _answer(request, done_page(done, do, back=_back(request)))
    messages.success(request, f"{done.sentence}.")
    return redirect(_back(request))


@require_POST
def selection_download(request: HttpRequest) -> HttpResponseBase:
    """The pictures as a ZIP file, sent while it is made."""
    try:
        ids = _chosen(request, _user(request))
    except BadSelection as error:
        return _answer(request, refused_page(str(error), back=_back(request)), status=422)
    except StaleSelection as stale:
        return _answer(request, stale_page(stale, back=_back(request)), status=CONFLICT)
    return StreamingHttpResponse(
        bundle(ids),
        content_type="application/zip",
        headers={"Content-Disposition": attachment(bundle_name(len(ids))), "Cache-Control": "no-store"},
    )


def _chosen(request: HttpRequest, user: User) -> list[int]:
    """Named by a token, by boxes of a form, or in one field, apart by commas: a form has at most 1,000 fields."""
    keys = [key for key in request.POST.get("images", "").split(",") if key]
    return chosen_ids(user, keys or request.POST.getlist("image"), request.POST.get("selection", ""))


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _back(request: HttpRequest) -> str:
    """The page that the pictures were chosen on, if it is one of ours."""
    address = request.POST.get("back", "") or current_page(request) or ""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else back_to_grid()


def _answer(request: HttpRequest, page: SelectionPage, *, status: int = 200) -> HttpResponse:
    return render_page(request, "gallery/selection_apply.html", page, fragment=FRAGMENT, status=status)
