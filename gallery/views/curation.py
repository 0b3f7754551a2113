"""Adding to a picture: favourite, rating, tags; taking it out of the grid, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from gallery import audit, collections, curation, shelving
from gallery.audit import Action
from gallery.collections import BadCollection
from gallery.htmx import render_page, wants_fragment
from gallery.middleware import client_address
from gallery.models import Collection, Image
from gallery.pages.curation import image_curation, tag_names_page
from gallery.pages.trash import trash_page
from gallery.roles import NotAllowed, Role, is_at_least, may_change, requires


@require_POST
def image_favourite(request: HttpRequest, pk: int) -> HttpResponse:
    is_favourite = request.POST.get("favourite") == "on"
    return _change(request, pk, lambda user: curation.set_favourite(user, [pk], is_favourite=is_favourite))


@require_POST
def image_rating(request: HttpRequest, pk: int) -> HttpResponse:
    text = request.POST.get("rating", "")
    rating = int(text) if text in {"1", "2", "3", "4", "5"} else None
    if rating is None and text not in {"", "0"}:
        return _answer(request, pk, error="A rating is a number from 1 to 5, or 0 to take it back.")
    return _change(request, pk, lambda user: curation.rate(user, [pk], rating))


@require_POST
@requires(Role.CONTRIBUTOR)
def image_tags(request: HttpRequest, pk: int) -> HttpResponse:
    """`add` holds names apart by commas, `remove` one name."""
    typed = request.POST.get("add", "")[:2000]
    names = [name for name in typed.split(",") if name.strip()]
    removed = request.POST.getlist("remove")[: curation.MOST_TAGS]

    def change(user: User) -> None:
        curation.remove_tags([pk], removed)
        if names:
            curation.add_tags(user, [pk], names)

    try:
        return _change(request, pk, change)
    except curation.BadTag as error:
        return _answer(request, pk, error=str(error), typed=typed)


@require_POST
@requires(Role.CONTRIBUTOR)
def image_collections(request: HttpRequest, pk: int) -> HttpResponse:
    """`add` holds the name of a collection, old or new; `remove` the key of one."""
    typed, removed = request.POST.get("add", "")[:2000], request.POST.get("remove", "")

    def change(user: User) -> None:
        if removed.isascii() and removed.isdigit() and len(removed) <= 18:
            for collection in Collection.objects.filter(pk=int(removed)):
                if not collections.take_out_as(user, collection, [pk]).left_alone:
                    continue
                raise NotAllowed(
                    f"Somebody else put this picture into “{collection.name}”: only they, whoever made the collection, "
                    "and curators can take it out."
                )
        if typed or not removed:
            collections.add(user, collections.named(user, typed), [pk])

    try:
        return _change(request, pk, change)
    except BadCollection as error:
        return _answer(request, pk, error=str(error))


@require_safe
def tag_names(request: HttpRequest) -> HttpResponse:
    return render_page(request, "gallery/_names.html", tag_names_page(request.GET.get("begun", "")))


@require_POST
@requires(Role.CONTRIBUTOR)
def image_shelf(request: HttpRequest, pk: int) -> HttpResponse:
    """`do` is hide, show, trash or restore. What others uploaded takes a curator."""
    if not may_change(_user(request), _image(pk).uploader_id):
        raise NotAllowed("Somebody else uploaded this picture: only they and curators can hide or delete it.")
    match request.POST.get("do"):
        case "hide":
            return _shelve(request, pk, Action.HIDE, shelving.set_hidden([pk], is_hidden=True))
        case "show":
            return _shelve(request, pk, Action.SHOW, shelving.set_hidden([pk], is_hidden=False))
        case "trash":
            return _shelve(request, pk, Action.TRASH, shelving.put_in_trash([pk], _user(request)))
        case "restore":
            return _restore(request, pk)
        case _:
            return _answer(request, pk, error="There is nothing of that kind to do.")


@require_safe
def trash_list(request: HttpRequest) -> HttpResponse:
    page = trash_page(before=request.GET.get("before"), reader=_user(request))
    return render_page(request, "gallery/trash_list.html", page)


def _shelve(request: HttpRequest, pk: int, done: Action, count: int) -> HttpResponse:
    audit.record_pictures(done, _user(request), [pk], count=count, address=client_address(request))
    return _answer(request, pk)


def _restore(request: HttpRequest, pk: int) -> HttpResponse:
    count = shelving.restore([pk], is_any_age=is_at_least(request.user, Role.ADMINISTRATOR))
    if count or _image(pk).trashed_at is None:
        return _shelve(request, pk, Action.RESTORE, count)
    days = shelving.TRASH_KEEPS.days
    return _answer(
        request,
        pk,
        error=f"It has been in the trash for more than {days} days: an administrator can bring it back.",
    )


def _change(request: HttpRequest, pk: int, change: Callable[[User], object]) -> HttpResponse:
    _image(pk)
    change(_user(request))
    return _answer(request, pk)


def _answer(request: HttpRequest, pk: int, *, error: str = "", typed: str = "") -> HttpResponse:
    """The fragment for script; otherwise the picture's page again, or the trash that it was restored from."""
    image = _image(pk)
    if not error and not wants_fragment(request):
        return redirect("gallery:trash_list" if request.POST.get("from") == "trash" else image)
    page = image_curation(image, _user(request), error=error, typed=typed)
    status = 422 if error else 200
    return render_page(
        request, "gallery/image_curation.html", page, fragment="gallery/_curation.html", status=status
    )


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _image(pk: int) -> Image:
    image = Image.objects.filter(pk=pk).first()
    if image is None:
        raise Http404("There is no such picture in the gallery.")
    return image
