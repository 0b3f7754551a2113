"""GET parameters <-> what is shown, and how: the address holds all of it, so a link shows others the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Q

from gallery.models import Image
from gallery.querysets import ImageQuerySet
from gallery.search.compiling import Asked, Compiler, date_span
from gallery.search.expressions import EVERYTHING, Expression
from gallery.search.keys import KEYS, Kind
from gallery.search.language import Field, Not, Part, Value, Words, parse, quoted


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    DEAREST = "dearest"
    BEST = "best"
    ADDED = "added"


class Layout(StrEnum):
    ROWS = "rows"
    COMFORTABLE = "comfortable"
    DENSE = "dense"
    TABLE = "table"


_Kind = TypeVar("_Kind", Sort, Layout)


@dataclass(frozen=True, slots=True)
class Chip:
    """One term of the query as a reader sees it, and the query without it."""

    text: str
    query_without: str


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """Values of one facet that the query asks for, and that it rules out; without case."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ImageFilters:
    """`expression` is what the index answers, `where` what it cannot; dates are ranges of the image's key.

    `is_facets_only`: the whole query is facet choices and at most one period, so that tallies can answer it.
    """

    query: str = ""
    sort: Sort = Sort.NEWEST
    layout: Layout = Layout.ROWS
    is_stacked: bool = True
    user_id: int | None = None
    expression: Expression = EVERYTHING
    where: Q = field(default_factory=Q)
    is_away: bool = False
    ids_from: int | None = None
    ids_below: int | None = None
    facets: Mapping[str, FacetChoice] = field(default_factory=dict)
    query_without_facets: str = ""
    is_facets_only: bool = True
    period: str = ""
    chips: tuple[Chip, ...] = ()
    notices: tuple[str, ...] = ()

    def base(self) -> ImageQuerySet:
        """What the filters choose from: what the grid shows, or what is hidden if that is asked for."""
        if self.is_away:
            return Image.objects.filter(is_card=True, is_hidden=True, trashed_at__isnull=True)
        return Image.objects.cards()

    def with_query(self, query: str) -> ImageFilters:
        """The same view of another query."""
        other = read_filters({"q": query}, user_id=self.user_id)
        return replace(other, sort=self.sort, layout=self.layout, is_stacked=self.is_stacked)


def read_filters(parameters: Mapping[str, str], *, user_id: int | None) -> ImageFilters:
    """Of any parameters; what is not understood is said in the notices. `user_id` is whose favourites are meant."""
    query = parse(parameters.get("q", ""))
    notices = list(query.notices)
    sort = _choice(Sort, parameters.get("sort", ""), Sort.NEWEST, "order", notices)
    layout = _choice(Layout, parameters.get("layout", ""), Layout.ROWS, "layout", notices)
    dates, others = _dates_apart(query.parts)
    compiler = Compiler(user_id, notices)
    asked = compiler.asked(part.term for part in others)
    ids_from, ids_below, dates_left = _range(dates)
    if dates_left:
        asked = _and(asked, compiler.asked(part.term for part in dates_left))
    facets, rest = _facets(others)
    period = _period(dates)
    return ImageFilters(
        query=query.text if query.text.strip() else "",
        sort=sort,
        layout=layout,
        is_stacked=parameters.get("stacks", "") != "off",
        user_id=user_id,
        expression=asked.expression,
        where=asked.where,
        is_away=asked.is_away,
        ids_from=ids_from,
        ids_below=ids_below,
        facets=facets,
        query_without_facets=_joined([part for part in query.parts if part in rest or part in dates]),
        is_facets_only=not rest and (not dates or bool(period)),
        period=period,
        chips=tuple(
            Chip(part.text, _joined([other for other in query.parts if other is not part]))
            for part in query.parts
        ),
        notices=tuple(notices),
    )


def write_parameters(
    filters: ImageFilters,
    *,
    query: str | None = None,
    sort: Sort | None = None,
    layout: Layout | None = None,
    is_stacked: bool | None = None,
    before: str = "",
) -> str:
    """The query string of the filters, changed so; what is as usual is left out."""
    sort = filters.sort if sort is None else sort
    layout = filters.layout if layout is None else layout
    is_stacked = filters.is_stacked if is_stacked is None else is_stacked
    text = filters.query if query is None else query
    values = {
        "q": text,
        "sort": "" if sort is Sort.NEWEST else sort.value,
        "layout": "" if layout is Layout.ROWS else layout.value,
        "stacks": "" if is_stacked else "off",
        "before": before,
    }
    return urlencode({name: value for name, value in values.items() if value})


