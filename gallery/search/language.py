"""The query language: a text becomes terms. Every text is a query; what cannot be understood is said, and searched as
text.

    words        "a phrase"        -not this        cat or dog        (brackets)
    key:value    key:a|b           key:"two words"  key:beg*          key:>5   key:3..7

The last word matches by its beginning as long as nothing follows it, so that a search narrows while it is typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from gallery.search.keys import KEYS, key_of

LONGEST_QUERY = 4_000
MOST_TERMS = 100
MOST_VALUES = 50
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Words:
    """Words in a row; a phrase if there are several. An open one also matches what its last word begins."""

    text: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a key. `text` is without quotes; a beginning had a star."""

    text: str
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """`key:values`, any of them. `operator` is one of ":", ">", "<", ">=", "<="."""

    key: str
    values: tuple[Value, ...]
    operator: str = ":"


@dataclass(frozen=True, slots=True)
class Not:
    part: Term


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Term, ...]


Term: TypeAlias = Words | Field | Not | All | Any


@dataclass(frozen=True, slots=True)
class Part:
    """One term of the query as it stands there: pictures must match all of these."""

    text: str
    term: Term


@dataclass(frozen=True, slots=True)
class Query:
    """`text` is what was read of the query; `notices` are sentences about what was not."""

    text: str
    parts: tuple[Part, ...]
    notices: tuple[str, ...]


