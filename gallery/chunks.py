"""Long lists of keys in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

LENGTH = 500

Value = TypeVar("Value")


def chunked(values: Iterable[Value], length: int = LENGTH) -> Iterator[list[Value]]:
    """Short enough for one `IN (…)` on both databases."""
    rest = iter(values)
    while chunk := list(islice(rest, length)):
        yield chunk
