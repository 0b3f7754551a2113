"""How snapshots of one response complete each other: gaps are filled, and a full value never becomes an empty one.

`merge` is a function of the set of snapshots: the order in which they came does not matter. Where two say different
things, the more authoritative one is believed: a terminal status before a running one, undamaged text before salvaged
text, more output before less (`_authority`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from gallery.agreeing import TERMINAL, is_silent, texts_agree
from gallery.aligning import aligned
from gallery.cleaning import is_empty
from gallery.snapshots import KeptPicture, Snapshot, pack_snapshot
from gallery.transcripts.records import Item, Response

_STATUS_RANKS = {
    "": 0,
    "interrupted": 1,
    "queued": 2,
    "in_progress": 3,
    "cancelled": 5,
    "failed": 6,
    "incomplete": 7,
}
_OTHER_STATUS_RANK = 4
_COMPLETED_RANK = 8
_KIND_RANKS = {"absent": 0, "url": 1, "undecodable": 2, "elided": 3, "bytes": 4}
_MERGED_APART = {"response_id", "is_id_made", "status", "items", "pictures", "salvaged", "problems"}
_LONGER_WINS = {"instructions", "output_text", "text", "revised_prompt", "error_message"}


def merge(snapshots: Sequence[Snapshot]) -> Snapshot:
    """One snapshot with all that the given ones (at least one, all belonging together) say."""
    if len(snapshots) == 1:
        return snapshots[0]
    ranked = aligned(sorted(snapshots, key=_authority))
    best = ranked[-1]
    values: dict[str, Any] = {}
    for field in fields(Response):
        if field.name not in _MERGED_APART:
            values[field.name] = _merge_field(
                field.name, [getattr(one.response, field.name) for one in ranked]
            )
    merged = Snapshot(
        replace(
            best.response,
            **values,
            items=_merge_items(ranked),
            status=best.response.status,
            problems=best.response.problems,
        ),
        _merge_pictures(ranked),
    )
    salvaged = _still_salvaged(ranked, merged)
    return replace(merged, response=replace(merged.response, salvaged=salvaged))


def _authority(snapshot: Snapshot) -> tuple[Any, ...]:
    """Sorts snapshots of one response, the most believable last; total, so that every order of arrival agrees."""
    response = snapshot.response
    return (
        _status_rank(response.status),
        not response.salvaged,
        sum(picture.is_whole for picture in snapshot.pictures),
        len(response.items),
        sum(len(item.text or "") for item in response.items),
        len(response.timeline),
        pack_snapshot(snapshot),
    )


def _status_rank(status: str | None) -> int:
    return _COMPLETED_RANK if status == "completed" else _STATUS_RANKS.get(status or "", _OTHER_STATUS_RANK)


def _merge_field(name: str, ascending: Sequence[Any]) -> Any:  # noqa: ANN401 - the field's own type
    """The last value that says something; mappings and usages key by key; texts may grow but not shrink."""
    merged: Any = None
    for value in ascending:
        if is_empty(value):
            merged = value if merged is None else merged
        elif is_empty(merged):
            merged = value
        elif isinstance(value, dict) and isinstance(merged, dict):
            merged = {
                key: _merge_field(key, [merged.get(key), value.get(key)]) for key in sorted(merged | value)
            }
        elif hasattr(value, "__dataclass_fields__"):
            merged = type(value)(
                **{
                    field.name: _merge_field(
                        field.name, [getattr(merged, field.name), getattr(value, field.name)]
                    )
                    for field in fields(value)
                }
            )
        elif name in _LONGER_WINS and isinstance(value, str) and isinstance(merged, str):
            merged = merged if len(merged) > len(value) and texts_agree(merged, value) else value
        else:
            merged = value
    return merged


def _merge_items(ascending: Sequence[Snapshot]) -> tuple[Item, ...]:
    at: defaultdict[int, list[Item]] = defaultdict(list)
    for snapshot in ascending:
        for item in snapshot.response.items:
            at[item.position].append(item)
    return tuple(_merge_item(at[position]) for position in sorted(at))


def _merge_item(ascending: list[Item]) -> Item:
    """By authority of their snapshots, but an item whose text goes further is believed over a shorter one, and any item
    over a place that is held by nothing that tells of one."""
    ascending = [item for item in ascending if not is_silent(item)] or ascending
    if len(ascending) == 1:
        return ascending[0]
    ordered = sorted(ascending, key=lambda item: (not item.is_salvaged, len(item.text or "")))
    values = {
        field.name: _merge_field(field.name, [getattr(item, field.name) for item in ordered])
        for field in fields(Item)
        if field.name not in {"status", "is_salvaged"}
    }
    statuses = [item.status for item in ascending if item.status]
    finished = [status for status in statuses if status in TERMINAL]
    told = finished or statuses
    return replace(
        ordered[-1],
        **values,
        status=told[-1] if told else ordered[-1].status,
        is_salvaged=all(item.is_salvaged for item in ascending),
    )


def _merge_pictures(ascending: Sequence[Snapshot]) -> tuple[KeptPicture, ...]:
    at: defaultdict[tuple[int, str, int], list[KeptPicture]] = defaultdict(list)
    for snapshot in ascending:
        for picture in snapshot.pictures:
            at[picture.place].append(picture)
    return tuple(_merge_picture(at[place]) for place in sorted(at))


_WORDS = (
    "revised_prompt",
    "size",
    "quality",
    "background",
    "output_format",
    "action",
    "error_code",
    "error_message",
)


def _merge_picture(ascending: list[KeptPicture]) -> KeptPicture:
    """The fullest value there is - bytes that decode, then any bytes, then a head - with the words of all."""
    best = max(enumerate(ascending), key=lambda at: (*_fullness(at[1]), at[0]))[1]
    words = {name: _merge_field(name, [getattr(picture, name) for picture in ascending]) for name in _WORDS}
    return replace(best, **words, is_salvaged=all(picture.is_salvaged for picture in ascending))


def _fullness(picture: KeptPicture) -> tuple[bool, int, int]:
    return picture.is_whole, _KIND_RANKS[picture.kind], picture.head_bytes


def _still_salvaged(snapshots: Iterable[Snapshot], merged: Snapshot) -> tuple[str, ...]:
    """The marks of recovered fields, without those that an undamaged snapshot has confirmed or replaced."""
    still: set[str] = set()
    snapshots = list(snapshots)
    for snapshot in snapshots:
        for name in snapshot.response.salvaged:
            value = _named(merged, name)
            clean = [one for one in snapshots if name not in one.response.salvaged]
            if not any(not is_empty(value) and _named(one, name) == value for one in clean):
                still.add(name)
    return tuple(sorted(still))


def _named(snapshot: Snapshot, name: str) -> Any:  # noqa: ANN401 - whatever the name leads to
    """What a dotted name of `Response.salvaged` stands for, as far as it can be followed."""
    first, _, others = name.partition(".")
    if first != "output":
        return getattr(snapshot.response, first, None) or snapshot.response.rest.get(first)
    number, _, field = others.partition(".")
    for item in snapshot.response.items:
        if str(item.position) == number:
            return getattr(item, field, None) or item.payload.get(field) or (item.type if not field else None)
    return None
