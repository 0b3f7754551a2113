"""The output items of one response while its stream tells about them, and what they come to in the end."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import (
    ANNOTATION,
    DELTAS,
    ITEM_ADDED,
    ITEM_DONE,
    PARTIAL_IMAGE,
    PARTS,
    RUNNING_STATUSES,
    TEXT_DONE,
    TextPath,
)
from gallery.transcripts.groups import Deltas, Event
from gallery.transcripts.merging import is_empty, merge_values
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.picture_values import rank, read_picture

MOST_PLACES = 100_000
ODD = "value"
"""Key under which an item is kept that is no object: null, a text, a number, a list."""
_STEP = 2.0**-20


@dataclass(slots=True)
class Slot:
    """One output item while the stream tells about it, and afterwards."""

    place: float
    has_place: bool = True
    added: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    done: dict[str, Any] = field(default_factory=dict)
    final: dict[str, Any] = field(default_factory=dict)
    lifecycle: str | None = None
    implied_type: str | None = None
    partials: list[Event] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    salvaged_sources: set[str] = field(default_factory=set)
    fields: dict[str, Any] = field(default_factory=dict)
    salvaged: set[str] = field(default_factory=set)

    @property
    def is_salvaged(self) -> bool:
        return bool(self.salvaged)

    def ids(self) -> set[str]:
        return {
            value
            for source in (self.added, self.done, self.final)
            if isinstance(value := source.get("id"), str) and value
        }

    def type(self) -> str | None:
        for source in (self.done, self.added, self.final):
            value = source.get("type")
            if isinstance(value, str) and value:
                return value
        return self.implied_type

    def settle(self) -> None:
        """Final over done over what deltas told over added, and never an empty value over a full one."""
        merged: dict[str, Any] = {}
        sources = {"final": self.final, "done": self.done, "told": self.told, "added": self.added}
        for name, source in sources.items():
            for key, value in source.items():
                if key not in merged:
                    merged[key] = value
                    if name in self.salvaged_sources and not is_empty(value):
                        self.salvaged.add(key)
                elif key == "result":
                    better = rank(read_picture(value)) > rank(read_picture(merged[key]))
                    if better or value == merged[key]:
                        merged[key] = value
                        if better or name not in self.salvaged_sources:
                            self._mark(key, is_salvaged=name in self.salvaged_sources)
                else:
                    fuller = merge_values(merged[key], value)
                    if is_empty(merged[key]) and not is_empty(fuller):
                        self._mark(key, is_salvaged=name in self.salvaged_sources)
                    elif name not in self.salvaged_sources and fuller == value:
                        self.salvaged.discard(key)  # An undamaged line says the same.
                    merged[key] = fuller
        if is_empty(merged.get("id")) and len(self.names) == 1:
            merged["id"] = next(iter(self.names))
        if "type" not in merged and self.implied_type:
            merged["type"] = self.implied_type
        if self.lifecycle and "status" not in self.final and "status" not in self.done:
            merged["status"] = self.lifecycle
        if self.final and "status" not in self.final and merged.get("status") in RUNNING_STATUSES:
            del merged[
                "status"
            ]  # It stands in the final response, whose word on it is lost: not "in progress".
        self.fields = merged

    def _mark(self, key: str, *, is_salvaged: bool) -> None:
        if is_salvaged:
            self.salvaged.add(key)
        else:
            self.salvaged.discard(key)


class Slots:
    """The items of one response, found by output_index, else by item_id: ids may repeat (the same at two places)
    and may rotate (another at each event of one item)."""

    def __init__(self) -> None:
        self.all: list[Slot] = []
        self._by_place: dict[int, Slot] = {}
        self._by_id: dict[str, Slot] = {}
        self._shared_places: dict[int, int] = {}
        self._furthest: float = -1
        self._odd: dict[int, list[Slot]] = {}
        self._nulls: dict[int, None] = {}
        self._annotations: dict[int, tuple[list[Any], set[str]]] = {}

    def take(self, event: Event) -> None:
        """Whatever an event about an item says."""
        kind, body = event.kind, event.body
        if kind in (ITEM_ADDED, ITEM_DONE):
            item = body.get("item")
            if type(item) is not dict:
                if not is_item_lost(event):
                    self._slot(body).told.setdefault(ODD, item)
                return
            slot = self._slot(body, item, is_added=kind == ITEM_ADDED)
            if kind == ITEM_ADDED:
                slot.added = {**slot.added, **item}
            else:
                slot.done = merge_values(item, slot.done) if _same_id(item, slot.done) else item
            if event.is_salvaged:
                slot.salvaged_sources.add("added" if kind == ITEM_ADDED else "done")
        elif kind == PARTIAL_IMAGE:
            slot = self._slot(body)
            slot.implied_type = slot.implied_type or "image_generation_call"
            slot.partials.append(event)
        elif kind in TEXT_DONE:
            path = TEXT_DONE[kind]
            text = body.get(path.field)
            if isinstance(text, str | LiftedPicture):
                self._put_text(self._slot(body), path, body, str(text), is_done=True)
        elif kind in PARTS:
            list_name, index_name = PARTS[kind]
            part = body.get("part")
            if type(part) is dict:
                slot = self._slot(body)
                slot.implied_type = slot.implied_type or ("reasoning" if list_name == "summary" else None)
                _put_part(slot.told, list_name, body.get(index_name), part)
        elif kind == ANNOTATION:
            self._take_annotation(body)
        else:
            stem, _, state = kind.rpartition(".")
            slot = self._slot(body)
            slot.lifecycle = state
            slot.implied_type = slot.implied_type or stem.removeprefix("response.")

    def take_deltas(self, all_deltas: Iterable[Deltas]) -> None:
        """Joins the deltas of each text, also where the item's id rotates from one delta to the next."""
        joined: dict[tuple[int, TextPath, Any], tuple[Slot, Deltas, list[tuple[int, str]]]] = {}
        for deltas in all_deltas:
            path, slot = DELTAS[deltas.kind], self._slot(deltas.sample)
            key = id(slot), path, deltas.sample.get(path.index_name)
            _, _, pieces = joined.setdefault(key, (slot, deltas, []))
            pieces += zip(deltas.indexes, deltas.texts, strict=True)
        for slot, deltas, pieces in joined.values():
            text = "".join(piece for _, piece in sorted(pieces))
            self._put_text(slot, DELTAS[deltas.kind], deltas.sample, text, is_done=False)

    def _put_text(
        self, slot: Slot, path: TextPath, body: dict[str, Any], text: str, *, is_done: bool
    ) -> None:
        """A finished text stands over joined deltas."""
        slot.implied_type = slot.implied_type or path.item_type
        if path.list_name is None:
            if is_done or is_empty(slot.told.get(path.field)):
                slot.told[path.field] = text
            return
        part = _put_part(slot.told, path.list_name, body.get(path.index_name), {"type": path.part_type})
        if (is_done and text) or is_empty(part.get(path.field)):
            part[path.field] = text

    def take_output(
        self,
        output: Any,  # noqa: ANN401 - any JSON value
        *,
        is_final: bool,
        is_salvaged: bool,
        are_places_known: bool = True,
    ) -> None:
        """The items of a snapshot. A final one can list only some of the items, or none."""
        if isinstance(output, dict):
            output = [output]
        if not isinstance(output, list):
            return
        matching = _Matching(self.all, [item for item in output if type(item) is dict])
        last_place = -1.0
        for position, item in enumerate(output):
            place = position if are_places_known else None
            if type(item) is not dict:
                last_place = self._take_odd(item, position, place, last_place)
                continue
            if is_salvaged and not item:
                continue  # Only its bracket is there.
            slot = matching.slot_of(item, place)
            if slot is None:
                slot = self._new(self._place_of_new(place, last_place), has_place=False)
            last_place = slot.place
            if is_final:
                slot.final = merge_values(item, slot.final)
                if is_salvaged:
                    slot.salvaged_sources.add("final")
            else:
                slot.added = merge_values(slot.added, item)
                if is_salvaged:
                    slot.salvaged_sources.add("added")

    def _take_odd(
        self,
        value: Any,  # noqa: ANN401 - any JSON value
        position: int,
        place: int | None,
        last_place: float,
    ) -> float:
        """Keeps what stands among the items and is none, once for all snapshots. Gives its place, or the one before.

        Null says nothing: it is an item of its own only where nothing else tells of its place.
        """
        if value is None:
            self._nulls[position] = None
            return last_place
        known = self._odd.setdefault(position, [])
        for slot in known:
            if slot.final[ODD] == value:
                return slot.place
        slot = self._new(self._place_of_new(place, last_place), has_place=False)
        slot.final = {ODD: value}
        known.append(slot)
        return slot.place

    def _place_of_new(self, place: int | None, last_place: float) -> float:
        """Where a listed item that no event told about belongs: at its place if that is free, else behind the one
        before it, else at the end."""
        if place is not None and place > last_place and place not in self._by_place:
            return float(place)
        if last_place < 0:
            last_place = self._furthest
        return last_place + 0.5

    def settled(self) -> list[Slot]:
        told = {int(slot.place) for slot in self.all}
        for place in self._nulls.keys() - told:
            self._new(place, has_place=False).final = {ODD: None}
        for slot in self.all:
            slot.settle()
        return sorted(self.all, key=lambda slot: slot.place)

    def _slot(
        self, body: dict[str, Any], item: dict[str, Any] | None = None, *, is_added: bool = False
    ) -> Slot:
        place = body.get("output_index")
        item_id = item.get("id") if item is not None else body.get("item_id")
        if not isinstance(item_id, str) or not item_id:
            item_id = None
        slot = None
        if type(place) is int and 0 <= place < MOST_PLACES:
            slot = self._by_place.get(place)
            if (
                slot is not None
                and item is not None
                and self._is_another(slot, item, item_id, is_added=is_added)
            ):
                slot = self._by_id.get(item_id) if item_id is not None else None
                if slot is None:
                    self._shared_places[place] = nth = self._shared_places.get(place, 0) + 1
                    slot = self._new(place + min(nth * _STEP, 1 - _STEP))
                self._by_place[place] = slot
            if slot is None:
                slot = self._by_place[place] = self._new(place)
        else:
            if item_id is not None:
                slot = self._by_id.get(item_id)
            elif self.all and item is None:
                slot = self.all[-1]
            if slot is None:
                slot = self._new(self._furthest + 1, has_place=False)
        if item_id is not None:
            self._by_id[item_id] = slot
            if item is None:
                slot.names.add(item_id)
        return slot

    def _new(self, place: float, *, has_place: bool = True) -> Slot:
        slot = Slot(place, has_place)
        self.all.append(slot)
        self._furthest = max(self._furthest, place)
        return slot

    def _is_another(self, slot: Slot, item: dict[str, Any], item_id: str | None, *, is_added: bool) -> bool:
        """Whether a server that counts every item as number 0 has begun another item."""
        kind, known = item.get("type"), slot.type()
        if isinstance(kind, str) and known is not None and kind != known:
            return item_id not in slot.ids()
        return is_added and bool(slot.done) and item_id is not None and item_id not in slot.ids()

    def _take_annotation(self, body: dict[str, Any]) -> None:
        annotation = body.get("annotation")
        if type(annotation) is not dict:
            return
        slot = self._slot(body)
        slot.implied_type = slot.implied_type or "message"
        part = _put_part(slot.told, "content", body.get("content_index"), {"type": "output_text"})
        annotations = part.get("annotations")
        if not isinstance(annotations, list):
            annotations = part["annotations"] = []
        _, known = self._annotations.setdefault(id(annotations), (annotations, set()))
        if not known:
            known.update(map(_fingerprint, annotations))
        if (fingerprint := _fingerprint(annotation)) not in known:
            known.add(fingerprint)
            annotations.append(annotation)


