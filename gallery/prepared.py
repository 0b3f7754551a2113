"""Querysets whose SQL is written once: afterwards only their parameters change.

Django writes a query's SQL anew each time it is asked. For a picture's page, with its dozen small queries over wide
tables, that takes several times as long as the database does to answer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from itertools import count
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)

_BOUND = 1 << 63
_STEP = 24
_marks = count(-9_000_000_000_000_000_000)


class Prepared(Generic[Row]):
    """`build` is given whole numbers and gives a queryset; called with others, this gives its rows with those.

    The numbers are compared with columns of 64 bits: each becomes a parameter of the SQL as it is, and nothing else of
    the SQL depends on it. For a number that no such column holds there are no rows. Where there may be more numbers or
    fewer, the SQL is written once for each count of them: see `filled`.
    """

    def __init__(self, build: Callable[..., QuerySet[Row, Any]]) -> None:
        self._build = build
        self._written: dict[tuple[str, int], _Written[Row]] = {}

    def __call__(self, *numbers: int) -> list[Any]:
        if any(not -_BOUND <= number < _BOUND for number in numbers):
            return []
        form = connection.vendor, len(numbers)
        written = self._written.get(form)
        if written is None:
            written = self._written[form] = _Written(self._build, len(numbers))
        return written.rows(numbers)


def filled(keys: Collection[int]) -> list[int]:
    """Keys for one `IN (…)`, at least one: the first of them over again until there are so many that lists of few
    lengths are asked for."""
    numbers = list(keys)
    return numbers + numbers[:1] * (-len(numbers) % _STEP)


class _Written(Generic[Row]):
    """The SQL, and whose rows it gives."""

    def __init__(self, build: Callable[..., QuerySet[Row, Any]], count_of_numbers: int) -> None:
        marks = [next(_marks) for _ in range(count_of_numbers)]
        self._queryset = build(*marks)
        self._compiler: SQLCompiler = self._queryset.query.get_compiler(connection=connection)
        self._sql, parameters = self._compiler.as_sql()
        places = {mark: place for place, mark in enumerate(marks)}
        self._parameters = [
            (places[each], None) if isinstance(each, int) and each in places else (None, each)
            for each in parameters
        ]
        unused = set(places.values()) - {place for place, _ in self._parameters}
        if unused:
            raise ValueError(f"The numbers {sorted(unused)} are no parameters of: {self._sql}")

    def rows(self, numbers: tuple[int, ...]) -> list[Any]:
        parameters = tuple(
            numbers[place] if place is not None else value for place, value in self._parameters
        )
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_, **__: (self._sql, parameters)  # type: ignore[assignment, method-assign]
        query = copy.copy(self._queryset.query)
        query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        queryset = self._queryset.all()
        queryset._query = query  # type: ignore[attr-defined]
        return list(queryset)
