"""Values in file order to responses: which values belong together, and which are not ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gallery.transcripts.batches import body_of_batch_line
from gallery.transcripts.disentangling import disentangle
from gallery.transcripts.errors import NotATranscript
from gallery.transcripts.events import (
    ANNOTATION,
    DELTAS,
    IMAGES_PREFIXES,
    ITEM_ADDED,
    ITEM_DONE,
    LIFECYCLE_ITEMS,
    PARTIAL_IMAGE,
    PARTS,
    TEXT_DONE,
)
from gallery.transcripts.extract import extract
from gallery.transcripts.fold import Folded, fold_body, fold_stream
from gallery.transcripts.fold_images import fold_images_stream
from gallery.transcripts.groups import NO_NUMBER, Body, Stream, sequence_of
from gallery.transcripts.limits import Limits
from gallery.transcripts.parting import part_images
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.records import Problem, Response
from gallery.transcripts.shapes import Foreign, foreign, shape_of, unwrapped

_KEPT = frozenset({ITEM_ADDED, ITEM_DONE, PARTIAL_IMAGE, ANNOTATION, "error", *TEXT_DONE, *PARTS})
_DEEPEST_LIST = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its line, and its offset in the text that is being read."""

    line: int
    offset: int
    is_salvaged: bool = False


