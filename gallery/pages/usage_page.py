"""The usage page: what was generated in a period, what it used, and what it cost or that nobody can know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from gallery.durations import in_words
from gallery.pages.response_list import KNOWN, UNKNOWN
from gallery.pages.usage_tables import (
    ESTIMATED,
    EXACT,
    MOST_ROWS,
    TABLES,
    Links,
    Table,
    as_csv,
    steps_table,
    term,
)
from gallery.pages.words import dollars
from gallery.periods import NAMES, BadPeriod, Period, as_day, read_period
from gallery.usage import PictureFigures, ResponseFigures, Step, Usage, steps_of, usage_of

MOST_SERIES = 7
"""Image models that have a colour of their own in the chart; the others share one."""
MOST_DAYS_IN_CSV = 3_700
OTHERS = "others"
MOST_NAMED = 40
"""Image models in a search for the others."""


@dataclass(frozen=True, slots=True)
class PeriodLink:
    words: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class PeriodPicker:
    """`begin` and `end` stand in the fields, empty where what was asked for is no day; `error` says what is wrong."""

    links: tuple[PeriodLink, ...]
    begin: str
    end: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """An image model of the chart, or the `OTHERS`: pictures in each step. `number` gives it its colour."""

    words: str
    number: int
    count: int
    href: str
    counts: tuple[int, ...]

    @property
    def data(self) -> str:
        return ",".join(map(str, self.counts))


@dataclass(frozen=True, slots=True)
class ChartRow:
    period: str
    href: str
    counts: tuple[int, ...]
    total: int
    known: str
    estimated: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Pictures by step, stacked by image model. The rows of the table are of the steps that have any."""

    series: tuple[Series, ...]
    steps: str
    rows: tuple[ChartRow, ...]
    is_by_day: bool


