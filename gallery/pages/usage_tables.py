"""The tables of the usage page: each number with the pictures or responses behind it, and the same as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote_plus, urlencode

from django.urls import reverse

from gallery.pages.response_list import KNOWN, UNKNOWN
from gallery.pages.words import FORMULA_STARTS, plain_decimal
from gallery.periods import Period
from gallery.search.language import quoted
from gallery.tallying import FAILED
from gallery.usage import PictureFigures, ResponseFigures, Row, Step, Usage

MOST_ROWS = 50
"""On the page; the CSV has all."""
NOT_SAID = "not said"
EXACT, ESTIMATED = "has:cost -is:estimated", "is:estimated"
"""Searches for pictures whose cost is known, and for those where it is estimated."""


class Cell(NamedTuple):
    """`value` by the column's kind. `silent_count` is of those that the value does not tell of."""

    value: str | int | float | Decimal | None
    href: str = ""
    silent_count: int = 0


class Column(NamedTuple):
    """`kind` is one of text, count, tokens, dollars and seconds. `name` heads it in the CSV, `words` on the page."""

    name: str
    words: str
    kind: str = "count"


@dataclass(frozen=True, slots=True)
class Table:
    """`key_count` columns name a row, the others tell of it. `left_out` rows are in the CSV alone."""

    name: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    key_count: int = 1
    left_out: int = 0
    csv_href: str = ""


class Links:
    """Addresses of what is behind a number, put together here since a page has hundreds.

    Hidden and deleted pictures count, but are not among those shown. Plots are drawn by code, and count nowhere here.
    """

    def __init__(self, period: Period) -> None:
        search = f"{reverse('gallery:image_list')}?stacks=off&q="
        days = urlencode({"from": period.first.isoformat(), "to": period.last.isoformat()})
        self._period = period
        self._step = f"{search}role%3Afinal+date%3A"
        self._pictures = f"{self._step}{_in_query(period)}"
        self._responses = f"{reverse('gallery:response_list')}?{days}"

    def pictures(self, *terms: str) -> str:
        """Finals that match."""
        return self._pictures + "".join(f"+{quote_plus(term)}" for term in terms)

    def pictures_of(self, step: str) -> str:
        """Of a day, or of what of a month is in the period."""
        return self._step + _in_query(self._period.within(step))

    def responses(self, **asked: str) -> str:
        return self._responses + "".join(f"&{name}={quote_plus(value)}" for name, value in asked.items())


def term(key: str, value: str) -> str:
    """Of a search, as a reader would write it; of an empty value that the transcript does not say."""
    return f"{key}:{quoted(value) if value else 'none'}"


PICTURE_COLUMNS = (
    Column("pictures", "Pictures"),
    Column("known_cost_usd", "Known cost", "dollars"),
    Column("estimated_cost_usd", "Estimated cost", "estimate"),
    Column("cost_unknown_pictures", "Cost unknown"),
)
IMAGE_TOKEN_COLUMNS = (
    Column("text_in_tokens", "Text in", "tokens"),
    Column("image_in_tokens", "Image in", "tokens"),
    Column("image_out_tokens", "Image out", "tokens"),
    Column("text_out_tokens", "Text out", "tokens"),
)
RESPONSE_COLUMNS = (
    Column("responses", "Responses"),
    Column("failed_responses", "Failed"),
    Column("input_tokens", "Input", "tokens"),
    Column("cached_tokens", "of which cached", "tokens"),
    Column("output_tokens", "Output", "tokens"),
    Column("reasoning_tokens", "of which reasoning", "tokens"),
    Column("chat_cost_usd", "Chat cost", "dollars"),
    Column("chat_cost_unknown_responses", "Chat cost unknown"),
)
DURATION_COLUMNS = (
    Column("median_seconds", "Median", "seconds"),
    Column("slow_seconds", "95th percentile", "seconds"),
)


def settings_table(usage: Usage, links: Links, most: int | None = None) -> Table:
    def cells(row: Row) -> Iterator[Cell]:
        key = row.key
        terms = (term("image-model", key.image_model), term("quality", key.quality), term("size", key.size))
        yield from (Cell(key.image_model), Cell(key.quality), Cell(key.size))
        yield from _pictures(row.pictures, links, *terms)
        yield from _image_tokens(row.pictures, links, *terms)

    return _table(
        "settings",
        "By image model, quality and size",
        (
            Column("image_model", "Image model", "text"),
            Column("quality", "Quality", "text"),
            Column("size", "Size", "text"),
            *PICTURE_COLUMNS,
            *IMAGE_TOKEN_COLUMNS,
        ),
        [tuple(cells(row)) for row in usage.settings[:most]],
        left_out=len(usage.settings) - len(usage.settings[:most]),
        key_count=3,
    )


def models_table(usage: Usage, links: Links, most: int | None = None) -> Table:
    def cells(row: Row) -> Iterator[Cell]:
        model = row.key.model
        yield Cell(model)
        yield from _responses(row.responses, links, model=model or "none")
        every = links.responses(model=model or "none")
        yield Cell(row.responses.median_seconds, every, row.responses.untimed_count)
        yield Cell(row.responses.slow_seconds, every, row.responses.untimed_count)
        yield from _pictures(row.pictures, links, term("model", model))

    return _table(
        "models",
        "By chat model",
        (Column("model", "Chat model", "text"), *RESPONSE_COLUMNS, *DURATION_COLUMNS, *PICTURE_COLUMNS),
        [tuple(cells(row)) for row in usage.models[:most]],
        left_out=len(usage.models) - len(usage.models[:most]),
    )


