"""Terms become what the index is asked (an expression) and what it cannot answer (a condition on images)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import reduce

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from gallery.identity import PLACE_BITS, SECOND_BITS
from gallery.models import CollectionImage, FacetSet, Image, ImageNote, ImageTag, Mark, Tag
from gallery.search import language
from gallery.search.engine import matching_ids
from gallery.search.expressions import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Beginning,
    Expression,
    Sequence,
    Token,
    Without,
)
from gallery.search.keys import KEYS, Key, Kind
from gallery.search.tokens import fact_token
from gallery.search.words import words

SILENT = "none"
"""`key:none`: the transcript does not say."""
_SHORTEST_BEGINNING = 2
_MOST_KNOWN_VALUES = 300
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class Asked:
    """All of it must hold. `is_away`: of hidden pictures is asked."""

    expression: Expression = EVERYTHING
    where: Q = field(default_factory=Q)
    is_away: bool = False

    @property
    def is_plain(self) -> bool:
        """The index alone answers."""
        return not self.where and not self.is_away

    def as_condition(self) -> Q:
        if self.expression == EVERYTHING:
            return self.where
        return Q(id__in=matching_ids(self.expression, is_away=self.is_away)) & self.where


@dataclass(slots=True)
class Compiler:
    """For one reader, whose favourites and ratings are meant. What was not understood is said in `notices`."""

    user_id: int | None
    notices: list[str] = field(default_factory=list)

    def asked(self, terms: Iterable[language.Term]) -> Asked:
        """All of the terms together."""
        return self._all([self._term(term) for term in terms])

    def _all(self, parts: list[Asked]) -> Asked:
        expressions = tuple(part.expression for part in parts if part.expression != EVERYTHING)
        return Asked(
            expression=expressions[0] if len(expressions) == 1 else AllOf(expressions),
            where=reduce(lambda one, other: one & other, (part.where for part in parts), Q()),
            is_away=any(part.is_away for part in parts),
        )

    def _term(self, term: language.Term) -> Asked:
        match term:
            case language.Words():
                return Asked(_expression_of(term))
            case language.Not(part):
                return _without(self._term(part))
            case language.All(parts):
                return self.asked(parts)
            case language.Any(parts):
                return self._any([self._term(part) for part in parts])
            case language.Field():
                return self._field(term, KEYS[term.key])

    def _any(self, parts: list[Asked]) -> Asked:
        if all(part.is_plain for part in parts):
            return Asked(AnyOf(tuple(part.expression for part in parts)))
        conditions = (part.as_condition() for part in parts)
        return Asked(
            where=reduce(lambda one, other: one | other, conditions),
            is_away=any(part.is_away for part in parts),
        )

    def _field(self, term: language.Field, key: Key) -> Asked:
        if key.kind is not Kind.NUMBER and key.kind is not Kind.DATE and term.operator != ":":
            self._say(f"{key.name} takes no {term.operator}; {term.operator} was left out.")
        match key.kind:
            case Kind.FACT:
                return Asked(AnyOf(tuple(self._facts(key, term.values))))
            case Kind.PERSON:
                return Asked(AnyOf(tuple(self._people(key, term.values))))
            case Kind.FLAG:
                return self._any([self._flag(key, value.text) for value in term.values])
            case Kind.NAME:
                return Asked(where=self._named(key, term.values))
            case Kind.NUMBER:
                return self._numbers(key, term)
            case Kind.DATE:
                return Asked(where=self._dates(term))
            case Kind.OTHER:
                return Asked(where=self._other(key, term.values))

    def _facts(self, key: Key, values: tuple[language.Value, ...]) -> Iterable[Expression]:
        for value in values:
            text = (
                ""
                if value.text.casefold() in {SILENT, ""} and not value.is_beginning
                else value.text.casefold()
            )
            if value.is_beginning:
                known = key.values or self._known(key)
                found = [each for each in known if each.casefold().startswith(text)]
                if not found:
                    self._say_unknown(key, f"{value.text}*", known)
                yield from (Token(fact_token(key.name, each)) for each in found)
                continue
            if text and not self._is_there(key, value.text):
                known = key.values or self._known(key)
                if known and text not in {each.casefold() for each in known}:
                    self._say_unknown(key, value.text, known)
            yield Token(fact_token(key.name, text))

    @staticmethod
    def _is_there(key: Key, text: str) -> bool:
        """Whether some picture has just this value: of nearly every query it is so, and quicker than all values."""
        return text in key.values or (
            not key.values and FacetSet.objects.filter(**{key.column: text[:255]}).exists()
        )

    def _known(self, key: Key) -> tuple[str, ...]:
        rows = (
            FacetSet.objects.exclude(**{key.column: ""})
            .order_by(key.column)
            .values_list(key.column, flat=True)
        )
        return tuple(rows.distinct()[:_MOST_KNOWN_VALUES])

    def _people(self, key: Key, values: tuple[language.Value, ...]) -> Iterable[Expression]:
        for value in values:
            if value.text.casefold() in {SILENT, ""}:
                yield Token(fact_token("by", ""))
                continue
            match = "istartswith" if value.is_beginning else "iexact"
            ids = list(
                User.objects.filter(**{f"username__{match}": value.text}).values_list("id", flat=True)[:100]
            )
            if not ids:
                self._say_unknown(
                    key, value.text, tuple(User.objects.values_list("username", flat=True)[:200])
                )
            yield from (Token(fact_token("by", str(pk))) for pk in ids)

    def _flag(self, key: Key, text: str) -> Asked:
        word = text.casefold()
        if word not in key.values:
            self._say_unknown(key, text, key.values)
            return Asked(AnyOf(()))
        mine = self._marks()
        wheres = {
            "favourite": lambda: Q(id__in=mine.filter(is_favourite=True).values("image_id")),
            "rated": lambda: Q(id__in=mine.filter(rating__isnull=False).values("image_id")),
            "estimated": lambda: Q(is_cost_estimated=True),
            "tag": lambda: Q(id__in=ImageTag.objects.values("image_id")),
            "note": lambda: Q(id__in=ImageNote.objects.values("image_id")),
        }
        if word == "hidden":
            return Asked(where=Q(is_hidden=True), is_away=True)
        if word in wheres:
            return Asked(where=wheres[word]())
        return Asked(Token(fact_token(key.name, word)))

    def _marks(self) -> QuerySet[Mark]:
        """The reader's own."""
        return Mark.objects.none() if self.user_id is None else Mark.objects.filter(user_id=self.user_id)

    def _named(self, key: Key, values: tuple[language.Value, ...]) -> Q:
        found = Q(pk__in=[])
        for value in values:
            if key.name == "tag":
                wanted = " ".join(words(value.text))
                match = {"tag__key__startswith": wanted} if value.is_beginning else {"tag__key": wanted}
                if not Tag.objects.filter(
                    **{name.removeprefix("tag__"): text for name, text in match.items()}
                ).exists():
                    self._say_unknown(
                        key, value.text, tuple(Tag.objects.values_list("name", flat=True)[:200])
                    )
                found |= Q(id__in=ImageTag.objects.filter(**match).values("image_id"))
            else:
                places = CollectionImage.objects.filter(
                    Q(collection__name__iexact=value.text)
                    | (Q(collection__name__istartswith=value.text) if value.is_beginning else Q(pk__in=[]))
                    | (Q(collection_id=int(value.text)) if _is_key(value.text) else Q(pk__in=[]))
                )
                found |= Q(id__in=places.values("image_id"))
        return found

    def _numbers(self, key: Key, term: language.Field) -> Asked:
        found = Q(pk__in=[])
        for value in term.values:
            condition = self._number(key, term.operator, value.text)
            found |= condition
        if key.name == "rating":
            # Of the reader's own marks.
            marks = self._marks().filter(found)
            return Asked(where=Q(id__in=marks.values("image_id")))
        return Asked(where=found)

    def _number(self, key: Key, operator: str, text: str) -> Q:
        column = key.column
        if text.casefold() == SILENT:
            return Q(**{f"{column}__isnull": True})
        low, dots, high = text.partition("..")
        bounds = [_number(part) if part else None for part in ((low, high) if dots else (low,))]
        if any(
            bound is None for bound, part in zip(bounds, (low, high), strict=False) if part
        ) or not text.strip("."):
            self._say(f"“{text[:40]}” is not a number for {key.name}; write {key.example}.")
            return Q(pk__in=[])
        if dots:
            least, most = bounds
            return (Q(**{f"{column}__gte": least}) if least is not None else Q()) & (
                Q(**{f"{column}__lte": most}) if most is not None else Q()
            )
        lookup = {":": "exact", ">": "gt", "<": "lt", ">=": "gte", "<=": "lte"}[operator]
        return Q(**{f"{column}__{lookup}": bounds[0]})

    def _dates(self, term: language.Field) -> Q:
        found = Q(pk__in=[])
        for value in term.values:
            span = date_span(term, value.text)
            if span is None:
                self._say(
                    f"“{value.text[:40]}” is not a date for {term.key}; write {KEYS[term.key].example}."
                )
                continue
            first, below = span
            condition = Q() if first is None else Q(id__gte=first)
            condition &= Q() if below is None else Q(id__lt=below)
            found = condition if found == Q(pk__in=[]) else found | condition
        return found

    def _other(self, key: Key, values: tuple[language.Value, ...]) -> Q:
        found = Q(pk__in=[])
        for value in values:
            if key.name == "response":
                match = "startswith" if value.is_beginning else "exact"
                found |= Q(**{f"response__response_id__{match}": value.text})
            elif _is_key(value.text):
                found |= Q(stack__in=Image.objects.filter(pk=int(value.text)).values("stack"))
            else:
                self._say(f"“{value.text[:40]}” is not the number of a picture.")
        return found

    def _say_unknown(self, key: Key, text: str, known: tuple[str, ...]) -> None:
        near = get_close_matches(text.casefold(), [each.casefold() for each in known], n=3, cutoff=0.5)
        nearest = [each for each in known if each.casefold() in near] or list(known[:3])
        hint = f" There is {', '.join(each[:60] for each in nearest[:3])}." if nearest else ""
        self._say(f"No picture has {key.name}:{text[:60]}.{hint}")

    def _say(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)


