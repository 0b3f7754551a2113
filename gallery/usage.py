"""What was generated in a period, what it used and what it cost: read from the tallies, so that it takes as many
queries, and about as long, whatever the number of pictures. What is added up, and when, is in `gallery.tallying`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from gallery.durations import quantile
from gallery.models import PictureTally, ResponseTally, UsageKey
from gallery.periods import Period
from gallery.search import generation
from gallery.tallying import PICTURE_SUMS, RESPONSE_SUMS, Key

MOST_DAYS = 100
"""Above that the chart is by month: days would be too thin to be told apart on a narrow screen."""

Table = UsageKey.Table
_KEY_COLUMNS = Key._fields


@dataclass(frozen=True, slots=True)
class Tokens:
    """A sum of what was told: None where no transcript tells. `silent_count` is of those that do not."""

    sum: int | None
    silent_count: int


@dataclass(frozen=True, slots=True)
class PictureFigures:
    """Of pictures. `known_usd` and `estimated_usd` are None where there are none such; cost is unknown of the rest."""

    count: int
    known_count: int
    known_usd: Decimal | None
    estimated_count: int
    estimated_usd: Decimal | None
    text_in: Tokens
    image_in: Tokens
    text_out: Tokens
    image_out: Tokens

    @property
    def unknown_count(self) -> int:
        return self.count - self.known_count - self.estimated_count


@dataclass(frozen=True, slots=True)
class ResponseFigures:
    """Of responses. Tokens and `known_usd` are the chat models' own, in `chat_count` of them. `durations` counts by
    bucket of `gallery.durations`, where it is told."""

    count: int
    failed_count: int
    chat_count: int
    known_count: int
    known_usd: Decimal | None
    input: Tokens
    cached: Tokens
    output: Tokens
    reasoning: Tokens
    durations: Mapping[int, int] = field(default_factory=dict)

    @property
    def unknown_count(self) -> int:
        return self.chat_count - self.known_count

    @property
    def untimed_count(self) -> int:
        return self.count - sum(self.durations.values())

    @property
    def median_seconds(self) -> float | None:
        return quantile(self.durations, 0.5)

    @property
    def slow_seconds(self) -> float | None:
        """The 95th percentile."""
        return quantile(self.durations, 0.95)

    @property
    def failure_rate(self) -> float | None:
        return self.failed_count / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Row:
    """What its table tells it by stands in `key`; `uploader` is the person's name, empty where it is unknown."""

    key: Key
    pictures: PictureFigures
    responses: ResponseFigures
    uploader: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Rows of each table, those with most pictures first, then those with most responses."""

    period: Period
    pictures: PictureFigures
    responses: ResponseFigures
    settings: tuple[Row, ...]
    models: tuple[Row, ...]
    uploaders: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    statuses: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        return not self.pictures.count and not self.responses.count


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Of the pictures of one image model in a step. There are thousands: dollars are reckoned when asked for."""

    count: int
    known_count: int
    known_dollars: int
    known_billionths: int
    estimated_count: int
    estimated_dollars: int
    estimated_billionths: int

    @property
    def known_usd(self) -> Decimal | None:
        return _exactly(self.known_dollars, self.known_billionths) if self.known_count else None

    @property
    def estimated_usd(self) -> Decimal | None:
        return _exactly(self.estimated_dollars, self.estimated_billionths) if self.estimated_count else None

    @property
    def unknown_count(self) -> int:
        return self.count - self.known_count - self.estimated_count


_STEP_COLUMNS = tuple(each.name for each in fields(StepFigures))
_STEP_SUMS = attrgetter(*_STEP_COLUMNS)


def _together(figures: Iterable[StepFigures]) -> StepFigures:
    return StepFigures(*map(sum, zip(*map(_STEP_SUMS, figures), strict=True)))


@dataclass(frozen=True, slots=True)
class Step:
    """A day ("2026-05-15") or a month ("2026-05") of the chart, and the pictures of each image model in it."""

    period: str
    pictures: Mapping[str, StepFigures]

    @property
    def together(self) -> StepFigures:
        return _together(self.pictures.values())


