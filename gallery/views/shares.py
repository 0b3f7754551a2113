"""Shares as the team sees them: making one, the list of them, revoking."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery import sharing
from gallery.htmx import render_page
from gallery.middleware import client_address
from gallery.models import Collection, Image, Share
from gallery.pages.shares import ShareForm, share_create_page, share_list_page
from gallery.roles import Role, requires

LARGEST_KEY = 2**63 - 1
TEMPLATE = "gallery/share_create.html"


@never_cache
@requires(Role.CONTRIBUTOR)
@require_safe
def share_list(request: HttpRequest) -> HttpResponse:
    page = share_list_page(
        _user(request),
        before=request.GET.get("before"),
        made=request.GET.get("made"),
        absolute=request.build_absolute_uri,
    )
    return render_page(request, "gallery/share_list.html", page)


@sensitive_variables("form")
@sensitive_post_parameters("password")
@never_cache
@requires(Role.CONTRIBUTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def share_create(request: HttpRequest) -> HttpResponse:
    """Of `image` or of `collection`, which the address names; 422 where what is asked for cannot be."""
    thing = _thing(request)
    if request.method != "POST":
        return render_page(request, TEMPLATE, share_create_page(thing))
    form = ShareForm(request.POST)
    if not form.is_valid():
        return render_page(request, TEMPLATE, share_create_page(thing, form=form), status=422)
    try:
        share = sharing.make(
            _user(request),
            thing,
            shows=Share.Shows(form.cleaned_data["shows"]),
            days=form.cleaned_data["days"],
            password=form.cleaned_data["password"],
            is_stripped=form.cleaned_data["is_stripped"],
            address=client_address(request),
        )
    except sharing.NotShareable as refusal:
        page = share_create_page(thing, form=form, error=str(refusal))
        return render_page(request, TEMPLATE, page, status=422)
    return redirect(f"{reverse('gallery:share_list')}?made={share.pk}")


@require_POST
@requires(Role.CONTRIBUTOR)
def share_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own, or any for curators; others' are not there."""
    user = _user(request)
    shares = sharing.shares_seen_by(user).select_related("image", "collection")
    share = shares.filter(pk=min(pk, LARGEST_KEY)).first()
    if share is None:
        raise Http404("There is no such share.")
    if sharing.revoke(share, by=user, address=client_address(request)):
        messages.success(
            request, f"The share of “{sharing.name_of(share)}” is revoked. Its link shows nothing any more."
        )
    return redirect("gallery:share_list")


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _thing(request: HttpRequest) -> Image | Collection:
    asked = request.GET
    if "collection" in asked:
        thing: Image | Collection | None = Collection.objects.filter(pk=_key(asked["collection"])).first()
    else:
        thing = Image.objects.filter(pk=_key(asked.get("image", ""))).first()
    if thing is None:
        raise Http404("There is no such picture or collection to share.")
    return thing


def _key(text: str) -> int:
    """0, which nothing has, for what is no key."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else 0
    return number if number <= LARGEST_KEY else 0
