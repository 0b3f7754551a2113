"""Collections: all of them, one with its pictures, making, describing and removing them."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from gallery import collections
from gallery.collections import BadCollection
from gallery.htmx import render_page, wants_fragment
from gallery.models import Collection
from gallery.pages.collections import (
    CollectionForm,
    collection_list_page,
    collection_names_page,
    collection_page,
)
from gallery.pages.image_list import continuation_size
from gallery.roles import NotAllowed, Role, may_change, requires

LARGEST_KEY = 2**63 - 1


@require_safe
def collection_list(request: HttpRequest) -> HttpResponse:
    page = collection_list_page(before=request.GET.get("before"))
    return render_page(request, "gallery/collection_list.html", page)


@require_POST
@requires(Role.CONTRIBUTOR)
def collection_create(request: HttpRequest) -> HttpResponse:
    """With `name` and perhaps `note`; 422 with the list again where the name is none."""
    name, note = request.POST.get("name", ""), request.POST.get("note", "")
    try:
        collection = collections.make_collection(_user(request), name, note)
    except BadCollection as error:
        page = collection_list_page(before=None, form=CollectionForm(name[:1000], note, str(error)))
        return render_page(request, "gallery/collection_list.html", page, status=422)
    return redirect(collection)


@require_safe
def collection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Script gets the next tiles where it says after which."""
    after = request.GET.get("after")
    is_continuation = after is not None and wants_fragment(request)
    more = continuation_size(request.GET) if is_continuation else 0
    page = collection_page(_collection(pk), after=after, reader=_user(request), more=more)
    fragment = "gallery/_collection_results.html" if after is not None else None
    return render_page(request, "gallery/collection_detail.html", page, fragment=fragment)


@require_POST
@requires(Role.CONTRIBUTOR)
def collection_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """`do` is describe (with `name` and `note`) or remove. Collections of others take a curator."""
    collection = _collection(pk)
    if not may_change(_user(request), collection.owner_id):
        raise NotAllowed(
            "Somebody else made this collection: only they and curators can change or remove it."
        )
    if request.POST.get("do") == "remove":
        collections.remove_collection(collection)
        messages.success(request, f"The collection “{collection.name}” is gone; its pictures are still here.")
        return redirect("gallery:collection_list")
    name, note = request.POST.get("name", ""), request.POST.get("note", "")
    try:
        collections.describe(collection, name=name, note=note)
    except BadCollection as error:
        form = CollectionForm(name[:1000], note, str(error))
        page = collection_page(_collection(pk), after=None, reader=_user(request), form=form)
        return render_page(request, "gallery/collection_detail.html", page, status=422)
    return redirect(collection)


@require_safe
def collection_names(request: HttpRequest) -> HttpResponse:
    page = collection_names_page(request.GET.get("begun", ""))
    return render_page(request, "gallery/_names.html", page)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _collection(pk: int) -> Collection:
    found = Collection.objects.select_related("owner").filter(pk=min(pk, LARGEST_KEY)).first()
    if found is None:
        raise Http404("There is no such collection; somebody may have removed it.")
    return found