class Problems:
    """All problems in file order, as many as are allowed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._all: list[Problem] = []
        self._left_out = 0

    def add(self, problem: Problem) -> bool:
        """Keep it, or count it if there are too many. Whether it was kept."""
        if len(self._all) >= self._limit:
            self._left_out += 1
            return False
        self._all.append(problem)
        return True

    def all(self) -> tuple[Problem, ...]:
        if not self._left_out:
            return tuple(self._all)
        return (*self._all, Problem("more_problems", f"{self._left_out:,} more problems are not listed."))


class Assembler:
    """Takes every top-level value of a file in order and gives the responses at the end."""

    def __init__(self, limits: Limits, raw_offset: Callable[[int], int | None]) -> None:
        self._limits = limits
        self._raw_offset = raw_offset
        self.problems = Problems(limits.problems)
        self.event_count = 0
        self.details: set[str] = set()
        self._groups: list[Stream | Body] = []
        self._current: Stream | None = None
        self._last: Stream | Body | None = None
        self._streams: dict[str, Stream] = {}
        self._by_channel: dict[str, Stream] = {}
        self._waiting: list[tuple[str, int, int, int]] = []
        self._foreign: Foreign | None = None
        self._has_too_many = False

    def add(self, value: Any, place: Place, name: str | None = None) -> None:  # noqa: ANN401 - any JSON value
        """One top-level value; `name` is the SSE event's name, for events that do not say their type."""
        if type(value) is not dict:
            self._add_other(value, place)
            return
        kind = value.get("type")
        if kind is None and name is not None and "object" not in value:
            kind = value["type"] = name
        if type(kind) is str and kind in DELTAS:
            self._add_delta(kind, value, place)
            return
        if type(kind) is str and kind.startswith("response."):
            self._add_event(kind, value, place)
            return
        self._add_object(value, place)

    def report(self, problem: Problem) -> None:
        """A problem met while reading, about the response that is being read."""
        if self.problems.add(problem) and self._last is not None:
            self._last.problems.append(problem)

    def end_of_stream(self) -> None:
        """`[DONE]`: what follows belongs to another response."""
        if self._current is not None:
            self._current.is_closed = True

    def end_of_cut_file(self) -> None:
        """The file ends in the middle of what was read last: that response is interrupted."""
        if self._last is not None:
            self._last.is_cut = True

    @property
    def has_anything(self) -> bool:
        return bool(self._groups)

    @property
    def refusal(self) -> NotATranscript | None:
        """Why nothing was found, if something foreign was."""
        return self._foreign.refusal() if self._foreign is not None else None

    def responses(self) -> tuple[Response, ...]:
        """All responses in file order. Problems found now follow those of the reading."""
        found: list[Response] = []
        pictures_left = self._limits.pictures
        for group in self._parted():
            known = len(group.problems)
            response = extract(_fold(group), pictures_left)
            for problem in response.problems[known:]:
                self.problems.add(problem)
            pictures_left -= len(response.pictures)
            found.append(response)
            self._release(group)
        if pictures_left <= 0:
            self.problems.add(
                Problem("too_many_pictures", f"Only the first {self._limits.pictures:,} pictures were read.")
            )
        return tuple(found)

    def _parted(self) -> Iterator[Stream | Body]:
        """The groups, each in as many as it turns out to hold."""
        left = self._limits.responses
        for group in disentangle(self._groups):
            is_images = isinstance(group, Stream) and group.kind == "images"
            parts = part_images(group) if isinstance(group, Stream) and is_images else [group]
            yield from parts[:left]
            if len(parts) > left:
                self._note_too_many()
            left -= min(left, len(parts))

    @staticmethod
    def _release(group: Stream | Body) -> None:
        """Let go of what was read, so that a file of many responses is not held twice."""
        if isinstance(group, Stream):
            group.events.clear()
            group.deltas.clear()

    # Events

    def _add_delta(self, kind: str, body: dict[str, Any], place: Place) -> None:
        delta = body.get("delta")
        stream = self._current
        sequence = sequence_of(body)
        if (
            stream is None
            or stream.is_closed
            or stream.kind != "response"
            or "stream_id" in body
            or (sequence != NO_NUMBER and sequence <= stream.last_sequence)
        ):
            found = self._stream_for(kind, body, sequence)
            if found is None:
                self.event_count += 1
                return
            stream = found
        if type(delta) is not str:
            delta = str(delta) if isinstance(delta, str | LiftedPicture) else ""
        try:
            stream.add_delta(kind, body, delta, sequence, self.event_count, place.line)
        except TypeError:  # An unhashable key: a list where a number or an id belongs.
            stream.add(kind, None, sequence, self.event_count, place.line, is_salvaged=False)
        self.event_count += 1

    def _add_event(self, kind: str, body: dict[str, Any], place: Place) -> None:
        sequence = sequence_of(body)
        stream = self._stream_for(kind, body, sequence)
        number = self.event_count
        self.event_count += 1
        if stream is None:
            return
        kept = (
            body
            if kind in _KEPT
            or type(body.get("response")) is dict
            or _is_lifecycle(kind)
            or stream.kind == "images"
            else None
        )
        stream.add(kind, kept, sequence, number, place.line, is_salvaged=place.is_salvaged)
        if stream.response_id is not None:
            self._streams[stream.response_id] = stream

    def _stream_for(self, kind: str, body: dict[str, Any], sequence: int) -> Stream | None:
        """The stream an event belongs to, a new one where another begins; None for an exact repeat."""
        channel = body.get("stream_id")
        if isinstance(channel, str):
            self._current = self._by_channel.get(channel, self._current)
        stream = self._choose(kind, body, sequence)
        if stream is not None and sequence != NO_NUMBER and sequence <= stream.last_sequence:
            if stream.is_repeat(kind, body, sequence):
                if kind == "response.created":
                    self._current, stream.is_closed = (
                        stream,
                        False,
                    )  # The whole stream again, behind `[DONE]`.
                return None
            if stream.is_terminal and stream.has_sequence(sequence) and body.get("response") is None:
                stream = None  # Its number is taken, and that response has ended: another one has begun.
        if stream is None:
            is_images = kind.startswith(IMAGES_PREFIXES)
            stream = Stream("images" if is_images else "response")
            if not self._keep(stream):
                return None
            self._current = stream
            for waiting in self._waiting:
                stream.add(waiting[0], None, waiting[1], waiting[2], waiting[3], is_salvaged=False)
            self._waiting.clear()
        self._current = self._last = stream
        if isinstance(channel, str):
            self._by_channel[channel] = stream
            stream.has_channel = True
        return stream

    def _choose(self, kind: str, body: dict[str, Any], sequence: int) -> Stream | None:
        current = self._current
        if kind.startswith(IMAGES_PREFIXES):
            return (
                current
                if current is not None and current.kind == "images" and not current.is_closed
                else None
            )
        if current is not None and current.kind == "images":
            return current if kind in ("error", "keepalive", "ping") else None
        response = body.get("response")
        response_id = response.get("id") if type(response) is dict else None
        if not isinstance(response_id, str) or not response_id:
            if current is None or current.is_closed:
                return None
            if kind == "response.created" and (current.has_created or current.is_terminal):
                return (
                    current
                    if current.last_sequence >= sequence != NO_NUMBER and not current.is_terminal
                    else None
                )
            return current
        known = self._streams.get(response_id)
        if kind == "response.created":
            if known is not None and known.began_otherwise(response):
                return None  # The id alone proves nothing: redacted ones repeat.
            if known is not None and (not known.is_terminal or not known.has_created):
                return known
            if known is not None and sequence != NO_NUMBER and known.is_repeat(kind, body, sequence):
                return known
            is_headless = current is not None and current.response_id is None and not current.is_closed
            return current if known is None and is_headless else None
        if known is not None:
            return known
        if current is None or current.is_closed or current.is_terminal:
            return None
        is_later = sequence == NO_NUMBER or sequence > current.last_sequence
        return current if is_later or current.response_id is None else None

    # Everything else

    def _add_other(self, value: Any, place: Place, depth: int = 0) -> None:  # noqa: ANN401 - any JSON value
        if type(value) is list and value and depth < _DEEPEST_LIST:
            if len(value) > 1 or type(value[0]) is dict:
                self.details.add("JSON array")
            last = len(value) - 1
            for number, inner in enumerate(value):
                inner_place = place if number == last else Place(place.line, place.offset)
                if type(inner) is list:
                    self._add_other(inner, inner_place, depth + 1)
                else:
                    self.add(inner, inner_place)
            return
        self._note_foreign(value, place)

    def _add_object(self, value: dict[str, Any], place: Place) -> None:
        shape = shape_of(value, in_stream=self._current is not None)
        if shape == "event":
            self._add_event(value["type"], value, place)
        elif shape == "skip":
            self._waiting.append((value["type"], sequence_of(value), self.event_count, place.line))
            self.event_count += 1
        elif shape == "response":
            self._add_body(Body("response", value), place)
        elif shape == "images":
            self._add_body(Body("images", value), place)
        elif shape == "error" and self._is_streaming():
            # In its stream, an error need not name its type.
            self._add_event("error", value, place)
        elif shape == "error":
            self._add_body(Body("error", value), place)
        elif shape == "batch":
            self._add_batch(value, place)
        elif shape == "item" and place.is_salvaged and self._current is not None:
            self._add_event(ITEM_DONE, {"item": value}, place)
        elif shape == "item":
            self._items_body().body["output"].append(value)
            self._mark(place)
        elif shape == "rollout":
            self._add_rollout(value, place)
        elif shape == "wrapper" and self._is_untyped_event(value, place):
            self._add_event("response.in_progress", value, place)
        elif shape == "wrapper":
            inner = unwrapped(value)
            if inner is not None:
                self.details.add("wrapped")
                self.add(inner, place)
        elif not self._groups and "." in str(value.get("type")):
            # An unknown event before the stream, such as `codex.rate_limits`: if one follows, it is part of it.
            self._foreign = self._foreign or foreign(value)
            self._waiting.append((value["type"], sequence_of(value), self.event_count, place.line))
            self.event_count += 1
        else:
            self._note_foreign(value, place)

    def _is_streaming(self) -> bool:
        return self._current is not None and self._current is self._last and self._current.is_open

    def _is_untyped_event(self, value: dict[str, Any], place: Place) -> bool:
        """Whether it is an event of the stream, whose type came last and is missing."""
        if self._current is None:
            return False
        response = value.get("response")
        known = self._current.response_id
        is_of_stream = isinstance(response, dict) and known is not None and response.get("id") == known
        return place.is_salvaged or is_of_stream

    def _add_body(self, body: Body, place: Place) -> None:
        body.is_salvaged = place.is_salvaged
        body.line = place.line
        if self._keep(body):
            self._last = body

    def _add_batch(self, value: dict[str, Any], place: Place) -> None:
        self.details.add("batch output")
        body = body_of_batch_line(value)
        if isinstance(body, Body):
            self._add_body(body, place)
        else:
            self._note_foreign(body, place)

    def _items_body(self) -> Body:
        last = self._last
        if isinstance(last, Body) and last.kind == "items":
            return last
        body = Body("items", {"output": []})
        if self._keep(body):
            self._last = body
        return body

    def _mark(self, place: Place) -> None:
        if place.is_salvaged and isinstance(self._last, Body):
            self._last.is_salvaged = True

    def _add_rollout(self, value: dict[str, Any], place: Place) -> None:
        """A Codex session: its items as they came, its model and tokens where it tells them."""
        self.details.add("Codex rollout")
        self.event_count += 1
        payload = value["payload"]
        kind = value["type"]
        if kind == "session_meta" and not (
            isinstance(self._last, Body) and self._last.kind == "items" and "id" not in self._last.body
        ):
            self._last = None
        fields = self._items_body().body
        fields.setdefault("created_at", value.get("timestamp"))
        if kind == "response_item":
            fields["output"].append(payload)
        elif kind == "session_meta":
            fields.setdefault("id", payload.get("id"))
            fields["created_at"] = payload.get("timestamp") or fields["created_at"]
            fields.setdefault("instructions", payload.get("instructions"))
        elif kind == "turn_context" and payload.get("model"):
            fields["model"] = payload["model"]
        elif kind == "event_msg" and payload.get("type") == "token_count":
            info = payload.get("info")
            usage = info.get("total_token_usage") if isinstance(info, dict) else None
            if isinstance(usage, dict):
                fields["usage"] = usage
        self._mark(place)

    def _note_foreign(self, value: Any, place: Place) -> None:  # noqa: ANN401 - any JSON value
        what = foreign(value)
        if self._foreign is None:
            self._foreign = what
        if not place.is_salvaged:
            self.report(
                Problem(
                    "not_ours", f"This is not part of a response: it looks like {what.looks_like}.",
                    place.line, None, self._raw_offset(place.offset),
                )
            )  # fmt: skip

    def _keep(self, group: Stream | Body) -> bool:
        if len(self._groups) < self._limits.responses:
            self._groups.append(group)
            return True
        self._note_too_many()
        return False

    def _note_too_many(self) -> None:
        if not self._has_too_many:
            self._has_too_many = True
            self.problems.add(
                Problem(
                    "too_many_responses", f"Only the first {self._limits.responses:,} responses were read."
                )
            )


def _is_lifecycle(kind: str) -> bool:
    stem, _, state = kind.removeprefix("response.").rpartition(".")
    return stem in LIFECYCLE_ITEMS and bool(state)


def _fold(group: Stream | Body) -> Folded:
    if isinstance(group, Body):
        return fold_body(group)
    return fold_images_stream(group) if group.kind == "images" else fold_stream(group)