def toggled(query: str, key: str, value: str, *, is_exclusion: bool = False) -> str:
    """The query with this value of a facet chosen, or not any longer if it was."""
    wanted = value or "none"
    parts: list[Part] = []
    is_done = False
    for part in parse(query).parts:
        term = part.term.part if isinstance(part.term, Not) else part.term
        is_ours = (
            isinstance(term, Field)
            and term.key == key
            and term.operator == ":"
            and isinstance(part.term, Not) == is_exclusion
        )
        if is_done or not is_ours or not isinstance(term, Field):
            parts.append(part)
            continue
        is_done = True
        values = [
            each for each in term.values if each.text.casefold() != wanted.casefold() or each.is_beginning
        ]
        if len(values) == len(term.values):
            values.append(Value(wanted))
        if values:
            parts.append(_part(key, values, is_exclusion=is_exclusion))
    if not is_done:
        parts.append(_part(key, [Value(wanted)], is_exclusion=is_exclusion))
    return _joined(parts)


def _joined(parts: list[Part]) -> str:
    """The terms as one query that means the same: what was open stays open wherever it stands, and what was not stays
    closed at the end."""
    texts = [
        f"{part.text}*"
        if isinstance(part.term, Words)
        and part.term.is_open
        and part.text[-1] != "*"
        and part is not parts[-1]
        else part.text
        for part in parts
    ]
    last = parts[-1].term if parts else None
    is_closed = isinstance(last, Words) and not last.is_open and texts[-1][-1] != '"'
    return f"{' '.join(texts)}{' ' if is_closed else ''}"


def _part(key: str, values: list[Value], *, is_exclusion: bool) -> Part:
    written = "|".join(
        f"{quoted(value.text) if value.text else ''}{'*' if value.is_beginning else ''}" for value in values
    )
    field_ = Field(key, tuple(values))
    return Part(f"{'-' if is_exclusion else ''}{key}:{written}", Not(field_) if is_exclusion else field_)


def _choice(kind: type[_Kind], text: str, usual: _Kind, noun: str, notices: list[str]) -> _Kind:
    try:
        return kind(text) if text else usual
    except ValueError:
        notices.append(f"There is no {noun} “{text[:40]}”; there are {', '.join(kind)}.")
        return usual


def _dates_apart(parts: tuple[Part, ...]) -> tuple[list[Part], list[Part]]:
    dates = [part for part in parts if isinstance(part.term, Field) and KEYS[part.term.key].kind is Kind.DATE]
    return dates, [part for part in parts if part not in dates]


def _range(dates: list[Part]) -> tuple[int | None, int | None, list[Part]]:
    """One range of keys for all dates that are one range each, and the dates that are not."""
    ids_from: int | None = None
    ids_below: int | None = None
    left = []
    for part in dates:
        term = part.term
        span = (
            date_span(term, term.values[0].text)
            if isinstance(term, Field) and len(term.values) == 1
            else None
        )
        if span is None:
            left.append(part)
            continue
        first, below = span
        if first is not None:
            ids_from = first if ids_from is None else max(ids_from, first)
        if below is not None:
            ids_below = below if ids_below is None else min(ids_below, below)
    return ids_from, ids_below, left


def _period(dates: list[Part]) -> str:
    """The tally's period, if the dates are exactly one."""
    if len(dates) != 1 or not isinstance(dates[0].term, Field):
        return ""
    term = dates[0].term
    text = term.values[0].text if len(term.values) == 1 else ""
    is_one = (
        term.key == "date" and term.operator == ":" and ".." not in text and date_span(term, text) is not None
    )
    return text if is_one and len(text) in {4, 7, 10} else ""


def _facets(parts: list[Part]) -> tuple[Mapping[str, FacetChoice], list[Part]]:
    """The choices that terms are, and the terms that are none."""
    found: dict[str, FacetChoice] = {}
    others = []
    for part in parts:
        is_exclusion = isinstance(part.term, Not)
        term = part.term.part if isinstance(part.term, Not) else part.term
        choice = found.get(term.key, FacetChoice()) if isinstance(term, Field) else FacetChoice()
        is_choice = (
            isinstance(term, Field)
            and KEYS[term.key].is_facet
            and term.operator == ":"
            and not any(value.is_beginning for value in term.values)
            # Two terms of one key must both hold, which no list of choices says.
            and (is_exclusion or not choice.include)
        )
        if not is_choice or not isinstance(term, Field):
            others.append(part)
            continue
        values = frozenset(
            "" if value.text.casefold() == "none" else value.text.casefold() for value in term.values
        )
        if is_exclusion:
            found[term.key] = replace(choice, exclude=choice.exclude | values)
        else:
            found[term.key] = replace(choice, include=values)
    return found, others


def _and(one: Asked, other: Asked) -> Asked:
    return Asked(one.expression, one.where & other.where, one.is_away or other.is_away)
