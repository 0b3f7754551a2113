"""Notes under pictures: who wrote what, and when. Written here and nowhere else."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.utils import timezone

from gallery.chunks import chunked
from gallery.cleaning import clean_text
from gallery.ingest import writing
from gallery.models import ImageNote
from gallery.prepared import Prepared
from gallery.roles import may_change

LONGEST_NOTE = 5_000
MOST_NOTES = 200
"""Under one picture."""


class NoteRefused(ValueError):
    """The note cannot be kept; the message says why."""


class NotTheAuthor(PermissionError):
    """It is somebody else's note."""


def notes_of(image_id: int) -> list[ImageNote]:
    """Oldest first, with their authors, in one query."""
    return _notes_of(image_id)


_notes_of = Prepared(lambda image_id: ImageNote.objects.filter(image=image_id).select_related("author"))


def add_note(user: User, image_id: int, text: str) -> ImageNote:
    """Raises NoteRefused."""
    text = _readable(text)
    with writing():
        if ImageNote.objects.filter(image=image_id).count() >= MOST_NOTES:
            raise NoteRefused(
                f"There are {MOST_NOTES} notes under this picture, and no more fit; one could be edited instead."
            )
        return ImageNote.objects.create(image_id=image_id, author=user, text=text)


def edit_note(user: User, note: ImageNote, text: str) -> None:
    """What says the same as before is not an edit. Raises NoteRefused, and NotTheAuthor for anybody else's note."""
    if note.author_id != user.pk:
        raise NotTheAuthor
    text = _readable(text)
    with writing():
        ImageNote.objects.filter(pk=note.pk).exclude(text=text).update(text=text, edited_at=timezone.now())


def delete_note(user: User, note: ImageNote) -> None:
    """Curators may delete anybody's. Raises NotTheAuthor."""
    if not may_change(user, note.author_id):
        raise NotTheAuthor
    with writing():
        ImageNote.objects.filter(pk=note.pk).delete()


def remove_notes(keys: Collection[int]) -> None:
    """For those who look after the gallery."""
    with writing():
        for chunk in chunked(keys):
            ImageNote.objects.filter(pk__in=chunk).delete()


def _readable(text: str) -> str:
    """As typed, but for what forms do to line ends and what no database takes."""
    text = clean_text(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise NoteRefused("A note needs a word; nothing was kept.")
    if len(text) > LONGEST_NOTE:
        raise NoteRefused(
            f"A note has at most {LONGEST_NOTE:,} characters; this one has {len(text):,}. It is not kept yet."
        )
    return text
