"""Rows taken in their order until enough of them pass a test, and no more than so many of them: in one query."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection


class Statement(NamedTuple):
    """SQL, and what its places stand for."""

    sql: str
    parameters: tuple[Any, ...] = ()


def all_of(conditions: Collection[Statement]) -> Statement:
    """Of at least one."""
    return Statement(
        f"({' AND '.join(each.sql for each in conditions)})",
        tuple(value for each in conditions for value in each.parameters),
    )


class Sifted(NamedTuple):
    """The `rows` that pass, in their order. `stopped_at`: the first one not looked at, if there were too many."""

    rows: list[tuple[Any, ...]]
    stopped_at: tuple[Any, ...] | None = None


def sift(candidates: Statement, tests: Collection[Statement], *, limit: int, most: int) -> Sifted:
    """Up to `limit` of the candidates that pass every test, among the first `most` of them.

    `candidates` is a query that ends with its order, a test a condition on the row `candidate`.
    """
    if not tests:
        return Sifted(_rows(f"{candidates.sql} LIMIT {limit:d}", candidates.parameters))
    test = all_of(tests)
    # From the inner query one row after the other goes through the tests, and when there are enough the others are
    # never looked at. Asked for the order once more, SQLite would take them all first, and sort.
    rows = _rows(
        "SELECT * FROM (SELECT candidate.*, row_number() OVER () AS place "  # noqa: S608 - pieces of ours
        f"FROM ({candidates.sql} LIMIT {most + 1:d}) AS candidate) AS candidate "
        f"WHERE place > {most:d} OR {test.sql} LIMIT {limit:d}",
        (*candidates.parameters, *test.parameters),
    )
    if rows and rows[-1][-1] > most:
        return Sifted(rows[:-1], stopped_at=rows[-1])
    return Sifted(rows)


def _rows(sql: str, parameters: Collection[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall())
