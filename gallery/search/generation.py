"""The archive's generation: a number that grows with every change of what searches find, and answers kept for one.

A large archive is counted again only after it has changed, however many people look at it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from django.db import connection

from gallery.models import SearchGeneration

_MOST_KEPT = 256
_TABLE = SearchGeneration._meta.db_table

Answer = TypeVar("Answer")

_kept: dict[Hashable, tuple[int, object]] = {}


def begin_next() -> None:
    """To be called by whoever has changed documents or tallies, in the same transaction and after that."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (id, number) VALUES (1, 1) "  # noqa: S608
            f"ON CONFLICT (id) DO UPDATE SET number = {_TABLE}.number + 1"
        )


def kept(question: Hashable, answer: Callable[[], Answer]) -> Answer:
    """What `answer` gives, or what it gave to the same question in this generation.

    The number is read before the answer is found: what changes between the two makes the answer too new, never too
    old. Within a transaction nothing is kept: what it sees may never come to be.
    """
    if connection.in_atomic_block:
        return answer()
    number = _number()
    held = _kept.get(question)
    if held is not None and held[0] == number:
        return cast("Answer", held[1])
    found = answer()
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[question] = number, found
    return found


def forget() -> None:
    """Of another database, everything is to be asked again."""
    _kept.clear()


def _number() -> int:
    """Before the first change there is no row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {_TABLE} WHERE id = 1")  # noqa: S608
        row = cursor.fetchone()
        return int(row[0]) if row else 0
