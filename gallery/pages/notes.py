"""The notes under one picture, as one reader sees and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from gallery.notes import notes_of
from gallery.roles import Role, is_at_least, may_change


@dataclass(frozen=True, slots=True)
class Note:
    """`author` is empty where their account is gone. `typed` is what the edit box holds: the text, or what could not be
    kept, and then `error` says why."""

    key: int
    author: str
    text: str
    written_at: datetime
    edited_at: datetime | None
    may_edit: bool
    may_delete: bool
    typed: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class ImageNotes:
    """`error` says why the new note in `typed` could not be kept."""

    image_id: int
    notes: tuple[Note, ...]
    may_write: bool
    error: str = ""
    typed: str = ""


def image_notes(
    image_id: int,
    *,
    reader: User,
    error: str = "",
    typed: str = "",
    edited_id: int | None = None,
) -> ImageNotes:
    """In one query. `error` and `typed` belong to the note with the key `edited_id`, or else to a new one."""
    may_write = is_at_least(reader, Role.CONTRIBUTOR)
    notes = []
    for row in notes_of(image_id):
        is_own = row.author_id is not None and row.author_id == reader.pk
        is_edited = row.pk == edited_id
        notes.append(
            Note(
                key=row.pk,
                author=row.author.get_username() if row.author else "",
                text=row.text,
                written_at=row.written_at,
                edited_at=row.edited_at,
                may_edit=is_own and may_write,
                may_delete=may_change(reader, row.author_id),
                typed=typed if is_edited else row.text,
                error=error if is_edited else "",
            )
        )
    if edited_id is not None:
        return ImageNotes(image_id, tuple(notes), may_write)
    return ImageNotes(image_id, tuple(notes), may_write, error=error, typed=typed)