def uploaders_table(usage: Usage, links: Links, most: int | None = None) -> Table:
    def cells(row: Row) -> Iterator[Cell]:
        yield Cell(row.uploader)
        yield from _pictures(row.pictures, links, term("by", row.uploader))
        yield from _responses(row.responses, links, by=row.uploader or "none")

    return _table(
        "uploaders",
        "By uploader",
        (Column("uploader", "Uploader", "text"), *PICTURE_COLUMNS, *RESPONSE_COLUMNS),
        [tuple(cells(row)) for row in usage.uploaders[:most]],
        left_out=len(usage.uploaders) - len(usage.uploaders[:most]),
    )


def outcomes_table(usage: Usage, links: Links, most: int | None = None) -> Table:
    def cells(row: Row) -> Iterator[Cell]:
        yield Cell(row.key.outcome)
        yield from _pictures(row.pictures, links, term("state", row.key.outcome))
        yield from _image_tokens(row.pictures, links, term("state", row.key.outcome))

    return _table(
        "outcomes",
        "Pictures by outcome",
        (Column("outcome", "Outcome", "text"), *PICTURE_COLUMNS, *IMAGE_TOKEN_COLUMNS),
        [tuple(cells(row)) for row in usage.outcomes[:most]],
        left_out=len(usage.outcomes) - len(usage.outcomes[:most]),
    )


def statuses_table(usage: Usage, links: Links, most: int | None = None) -> Table:
    def cells(row: Row) -> Iterator[Cell]:
        status = row.key.outcome
        yield Cell(status)
        yield from _responses(row.responses, links, status=status or "none")

    return _table(
        "statuses",
        "Responses by status",
        (Column("status", "Status", "text"), *RESPONSE_COLUMNS),
        [tuple(cells(row)) for row in usage.statuses[:most]],
        left_out=len(usage.statuses) - len(usage.statuses[:most]),
    )


def steps_table(steps: Iterable[Step]) -> Table:
    """The chart as a table: of each step with pictures a row for each image model."""
    return _table(
        "days",
        "By day",
        (
            Column("period", "Day", "text"),
            Column("image_model", "Image model", "text"),
            *PICTURE_COLUMNS,
        ),
        [
            (
                Cell(step.period),
                Cell(model),
                Cell(figures.count),
                Cell(figures.known_usd),
                Cell(figures.estimated_usd),
                Cell(figures.unknown_count),
            )
            for step in steps
            for model, figures in sorted(step.pictures.items())
        ],
        key_count=2,
    )


TABLES: dict[str, Callable[[Usage, Links, int | None], Table]] = {
    "settings": settings_table,
    "models": models_table,
    "uploaders": uploaders_table,
    "outcomes": outcomes_table,
    "statuses": statuses_table,
}
"""Each with at most so many rows, or with all."""


def as_csv(table: Table) -> str:
    """A header and a line for each row (RFC 4180). What is not told is empty; beside tokens and seconds stands of how
    many it is not.

    Texts are quoted, and none begins as a formula would: programs that open it must not reckon with names.
    """
    lines = [[_quoted(name) for column in table.columns for name in _csv_names(column)]]
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        lines.append([value for column, cell in cells for value in _csv_values(column, cell)])
    return "".join(f"{','.join(line)}\r\n" for line in lines)


def _csv_names(column: Column) -> tuple[str, ...]:
    return (column.name, f"{column.name}_untold") if column.kind in {"tokens", "seconds"} else (column.name,)


def _csv_values(column: Column, cell: Cell) -> tuple[str, ...]:
    value = cell.value
    if column.kind == "text":
        text = str(value or "")
        return (_quoted(f"'{text}" if text.startswith(FORMULA_STARTS) else text),)
    if isinstance(value, Decimal):
        written = plain_decimal(value)
    elif isinstance(value, float):
        written = f"{value:.1f}"
    else:
        written = "" if value is None else str(value)
    return (written, str(cell.silent_count)) if column.kind in {"tokens", "seconds"} else (written,)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _table(
    name: str,
    heading: str,
    columns: tuple[Column, ...],
    rows: list[tuple[Cell, ...]],
    *,
    key_count: int = 1,
    left_out: int = 0,
) -> Table:
    return Table(name, heading, columns, tuple(rows), key_count, left_out)


def _pictures(figures: PictureFigures, links: Links, *terms: str) -> Iterator[Cell]:
    every = links.pictures(*terms)
    yield Cell(figures.count, every)
    yield Cell(figures.known_usd, f"{every}+{quote_plus(EXACT)}")
    yield Cell(figures.estimated_usd, f"{every}+{quote_plus(ESTIMATED)}")
    yield Cell(figures.unknown_count, f"{every}+-has%3Acost")


def _image_tokens(figures: PictureFigures, links: Links, *terms: str) -> Iterator[Cell]:
    every = links.pictures(*terms)
    for tokens in (figures.text_in, figures.image_in, figures.image_out, figures.text_out):
        yield Cell(tokens.sum, every, tokens.silent_count)


def _responses(figures: ResponseFigures, links: Links, **asked: str) -> Iterator[Cell]:
    every = links.responses(**asked)
    yield Cell(figures.count, every)
    failed = figures.failed_count and links.responses(**(asked | {"status": FAILED}))
    yield Cell(figures.failed_count, failed or "")
    for tokens in (figures.input, figures.cached, figures.output, figures.reasoning):
        yield Cell(tokens.sum, every, tokens.silent_count)
    yield Cell(figures.known_usd, links.responses(**asked, cost=KNOWN))
    yield Cell(figures.unknown_count, links.responses(**asked, cost=UNKNOWN))


def _in_query(period: Period) -> str:
    """As short as a reader would write it."""
    parts = period.in_parts()
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 12 and all(len(part) == len("2026-05") for part in parts) and parts[0].endswith("-01"):
        return parts[0][:4]
    return f"{period.first}..{period.last}"