def date_span(term: language.Field, text: str) -> tuple[int | None, int | None] | None:
    """The keys of pictures that a date term means: from the first, below the second. None if it is no date."""
    low, dots, high = text.partition("..")
    first = _days(low)
    last = _days(high) if dots else first
    if (low and first is None) or (high and last is None) or (first is None and last is None):
        return None
    operator = {"before": "<", "after": ">"}.get(term.key, term.operator)
    start = first[0] if first else None
    end = last[1] if last else None
    match operator:
        case "<":
            return None, _key_at(start)
        case "<=":
            return None, _key_at(end)
        case ">":
            return _key_at(end), None
        case ">=":
            return _key_at(start), None
        case _:
            return _key_at(start), _key_at(end)


def _key_at(day: date | None) -> int | None:
    if day is None:
        return None
    second = (datetime(day.year, day.month, day.day, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
    return min(max(second, 0), (1 << SECOND_BITS) - 1) << PLACE_BITS


def _days(text: str) -> tuple[date, date] | None:
    """First day, and the day after the last, of `2026`, `2026-05` or `2026-05-15`."""
    parts = text.split("-")
    if (
        not all(part.isascii() and part.isdigit() for part in parts)
        or not 1 <= len(parts) <= 3
        or len(parts[0]) != 4
    ):
        return None
    numbers = [int(part) for part in parts]
    try:
        first = date(*[*numbers, 1, 1][:3])
        if len(parts) == 3:
            return first, first + timedelta(days=1)
        if len(parts) == 2:
            return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        return first, date(numbers[0] + 1, 1, 1)
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> Decimal | None:
    text = text.removeprefix("$").strip()
    if not text.isascii() or "_" in text or len(text) > 30:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_sensible = number.is_finite() and abs(number) < _LARGEST and number == round(number, 12)
    return number if is_sensible else None


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 2**63


def _expression_of(term: language.Words) -> Expression:
    tokens = tuple(words(term.text))
    if not tokens:
        return EVERYTHING
    is_open = term.is_open and len(tokens[-1]) >= _SHORTEST_BEGINNING
    if len(tokens) == 1:
        return Beginning(tokens[0]) if is_open else Token(tokens[0])
    return Sequence(tokens, is_open)


def _without(asked: Asked) -> Asked:
    if asked.is_plain:
        # A term that asks for nothing excludes nothing.
        return Asked() if asked.expression == EVERYTHING else Asked(Without(asked.expression))
    return Asked(where=~asked.as_condition())
