"""The events of one Images API stream to one response: pictures, which have neither ids nor places of their own."""

from __future__ import annotations

from typing import Any

from gallery.transcripts.events import IMAGES_PREFIXES
from gallery.transcripts.fold import Folded, error_of
from gallery.transcripts.groups import Event, Stream
from gallery.transcripts.merging import is_empty
from gallery.transcripts.oddities import CODE, odd_entries
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.picture_usages import settle_usages
from gallery.transcripts.slots import ODD, Slot

_FIELDS = frozenset(
    "created_at created usage safety_identifier background output_format quality size model".split()
)
_EVENT_KEYS = frozenset({"type", "usage", "sequence_number", "partial_image_index"})


def fold_images_stream(stream: Stream) -> Folded:
    """The pictures that a stream of `image_generation.*` or `image_edit.*` events tells: one item each."""
    stream.put_in_order()
    folding = _Folding(stream)
    for event in stream.events:
        if event.kind == "error":
            folding.error = error_of(event.body)
        elif event.kind.startswith(IMAGES_PREFIXES):
            folding.take(event)
    return folding.folded()


class _Folding:
    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.fields: dict[str, Any] = {}
        self.slots: list[Slot] = []
        self.error: dict[str, Any] = {}
        self.odd: dict[str, int] = {}
        self._open: dict[int | None, Slot] = {}
        self._finished: list[Slot] = []
        self._usages: list[tuple[list[Slot], Any]] = []

    def take(self, event: Event) -> None:
        key = picture_index(event.body)
        shared: list[Slot] = []
        for told in _pictures_of(event.body):
            if type(told) is not dict:
                self._keep_odd(told)
                continue
            slot = self._open.get(key)
            if slot is None:
                slot = self._open[key] = Slot(len(self.slots), implied_type="image")
                self.slots.append(slot)
            if event.kind.endswith(".partial_image"):
                slot.partials.append(Event(event.index, event.kind, told, event.is_salvaged))
            else:
                slot.done = {**slot.done, **{key: told[key] for key in told if key not in _EVENT_KEYS}}
                self._finished.append(slot)
                del self._open[key]
                if told.get("usage") == event.body.get("usage"):
                    shared.append(slot)
                else:
                    self._usages.append(([slot], told["usage"]))
            if event.is_salvaged:
                slot.salvaged_sources.add("done")
        if shared:
            self._usages.append((shared, event.body.get("usage")))
        for sentence in odd_entries(event.body.get("data"), "data", "a picture"):
            self.odd.setdefault(sentence, event.index)
        for name, value in event.body.items():
            if name in _FIELDS and not is_empty(value):
                self.fields["created" if name == "created_at" else name] = value

    def _keep_odd(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        if not any(ODD in slot.done and slot.done[ODD] == value for slot in self.slots):
            self.slots.append(Slot(len(self.slots), done={ODD: value}))

    def folded(self) -> Folded:
        stream = self.stream
        problems = [
            *stream.problems,
            *(stream.problem_at(index, CODE, sentence) for sentence, index in self.odd.items()),
        ]
        settled = settle_usages([usage for _, usage in self._usages], may_repeat=True)
        self.fields.pop("usage", None)
        if not is_empty(settled.whole):
            self.fields["usage"] = settled.whole
        for slots, usage in self._usages if settled.summed else ():
            if len(slots) == 1 and not is_empty(usage):
                slots[0].done["usage"] = usage
        last = stream.events[-1].index if stream.events else 0
        problems += [stream.problem_at(last, "picture_usage", sentence) for sentence in settled.sentences]
        _part_partials(self.slots)
        doubtful = _first_doubtful(self.slots)
        if doubtful is not None:
            sentence = (
                "Different partials bear the same number: pictures were made side by side, and which of the partials "
                "belong to which is known only of those that equal a finished picture."
            )
            problems.append(stream.problem_at(doubtful.index, "doubtful_partial", sentence))
        for slot in self.slots:
            slot.settle()
        status = (
            "failed" if self.error else "completed" if self._finished and not self._open else "interrupted"
        )
        if stream.is_cut:
            status = "interrupted"
        elif status == "interrupted":
            problems.append(stream.no_end())
        return Folded(
            "images", self.fields, self.slots, status, timeline=stream.timeline(), error=self.error,
            picture_usages=settled.summed, problems=problems,
        )  # fmt: skip


def picture_index(body: dict[str, Any]) -> int | None:
    """The number that a proxy gives the picture of an event."""
    for name in ("index", "image_index"):
        index = body.get(name)
        if type(index) is int:
            return index
    return None


def _part_partials(slots: list[Slot]) -> None:
    """Partials of pictures made side by side, without an `index`, came to the first of them: one that equals the
    finished picture of another belongs there."""
    finals = {
        final: slot for slot in slots if isinstance(final := slot.done.get("b64_json"), str | LiftedPicture)
    }
    for slot in slots:
        for event in list(slot.partials):
            value = event.body.get("b64_json")
            owner = finals.get(value) if isinstance(value, str | LiftedPicture) else None
            if owner is not None and value and value != slot.done.get("b64_json"):
                slot.partials.remove(event)
                owner.partials.append(event)


def _first_doubtful(slots: list[Slot]) -> Event | None:
    """The first partial that bears the number of another one of the same picture."""
    for slot in slots:
        known: dict[int, Any] = {}
        for event in slot.partials:
            number = event.body.get("partial_image_index")
            if type(number) is not int or picture_index(event.body) is not None:
                continue
            value = event.body.get("b64_json")
            if known.setdefault(number, value) != value:
                return event
    return None


def _pictures_of(body: dict[str, Any]) -> list[Any]:
    """One event can hold several pictures behind a proxy: `data: [{url | b64_json}]`."""
    pictures = body.get("data")
    if isinstance(pictures, list) and pictures:
        rest = {key: value for key, value in body.items() if key != "data"}
        return [{**rest, **one} if type(one) is dict else one for one in pictures]
    return [body]
