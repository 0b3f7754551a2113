"""Whether two snapshots can be of one generation: what they say at the same place is the same, as far as both say it.

What was left out or shortened by hand proves nothing. Ids of items may change within one generation and encrypted
content always does: neither counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gallery.cleaning import is_empty
from gallery.snapshots import KeptPicture, Snapshot
from gallery.transcripts.records import Item
from gallery.transcripts.slots import ODD

TERMINAL = {"completed", "incomplete", "failed", "cancelled"}
_ELISIONS = ("...", "…")
UNKNOWN = "unknown"
# What tells two items of one type apart, besides their text. Their ids and encrypted content do not.
_TELLING = (
    "name",
    "arguments",
    "input",
    "code",
    "queries",
    "action",
    "operation",
    "revised_prompt",
    "prompt",
)
# An id with fewer random digits may be a fixture's or a redacted one, and those repeat: `msg_REDACTED_1`.
_RANDOM = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Place:
    """What a snapshot says at one place of the output: an item, its pictures, or both."""

    position: int
    item: Item | None
    pictures: Mapping[tuple[str, int], KeptPicture]

    @property
    def type(self) -> str:
        """Empty where nothing tells."""
        return "" if self.item is None or self.item.type == UNKNOWN else self.item.type

    @property
    def random_id(self) -> str | None:
        """The item's id, if it can be nobody else's."""
        item_id = self.item.item_id if self.item is not None else None
        return item_id if item_id and _RANDOM.search(item_id) else None


def places_of(snapshot: Snapshot) -> list[Place]:
    """In order."""
    items = {item.position: item for item in snapshot.response.items}
    pictures: dict[int, dict[tuple[str, int], KeptPicture]] = {}
    for picture in snapshot.pictures:
        pictures.setdefault(picture.position, {})[picture.role, picture.index] = picture
    return [
        Place(position, items.get(position), pictures.get(position, {}))
        for position in sorted(items.keys() | pictures.keys())
    ]


def is_silent(item: Item) -> bool:
    """Whether it only holds a place: null or a placeholder where an item was."""
    return item.type == UNKNOWN and item.payload.keys() <= {ODD}


def difference(first: Place, second: Place) -> str | None:
    """Why both cannot be one item, in a sentence; None if they can."""
    mine, other = first.item, second.item
    if mine is not None and other is not None and not (is_silent(mine) or is_silent(other)):
        if first.type != second.type and first.type and second.type:
            return f"Item {first.position} is {mine.type} in one and {other.type} in the other."
        agree = texts_agree if _is_cut(mine) or _is_cut(other) else _whole_texts_agree
        if not agree(mine.text, other.text):
            return f"The text of item {first.position} differs."
        for name in _TELLING:
            if disagree(mine.payload.get(name), other.payload.get(name)):
                return f"The {name} of item {first.position} differs."
    for key, picture in first.pictures.items():
        facing = second.pictures.get(key)
        if facing is not None and not _pictures_agree(picture, facing):
            return f"The {picture.role} picture of item {first.position} differs."
    return None


def is_proof(first: Place, second: Place) -> bool:
    """Whether both say something that no other generation would say."""
    if first.random_id is not None and first.random_id == second.random_id:
        return True
    mine, other = first.item, second.item
    if mine is not None and other is not None and mine.text and mine.text == other.text:
        return True
    theirs = {picture.sha256 for picture in second.pictures.values()}
    return any(picture.sha256 and picture.sha256 in theirs for picture in first.pictures.values())


def disagree(first: Any, second: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether two values cannot be the same one, whole here and silent or shortened there."""
    if is_empty(first) or is_empty(second):
        return False
    if isinstance(first, str) and isinstance(second, str):
        return not texts_agree(first, second)
    if isinstance(first, dict) and isinstance(second, dict):
        return any(disagree(first[key], second[key]) for key in first.keys() & second.keys())
    if isinstance(first, list) and isinstance(second, list):
        return any(disagree(mine, other) for mine, other in zip(first, second, strict=False))
    return bool(first != second)


def texts_agree(first: str | None, second: str | None) -> bool:
    """Whether one can be the other cut at its end, or shortened in its middle with dots."""
    if first and second and (first.startswith(second) or second.startswith(first)):
        return True
    return _whole_texts_agree(first, second)


def _is_cut(item: Item) -> bool:
    """Whether more of it can have been to come."""
    return item.is_salvaged or item.status != "completed"


def _whole_texts_agree(first: str | None, second: str | None) -> bool:
    """Whether both are equal, or one is the other shortened in its middle or at its end with dots."""
    return (
        not first
        or not second
        or first == second
        or _is_elision_of(first, second)
        or _is_elision_of(second, first)
    )


def _pictures_agree(first: KeptPicture, second: KeptPicture) -> bool:
    """Two whole pictures must be the same bytes; a head must not tell another type or size than the whole."""
    if first.is_whole and second.is_whole:
        return first.sha256 == second.sha256
    if "bytes" in (first.kind, second.kind) and not (first.is_whole or second.is_whole):
        return True
    pairs = (
        (first.media_type, second.media_type),
        (first.width, second.width),
        (first.height, second.height),
    )
    comparable = {first.kind, second.kind} == {"bytes", "elided"} or first.kind == second.kind == "elided"
    return not comparable or all(not a or not b or a == b for a, b in pairs)


def _is_elision_of(short: str, full: str) -> bool:
    for dots in _ELISIONS:
        head, found, tail = short.partition(dots)
        if found and len(head) + len(tail) <= len(full) and full.startswith(head) and full.endswith(tail):
            return True
    return False