def usage_of(period: Period) -> Usage:
    """In four queries, or two where nothing has changed since it was asked before."""
    usage = generation.kept(("usage", period), lambda: _usage_of(period))
    names = {row.key.uploader_id: row.uploader for row in usage.uploaders if row.key.uploader_id is not None}
    known = dict(User.objects.filter(pk__in=names).values_list("pk", "username"))
    return usage if names == known else _usage_of(period)


def _usage_of(period: Period) -> Usage:
    parts = period.in_parts()
    pictures = _sums(PictureTally._meta.db_table, PICTURE_SUMS, parts)
    responses = _sums(ResponseTally._meta.db_table, RESPONSE_SUMS, parts)
    names = {key: name for found in (pictures, responses) for key, (name, _) in found.items()}
    durations: dict[str, Counter[int]] = {}
    for key, (_, sums) in responses.items():
        if key.table == Table.DURATION and key.bucket is not None and sums[0]:
            durations.setdefault(key.model, Counter())[key.bucket] += sums[0]

    by_table: dict[str, list[Key]] = {}
    for key in names:
        by_table.setdefault(key.table, []).append(key)

    def rows(table: UsageKey.Table) -> tuple[Row, ...]:
        found = []
        for key in by_table.get(table, ()):
            of_pictures = pictures[key][1] if key in pictures else None
            of_responses = responses[key][1] if key in responses else None
            took = durations.get(key.model, _NO_DURATIONS) if table == Table.MODEL else _NO_DURATIONS
            row = Row(
                key,
                _picture_figures(of_pictures) if of_pictures else _NO_PICTURES,
                _response_figures(of_responses, took) if of_responses else _NO_RESPONSES,
                names[key],
            )
            if row.pictures.count or row.responses.count:
                found.append(row)
        found.sort(key=lambda row: (-row.pictures.count, -row.responses.count, row.key[1:6], row.uploader))
        return tuple(found)

    whole_pictures = [sums for key, (_, sums) in pictures.items() if key.table == Table.OUTCOME]
    whole_responses = [sums for key, (_, sums) in responses.items() if key.table == Table.STATUS]
    return Usage(
        period=period,
        pictures=_picture_figures(_added_up(whole_pictures)),
        responses=_response_figures(
            _added_up(whole_responses), sum((Counter(each) for each in durations.values()), Counter())
        ),
        settings=rows(Table.SETTINGS),
        models=rows(Table.MODEL),
        uploaders=rows(Table.UPLOADER),
        outcomes=rows(Table.OUTCOME),
        statuses=rows(Table.STATUS),
    )


def steps_of(period: Period, *, most_days: int = MOST_DAYS) -> tuple[Step, ...]:
    """By day, or by month where the period is longer than `most_days`; every one, also where nothing was generated.
    In two queries at most."""
    return generation.kept(("steps", period, most_days), lambda: _steps_of(period, most_days=most_days))


def _steps_of(period: Period, *, most_days: int) -> tuple[Step, ...]:
    is_by_day = period.days <= most_days
    parts = period.each_day() if is_by_day else period.in_parts()
    length = len("2026-05-15") if is_by_day else len("2026-05")
    found: dict[str, dict[str, StepFigures]] = {part[:length]: {} for part in parts}
    if not parts:
        return ()
    tally, key = PictureTally._meta.db_table, UsageKey._meta.db_table
    columns = ", ".join(f"tally.{name}" for name in _STEP_COLUMNS)
    # Days as a range, so that each key is one walk along the index; months are in it, too, and are passed over.
    where = "BETWEEN %s AND %s" if is_by_day else f"IN ({_marks(parts)})"
    for part, image_model, *sums in _rows(
        f"SELECT tally.period, subject.image_model, {columns} FROM {key} AS subject"  # noqa: S608 - names of ours
        f" JOIN {tally} AS tally ON tally.key_id = subject.id"
        f" WHERE subject.{_quoted('table')} = %s AND tally.period {where} AND tally.count <> 0",
        [Table.IMAGE_MODEL.value, *((parts[0], parts[-1]) if is_by_day else parts)],
    ):
        if is_by_day and len(part) < length:
            continue
        models = found[part[:length]]
        figures = StepFigures(*sums)
        known = models.get(image_model)
        models[image_model] = _together((known, figures)) if known else figures
    return tuple(Step(part, models) for part, models in found.items())


