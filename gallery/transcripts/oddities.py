"""Entries of a list of items or pictures that are no objects: what is said about them, each once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

CODE = "not_an_item"
_MOST_NAMED = 20


def odd_entries(entries: Any, name: str, belongs: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """A sentence for each entry of a list that is no object; the many of a long list are counted in one."""
    if not isinstance(entries, list):
        return
    odd = ((position, entry) for position, entry in enumerate(entries) if type(entry) is not dict)
    for position, entry in islice(odd, _MOST_NAMED):
        yield f"Entry {position} of `{name}` is {named(entry)} where {belongs} belongs."
    more = sum(1 for _ in odd)
    if more:
        yield f"So are {more:,} more entries of `{name}`."


def named(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """What a JSON value that is no object is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {str(value)[:40]}"
        case list():
            return f"a list of {len(value):,}"
        case str():
            return f"the text “{value[:60]}”" if len(value) <= 60 else f"the text “{value[:60]}…”"
        case _:
            return "a long text"
