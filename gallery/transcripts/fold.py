"""Many events to one response: item by item, field by field. What wins is written in the functions' docstrings.

A response folds into plain mappings in the API's own words, with a note of what was recovered from damaged text.
`gallery.transcripts.extract` gives the words their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import (
    IMAGES_PREFIXES,
    RUNNING_STATUSES,
    SALVAGED_OUTPUT,
    TERMINAL,
    TERMINAL_STATUSES,
)
from gallery.transcripts.groups import Body, Event, Stream
from gallery.transcripts.merging import is_empty
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.picture_values import CutText
from gallery.transcripts.records import Problem, ResponseKind, TimelineRun
from gallery.transcripts.slots import Slot, Slots


@dataclass(slots=True)
class Folded:
    """A response in the API's words: its own fields without `output`, its items in order, and what befell it."""

    kind: ResponseKind
    fields: dict[str, Any]
    items: list[Slot]
    status: str | None
    salvaged: set[str] = field(default_factory=set)
    timeline: tuple[TimelineRun, ...] = ()
    custom_id: str | None = None
    error: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def fold_stream(stream: Stream) -> Folded:
    """The response that a stream of `response.*` events tells."""
    stream.put_in_order()
    slots = Slots()
    snapshots: list[tuple[bool, dict[str, Any], bool]] = []
    status: str | None = None
    error: dict[str, Any] = {}
    for event in stream.events:
        response = event.body.get("response")
        if event.kind == "error":
            error = _error_of(event.body)
        elif type(response) is dict:
            ending = _ending(event.kind, response)
            beside = {key: value for key, value in event.body.items() if key not in _NOT_BESIDE}
            told = {**beside, **response} if beside else response
            snapshots.append((ending is not None, told, event.is_salvaged))
            status = ending or status
        else:
            slots.take(event)
    slots.take_deltas(stream.deltas.values())
    fields, salvaged = _merge_snapshots(snapshots)
    for is_final, response, is_salvaged in snapshots:
        slots.take_output(response.get("output"), is_final=is_final, is_salvaged=is_salvaged)
        slots.take_output(
            response.get(SALVAGED_OUTPUT), is_final=is_final, is_salvaged=True, are_places_known=False
        )
    if status is None:
        status = "failed" if error else "interrupted"
    if stream.is_cut:
        status = "interrupted"
    problems = list(stream.problems)
    if status == "interrupted":
        salvaged.discard("status")
        if not stream.is_cut:
            problems.append(stream.no_end())
    for name in ("output", SALVAGED_OUTPUT):
        fields.pop(name, None)
        salvaged.discard(name)
    fields.pop("status", None)
    return Folded(
        "response", fields, slots.settled(), status, salvaged, stream.timeline(), error=error,
        problems=problems,
    )  # fmt: skip


def fold_images_stream(stream: Stream) -> Folded:
    """The pictures that a stream of `image_generation.*` or `image_edit.*` events tells: one item each."""
    stream.put_in_order()
    fields: dict[str, Any] = {}
    slots: list[Slot] = []
    error: dict[str, Any] = {}
    open_slots: dict[Any, Slot] = {}
    usages: list[tuple[Slot, Any]] = []
    is_finished = False
    for event in stream.events:
        if event.kind == "error":
            error = _error_of(event.body)
            continue
        if not event.kind.startswith(IMAGES_PREFIXES):
            continue
        key = event.body.get("index")
        key = key if type(key) is int else None
        for told in _images_of(event.body):
            body = {key: value for key, value in told.items() if key not in _EVENT_KEYS}
            slot = open_slots.get(key)
            if slot is None:
                slot = open_slots[key] = Slot(len(slots), implied_type="image")
                slots.append(slot)
            if event.kind.endswith(".partial_image"):
                slot.partials.append(Event(event.index, event.kind, told, event.is_salvaged))
            else:
                slot.done = {**slot.done, **body}
                usages.append((slot, event.body.get("usage")))
                is_finished = True
                del open_slots[key]
            if event.is_salvaged:
                slot.salvaged_sources.add("done")
        for name, value in event.body.items():
            if name in _IMAGES_FIELDS and not is_empty(value):
                fields["created" if name == "created_at" else name] = value
    if any(usage != usages[0][1] for _, usage in usages):
        # The response has the last one; what each picture said for itself stays with it.
        for slot, usage in usages:
            slot.done["usage"] = usage
    _part_partials(slots)
    for slot in slots:
        slot.settle()
    status = "failed" if error else "completed" if is_finished and not open_slots else "interrupted"
    if stream.is_cut:
        status = "interrupted"
    problems = list(stream.problems)
    if status == "interrupted" and not stream.is_cut:
        problems.append(stream.no_end())
    return Folded("images", fields, slots, status, timeline=stream.timeline(), error=error, problems=problems)