def _sums(table: str, names: Sequence[str], parts: Sequence[str]) -> dict[Key, tuple[str, Sequence[int]]]:
    """By key, with the name of the uploader where it has one. Keys that have become equal are added up."""
    if not parts:
        return {}
    key, user = UsageKey._meta.db_table, User._meta.db_table
    sums = ", ".join(f"SUM({name}) AS {name}" for name in names)
    found: dict[Key, tuple[str, Sequence[int]]] = {}
    for username, *values in _rows(
        # Added up before the words of the keys are looked at: there are many tallies to a key.
        f"WITH sums AS (SELECT key_id, {sums} FROM {table}"  # noqa: S608 - names of ours
        f" WHERE period IN ({_marks(parts)}) GROUP BY key_id)"
        f" SELECT person.username, {', '.join(f'subject.{_quoted(name)}' for name in _KEY_COLUMNS)},"
        f" {', '.join(f'sums.{name}' for name in names)} FROM sums JOIN {key} AS subject ON subject.id = sums.key_id"
        f" LEFT JOIN {user} AS person ON person.id = subject.uploader_id",
        parts,
    ):
        of = Key(*values[: len(_KEY_COLUMNS)])
        row = [int(value) for value in values[len(_KEY_COLUMNS) :]]
        found[of] = username or "", _added_up([found[of][1], row]) if of in found else row
    return found


def _rows(sql: str, parameters: Sequence[str]) -> Iterable[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows


def _marks(values: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(values))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _added_up(rows: Sequence[Sequence[int]]) -> Sequence[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _named(names: Sequence[str], sums: Sequence[int]) -> Callable[[str], int]:
    values = dict(zip(names, sums, strict=True)) if sums else dict.fromkeys(names, 0)
    return values.__getitem__


def _picture_figures(sums: Sequence[int]) -> PictureFigures:
    of = _named(PICTURE_SUMS, sums)

    def tokens(name: str, side: str) -> Tokens:
        told = of(f"told_{side}_count")
        return Tokens(of(f"{name}_tokens") if told else None, of("count") - told)

    return PictureFigures(
        count=of("count"),
        known_count=of("known_count"),
        known_usd=_dollars(of, "known"),
        estimated_count=of("estimated_count"),
        estimated_usd=_dollars(of, "estimated"),
        text_in=tokens("text_in", "input"),
        image_in=tokens("image_in", "input"),
        text_out=tokens("text_out", "output"),
        image_out=tokens("image_out", "output"),
    )


def _response_figures(sums: Sequence[int], durations: Mapping[int, int]) -> ResponseFigures:
    of = _named(RESPONSE_SUMS, sums)

    def tokens(name: str) -> Tokens:
        told = of(f"told_{name}_count")
        return Tokens(of(f"{name}_tokens") if told else None, of("chat_count") - told)

    return ResponseFigures(
        count=of("count"),
        failed_count=of("failed_count"),
        chat_count=of("chat_count"),
        known_count=of("known_count"),
        known_usd=_dollars(of, "known"),
        input=tokens("input"),
        cached=tokens("cached"),
        output=tokens("output"),
        reasoning=tokens("reasoning"),
        durations=durations,
    )


def _dollars(of: Callable[[str], int], kind: str) -> Decimal | None:
    """None of nothing."""
    if not of(f"{kind}_count"):
        return None
    return _exactly(of(f"{kind}_dollars"), of(f"{kind}_billionths"))


def _exactly(dollars: int, billionths: int) -> Decimal:
    return dollars + Decimal(billionths).scaleb(-9)


_NO_DURATIONS: Counter[int] = Counter()
_NO_PICTURES = _picture_figures(())
_NO_RESPONSES = _response_figures((), _NO_DURATIONS)
