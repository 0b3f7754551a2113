"""What could stand at the caret of a query: keys of the table, values that the archive has, words that it knows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import Length

from gallery.models import Collection, FacetTally, SearchTerm, Tag
from gallery.search.caret import Span, Typed, ValueTyped
from gallery.search.compiling import SILENT
from gallery.search.facets import value_counts
from gallery.search.keys import KEYS, Key, Kind
from gallery.search.language import quoted
from gallery.search.words import words

Counts = TypeVar("Counts")

MOST_KEYS_BESIDE_WORDS = 4
SHORTEST_BEGINNING = 2
"""Of a word, in characters: fewer begin too many."""
_MOST_WORDS_LOOKED_AT = 60
_MOST_COLLECTIONS = 500
"""Those changed last are looked through."""
_FIRST_YEAR = 1970
_RATINGS = (">=4", "5", "4", "3", "2", "1")
_NOT_SAID = "the transcript does not say"
_KEPT_SECONDS = 60
_MOST_KEPT = 200
_kept: dict[str, tuple[float, Any]] = {}
"""Counts of values and periods, for a while: at a million pictures adding them up takes longer than a reader types."""


def forget() -> None:
    """Of another database, everything is to be counted again."""
    _kept.clear()


class OfferKind(StrEnum):
    KEY = "key"
    VALUE = "value"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Offer:
    """`text` for the query's characters from `start` to before `end`. `words` is what a reader sees of it; `count` is
    the number of pictures in the whole archive, None where it is not kept."""

    kind: OfferKind
    text: str
    start: int
    end: int
    words: str
    hint: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Value:
    text: str
    hint: str = ""
    count: int | None = None


def offers(typed: Typed, *, today: date, limit: int) -> list[Offer]:
    """At most `limit`, most fitting first, in at most three queries. `today` is in UTC, as all dates of queries are."""
    if isinstance(typed, ValueTyped):
        return _values(typed, today, limit)
    keys = list(_keys(typed.key)) if typed.key else []
    if typed.word is None or len(typed.word.text) < SHORTEST_BEGINNING:
        return keys[:limit]
    keys = keys[:MOST_KEYS_BESIDE_WORDS]
    return [*keys, *_words(typed.word, limit - len(keys))]


def likeness(typed: str, name: str) -> int | None:
    """0 if the name begins as typed, 1 if a word in it does, else None. Case and accents do not count."""
    wanted, given = " ".join(words(typed)), " ".join(words(name))
    if not wanted:
        wanted, given = typed.strip().casefold(), name.casefold()
    if given.startswith(wanted):
        return 0
    return 1 if f" {wanted}" in given else None


def _keys(span: Span) -> Iterator[Offer]:
    typed = span.text.lower()
    ranked = []
    for key in KEYS.values():
        if key.name.startswith(typed):
            ranked.append((0, key))
        elif any(alias.startswith(typed) for alias in key.aliases):
            ranked.append((1, key))
        elif f"-{typed}" in key.name:
            ranked.append((2, key))
    for _, key in sorted(ranked, key=lambda pair: pair[0]):
        text = f"{key.name}:"
        yield Offer(OfferKind.KEY, text, span.start, span.end, text, key.words)


def _words(span: Span, limit: int) -> Iterator[Offer]:
    """Words of the index; short and plain ones first, because a word is mostly shorter than what is made of it."""
    beginning = words(span.text)
    if len(beginning) != 1 or len(beginning[0]) < SHORTEST_BEGINNING:
        return
    terms = SearchTerm.objects.filter(_begins("term", beginning[0])).exclude(term=beginning[0])
    found = terms.order_by(Length("term"), "term").values_list("term", flat=True)[:_MOST_WORDS_LOOKED_AT]
    for term in sorted(found, key=lambda term: (not term.isalpha(), len(term), term))[:limit]:
        yield Offer(OfferKind.WORD, term, span.start, span.end, term)


def _values(typed: ValueTyped, today: date, limit: int) -> list[Offer]:
    key, span = typed.key, typed.span
    found = _values_of(key, span.text, today)
    wanted = [
        value
        for value in found
        if value.text.casefold() != span.text.casefold() and value.text.casefold() not in typed.others
    ]
    is_plain = key.kind in {Kind.DATE, Kind.NUMBER}
    return [
        Offer(
            OfferKind.VALUE,
            value.text if is_plain else quoted(value.text),
            span.start,
            span.end,
            value.text,
            value.hint,
            value.count,
        )
        for value in wanted[:limit]
    ]


def _values_of(key: Key, typed: str, today: date) -> Iterable[_Value]:
    if key.column and key.is_facet:
        return _fitting(_counted(_remembered("values", value_counts)[key.name]), typed)
    match key.kind:
        case Kind.FACT | Kind.FLAG:
            return _fitting([_Value(text) for text in key.values], typed)
        case Kind.NAME:
            return _tags(typed) if key.name == "tag" else _collections(typed)
        case Kind.NUMBER:
            return [value for value in _numbers(key) if value.text.startswith(typed.casefold())]
        case Kind.DATE:
            return _dates(typed.casefold(), today)
        case _:
            return ()


def _counted(counts: Mapping[str, int]) -> list[_Value]:
    """Most frequent first, and last that it is not said. A value that is itself "none" cannot be asked for."""
    ordered = sorted(counts.items(), key=lambda item: (not item[0], -item[1], item[0]))
    return [
        _Value(text or SILENT, "" if text else _NOT_SAID, count)
        for text, count in ordered
        if text.casefold() != SILENT
    ]


def _fitting(values: list[_Value], typed: str) -> list[_Value]:
    """Those that begin as typed, then those that hold it, each in their order."""
    wanted = typed.casefold()
    begin = [value for value in values if value.text.casefold().startswith(wanted)]
    return [*begin, *(value for value in values if value not in begin and wanted in value.text.casefold())]


def _tags(typed: str) -> list[_Value]:
    beginning = " ".join(words(typed))
    if typed.strip() and not beginning:
        return []
    tags = Tag.objects.filter(_begins("key", beginning)) if beginning else Tag.objects.all()
    return [_Value(name) for name in tags.order_by("key").values_list("name", flat=True)[:30]]


def _collections(typed: str) -> list[_Value]:
    latest = Collection.objects.order_by("-changed_at", "-id").values_list("name", flat=True)
    names = dict.fromkeys(name for name in latest[:_MOST_COLLECTIONS] if name.strip())
    ranked = [(rank, name) for name in names if (rank := likeness(typed, name)) is not None]
    return [_Value(name) for _, name in sorted(ranked, key=lambda pair: pair[0])]


def _numbers(key: Key) -> list[_Value]:
    if key.name == "rating":
        return [_Value(text) for text in _RATINGS]
    return [_Value(key.example.partition(":")[2], "for example"), _Value(SILENT, _NOT_SAID)]


def _dates(typed: str, today: date) -> list[_Value]:
    """Useful ones by name, and the periods within the one typed so far that have pictures."""
    last_month = today.replace(day=1) - timedelta(days=1)
    named = [
        _Value(today.isoformat(), "today"),
        _Value(today.isoformat()[:7], "this month"),
        _Value(last_month.isoformat()[:7], "last month"),
        _Value(today.isoformat()[:4], "this year"),
    ]
    fitting = [value for value in named if value.text.startswith(typed) or f" {typed}" in f" {value.hint}"]
    tallied = _tallied(_periods(typed, today))
    counts = {period: count for period, count in tallied.items() if period.startswith(typed)}
    known = {value.text for value in fitting}
    return [
        *(_Value(value.text, value.hint, counts.get(value.text)) for value in fitting),
        *(
            _Value(period, "", counts[period])
            for period in sorted(counts, reverse=True)
            if period not in known
        ),
    ]


def _periods(typed: str, today: date) -> list[str]:
    """Years; of a year that is typed its months, and of a month its days."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}(-[0-9]{0,2})?", typed):
        return [f"{typed[:7]}-{day:02}" for day in range(1, 32)]
    if re.fullmatch(r"[0-9]{4}(-[0-9]?)?", typed):
        return [f"{typed[:4]}-{month:02}" for month in range(1, 13)]
    if re.fullmatch(r"[0-9]{0,3}", typed):
        return [str(year) for year in range(_FIRST_YEAR, today.year + 2)]
    return []


def _tallied(periods: list[str]) -> Mapping[str, int]:
    """How many pictures there are in each of these periods; those without any are left out."""
    if not periods:
        return {}
    tallies = FacetTally.objects.filter(period__in=periods, count__gt=0).order_by()
    return _remembered(
        f"{periods[0]}..{periods[-1]}", lambda: dict(tallies.values_list("period").annotate(Sum("count")))
    )


def _remembered(name: str, count: Callable[[], Counts]) -> Counts:
    now = time.monotonic()
    known = _kept.get(name)
    if known is not None and now - known[0] < _KEPT_SECONDS:
        return cast("Counts", known[1])
    counts = count()
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[name] = now, counts
    return counts


def _begins(column: str, text: str) -> Q:
    """By index on either database: SQLite has none for LIKE, and PostgreSQL's collations do not sort by code point."""
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": f"{text}\U0010ffff"})
