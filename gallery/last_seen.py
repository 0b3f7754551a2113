"""When people were last here, to within a few minutes."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gallery.models import LastSeen

_TABLE = LastSeen._meta.db_table
_NOTE = (
    f"INSERT INTO {_TABLE} (user_id, seen_at) VALUES (%s, %s)"  # noqa: S608 - a table's name
    " ON CONFLICT (user_id) DO UPDATE SET seen_at = excluded.seen_at"
)


def note(user_id: int) -> None:
    """They are here now. Where that cannot be written it is not: nothing depends on it."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_NOTE, [user_id, now])
    except DatabaseError:
        return


def note_sign_in(*, user: User, **_: object) -> None:
    """For the signal `user_logged_in`."""
    note(user.pk)
