"""The index as a table of PostgreSQL: `tsvector` under GIN, written as literals of our tokens, so that no
configuration of the server has a say in what a word is."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Sequence_
from typing import Any

from gallery.search.expressions import AllOf, AnyOf, Beginning, Expression, Sequence, Token, Without
from gallery.search.tokens import BREAK

MATCHES = "document @@ %s::tsquery"


def written(expression: Expression) -> str:
    """The expression as a `tsquery`."""
    match expression:
        case Token(token):
            return f"'{token}'"
        case Beginning(token):
            return f"'{token}':*"
        case Sequence(tokens, is_open):
            row = " <-> ".join(f"'{token}'" for token in tokens)
            return f"({row}{':*' if is_open else ''})"
        case Without(part):
            return f"!{written(part)}"
        case AnyOf(parts):
            return f"({' | '.join(map(written, parts))})" if parts else "'A_'"
        case AllOf(parts):
            return f"({' & '.join(map(written, parts))})" if parts else f"'{BREAK}'"


written_to_count = written


def condition(expression: Expression) -> tuple[str, list[str]]:
    """The expression as a condition on one document."""
    return MATCHES, [written(expression)]


def document(tokens: Sequence_[str]) -> str:
    """As a `tsvector`: each token with its positions, which are counted alike in both databases."""
    places: dict[str, list[str]] = {}
    for position, token in enumerate(tokens, start=1):
        if token != BREAK or BREAK not in places:
            places.setdefault(token, []).append(str(position))
    return " ".join(f"'{token}':{','.join(positions)}" for token, positions in places.items())


def insert(cursor: Any, rows: Sequence_[tuple[int, Sequence_[str]]]) -> None:  # noqa: ANN401 - Django's wrapper
    cursor.executemany(
        "INSERT INTO image_search (rowid, document) VALUES (%s, %s::tsvector)",
        [(rowid, document(tokens)) for rowid, tokens in rows],
    )


def move(cursor: Any, rowids: Mapping[int, int]) -> None:  # noqa: ANN401 - Django's wrapper
    """Documents from one `rowid` to another."""
    cursor.executemany(
        "UPDATE image_search SET rowid = %s WHERE rowid = %s",
        [(new, old) for old, new in sorted(rowids.items())],
    )


def optimize(cursor: Any) -> None:  # noqa: ANN401 - Django's wrapper
    cursor.execute("ANALYZE image_search")
