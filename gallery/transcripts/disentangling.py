"""Streams whose events lie between each other without a key: each event to the response that it certainly belongs to.

Snapshots name their response; events about items do not. An item belongs to the response whose final output lists its
id or holds what it tells. Where that is silent, it belongs to the only response that was running then, whose own
events leave room for its sequence numbers, and whose output has not another item at its place. What is left is kept
by itself and marked: in none of the responses stands anything of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import ITEM_ADDED, ITEM_DONE, TERMINAL
from gallery.transcripts.groups import NO_NUMBER, Body, Stream, Told
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.records import Problem

_LARGEST = 2**62
_MOST_WORK = 3_000_000
_FACTS = ("result", "partial_image_b64", "text", "refusal", "arguments", "input", "code")


@dataclass(slots=True, eq=False)
class _Owner:
    """One response, with what its own snapshots tell."""

    named: list[Told] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    begin: int = -1
    end: int = _LARGEST
    listed: Counter[str] = field(default_factory=Counter)
    is_listing_known: bool = False
    facts: set[Any] = field(default_factory=set)
    sequences: set[int] = field(default_factory=set)
    last_sequence: int = _LARGEST
    places: dict[int, str | None] = field(default_factory=dict)

    @property
    def has_failed(self) -> bool:
        return any(one.kind == "response.failed" for one in self.named)

    def learn(self, one: Told) -> None:
        self.named.append(one)
        self.told.append(one)
        response = _response(one)
        if one.kind == "response.created":
            self.begin = one.number
        if one.sequence != NO_NUMBER:
            self.sequences.add(one.sequence)
        if one.kind in TERMINAL:
            self.end, self.last_sequence = one.number, one.sequence if one.sequence >= 0 else _LARGEST
        output = response.get("output")
        for item in output if isinstance(output, list) else ():
            if type(item) is dict:
                self.facts |= _facts(item)
                if isinstance(item.get("id"), str):
                    self.listed[item["id"]] += one.kind in TERMINAL

    def take(self, unit: _Unit) -> None:
        self.told += unit.told
        self.sequences |= unit.sequences
        self.facts |= unit.facts
        for place in unit.places:
            self.places[place] = unit.item_id


@dataclass(slots=True, eq=False)
class _Unit:
    """Events that belong to one response whichever it is: those of one item id, or a single one."""

    item_id: str | None
    is_id_telling: bool = True
    told: list[Told] = field(default_factory=list)
    sequences: set[int] = field(default_factory=set)
    places: set[int] = field(default_factory=set)
    facts: set[Any] = field(default_factory=set)

    def add(self, one: Told) -> None:
        self.told.append(one)
        self.facts |= _facts(one.body or {})
        if one.sequence != NO_NUMBER:
            self.sequences.add(one.sequence)
        place = (one.body or {}).get("output_index")
        if one.kind == ITEM_ADDED and type(place) is int:
            self.places.add(place)


def disentangle(groups: Sequence[Stream | Body]) -> list[Stream | Body]:
    """The groups, with those that lie between each other parted anew: they stand where the first of them stood."""
    tangles: list[list[Stream]] = []
    reach = -1
    for group in groups:
        if not isinstance(group, Stream) or group.kind != "response" or group.has_channel or group.is_empty:
            continue
        begin, end = group.span
        if tangles and (reach > begin or _goes_on_in(tangles[-1][-1], group)):
            tangles[-1].append(group)
        else:
            tangles.append([group])
        reach = max(reach, end)
    tangled = {id(stream) for tangle in tangles for stream in tangle}
    parted = {id(tangle[0]): _parted(tangle) for tangle in tangles}
    found: list[Stream | Body] = []
    for group in groups:
        if id(group) not in tangled:
            found.append(group)
        else:
            found += parted.get(id(group), [])
    return found


def _goes_on_in(known: Stream, other: Stream) -> bool:
    """Whether events of the second are about an item that the first has begun and the second has not."""
    if known.is_terminal or known.is_closed:
        return False
    begun = known.begun_items()
    if not begun:
        return False
    own = other.begun_items()
    return bool(own) and any(_item_id(one) in begun - own for one in other.told())


def _parted(tangle: list[Stream]) -> list[Stream]:
    if len(tangle) == 1 and len(_terminal_ids(tangle[0])) < 2:
        return tangle
    owners, nameless = _owners(tangle)
    if len(owners) < 2:
        return tangle
    units = _units(nameless, owners)
    known = {unit.item_id for unit in units}
    for owner in owners:
        owner.is_listing_known = not known.isdisjoint(+owner.listed)
    doubtful = _settle(units, owners)
    _follow(nameless, owners)
    streams = [_as_stream(owner.told, tangle) for owner in owners]
    if doubtful:
        rest = _as_stream([one for unit in doubtful for one in unit.told], tangle)
        names = " and ".join(sorted(stream.response_id or "one without an id" for stream in streams))
        count = sum(len(unit.told) for unit in doubtful)
        sentence = f"Nothing tells to which of {names} {count:,} events belong: they are kept by themselves."
        rest.doubts.append(rest.problem_at(0, "doubtful_owner", sentence))
        streams.append(rest)
    _share_problems(tangle, streams)
    return streams


def _owners(tangle: Sequence[Stream]) -> tuple[list[_Owner], list[Told]]:
    """The responses that are named, and the events that name none, in file order."""
    owners: dict[tuple[int, str], _Owner] = {}
    nameless: list[Told] = []
    for number, stream in enumerate(tangle):
        is_mixed = len(_terminal_ids(stream)) > 1
        for one in stream.told():
            name = _response(one).get("id")
            if not isinstance(name, str) or not name:
                nameless.append(one)
                continue
            owners.setdefault((number, name if is_mixed else ""), _Owner()).learn(one)
    return list(owners.values()), sorted(nameless, key=lambda one: one.number)


def _terminal_ids(stream: Stream) -> set[str]:
    return {
        name
        for event in stream.events
        if event.kind in TERMINAL
        and type(response := event.body.get("response")) is dict
        and isinstance(name := response.get("id"), str)
    }


def _units(nameless: Iterable[Told], owners: Sequence[_Owner]) -> list[_Unit]:
    nameless = [one for one in nameless if one.body is not None]
    begun = Counter(_item_id(one) for one in nameless if one.kind == ITEM_ADDED)
    begun |= Counter(_item_id(one) for one in nameless if one.kind == ITEM_DONE)
    listed = Counter(item_id for owner in owners for item_id in +owner.listed)
    units: list[_Unit] = []
    by_id: dict[str, _Unit] = {}
    for one in nameless:
        item_id = _item_id(one)
        if item_id is None or begun[item_id] > 1 or listed[item_id] > 1:
            most = max(owner.listed[item_id or ""] for owner in owners)
            unit = _Unit(item_id, begun[item_id] <= max(most, 1))
            units.append(unit)
        elif item_id in by_id:
            unit = by_id[item_id]
        else:
            unit = by_id[item_id] = _Unit(item_id)
            units.append(unit)
        unit.add(one)
    return units


def _settle(units: Sequence[_Unit], owners: Sequence[_Owner]) -> list[_Unit]:
    """Gives every unit that can only belong to one response to it, until none is left of which that is so."""
    left, work = list(units), 0
    while left and work < _MOST_WORK:
        still: list[_Unit] = []
        for number, unit in enumerate(left):
            work += len(owners) * len(unit.told)
            if work >= _MOST_WORK:
                return still + left[number:]
            candidates = _candidates(unit, owners)
            if len(candidates) == 1:
                candidates[0].take(unit)
            else:
                still.append(unit)
        if len(still) == len(left):
            break
        left = still
    return left


def _candidates(unit: _Unit, owners: Sequence[_Owner]) -> list[_Owner]:
    if unit.told[0].kind == "error":
        failed = [owner for owner in owners if owner.has_failed]
        return failed or [owner for owner in owners if owner.end == _LARGEST]
    free: Sequence[_Owner] = owners
    if unit.item_id is not None and unit.is_id_telling:
        listing = [owner for owner in owners if owner.listed[unit.item_id]]
        if len(listing) == 1:
            return listing
        # A final output can list only some of the items.
        free = listing or [owner for owner in owners if not owner.is_listing_known] or owners
    holding = [owner for owner in free if unit.facts & owner.facts]
    if len(holding) == 1:
        return holding
    return [owner for owner in holding or free if _has_room(owner, unit)]


def _has_room(owner: _Owner, unit: _Unit) -> bool:
    if not all(owner.begin < one.number < owner.end for one in unit.told):
        return False
    if unit.sequences & owner.sequences or max(unit.sequences, default=0) > owner.last_sequence:
        return False
    return all(owner.places.get(place, unit.item_id) == unit.item_id for place in unit.places)


def _follow(nameless: Iterable[Told], owners: Sequence[_Owner]) -> None:
    """Events of which only the kind was kept stand in the timeline of the response that spoke last before them."""
    spoken = sorted(((one.number, place) for place, owner in enumerate(owners) for one in owner.told))
    at, last = 0, 0
    for one in nameless:
        if one.body is not None:
            continue
        while at < len(spoken) and spoken[at][0] < one.number:
            last, at = spoken[at][1], at + 1
        owners[last].told.append(one)


def _as_stream(told: Iterable[Told], tangle: Sequence[Stream]) -> Stream:
    stream = Stream("response")
    for one in sorted(told, key=lambda one: one.number):
        stream.tell(one)
    ends = {whole.span[1] for whole in tangle if whole.is_cut}
    stream.is_cut = not stream.is_terminal and stream.span[1] in ends
    return stream


def _share_problems(tangle: Sequence[Stream], streams: Sequence[Stream]) -> None:
    """Each problem to the stream whose event comes last before it."""
    numbers = [(one.number, place) for place, stream in enumerate(streams) for one in stream.told()]
    for problem in _problems(tangle):
        before = [pair for pair in numbers if problem.event is not None and pair[0] < problem.event]
        streams[max(before)[1] if before else 0].problems.append(problem)


def _problems(tangle: Sequence[Stream]) -> Iterator[Problem]:
    for stream in tangle:
        yield from stream.problems


def _response(one: Told) -> dict[str, Any]:
    response = (one.body or {}).get("response")
    return response if type(response) is dict else {}


def _item_id(one: Told) -> str | None:
    body = one.body or {}
    item = body.get("item")
    item_id = item.get("id") if type(item) is dict else body.get("item_id")
    return item_id if isinstance(item_id, str) and item_id else None


def _facts(body: dict[str, Any]) -> set[Any]:
    """The texts and pictures of an item, or of an event about one."""
    inner = body.get("item") or body.get("part")
    body = inner if type(inner) is dict else body
    found = {body.get(name) for name in _FACTS if isinstance(body.get(name), str | LiftedPicture)}
    for name in ("content", "summary"):
        parts = body.get(name)
        for part in parts if isinstance(parts, list) else ():
            if type(part) is dict:
                found |= {part.get(key) for key in _FACTS if isinstance(part.get(key), str | LiftedPicture)}
    return found - {""}