def is_item_lost(event: Event) -> bool:
    """Whether the item that the event told of is behind the place where its line was cut."""
    return event.is_salvaged and "item" not in event.body


class _Matching:
    """Which slot each item of a listed output belongs to: each slot is given away once.

    Same place and id, else same id, else same place and type, else the first of that type whose own id is not listed.
    """

    def __init__(self, slots: list[Slot], items: list[dict[str, Any]]) -> None:
        listed = {item_id for item in items if isinstance(item_id := item.get("id"), str)}
        self._taken: set[int] = set()
        self._by_place: dict[float, Slot] = {}
        self._by_id: dict[str, deque[Slot]] = {}
        self._by_type: dict[str | None, deque[Slot]] = {}
        self._unlisted: set[int] = set()
        for slot in slots:
            if slot.has_place:
                self._by_place[slot.place] = slot
            ids = slot.ids()
            for item_id in ids:
                self._by_id.setdefault(item_id, deque()).append(slot)
            if not ids & listed:
                self._unlisted.add(id(slot))
                self._by_type.setdefault(slot.type(), deque()).append(slot)

    def slot_of(self, item: dict[str, Any], place: int | None) -> Slot | None:
        """The slot, which is taken from now on; None for an item that no event told about."""
        slot = self._find(item, place)
        if slot is not None:
            self._taken.add(id(slot))
        return slot

    def _find(self, item: dict[str, Any], place: int | None) -> Slot | None:
        kind, item_id = item.get("type"), item.get("id")
        kind = kind if isinstance(kind, str) else None
        here = self._by_place.get(place) if place is not None else None
        if here is not None and id(here) in self._taken:
            here = None
        if isinstance(item_id, str) and item_id:
            if here is not None and item_id in here.ids() and here.type() in (kind, None):
                return here
            for slot in self._free(self._by_id.get(item_id)):
                if kind is None or slot.type() in (kind, None):
                    return slot
        if here is not None and kind in (here.type(), None) and id(here) in self._unlisted:
            return here
        return next(self._free(self._by_type.get(kind)), None)

    def _free(self, slots: deque[Slot] | None) -> Iterator[Slot]:
        while slots and id(slots[0]) in self._taken:
            slots.popleft()
        return (slot for slot in slots or () if id(slot) not in self._taken)


def _put_part(told: dict[str, Any], list_name: str, index: Any, part: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """The part at `index` of a list of parts, filled from `part`; gaps before it are filled with empty parts."""
    parts: list[dict[str, Any]] = told.setdefault(list_name, [])
    place = index if type(index) is int and 0 <= index < 1000 else 0
    while len(parts) <= place:
        parts.append({})
    known = parts[place]
    for key, value in part.items():
        if is_empty(known.get(key)) or not is_empty(value):
            known[key] = list(value) if type(value) is list else value
    return known


def _fingerprint(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, sort_keys=True, default=str)


def _same_id(item: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(other) and item.get("id") == other.get("id") and item.get("type") == other.get("type")
