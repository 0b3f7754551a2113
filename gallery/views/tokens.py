"""A person's API tokens. A secret stands in the one answer that made it, and nowhere else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from gallery import tokens
from gallery.htmx import render_page
from gallery.middleware import client_address
from gallery.models import ApiToken
from gallery.pages.tokens import LIFETIMES, TokenForm, token_list_page

TEMPLATE = "gallery/token_list.html"


@never_cache
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    return render_page(request, TEMPLATE, token_list_page(_owner(request), base_url=_base_url(request)))


@sensitive_variables("secret", "page")
@never_cache
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """The page with the new token's secret on it: not a redirect, which would have to keep the secret somewhere."""
    user, base_url = _owner(request), _base_url(request)
    form = TokenForm(request.POST, scopes=tokens.scopes_for(user))
    if not form.is_valid():
        return render_page(request, TEMPLATE, token_list_page(user, base_url=base_url, form=form), status=422)
    try:
        token, secret = tokens.make(
            user,
            name=form.cleaned_data["name"],
            scope=ApiToken.Scope(form.cleaned_data["scope"]),
            lifetime=LIFETIMES[form.cleaned_data["lifetime"]],
            address=client_address(request),
        )
    except tokens.NotAllowed as refusal:
        page = token_list_page(user, base_url=base_url, form=form, error=str(refusal))
        return render_page(request, TEMPLATE, page, status=422)
    page = token_list_page(user, base_url=base_url, made=token, secret=secret)
    return render_page(request, TEMPLATE, page, status=201)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Of one's own alone; another's is not there."""
    user = _owner(request)
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk, user=user)
    if tokens.revoke(token, by=user, address=client_address(request)):
        messages.success(request, f"“{token.name}” is revoked. What used it is refused from now on.")
    return redirect("gallery:token_list")


def _owner(request: HttpRequest) -> Any:  # noqa: ANN401 - signed in, so never anonymous
    return request.user


def _base_url(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
