"""Many events to one response: item by item, field by field. What wins is written in the functions' docstrings.

A response folds into plain mappings in the API's own words, with a note of what was recovered from damaged text.
`gallery.transcripts.extract` gives the words their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import (
    ITEM_ADDED,
    ITEM_DONE,
    RUNNING_STATUSES,
    SALVAGED_OUTPUT,
    TERMINAL,
    TERMINAL_STATUSES,
)
from gallery.transcripts.groups import Body, Stream
from gallery.transcripts.merging import is_empty
from gallery.transcripts.oddities import CODE, named, odd_entries
from gallery.transcripts.picture_usages import SettledUsages, settle_usages
from gallery.transcripts.picture_values import CutText
from gallery.transcripts.records import Problem, ResponseKind, TimelineRun
from gallery.transcripts.slots import Slot, Slots, is_item_lost


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
    picture_usages: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """`picture_usages` are what pictures tell each for itself, where that is not the response's own `usage`."""


def fold_stream(stream: Stream) -> Folded:
    """The response that a stream of `response.*` events tells."""
    stream.put_in_order()
    slots = Slots()
    problems = [*stream.problems, *stream.doubts]
    odd: dict[str, int] = {}
    snapshots: list[tuple[bool, dict[str, Any], bool]] = []
    status: str | None = None
    error: dict[str, Any] = {}
    for event in stream.events:
        response = event.body.get("response")
        if event.kind == "error":
            error = error_of(event.body)
        elif type(response) is dict:
            ending = _ending(event.kind, response)
            beside = {key: value for key, value in event.body.items() if key not in _NOT_BESIDE}
            told = {**beside, **response} if beside else response
            snapshots.append((ending is not None, told, event.is_salvaged))
            for sentence in odd_entries(response.get("output"), "output", "an item"):
                odd.setdefault(sentence, event.index)
            status = ending or status
        else:
            slots.take(event)
            item = event.body.get("item")
            if event.kind in (ITEM_ADDED, ITEM_DONE) and type(item) is not dict and not is_item_lost(event):
                sentence = f"The `item` of {event.kind} is {named(item)} where an item belongs."
                odd.setdefault(sentence, event.index)
    problems += [stream.problem_at(index, CODE, sentence) for sentence, index in odd.items()]
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


_NOT_BESIDE = frozenset(
    """type response sequence_number stream_id event_id output_index item_id item id object created_at created
    completed_at status model output usage error incomplete_details instructions previous_response_id
    output_text""".split()
)
"""Words that an event could say of itself. Others beside `response` are about that: Copilot's `copilot_usage`."""


def fold_body(group: Body) -> Folded:
    """What a JSON body says by itself. An Images API body becomes one item of type `image` per picture."""
    body = group.body
    output = body.get("output")
    status = body.get("status")
    odd = odd_entries(output, "output", "an item")
    usages = SettledUsages()
    if group.kind == "images":
        pictures = body.get("data")
        output = [
            {**picture, "type": "image"} if type(picture) is dict else picture
            for picture in (pictures if isinstance(pictures, list) else ())
        ]
        odd = odd_entries(pictures, "data", "a picture")
        usages = settle_usages(
            [picture.get("usage") for picture in output if type(picture) is dict], body.get("usage")
        )
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
        picture_usages=usages.summed,
        problems=[
            *group.problems,
            *(Problem(CODE, sentence, group.line) for sentence in odd),
            *(Problem("picture_usage", sentence, group.line) for sentence in usages.sentences),
        ],
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


def error_of(body: dict[str, Any]) -> dict[str, Any]:
    """An error event is flat as published and nested as sent."""
    nested = body.get("error")
    if isinstance(nested, dict) and nested:
        return nested
    if isinstance(nested, str) and nested:
        return {"message": nested, "code": body.get("code")}
    known: dict[str, Any] = {key: body[key] for key in ("code", "message", "param") if key in body}
    return known if any(known.values()) else {"message": "The stream reports an error without saying which."}