@dataclass(frozen=True, slots=True)
class TokensLine:
    """`share` is the bar's length of 100."""

    words: str
    sum: int | None
    silent_count: int
    share: float
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class TokensOf:
    heading: str
    href: str
    lines: tuple[TokensLine, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    pictures: PictureFigures
    responses: ResponseFigures
    pictures_href: str
    responses_href: str
    failed_href: str
    priced_href: str
    estimated_href: str
    unpriced_href: str
    chat_priced_href: str
    chat_unpriced_href: str
    median: str
    slow: str
    tokens: tuple[TokensOf, ...]

    @property
    def failure_rate(self) -> str:
        """In percent, in as many digits as tell something; empty where there is nothing that could fail."""
        rate = self.responses.failure_rate
        if rate is None:
            return ""
        if 0 < rate < 0.001:
            return "less than 0.1 %"
        return f"{100 * rate:.1f} %" if 0 < rate < 0.1 else f"{100 * rate:.0f} %"


@dataclass(frozen=True, slots=True)
class UsagePage:
    """`period` and what follows is None where what was asked for is none."""

    picker: PeriodPicker
    period: Period | None = None
    totals: Totals | None = None
    chart: Chart | None = None
    tables: tuple[Table, ...] = ()
    days_csv_href: str = ""
    is_empty: bool = False


def usage_page(parameters: dict[str, str], *, today: date) -> UsagePage:
    """What `gallery.periods.read_period` takes as parameters. In three queries."""
    try:
        period = read_period(parameters, today=today)
    except BadPeriod as error:
        typed = {name: as_day(parameters.get(name, "")) for name in ("from", "to")}
        return UsagePage(
            replace(_picker(None, today), begin=typed["from"], end=typed["to"], error=str(error))
        )
    usage = usage_of(period)
    if usage.is_empty:
        return UsagePage(_picker(period, today), period, is_empty=True)
    links = Links(period)
    return UsagePage(
        picker=_picker(period, today),
        period=period,
        totals=_totals(usage, links),
        chart=_chart(steps_of(period), usage, links),
        tables=tuple(
            replace(make(usage, links, MOST_ROWS), csv_href=_csv_href(name, period))
            for name, make in TABLES.items()
        ),
        days_csv_href=_csv_href("days", period),
    )


def usage_csv(name: str, parameters: dict[str, str], *, today: date) -> tuple[str, str] | None:
    """A table of a period and a name for its file; None where there is no such table. Raises BadPeriod."""
    period = read_period(parameters, today=today)
    if name == "days":
        table = steps_table(steps_of(period, most_days=MOST_DAYS_IN_CSV))
    elif name in TABLES:
        table = TABLES[name](usage_of(period), Links(period), None)
    else:
        return None
    return as_csv(table), f"usage-{name}-{period.first}-{period.last}.csv"


def _picker(period: Period | None, today: date) -> PeriodPicker:
    page = reverse("gallery:usage")
    name = period.name if period else ""
    return PeriodPicker(
        links=tuple(
            PeriodLink(words, f"{page}?{urlencode({'period': each})}", each == name)
            for each, words in NAMES.items()
        ),
        begin=period.first.isoformat() if period else "",
        end=period.last.isoformat() if period else today.isoformat(),
    )


def _csv_href(name: str, period: Period) -> str:
    """For the days as they are now: the file tells of what the page showed, also tomorrow."""
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return f"{reverse('gallery:usage_table', args=[name])}?{urlencode(days)}"


def _totals(usage: Usage, links: Links) -> Totals:
    pictures, responses = usage.pictures, usage.responses
    chat = (
        ("Input", responses.input, False),
        ("of which cached", responses.cached, True),
        ("Output", responses.output, False),
        ("of which reasoning", responses.reasoning, True),
    )
    image = (
        ("Text in", pictures.text_in, False),
        ("Image in", pictures.image_in, False),
        ("Image out", pictures.image_out, False),
        ("Text out", pictures.text_out, False),
    )
    tokens = []
    for heading, href, lines in (
        ("Tokens of chat models", links.responses(), chat),
        ("Tokens of image models", links.pictures(), image),
    ):
        most = max([tokens.sum or 0 for _, tokens, _ in lines] + [1])
        tokens.append(
            TokensOf(
                heading,
                href,
                tuple(
                    TokensLine(
                        words, told.sum, told.silent_count, round(100 * (told.sum or 0) / most, 2), is_part
                    )
                    for words, told, is_part in lines
                ),
            )
        )
    return Totals(
        pictures=pictures,
        responses=responses,
        pictures_href=links.pictures(),
        responses_href=links.responses(),
        failed_href=links.responses(status="failed"),
        priced_href=links.pictures(EXACT),
        estimated_href=links.pictures(ESTIMATED),
        unpriced_href=links.pictures("-has:cost"),
        chat_priced_href=links.responses(cost=KNOWN),
        chat_unpriced_href=links.responses(cost=UNKNOWN),
        median=in_words(responses.median_seconds),
        slow=in_words(responses.slow_seconds),
        tokens=tuple(tokens),
    )


def _chart(steps: tuple[Step, ...], usage: Usage, links: Links) -> Chart:
    totals: dict[str, int] = {}
    for row in usage.settings:
        totals[row.key.image_model] = totals.get(row.key.image_model, 0) + row.pictures.count
    models = sorted(totals, key=lambda model: (-totals[model], model))
    own, shared = models[:MOST_SERIES], models[MOST_SERIES:]
    if len(shared) == 1:
        own, shared = models, []
    columns = [
        [step.pictures[model].count if model in step.pictures else 0 for step in steps] for model in own
    ]
    series = [
        Series(
            model or "not said",
            number,
            totals[model],
            links.pictures(term("image-model", model)),
            tuple(counts),
        )
        for number, (model, counts) in enumerate(zip(own, columns, strict=True), start=1)
    ]
    if shared:
        counts = tuple(_count(step, shared) for step in steps)
        query = links.pictures(
            "(" + " or ".join(term("image-model", model) for model in shared[:MOST_NAMED]) + ")"
        )
        series.append(Series(OTHERS, MOST_SERIES + 1, sum(totals[model] for model in shared), query, counts))
    rows = []
    for number, step in enumerate(steps):
        if not step.pictures:
            continue
        together = step.together
        known, guessed = together.known_usd, together.estimated_usd
        counts = tuple(each.counts[number] for each in series)
        rows.append(
            ChartRow(
                period=step.period,
                href=links.pictures_of(step.period),
                counts=counts,
                total=together.count,
                known="" if known is None else dollars(known),
                estimated="" if guessed is None else dollars(guessed, is_estimated=True),
            )
        )
    return Chart(
        series=tuple(series),
        steps=",".join(step.period for step in steps),
        rows=tuple(rows),
        is_by_day=bool(steps) and len(steps[0].period) == len("2026-05-15"),
    )


def _count(step: Step, models: list[str]) -> int:
    return sum(step.pictures[model].count for model in models if model in step.pictures)
