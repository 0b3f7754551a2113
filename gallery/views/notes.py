"""Notes under a picture: writing, editing and deleting them."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from gallery import notes
from gallery.htmx import render_page, wants_fragment
from gallery.models import Image, ImageNote
from gallery.pages.notes import image_notes as image_notes_page
from gallery.roles import NotAllowed, Role, requires


@require_POST
@requires(Role.CONTRIBUTOR)
def image_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """`do` is add, edit or delete; the latter two are of the note with the key in `note`."""
    if not Image.objects.filter(pk=pk).exists():
        raise Http404("There is no such picture in the gallery.")
    user = cast("User", request.user)
    text = request.POST.get("text", "")
    edited_id = None
    try:
        match request.POST.get("do"):
            case "add":
                notes.add_note(user, pk, text)
            case "edit":
                note = _note(request, pk)
                edited_id = note.pk
                notes.edit_note(user, note, text)
            case "delete":
                notes.delete_note(user, _note(request, pk))
            case _:
                raise notes.NoteRefused("There is nothing of that kind to do.")
    except notes.NoteRefused as refusal:
        return _answer(request, pk, user, error=str(refusal), typed=text, edited_id=edited_id)
    except notes.NotTheAuthor:
        raise NotAllowed("This note is somebody else's.") from None
    return _answer(request, pk, user)


def _note(request: HttpRequest, image_id: int) -> ImageNote:
    key = request.POST.get("note", "")
    is_key = key.isascii() and key.isdigit() and len(key) <= 18
    note = ImageNote.objects.filter(pk=int(key), image=image_id).first() if is_key else None
    if note is None:
        raise Http404("There is no such note under this picture.")
    return note


def _answer(
    request: HttpRequest,
    image_id: int,
    user: User,
    *,
    error: str = "",
    typed: str = "",
    edited_id: int | None = None,
) -> HttpResponse:
    """The fragment for script; otherwise the picture's page again, or a page with what could not be kept."""
    if not error and not wants_fragment(request):
        return redirect(f"{reverse('gallery:image_detail', args=[image_id])}#notes")
    page = image_notes_page(
        image_id,
        reader=user,
        error=error,
        typed=typed,
        edited_id=edited_id,
    )
    status = 422 if error else 200
    return render_page(
        request, "gallery/image_notes.html", page, fragment="gallery/_notes.html", status=status
    )
