"""Values that belong together: the events of one stream, or one body. Compact while a long stream is being read."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import ITEM_ADDED, TERMINAL, TERMINAL_STATUSES
from gallery.transcripts.records import Problem, ResponseKind, TimelineRun

_LARGEST = 2**62
NO_NUMBER = -1


@dataclass(frozen=True, slots=True)
class Event:
    """A stream event that is kept whole. `index` is its place among the events of its group."""

    index: int
    kind: str
    body: dict[str, Any]
    is_salvaged: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a stream with all that is known of it: `body` of a delta is one of its text's, `delta` its own."""

    kind: str
    sequence: int
    number: int
    line: int
    body: dict[str, Any] | None
    delta: str | None = None
    is_salvaged: bool = False


@dataclass(slots=True)
class Deltas:
    """The deltas of one text, without the events around them: a delta event weighs ten times its text."""

    kind: str
    sample: dict[str, Any]
    texts: list[str] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Body:
    """One JSON body, or output items with nothing around them."""

    kind: ResponseKind
    body: dict[str, Any]
    custom_id: str | None = None
    is_salvaged: bool = False
    is_cut: bool = False
    line: int | None = None
    problems: list[Problem] = field(default_factory=list)


class Stream:
    """The events of one response, in file order, put into order at the end."""

    def __init__(self, kind: ResponseKind) -> None:
        self.kind = kind
        self.response_id: str | None = None
        self.has_created = False
        self._created: object = None
        self.is_terminal = False
        self.is_closed = False
        self.is_cut = False
        self.has_channel = False
        self.events: list[Event] = []
        self.deltas: dict[Any, Deltas] = {}
        self.problems: list[Problem] = []
        self.doubts: list[Problem] = []
        self.last_sequence = NO_NUMBER
        self.are_sequences_reliable = True
        self._is_in_order = True
        self._all_numbered = True
        self._kinds: list[str] = []
        self._sequences = array("q")
        self._numbers = array("q")
        self._lines = array("q")
        self._by_sequence: dict[int, list[int]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has shown no end. A stream of the Images API can end with every finished picture."""
        is_finished = self.kind == "images" and self._kinds[-1].endswith(".completed")
        return not (self.is_terminal or self.is_closed or is_finished)

    @property
    def is_empty(self) -> bool:
        return not self._kinds

    @property
    def span(self) -> tuple[int, int]:
        """The numbers of its first and its last event in the file."""
        return min(self._numbers), max(self._numbers)

    def began_otherwise(self, response: object) -> bool:
        """Whether a response under this stream's id was created with other words than this one."""
        return self._created is not None and self._created != response

    def begun_items(self) -> set[str]:
        """The ids of the items that were announced."""
        items = (event.body.get("item") for event in self.events if event.kind == ITEM_ADDED)
        return {
            item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)
        } - {""}

    def add_delta(
        self, kind: str, body: dict[str, Any], delta: str, sequence: int, number: int, line: int
    ) -> None:
        """Keep a delta. Raises TypeError when the event's keys are of impossible types."""
        get = body.get
        key = (kind, get("output_index"), get("item_id"), get("content_index"), get("summary_index"))
        deltas = self.deltas.get(key)
        if deltas is None:
            deltas = self.deltas[key] = Deltas(kind, body)
        deltas.texts.append(delta)
        deltas.indexes.append(len(self._kinds))
        self._count(kind, sequence, number, line)

    def add(
        self,
        kind: str,
        body: dict[str, Any] | None,
        sequence: int,
        number: int,
        line: int,
        *,
        is_salvaged: bool,
    ) -> None:
        """Keep an event; one whose content is not needed (`body` None) is only counted."""
        if body is not None:
            self.events.append(Event(len(self._kinds), kind, body, is_salvaged))
            response = body.get("response")
            if type(response) is dict:
                response_id = response.get("id")
                if isinstance(response_id, str) and response_id:
                    self.response_id = response_id
                status = response.get("status")
                if kind in TERMINAL or (isinstance(status, str) and status in TERMINAL_STATUSES):
                    self.is_terminal = True
            if kind == "response.created":
                self.has_created = True
                self._created = None if is_salvaged else body.get("response")
        self._count(kind, sequence, number, line)

    def is_repeat(self, kind: str, body: dict[str, Any], sequence: int) -> bool:
        """Whether this numbered event was there already, exactly so. Notes when a number stands for two events."""
        if self._by_sequence is None:
            self._by_sequence = {}
            for index, known in enumerate(self._sequences):
                self._by_sequence.setdefault(known, []).append(index)
        same_number = self._by_sequence.get(sequence)
        if not same_number or not self.are_sequences_reliable:
            return False
        for index in same_number:
            if self._kinds[index] == kind and self._content_at(index, body) == _content(body):
                return True
        self.are_sequences_reliable = False
        return False

    def has_sequence(self, sequence: int) -> bool:
        return sequence in self._sequences

    def told(self) -> list[Told]:
        """Every event, in the order they were added."""
        events = {event.index: event for event in self.events}
        texts = {
            index: (deltas.sample, text)
            for deltas in self.deltas.values()
            for index, text in zip(deltas.indexes, deltas.texts, strict=True)
        }
        found = []
        for index, kind in enumerate(self._kinds):
            event = events.get(index)
            body, delta = (event.body, None) if event is not None else texts.get(index, (None, None))
            is_salvaged = event is not None and event.is_salvaged
            place = self._sequences[index], self._numbers[index], self._lines[index]
            found.append(Told(kind, *place, body, delta, is_salvaged))
        return found

    def tell(self, told: Told) -> None:
        """Add an event that another stream had."""
        place = told.sequence, told.number, told.line
        if told.delta is not None and told.body is not None:
            self.add_delta(told.kind, told.body, told.delta, *place)
        else:
            self.add(told.kind, told.body, *place, is_salvaged=told.is_salvaged)

    def put_in_order(self) -> None:
        """Sort by sequence number if every event has one; file order otherwise."""
        if self._is_in_order or not self._all_numbered:
            return
        order = sorted(range(len(self._kinds)), key=self._sequences.__getitem__)
        place = [0] * len(order)
        for position, index in enumerate(order):
            place[index] = position
        self.events = sorted(
            (Event(place[event.index], event.kind, event.body, event.is_salvaged) for event in self.events),
            key=lambda event: event.index,
        )
        for deltas in self.deltas.values():
            pairs = sorted(zip((place[index] for index in deltas.indexes), deltas.texts, strict=True))
            deltas.indexes = [index for index, _ in pairs]
            deltas.texts = [text for _, text in pairs]
        self._kinds = [self._kinds[index] for index in order]
        self._sequences = array("q", [self._sequences[index] for index in order])
        self._numbers = array("q", [self._numbers[index] for index in order])
        self._lines = array("q", [self._lines[index] for index in order])
        self._is_in_order = True

    def problem_at(self, index: int, code: str, message: str) -> Problem:
        """A problem with the event at this place of the group."""
        return Problem(code, message, self._lines[index], self._numbers[index])

    def no_end(self) -> Problem:
        """That this stream stops before its end, and where: at the last event that came."""
        at = max(range(len(self._numbers)), key=self._numbers.__getitem__)
        line, number = self._lines[at], self._numbers[at]
        return Problem("no_end", f"The stream stops at line {line}, before its final event.", line, number)

    def timeline(self) -> tuple[TimelineRun, ...]:
        runs: list[TimelineRun] = []
        kind, first = None, 0
        for index, next_kind in enumerate([*self._kinds, None]):
            if next_kind == kind:
                continue
            if kind is not None:
                runs.append(TimelineRun(kind, index - first, self._numbers[first], self._lines[first]))
            kind, first = next_kind, index
        return tuple(runs)

    def _count(self, kind: str, sequence: int, number: int, line: int) -> None:
        if sequence == NO_NUMBER:
            self._all_numbered = False
        elif sequence > self.last_sequence:
            self.last_sequence = sequence
        else:
            self._is_in_order = False
        if self._by_sequence is not None:
            self._by_sequence.setdefault(sequence, []).append(len(self._kinds))
        self._kinds.append(kind)
        self._sequences.append(sequence)
        self._numbers.append(number)
        self._lines.append(line)

    def _content_at(self, index: int, body: dict[str, Any]) -> dict[str, Any] | None:
        place = bisect_left(self.events, index, key=lambda event: event.index)
        if place < len(self.events) and self.events[place].index == index:
            return _content(self.events[place].body)
        for deltas in self.deltas.values():
            place = bisect_left(deltas.indexes, index)
            if place < len(deltas.indexes) and deltas.indexes[place] == index:
                return _content({**deltas.sample, **_variable(body), "delta": deltas.texts[place]})
        return _content(body)  # Only counted: a lifecycle event that says nothing but its kind and number.


def sequence_of(body: dict[str, Any]) -> int:
    """The event's sequence number, or NO_NUMBER where it has none that makes sense."""
    sequence = body.get("sequence_number")
    return sequence if type(sequence) is int and 0 <= sequence < _LARGEST else NO_NUMBER


def _content(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ("obfuscation", "logprobs")}


def _variable(body: dict[str, Any]) -> dict[str, Any]:
    """What differs between deltas of one text besides the text: nothing that would make them different events."""
    return {key: value for key, value in body.items() if key == "sequence_number"}
