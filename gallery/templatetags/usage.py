"""Rows of the usage page's tables, written in Python: there are hundreds of cells, and the template language takes its
time for each."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from gallery.durations import in_words
from gallery.pages.usage_page import Chart
from gallery.pages.usage_tables import NOT_SAID, Cell, Column, Table
from gallery.pages.words import dollars, plain_decimal
from gallery.templatetags.gallery import UNKNOWN, number

register = template.Library()

NONE = "\u2013"


@register.simple_tag
def usage_rows(table: Table) -> SafeString:
    """A `<tr>` per row: what names it, then its numbers, each a link to what is behind it."""
    return mark_safe("".join(_row(table, row) for row in table.rows))  # noqa: S308 - escaped cell by cell below


@register.simple_tag
def usage_head(table: Table) -> SafeString:
    """The `<th>` of each column."""
    heads = (
        f'<th scope="col"{"" if column.kind == "text" else " class=num"}>{escape(column.words)}</th>'
        for column in table.columns
    )
    return mark_safe("".join(heads))  # noqa: S308 - words of ours, escaped all the same


@register.simple_tag
def chart_rows(chart: Chart) -> SafeString:
    """A `<tr>` per day or month that has pictures."""
    return mark_safe("".join(_chart_rows(chart)))  # noqa: S308 - numbers, and addresses that are escaped


@register.filter
def about(seconds: float | None) -> str | SafeString:
    return in_words(seconds) or UNKNOWN


def _row(table: Table, row: tuple[Cell, ...]) -> str:
    cells = [_cell(column, cell) for column, cell in zip(table.columns, row, strict=True)]
    heads = f'<th scope="row"><bdi>{cells[0]}</bdi></th>' + "".join(
        f"<td><bdi>{cell}</bdi></td>" for cell in cells[1 : table.key_count]
    )
    numbers = "".join(f'<td class="num">{cell}</td>' for cell in cells[table.key_count :])
    return f"<tr>{heads}{numbers}</tr>"


def _chart_rows(chart: Chart) -> Iterator[str]:
    for row in chart.rows:
        counts = [number(count) if count else NONE for count in row.counts]
        numbers = [*counts, number(row.total), row.known or NONE, row.estimated or NONE]
        cells = "".join(f'<td class="num">{words}</td>' for words in numbers)
        yield f'<tr><th scope="row"><a href="{escape(row.href)}">{row.period}</a></th>{cells}</tr>'


def _cell(column: Column, cell: Cell) -> str:
    words = _words(column, cell)
    if cell.silent_count and cell.value is not None:
        words = f'{words} <span class="soft">+ {number(cell.silent_count)} unknown</span>'
    return f'<a href="{escape(cell.href)}">{words}</a>' if cell.href and cell.value else words


def _words(column: Column, cell: Cell) -> str:
    value: Any = cell.value
    if column.kind == "text":
        return escape(value) if value else f'<span class="unknown">{NOT_SAID}</span>'
    if column.kind in {"dollars", "estimate"}:
        if value is None:
            return NONE
        sign = "\u2248 " if column.kind == "estimate" else ""
        return f'{sign}<data value="{plain_decimal(value)}" title="${plain_decimal(value)}">{dollars(value)}</data>'
    if column.kind == "seconds":
        return in_words(value) or UNKNOWN
    if column.kind == "tokens":
        return NONE if value is None and not cell.silent_count else number(value)
    return number(value) if value else NONE
