"""Shares as they are opened from outside, without a sign-in. Nothing of these answers is kept by anybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from gallery import blobs, sharing
from gallery.filenames import inline
from gallery.htmx import render_page
from gallery.imaging.stripping import CannotStrip
from gallery.middleware import client_address
from gallery.models import Image, Share
from gallery.pages.shared import (
    LOST,
    NOT_SENT,
    LockedPage,
    address_of,
    download_name_of,
    shared_page,
)

P = ParamSpec("P")
KEY, MARK = "share-key", "share-visit"
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
}
PAGE_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; sandbox"
TEXT = "text/plain; charset=utf-8"
ABSENT = "There is no such picture among those that are shared."
LOCKED = "This picture is behind a password: open the link first."
WRONG = "That is not the password."
TOO_MANY = "Too many wrong passwords. Try again in {minutes}."


def outside(
    view: Callable[Concatenate[HttpRequest, Share, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """Gives a view the share of the token. The answer for a link that shows nothing is the same whatever it was."""

    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            share = sharing.open(token)
        except sharing.Gone:
            response: HttpResponseBase = render_page(request, "gallery/share_gone.html", None, status=410)
        else:
            response = view(request, share, *args, **kwargs)
        for name, value in {"Content-Security-Policy": PAGE_POLICY, **HEADERS}.items():
            response.headers.setdefault(name, value)
        return response

    return cast("Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]", answer)


# Not checked for where the form came from: it holds its own secret, and a page that tells no referrer has the origin
# "null", which the check refuses.
@csrf_exempt
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@outside
def share_open(request: HttpRequest, share: Share) -> HttpResponseBase:
    """What is shared; with a password, at first the form for it, which posts `password` to the same address."""
    if share.password and not _is_unlocked(request, share):
        return _unlock(request, share) if request.method == "POST" else _locked(request, share)
    page = shared_page(share, picture=request.GET.get("picture"), after=request.GET.get("after"))
    response = render_page(request, "gallery/share_open.html", page, status=404 if page.is_absent else 200)
    if request.method == "GET" and not page.is_absent and not _has(request, MARK, sharing.mark_of(share)):
        sharing.note_visit(share)
        _keep(response, share, MARK, sharing.mark_of(share))
    return response


@require_safe
@outside
def share_picture(request: HttpRequest, share: Share, number: int) -> HttpResponseBase:
    """The picture's file, with the type that its bytes have."""
    image = sharing.picture_of(share, number)
    refusal = _refusal(request, share, image)
    if refusal is not None or image is None or image.blob is None:
        return refusal or _sentence(ABSENT, 404)
    try:
        if share.is_stripped:
            data = sharing.stripped_file(image)
            response: HttpResponseBase = HttpResponse(data, content_type=image.blob.media_type)
        else:
            file = blobs.open("blobs", image.blob.sha256)
            response = FileResponse(file, content_type=image.blob.media_type)
    except CannotStrip:
        return _sentence(NOT_SENT, 404)
    except blobs.BlobMissing:
        return _sentence(LOST, 404)
    return _named(response, download_name_of(share, image, number))


@require_safe
@outside
def share_thumb(request: HttpRequest, share: Share, number: int) -> HttpResponseBase:
    """A small picture, which we drew ourselves: it never had metadata."""
    image = sharing.picture_of(share, number)
    refusal = _refusal(request, share, image)
    if refusal is not None or image is None or image.blob is None or not image.has_thumbnail:
        return refusal or _sentence(ABSENT, 404)
    try:
        file = blobs.open("thumbs", image.blob.sha256)
    except blobs.BlobMissing:
        return _sentence(LOST, 404)
    return _named(FileResponse(file, content_type="image/webp"), f"picture-{number}.webp")


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """A file's answer under that name, in place of the one that Django reads off the file: its hash."""
    response.headers["Content-Disposition"] = inline(name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _refusal(request: HttpRequest, share: Share, image: Image | None) -> HttpResponse | None:
    """Why a file is not sent; None if it may be."""
    if share.password and not _is_unlocked(request, share):
        return _sentence(LOCKED, 403)
    if image is None or not sharing.is_drawable(image):
        return _sentence(ABSENT, 404)
    return None


def _locked(request: HttpRequest, share: Share, *, error: str = "", status: int = 200) -> HttpResponse:
    page = LockedPage(address_of(share), error)
    return render_page(request, "gallery/share_locked.html", page, status=status)


def _unlock(request: HttpRequest, share: Share) -> HttpResponse:
    try:
        is_right = sharing.unlock(share, request.POST.get("password", ""), address=client_address(request))
    except sharing.TooManyTries as refusal:
        minutes = -(-refusal.retry_after // 60)
        words = TOO_MANY.format(minutes=f"{minutes} minute{'' if minutes == 1 else 's'}")
        response = _locked(request, share, error=words, status=429)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    if not is_right:
        return _locked(request, share, error=WRONG, status=422)
    opened = HttpResponseRedirect(address_of(share))
    _keep(opened, share, KEY, sharing.key_of(share))
    return opened


def _is_unlocked(request: HttpRequest, share: Share) -> bool:
    return _has(request, KEY, sharing.key_of(share))


def _has(request: HttpRequest, name: str, value: str) -> bool:
    return constant_time_compare(request.COOKIES.get(name, ""), value)


def _keep(response: HttpResponse, share: Share, name: str, value: str) -> None:
    """In a cookie that is sent with this share alone, until the browser closes."""
    response.set_cookie(
        name,
        value,
        path=address_of(share),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _sentence(words: str, status: int) -> HttpResponse:
    headers = {"Content-Security-Policy": FILE_POLICY}
    return HttpResponse(words, status=status, content_type=TEXT, headers=headers)