_NOT_BESIDE = frozenset(
    """type response sequence_number stream_id event_id output_index item_id item id object created_at created
    completed_at status model output usage error incomplete_details instructions previous_response_id
    output_text""".split()
)
"""Words that an event could say of itself. Others beside `response` are about that: Copilot's `copilot_usage`."""

_IMAGES_FIELDS = frozenset(
    "created_at created usage safety_identifier background output_format quality size model".split()
)


_EVENT_KEYS = frozenset({"type", "usage", "sequence_number", "partial_image_index"})


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


def _images_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """One event can hold several pictures behind a proxy: `data: [{url | b64_json}]`."""
    pictures = body.get("data")
    if isinstance(pictures, list) and pictures:
        rest = {key: value for key, value in body.items() if key != "data"}
        return [{**rest, **one} for one in pictures if isinstance(one, dict)]
    return [body]


def fold_body(group: Body) -> Folded:
    """What a JSON body says by itself. An Images API body becomes one item of type `image` per picture."""
    body = group.body
    output = body.get("output")
    status = body.get("status")
    if group.kind == "images":
        pictures = body.get("data")
        output = [
            {**picture, "type": "image"}
            for picture in (pictures if isinstance(pictures, list) else ())
            if isinstance(picture, dict)
        ]
        status = "completed"
    elif group.kind == "error":
        status = "failed"
    if group.is_cut:
        status = "interrupted"
    slots = Slots()
    slots.take_output(output, is_final=True, is_salvaged=group.is_salvaged)
    salvaged = {key for key, value in body.items() if group.is_salvaged and not is_empty(value)}
    return Folded(
        group.kind,
        body,
        slots.settled(),
        status if type(status) is str and status else None,
        salvaged - {"output", "data"},
        custom_id=group.custom_id,
        problems=group.problems,
    )


def _merge_snapshots(
    snapshots: Iterable[tuple[bool, dict[str, Any], bool]],
) -> tuple[dict[str, Any], set[str]]:
    """Final snapshots over earlier ones, later over earlier, full over empty; and which fields are salvaged."""
    fields: dict[str, Any] = {}
    salvaged: set[str] = set()
    for _, response, is_salvaged in sorted(snapshots, key=lambda snapshot: snapshot[0]):
        for key, value in response.items():
            if isinstance(value, CutText):
                continue
            known = fields.get(key)
            if key in fields and is_empty(value) and not is_empty(known):
                continue
            if is_salvaged and not is_empty(value) and value != known:
                salvaged.add(key)
            elif not is_salvaged:
                salvaged.discard(key)
            fields[key] = value
    return fields, salvaged


def _ending(kind: str, response: dict[str, Any]) -> str | None:
    """The status in which an event ends the response, or None if it does not."""
    status = response.get("status")
    if not isinstance(status, str) or not status or status in RUNNING_STATUSES or isinstance(status, CutText):
        return TERMINAL.get(kind)
    return status if kind in TERMINAL or status in TERMINAL_STATUSES else None


def _error_of(body: dict[str, Any]) -> dict[str, Any]:
    """An error event is flat as published and nested as sent."""
    nested = body.get("error")
    if isinstance(nested, dict) and nested:
        return nested
    if isinstance(nested, str) and nested:
        return {"message": nested, "code": body.get("code")}
    known: dict[str, Any] = {key: body[key] for key in ("code", "message", "param") if key in body}
    return known if any(known.values()) else {"message": "The stream reports an error without saying which."}
