"""Searches: what the box offers while one is typed, and those that are saved."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import saved_searches
from gallery.filters import read_filters
from gallery.htmx import render_page, wants_fragment
from gallery.models import SavedSearch
from gallery.pages import saved_searches as pages
from gallery.pages.completion import completion_list
from gallery.roles import Role, may_change, require
from gallery.saved_searches import called

LONGEST_ADDRESS = 2_000
"""Servers refuse much longer ones."""


@require_safe
def search_completion(request: HttpRequest) -> HttpResponse:
    """A fragment in any case: `q` is the text of the box, `at` the place of the caret in it, in UTF-16 units."""
    page = completion_list(
        request.GET.get("q", ""),
        request.GET.get("at", ""),
        user_id=request.user.pk,
        today=timezone.now().date(),
    )
    return render(request, "gallery/_completion.html", {"page": page})


@require_safe
def saved_search_list(request: HttpRequest) -> HttpResponse:
    """The page, or for script the menu beside the search box. The parameters of the pictures say what would be saved;
    `deleted` and `shared` with them, what just was."""
    deleted = request.GET.get("deleted", "")[: saved_searches.LONGEST_NAME]
    form = pages.SaveForm(
        read_filters(request.GET, user_id=request.user.pk),
        name=deleted,
        is_shared=request.GET.get("shared") == "on",
    )
    return _list(request, form, after=request.GET.get("after", ""), deleted=deleted)


@require_POST
def saved_search_create(request: HttpRequest) -> HttpResponse:
    """Back to the pictures, or for script the menu as it is now. `replace` is "on" to replace one of the same name."""
    form = pages.SaveForm(
        read_filters(request.POST, user_id=request.user.pk),
        name=request.POST.get("name", ""),
        is_shared=request.POST.get("shared") == "on",
    )
    if form.is_shared:
        require(_reader(request), Role.CONTRIBUTOR)
    try:
        search = saved_searches.save(
            _reader(request).pk,
            form.filters,
            name=form.name,
            is_shared=form.is_shared,
            may_replace=request.POST.get("replace") == "on",
        )
    except saved_searches.NotSaved as error:
        is_taken = isinstance(error, saved_searches.NameTaken)
        form = pages.SaveForm(
            form.filters, form.name[:400], is_shared=form.is_shared, error=str(error), is_taken=is_taken
        )
        return _list(request, form, status=422)
    said = f"Saved as {called(search.name)}{', for the team' if search.is_shared else ''}."
    if wants_fragment(request):
        return _list(request, pages.SaveForm(form.filters), said=said)
    messages.success(request, said)
    return redirect(pages.address_of_saved(search))


@require_POST
def saved_search_change(request: HttpRequest, pk: int) -> HttpResponse:
    """`do` is rename, share, unshare or delete. Others' private ones are not there; others' shared ones are as they
    are, except that curators may delete them."""
    reader = _reader(request)
    search = saved_searches.seen_by(reader.pk).select_related("owner").filter(pk=pk).first()
    if search is None:
        raise Http404("There is no such saved search.")
    do = request.POST.get("do", "")
    is_own = search.owner_id == reader.pk
    if not is_own and not (do == "delete" and may_change(reader, search.owner_id)):
        by = search.owner.get_username()
        return _refuse(
            request, f"Only {by} can change {called(search.name)}. You can save it as your own.", 403
        )
    before = called(search.name)
    match do:
        case "rename":
            try:
                saved_searches.rename(search, request.POST.get("name", ""))
            except saved_searches.NotSaved as error:
                return _refuse(request, f"{before} was not renamed. {error}", 422)
            said = f"{before} is now called {called(search.name)}."
        case "share":
            require(reader, Role.CONTRIBUTOR)
            saved_searches.set_shared(search, is_shared=True)
            said = f"{before} is for the whole team now."
        case "unshare":
            saved_searches.set_shared(search, is_shared=False)
            said = f"{before} is for you alone now."
        case "delete":
            saved_searches.delete(search)
            return _offer_again(request, search)
        case _:
            return _refuse(request, "There is nothing of that kind to do.", 422)
    messages.success(request, said)
    return redirect("gallery:saved_search_list")


def _offer_again(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    """The list with a form that saves again what was just deleted."""
    parameters = saved_searches.parameters_of(search)
    said = {**parameters, "deleted": search.name} | ({"shared": "on"} if search.is_shared else {})
    address = f"{reverse('gallery:saved_search_list')}?{urlencode(said)}"
    if len(address) <= LONGEST_ADDRESS:
        return redirect(address)
    form = pages.SaveForm(
        read_filters(parameters, user_id=request.user.pk), name=search.name, is_shared=search.is_shared
    )
    return _list(request, form, deleted=search.name)


def _refuse(request: HttpRequest, error: str, status: int) -> HttpResponse:
    form = pages.SaveForm(read_filters({}, user_id=None))
    return _list(request, form, error=error, status=status)


def _list(
    request: HttpRequest,
    form: pages.SaveForm,
    *,
    status: int = 200,
    after: str = "",
    said: str = "",
    error: str = "",
    deleted: str = "",
) -> HttpResponse:
    page = pages.saved_search_list(
        _reader(request), form, after=after, said=said, error=error, deleted=deleted
    )
    return render_page(
        request,
        "gallery/saved_search_list.html",
        page,
        fragment="gallery/_saved_searches.html",
        status=status,
    )


def _reader(request: HttpRequest) -> User:
    return cast("User", request.user)
