"""Counting that costs no more the more there is."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery


class CountUpTo(Subquery):
    """How many rows a queryset of the outer row has, as a column: counted to `most` and one more, which then says that
    there are more."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"

    def __init__(self, rows: QuerySet[Any], most: int) -> None:
        super().__init__(rows.values("pk")[: most + 1], output_field=IntegerField())


def counted_up_to(count: int, most: int) -> str:
    """A count of `CountUpTo` in words: `12`, or `more than 1,000`."""
    return f"{count:,}" if count <= most else f"more than {most:,}"