_USUAL_LENGTH = 500
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
LEXEME = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>\() | (?P<close>\))
      | (?P<or>(?:[oO][rR]|\|)(?=[\s(]|$))
      | (?P<not>-(?=[^\s)-]))
      | (?P<key>[A-Za-z][A-Za-z-]*):(?P<operator>>=|<=|>|<)?+(?P<values>(?:"(?:[^"\\]|\\.)*"?|[^\s"()]+)+)
      | (?P<quote>"(?P<phrase>(?:[^"\\]|\\.)*)(?P<end>"?))
      | (?P<word>[^\s"()]+)
    """,
    re.VERBOSE | re.DOTALL,
)
VALUE = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<plain>[^"|]+)|(?P<bar>\|)', re.DOTALL)


def parse(text: str) -> Query:
    """Reads a query of any content and length, in time that grows with its length. A page reads its own again for every
    link that changes it: those that people write are kept."""
    return _parse_usual(text) if len(text) <= _USUAL_LENGTH else _Reader(text).query()


@lru_cache(maxsize=64)
def _parse_usual(text: str) -> Query:
    return _Reader(text).query()


def readable(text: str) -> str:
    """The text as it is read, character for character: what no text can hold becomes a space."""
    return _UNREADABLE.sub(" ", text)


def quoted(value: str) -> str:
    """A value as it is written in a query."""
    if value and re.fullmatch(r"[^\s\"|()\\*<>]+", value) and ".." not in value:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    start: int
    end: int
    term: Term | None = None


class _Reader:
    def __init__(self, text: str) -> None:
        self.notices: list[str] = []
        # Where each of several terms side by side stands in the text.
        self.spans: dict[int, tuple[int, int]] = {}
        text = readable(text[: LONGEST_QUERY + 1])
        if len(text) > LONGEST_QUERY:
            self._say(f"The query is longer than {LONGEST_QUERY:,} characters; its beginning is searched.")
            text = text[:LONGEST_QUERY]
        self.text = text
        self.lexemes = self._lexemes()
        self.place = 0

    def query(self) -> Query:
        parts: list[Part] = []
        while self.place < len(self.lexemes):
            start = self.lexemes[self.place].start
            term = self._either(0)
            end = self.lexemes[self.place - 1].end
            if term is not None:
                # Terms that stand side by side are all wanted: each is a part of its own.
                if isinstance(term, All):
                    parts += self._split(term)
                else:
                    parts.append(Part(self.text[start:end].strip(), term))
            if self.place < len(self.lexemes) and self.lexemes[self.place].kind == "close":
                self._say("A closing bracket has no opening one; it was left out.")
                self.place += 1
        return Query(self.text, tuple(parts), tuple(self.notices))

    def _split(self, term: All) -> list[Part]:
        spans = (self.spans[id(part)] for part in term.parts)
        return [
            Part(self.text[start:end].strip(), part)
            for part, (start, end) in zip(term.parts, spans, strict=True)
        ]

    def _say(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)

    def _lexemes(self) -> list[_Lexeme]:
        found: list[_Lexeme] = []
        terms = 0
        for match in LEXEME.finditer(self.text):
            kind = str(match.lastgroup)
            if kind == "space":
                continue
            term = None
            if match["key"] is not None:
                kind, term = "term", self._field(match)
            elif match["quote"] is not None:
                if not match["end"]:
                    self._say("A quotation mark is not closed; the phrase goes to the end.")
                kind, term = "term", Words(_unescaped(match["phrase"]))
            elif match["word"] is not None:
                kind, term = "term", self._word(match)
            else:
                kind = next(name for name in ("open", "close", "or", "not") if match[name] is not None)
            if kind == "term":
                terms += 1
                if terms > MOST_TERMS:
                    self._say(f"Only the first {MOST_TERMS} terms are searched.")
                    break
            found.append(_Lexeme(kind, match.start(), match.end(), term))
        return found

    def _field(self, match: re.Match[str]) -> Term:
        key = key_of(match["key"])
        if key is None:
            names = ", ".join(KEYS)
            self._say(f"There is no key “{match['key'][:40]}”; it is searched as text. Keys are: {names}.")
            return Words(match[0], is_open=match.end() == len(self.text))
        values = values_of(match["values"])
        if len(values) > MOST_VALUES:
            self._say(f"Only the first {MOST_VALUES} values of {key.name} are searched.")
        return Field(key.name, values[:MOST_VALUES], match["operator"] or ":")

    def _word(self, match: re.Match[str]) -> Term | None:
        name = match["word"].rstrip("<>=")
        is_last = match.end() == len(self.text)
        if not name.endswith(":") or key_of(name[:-1]) is None:
            return _words(match["word"], is_last=is_last)
        # At the end its value is still to be typed.
        if not is_last:
            self._say(f"“{name}” has no value; it was left out.")
        return None

    def _either(self, depth: int) -> Term | None:
        """Terms, or others instead of them."""
        choices: list[Term] = []
        while True:
            term = self._together(depth)
            if term is not None:
                choices.append(term)
            if self.place < len(self.lexemes) and self.lexemes[self.place].kind == "or":
                if term is None:
                    self._say("“or” stands between two terms.")
                self.place += 1
                continue
            if not choices:
                return None
            return choices[0] if len(choices) == 1 else Any(tuple(choices))

    def _together(self, depth: int) -> Term | None:
        parts: list[Term] = []
        while self.place < len(self.lexemes) and self.lexemes[self.place].kind not in {"or", "close"}:
            start = self.lexemes[self.place].start
            term = self._one(depth)
            if term is not None:
                parts.append(term)
                self.spans[id(term)] = (start, self.lexemes[self.place - 1].end)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, depth: int) -> Term | None:
        lexeme = self.lexemes[self.place]
        self.place += 1
        if lexeme.kind == "term":
            return lexeme.term
        if lexeme.kind == "not":
            if self.place >= len(self.lexemes) or self.lexemes[self.place].kind in {"or", "close"}:
                return None
            part = self._one(depth)
            return None if part is None else Not(part)
        if depth >= DEEPEST:
            self._say(f"Brackets are nested more than {DEEPEST} deep; the inner ones were left out.")
            return None
        term = self._either(depth + 1)
        if self.place < len(self.lexemes) and self.lexemes[self.place].kind == "close":
            self.place += 1
        else:
            self._say("A bracket is not closed; it goes to the end.")
        return term


def _words(text: str, *, is_last: bool) -> Term:
    """`word`, `beg*`, or `this|that`."""
    words = [word for word in text.split("|") if word][:MOST_VALUES] or [text]
    terms = [
        Words(word.rstrip("*"), is_open=word.endswith("*") or (is_last and number == len(words)))
        for number, word in enumerate(words, start=1)
    ]
    return terms[0] if len(terms) == 1 else Any(tuple(terms))


def values_of(text: str) -> tuple[Value, ...]:
    """`a|"b c"|d*` as values; quotes may stand anywhere in one."""
    found: list[Value] = []
    current, is_beginning, is_there = "", False, False
    for match in VALUE.finditer(text):
        if match["bar"]:
            if is_there:
                found.append(Value(current, is_beginning))
            current, is_beginning, is_there = "", False, False
        elif match["quoted"] is not None:
            current, is_beginning, is_there = current + _unescaped(match["quoted"]), False, True
        else:
            current, is_there = current + match["plain"], True
            is_beginning = current.endswith("*")
            current = current.rstrip("*") if is_beginning else current
    if is_there:
        found.append(Value(current, is_beginning))
    return tuple(found)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
