"""Which picture stands for its stack in a list: the newest that the list has of it."""

from __future__ import annotations

from gallery.models import Image
from gallery.sifting import Statement

NEWER = "newer.id"
"""The key of another picture of the stack, in a condition on it."""
_MOST_NEWER = 1_000
"""A page must not cost what a huge stack holds. Where more than so many of a stack lie between two that the list has,
both are shown."""


def leads_its_stack(is_in_list: Statement) -> Statement:
    """The condition that the list has no newer picture of the candidate's stack. `is_in_list` is the condition that
    it has the picture `NEWER`."""
    table = Image._meta.db_table
    # Nearest first: pictures of one stack often come in a row, and then the first look decides.
    return Statement(
        f"NOT EXISTS (SELECT 1 FROM (SELECT other.id FROM {table} AS other "  # noqa: S608 - pieces of ours
        f"WHERE other.stack = (SELECT stack FROM {table} AS own WHERE own.id = candidate.id) "
        f"AND other.id > candidate.id ORDER BY other.id LIMIT {_MOST_NEWER:d}) AS newer WHERE {is_in_list.sql})",
        is_in_list.parameters,
    )
