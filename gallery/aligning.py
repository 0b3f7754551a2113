"""Which items of several snapshots are one: those at the same place, unless some left out what others have.

A body from which the reasoning was taken out counts its items from another beginning than the stream of the same
response. Its items are found in the stream's in the same order; what stands between two of them on one side only was
left out on the other, and leaving out is no contradiction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gallery.agreeing import Place, difference, is_proof, places_of
from gallery.snapshots import Snapshot

_MOST_PAIRS = 40_000
_SILENT, _ALIKE, _PROVEN = 1, 2, 8
_SALVAGED_ITEM = re.compile(r"output\.(\d+)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """One item in all the snapshots that have it, by their numbers."""

    position: int
    members: tuple[tuple[int, Place], ...]

    def agrees(self, other: Column) -> bool:
        return all(difference(mine, theirs) is None for mine, theirs in self._pairs(other))

    def proves(self, other: Column) -> bool:
        return any(is_proof(mine, theirs) for mine, theirs in self._pairs(other))

    def is_alike(self, other: Column) -> bool:
        """Whether both are of one type that at least one of each says."""
        return bool(self.types & other.types)

    @property
    def types(self) -> set[str]:
        return {place.type for _, place in self.members} - {""}

    @property
    def random_ids(self) -> set[str]:
        return {place.random_id for _, place in self.members if place.random_id is not None}

    def _pairs(self, other: Column) -> Iterable[tuple[Place, Place]]:
        return ((mine, theirs) for _, mine in self.members for _, theirs in other.members)


Pair = tuple[Column | None, Column | None]


def columns_of(snapshot: Snapshot, number: int = 0) -> list[Column]:
    return [Column(place.position, ((number, place),)) for place in places_of(snapshot)]


def pair_up(first: Sequence[Column], second: Sequence[Column]) -> list[Pair] | None:
    """Both in one order, with None where one has nothing; None if they contradict each other."""
    here = _same_places(first, second)
    return _shifted(first, second) if here is None else here


def aligned(ascending: Sequence[Snapshot]) -> list[Snapshot]:
    """The snapshots, the most believable last, with each item at the same place in all that have it."""
    order = sorted(range(len(ascending)), key=lambda number: (len(ascending[number].response.items), number))
    columns: list[Column] = []
    is_shifted = False
    for number in reversed(order):
        others = columns_of(ascending[number], number)
        pairs = pair_up(columns, others)
        if pairs is None:
            return list(ascending)
        is_shifted = is_shifted or any(
            one and other and one.position != other.position for one, other in pairs
        )
        columns = [_joined(pair, place if is_shifted else None) for place, pair in enumerate(pairs)]
    if not is_shifted:
        return list(ascending)
    moves: list[dict[int, int]] = [{} for _ in ascending]
    for position, column in enumerate(columns):
        for number, place in column.members:
            moves[number][place.position] = position
    return [_moved(snapshot, moves[number]) for number, snapshot in enumerate(ascending)]


def _joined(pair: Pair, position: int | None) -> Column:
    present = [one for one in pair if one is not None]
    members = tuple(member for one in present for member in one.members)
    return Column(present[0].position if position is None else position, members)


def _same_places(first: Sequence[Column], second: Sequence[Column]) -> list[Pair] | None:
    """By place, if nothing contradicts and no id stands at different ones."""
    mine = {column.position: column for column in first}
    theirs = {column.position: column for column in second}
    if any(not mine[place].agrees(theirs[place]) for place in mine.keys() & theirs.keys()):
        return None
    here, there = _places_by_id(first), _places_by_id(second)
    if any(here[name] != there[name] for name in here.keys() & there.keys()):
        return None
    return [(mine.get(place), theirs.get(place)) for place in sorted(mine.keys() | theirs.keys())]


def _places_by_id(columns: Sequence[Column]) -> dict[str, int]:
    """Of ids that stand at one place only."""
    counts = Counter(name for column in columns for name in column.random_ids)
    return {name: column.position for column in columns for name in column.random_ids if counts[name] == 1}


def _shifted(first: Sequence[Column], second: Sequence[Column]) -> list[Pair] | None:
    """In their common order, if what each leaves out stands where the other has nothing instead."""
    if len(first) * len(second) > _MOST_PAIRS:
        return None
    if not any(mine.is_alike(other) and mine.agrees(other) for mine in first for other in second):
        return None  # Nothing is common: most of many twins are told apart here.
    if repr(second) < repr(first):  # so that both directions find the same
        pairs = _shifted_in_order(second, first)
        return None if pairs is None else [(one, other) for other, one in pairs]
    return _shifted_in_order(first, second)


def _shifted_in_order(first: Sequence[Column], second: Sequence[Column]) -> list[Pair] | None:
    worth = [[_worth(mine, other) for other in second] for mine in first]
    best = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in reversed(range(len(first))):
        for j in reversed(range(len(second))):
            together = worth[i][j] + best[i + 1][j + 1] if worth[i][j] else 0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(first) and j < len(second):
        if worth[i][j] and best[i][j] == worth[i][j] + best[i + 1][j + 1]:
            pairs.append((first[i], second[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((first[i], None))
            i += 1
        else:
            pairs.append((None, second[j]))
            j += 1
    pairs += [(mine, None) for mine in first[i:]]
    pairs += [(None, other) for other in second[j:]]
    return pairs if _is_sound(pairs) else None


def _worth(mine: Column, other: Column) -> int:
    """How much tells that both are one item; 0 where they cannot be."""
    if not mine.agrees(other):
        return 0
    if mine.proves(other):
        return _PROVEN
    return _ALIKE if mine.is_alike(other) else _SILENT


def _is_sound(pairs: Sequence[Pair]) -> bool:
    """Whether no two items stand at one place and say different things.

    Neither side must have elsewhere what the other leaves out; where both leave something out, something must prove
    that they are of one response.
    """
    common = [(one, other) for one, other in pairs if one is not None and other is not None]
    if not any(one.is_alike(other) for one, other in common):
        return False
    for before, after in pairwise(pairs):
        if None in before and None in after and (before[0] is None) != (after[0] is None):
            return False
    mine = [one for one, other in pairs if one is not None and other is None]
    theirs = [other for one, other in pairs if other is not None and one is None]
    if any(one.is_alike(other) for one in mine for other in theirs):
        return False
    # What stands behind all that is common had not come yet, where the other recording ends.
    last = max(number for number, pair in enumerate(pairs) if None not in pair)
    leaves_out = {pair.index(None) for pair in pairs[:last] if None in pair}
    return len(leaves_out) < 2 or any(one.proves(other) for one, other in common)


def _moved(snapshot: Snapshot, moves: dict[int, int]) -> Snapshot:
    response = snapshot.response
    items = [replace(item, position=moves[item.position]) for item in response.items]
    pictures = [replace(one, position=moves[one.position]) for one in snapshot.pictures]
    salvaged = {_moved_name(name, moves) for name in response.salvaged}
    return Snapshot(
        replace(response, items=tuple(items), salvaged=tuple(sorted(salvaged))),
        tuple(sorted(pictures, key=lambda one: one.place)),
    )


def _moved_name(name: str, moves: dict[int, int]) -> str:
    found = _SALVAGED_ITEM.fullmatch(name)
    return f"output.{moves.get(int(found[1]), found[1])}{found[2]}" if found else name
