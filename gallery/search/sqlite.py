"""The index as an FTS5 table of SQLite. Our tokens arrive in it unchanged: they are made of nothing that its
tokenizer would split or fold."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Sequence_
from typing import Any

from django.db import connection

from gallery.models import SearchTerm
from gallery.search.expressions import AllOf, AnyOf, Beginning, Expression, Sequence, Token, Without
from gallery.search.tokens import BREAK

MATCHES = "image_search MATCH %s"
MOST_COMPLETIONS = 1_000
_MOST_TO_COUNT = 200
_MOST_OPEN_SEQUENCES = 20
_INDEXED_BEGINNING = 2
"""Beginnings of so many characters have an index of their own."""
# Tokens stand between single spaces.
_HAS = "instr(' ' || document || ' ', %s) > 0"


def written(expression: Expression) -> str:
    """The expression in FTS5's query syntax, to read what matches from one end."""
    return _written(expression, MOST_COMPLETIONS)


def written_to_count(expression: Expression) -> str:
    """The same to read all that match: to take very many words side by side would take longer than to merge them."""
    return _written(expression, _MOST_TO_COUNT)


def _written(expression: Expression, most: int) -> str:
    match expression:
        case Token(token):
            return f'"{token}"'
        case Beginning(token):
            completions = _completions(token, most) if len(token) != _INDEXED_BEGINNING else None
            return f'"{token}" *' if completions is None else _any([f'"{word}"' for word in completions])
        case Sequence(tokens, is_open):
            return _sequence(tokens, is_open=is_open)
        case Without(part):
            return f'("{BREAK}" NOT {_written(part, most)})'
        case AnyOf(parts):
            return _any([_written(part, most) for part in parts])
        case AllOf(parts):
            return _all(parts, most)


def _any(parts: Sequence_[str]) -> str:
    # No document holds a word with a capital.
    return f"({' OR '.join(parts)})" if parts else '"A_"'


def _all(parts: tuple[Expression, ...], most: int) -> str:
    wanted = [_written(part, most) for part in parts if not isinstance(part, Without)]
    unwanted = [_written(part.part, most) for part in parts if isinstance(part, Without)]
    text = " AND ".join(wanted or [f'"{BREAK}"'])
    return f"(({text}) NOT {_any(unwanted)})" if unwanted else f"({text})"


def _sequence(tokens: tuple[str, ...], *, is_open: bool) -> str:
    if not is_open:
        return f'"{" ".join(tokens)}"'
    *firsts, last = tokens
    completions = _completions(last, _MOST_OPEN_SEQUENCES)
    if completions is None:
        return f'"{" ".join(tokens)}" *'
    return _any([f'"{" ".join([*firsts, word])}"' for word in completions])


def _completions(beginning: str, most: int) -> list[str] | None:
    """The words of all documents that begin so; None if there are more.

    Asked for as words, FTS5 reads their documents as they are wanted. Asked for as a beginning, it first merges all of
    them, which takes long where a word is common.
    """
    with connection.cursor() as cursor:
        # Written out: a page asks for it several times, and building the query takes longer than answering it.
        cursor.execute(
            f"SELECT term FROM {SearchTerm._meta.db_table} "  # noqa: S608
            "WHERE term >= %s AND term < %s ORDER BY term LIMIT %s",
            [beginning, f"{beginning}\U0010ffff", most + 1],
        )
        found = [term for (term,) in cursor.fetchall()]
    return found if len(found) <= most else None


def condition(expression: Expression) -> tuple[str, list[str]]:
    """The expression as a condition on one document, whose text is read for it: asked about a key, FTS5 would begin its
    search anew for each."""
    match expression:
        case Token(token):
            return _HAS, [f" {token} "]
        case Beginning(token):
            return _HAS, [f" {token}"]
        case Sequence(tokens, is_open):
            return _HAS, [f" {' '.join(tokens)}{'' if is_open else ' '}"]
        case Without(part):
            sql, texts = condition(part)
            return f"NOT {sql}", texts
        case AnyOf(parts):
            return _joined("OR", parts) if parts else ("FALSE", [])
        case AllOf(parts):
            return _joined("AND", parts) if parts else ("TRUE", [])


def _joined(word: str, parts: Sequence_[Expression]) -> tuple[str, list[str]]:
    """Half by half: SQLite takes no condition that is more than a thousand deep."""
    parts = list(dict.fromkeys(parts))
    if len(parts) == 1:
        return condition(parts[0])
    (one, ones), (other, others) = (
        _joined(word, half) for half in (parts[: len(parts) // 2], parts[len(parts) // 2 :])
    )
    return f"({one} {word} {other})", [*ones, *others]


def document(tokens: Sequence_[str]) -> str:
    return " ".join(tokens)


def insert(cursor: Any, rows: Sequence_[tuple[int, Sequence_[str]]]) -> None:  # noqa: ANN401 - Django's wrapper
    """In the order of the keys: FTS5 writes out all it has gathered whenever a document comes before the last one."""
    cursor.executemany(
        "INSERT INTO image_search (rowid, document) VALUES (%s, %s)",
        [(rowid, document(tokens)) for rowid, tokens in sorted(rows, key=lambda row: row[0])],
    )


def move(cursor: Any, rowids: Mapping[int, int]) -> None:  # noqa: ANN401 - Django's wrapper
    """Documents from one `rowid` to another. Taken out and put in again in the order of the keys, which takes a fifth
    of the time of moving one by one."""
    places = ", ".join(["%s"] * len(rowids))
    cursor.execute(f"SELECT rowid, document FROM image_search WHERE rowid IN ({places})", list(rowids))  # noqa: S608
    moved = sorted((rowids[rowid], text) for rowid, text in cursor.fetchall())
    cursor.execute(f"DELETE FROM image_search WHERE rowid IN ({places})", list(rowids))  # noqa: S608
    cursor.executemany("INSERT INTO image_search (rowid, document) VALUES (%s, %s)", moved)


def optimize(cursor: Any) -> None:  # noqa: ANN401 - Django's wrapper
    """Merges what many small writes have left apart."""
    cursor.execute("INSERT INTO image_search(image_search) VALUES('optimize')")
