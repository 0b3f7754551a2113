"""What a full-text index can be asked, in the words of neither database.

An expression is a tree of these. Every token in it is as `gallery.search.words` makes them, or as
`gallery.search.tokens` does; an engine turns the tree into its own language (`gallery.search.engine`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Token:
    """Documents with this very token."""

    token: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """Documents with a token that begins so."""

    token: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Documents with these tokens next to each other, in this order; the last one may be a beginning."""

    tokens: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Of nothing: every document."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Of nothing: no document."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Documents that `part` does not match."""

    part: Expression


Expression: TypeAlias = Token | Beginning | Sequence | AllOf | AnyOf | Without
EVERYTHING = AllOf(())
