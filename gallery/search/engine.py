"""The full-text index of pictures, on whichever database there is.

Table `image_search` has one document per card. Its `rowid` is the image's key; negative while the picture is away
(hidden, or in the trash), so that a search of what the grid shows never meets it. The key sorts by time, so the index
is read newest first and left as soon as a page is full.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from types import ModuleType

from django.db import connection
from django.db.models.expressions import RawSQL

from gallery.chunks import chunked
from gallery.models import SearchTerm
from gallery.search import generation, postgresql, sqlite
from gallery.search.documents import distinct_words
from gallery.search.expressions import Expression
from gallery.sifting import Statement

_BATCH = 2_000

Document = tuple[int, Sequence[str]]
"""An image's key and the tokens of its document."""


def ids_matching(
    expression: Expression,
    *,
    newest_first: bool = True,
    below: int | None = None,
    from_id: int | None = None,
    limit: int,
) -> list[int]:
    """Keys of pictures that the grid shows. `below` is exclusive, `from_id` inclusive."""
    sql, values = keys_matching(expression, newest_first=newest_first, below=below, from_id=from_id)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s", [*values, limit])
        return [pk for (pk,) in cursor.fetchall()]


def keys_matching(
    expression: Expression, *, newest_first: bool, below: int | None, from_id: int | None
) -> Statement:
    """The query of `ids_matching`, which gives them in order as `id`."""
    conditions = [_dialect().MATCHES, "rowid >= %s"]
    values: list[str | int] = [_dialect().written(expression), max(from_id or 1, 1)]
    if below is not None:
        conditions.append("rowid < %s")
        values.append(below)
    direction = "DESC" if newest_first else "ASC"
    return Statement(
        f"SELECT rowid AS id FROM image_search WHERE {' AND '.join(conditions)} ORDER BY rowid {direction}",  # noqa: S608 - ours
        tuple(values),
    )


def matches(expression: Expression, key: str) -> Statement:
    """The condition that the picture of a key, a column of the query around it, is shown by the grid and matches."""
    sql, values = _dialect().condition(expression)
    # Its value, not EXISTS: for that, PostgreSQL may choose to find all that match beforehand.
    return Statement(
        f"(SELECT {sql} FROM image_search WHERE image_search.rowid = {key})",  # noqa: S608 - ours
        tuple(values),
    )


def matching_among(expression: Expression, ids: Collection[int]) -> set[int]:
    """Those of a few keys of pictures that the grid shows which match."""
    found: set[int] = set()
    sql, values = _dialect().condition(expression)
    for batch in chunked(ids):
        marks = ", ".join(["%s"] * len(batch))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT rowid FROM image_search WHERE rowid IN ({marks}) AND {sql}",  # noqa: S608 - ours
                [*batch, *values],
            )
            found |= {pk for (pk,) in cursor.fetchall()}
    return found


def matching_ids(expression: Expression, *, is_away: bool = False) -> RawSQL:
    """The keys as a subquery, for `filter(id__in=…)`; of pictures that are away if so asked."""
    sign, side = ("-", "<") if is_away else ("", ">")
    sql = f"SELECT {sign}rowid FROM image_search WHERE {_dialect().MATCHES} AND rowid {side} 0"  # noqa: S608
    return RawSQL(sql, [_dialect().written_to_count(expression)])  # noqa: S611 - the text is ours, the expression a parameter


def count_matching(expression: Expression) -> int:
    """How many pictures that the grid shows match."""
    sql = f"SELECT count(*) FROM image_search WHERE {_dialect().MATCHES} AND rowid > 0"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [_dialect().written_to_count(expression)])
        return int(cursor.fetchone()[0])


def is_common(expression: Expression, *, least: int) -> bool:
    """Whether at least so many pictures that the grid shows match; asked again only after something has changed."""
    sql = f"SELECT 1 FROM image_search WHERE {_dialect().MATCHES} AND rowid > 0 LIMIT 1 OFFSET %s"  # noqa: S608 - ours

    def look() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(sql, [_dialect().written(expression), least - 1])
            return cursor.fetchone() is not None

    return generation.kept(("common", expression, least), look)


def write_documents(
    documents: Iterable[Document], *, away: Collection[int] = (), is_new: bool = False
) -> None:
    """Writes documents, in the place of those that were there; `is_new` says that there were none."""
    for batch in chunked(list(documents), _BATCH):
        if not is_new:
            remove_documents([pk for pk, _ in batch])
        terms = dict.fromkeys(term for _, tokens in batch for term in distinct_words(tokens))
        with connection.cursor() as cursor:
            _dialect().insert(cursor, [(-pk if pk in away else pk, tokens) for pk, tokens in batch])
            cursor.executemany(
                f"INSERT INTO {SearchTerm._meta.db_table} (term) VALUES (%s) ON CONFLICT DO NOTHING",  # noqa: S608
                [(term,) for term in terms],
            )


def remove_documents(ids: Collection[int]) -> None:
    for batch in chunked(list(ids), _BATCH // 8):
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * (2 * len(batch)))
            cursor.execute(
                f"DELETE FROM image_search WHERE rowid IN ({marks})",  # noqa: S608
                [*batch, *(-pk for pk in batch)],
            )


def set_away(ids: Collection[int], *, is_away: bool) -> None:
    """Takes pictures out of what searches find, or back. Their documents stay as they are."""
    sign = -1 if is_away else 1
    for batch in chunked(list(ids), _BATCH // 8):
        with connection.cursor() as cursor:
            _dialect().move(cursor, {-sign * pk: sign * pk for pk in batch})


def remove_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM image_search")


def document_ids() -> Iterable[int]:
    """Every `rowid` there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM image_search ORDER BY rowid")
        while rows := cursor.fetchmany(_BATCH):
            yield from (pk for (pk,) in rows)


def optimize() -> None:
    """Puts the index in order after much was written."""
    with connection.cursor() as cursor:
        _dialect().optimize(cursor)


def _dialect() -> ModuleType:
    """The module that speaks the database's language."""
    return postgresql if connection.vendor == "postgresql" else sqlite
