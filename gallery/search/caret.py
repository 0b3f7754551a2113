"""What is being typed at the caret of a query: which part of its text a completion would take the place of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from gallery.search.keys import Key, Kind, key_of
from gallery.search.language import LEXEME, LONGEST_QUERY, MOST_TERMS, MOST_VALUES, VALUE, values_of

_HEAD = re.compile(r"(?P<name>[A-Za-z][A-Za-z-]*):(?P<operator>>=|<=|>|<)?")
_END_OF_OPEN_VALUE = re.compile(r"[\s)]|$")
_DOTS = ".."


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of the query from `start` to before `end`; `text` is what of them stands before the caret."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TermTyped:
    """The beginning of a term, or nothing yet. `key` is where a key could stand, `word` where a word could.

    `name` is all of the query, where it is so far nothing but words: it may be the name of something.
    """

    key: Span | None = None
    word: Span | None = None
    name: str | None = None
    is_phrase: bool = False


@dataclass(frozen=True, slots=True)
class ValueTyped:
    """A value of `key`, without its quotes. `others` are the values beside it, without case."""

    key: Key
    span: Span
    others: frozenset[str] = frozenset()


Typed: TypeAlias = TermTyped | ValueTyped


def typed_at(text: str, at: int) -> Typed | None:
    """At the caret before character `at` of a text that is readable (`gallery.search.language.readable`).

    None where nothing can be completed: the caret is outside of the text or between two things that touch, or the
    query is too long to be read as far.
    """
    if not 0 <= at <= len(text) or len(text) > LONGEST_QUERY:
        return None
    terms = 0
    for match in LEXEME.finditer(text):
        kind = _kind(match)
        if match.end() < at:
            terms += kind == "term"
            continue
        if match.start() == at or terms >= MOST_TERMS:
            break
        if kind == "term":
            return _in_term(text, at, match)
        # An "or" at the end may become a longer word.
        is_word = kind == "or" and match[0] != "|"
        return _in_word(text, at, match.start(), match.end()) if is_word else _blank(text, at)
    return _blank(text, at) if terms < MOST_TERMS else None


def _kind(match: re.Match[str]) -> str:
    return next((name for name in ("space", "open", "close", "or", "not") if match[name] is not None), "term")


def _blank(text: str, at: int) -> Typed | None:
    """Where a new term can begin: with space, a bracket or a minus before it, and nothing behind."""
    before = text[:at]
    is_free = not before or before[-1].isspace() or before[-1] == "(" or re.search(r"(?:^|[\s(])-$", before)
    if not is_free or _touches(text, at):
        return None
    nothing = Span("", at, at)
    return TermTyped(key=nothing, word=None, name=None if text.strip() else "")


def _in_term(text: str, at: int, match: re.Match[str]) -> Typed | None:
    if match["quote"] is not None:
        is_inside = at > match.start() and not (match["end"] and at == match.end())
        return TermTyped(word=_word(text, at), is_phrase=True) if is_inside else None
    head = _HEAD.match(text, match.start(), match.end())
    if head is None:
        return _in_word(text, at, match.start(), match.end())
    if at < head.end("name") + 1:
        name = Span(text[head.start() : at], head.start(), head.end("name") + 1)
        return TermTyped(key=name)
    key = key_of(head["name"])
    if key is None or at < head.end():
        return None
    if head["operator"] and key.kind is not Kind.DATE:
        return None
    return _in_values(text, at, key, head.end(), match.end())


def _in_word(text: str, at: int, start: int, end: int) -> Typed | None:
    """In a term of plain words: `word`, or one of `this|that`."""
    if text[start:at] == "-":
        return _blank(text, at)
    is_single = "|" not in text[start:end]
    word = _word(text, at)
    key = Span(text[start:at], start, end) if is_single else None
    is_plain = at == len(text) and not set(text) & set('":|()*')
    return TermTyped(key=key, word=word, name=text if is_plain else None)


def _word(text: str, at: int) -> Span | None:
    """The run of letters and digits around the caret."""
    start, end = at, at
    while start > 0 and _is_of_a_word(text[start - 1]):
        start -= 1
    while end < len(text) and _is_of_a_word(text[end]):
        end += 1
    # What is escaped, or would become a key, means something else than it says.
    if start == at or text[start - 1 : start] == "\\" or text[end : end + 1] == ":":
        return None
    return Span(text[start:at], start, end)


def _in_values(text: str, at: int, key: Key, start: int, end: int) -> Typed | None:
    """In `a|b|c`: the one at the caret, and where it ends if it is to be replaced."""
    spans: list[tuple[int, int, list[re.Match[str]]]] = []
    pieces: list[re.Match[str]] = []
    from_here = start
    for match in VALUE.finditer(text, start, end):
        if match["bar"]:
            spans.append((from_here, match.start(), pieces))
            from_here, pieces = match.end(), []
        else:
            pieces.append(match)
    spans.append((from_here, end, pieces))
    number = next((number for number, (first, last, _) in enumerate(spans) if first <= at <= last), None)
    if number is None or number >= MOST_VALUES:
        return None
    first, last, pieces = spans[number]
    typed = values_of(text[first:at])
    others = frozenset(
        value.text.casefold()
        for other, (low, high, _) in enumerate(spans)
        if other != number
        for value in values_of(text[low:high])
    )
    if key.kind is Kind.DATE:
        return ValueTyped(key, _bound(text, at, first, last), others)
    is_whole = len(pieces) == 1 and not _is_open(pieces[0])
    if pieces and not is_whole:
        # Only the writer knows how far an open quotation reaches: what stands behind the next gap is left alone.
        gap = _END_OF_OPEN_VALUE.search(text, at)
        last = min(last, gap.start() if gap else last)
    return ValueTyped(key, Span(typed[0].text if typed else "", first, last), others)


def _bound(text: str, at: int, first: int, last: int) -> Span:
    """One end of `this..that`, or the only one."""
    dots = text.rfind(_DOTS, first, at)
    start = first if dots < 0 else dots + len(_DOTS)
    dots = text.find(_DOTS, at, last)
    return Span(text[start:at], start, last if dots < 0 else dots)


def _is_open(piece: re.Match[str]) -> bool:
    return piece["quoted"] is not None and piece.end("quoted") == piece.end()


def _touches(text: str, at: int) -> bool:
    return at < len(text) and not text[at].isspace() and text[at] != ")"


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"
