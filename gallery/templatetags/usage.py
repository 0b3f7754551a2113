"""Rows of the usage page's tables: there are hundreds of cells, and the template language takes its time for each."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gallery.durations import in_words
from gallery.pages.usage_page import Chart, ChartRow
from gallery.pages.usage_tables import NOT_SAID, Cell, Column, Table
from gallery.templatetags.gallery import UNKNOWN, money, number

register = template.Library()

NONE = "\u2013"
_WITH_SILENT = '{0} <span class="soft">+ {1} unknown</span>'


@register.simple_tag
def usage_rows(table: Table) -> SafeString:
    """A `<tr>` per row: what names it as its headers, then its numbers, each a link to what is behind it."""
    heads = '<th scope="row"><bdi>{}</bdi></th>' + "<td><bdi>{}</bdi></td>" * (table.key_count - 1)
    numbers = '<td class="num">{}</td>' * (len(table.columns) - table.key_count)
    return format_html_join(
        "",
        f"<tr>{heads}{numbers}</tr>",
        (
            [_cell(column, cell) for column, cell in zip(table.columns, row, strict=True)]
            for row in table.rows
        ),
    )


@register.simple_tag
def chart_rows(chart: Chart) -> SafeString:
    """A `<tr>` per day or month that has pictures."""
    numbers = '<td class="num">{}</td>' * (len(chart.series) + 3)
    return format_html_join(
        "",
        f'<tr><th scope="row"><a href="{{}}">{{}}</a></th>{numbers}</tr>',
        (_chart_cells(row) for row in chart.rows),
    )


@register.filter
def about(seconds: float | None) -> str | SafeString:
    return in_words(seconds) or UNKNOWN


def _chart_cells(row: ChartRow) -> list[str | SafeString]:
    counts = [number(count) if count else NONE for count in row.counts]
    return [row.href, row.period, *counts, number(row.total), row.known or NONE, row.estimated or NONE]


def _cell(column: Column, cell: Cell) -> str | SafeString:
    words = _words(column, cell)
    if cell.silent_count and cell.value is not None:
        words = format_html(_WITH_SILENT, words, number(cell.silent_count))
    return format_html('<a href="{}">{}</a>', cell.href, words) if cell.href and cell.value else words


def _words(column: Column, cell: Cell) -> str | SafeString:
    value: Any = cell.value
    match column.kind:
        case "text":
            return str(value) if value else format_html('<span class="unknown">{}</span>', NOT_SAID)
        case "dollars" | "estimate":
            if value is None:
                return NONE
            return format_html("≈ {}", money(value)) if column.kind == "estimate" else money(value)
        case "seconds":
            return about(value)
        case "tokens" if value is None and not cell.silent_count:
            return NONE
        case _:
            return number(value) if value != 0 or column.kind == "tokens" else NONE
