"""What makes two recordings one generation, and the keys that follow from it.

An id alone proves nothing: redacted and fixture ids repeat across unrelated recordings. A response is known by its id,
its creation time (to the second) and its model together; two with the same identity whose outputs contradict each
other are twins, told apart by a number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import Enum

SECOND_BITS = 32
PLACE_BITS = 31
_MOST_GONE = 16


class Sameness(Enum):
    """How far two identities agree."""

    DIFFERENT = "different"
    POSSIBLE = "possible"
    """The same as far as they go, but one side is silent where it matters: the outputs must prove it."""
    SAME = "same"


def compare_identities(
    first: tuple[str, datetime | None, str | None], second: tuple[str, datetime | None, str | None]
) -> Sameness:
    """Of two (response id, creation time, model). A side that is silent about a part does not contradict it.

    With equal ids and creation times a missing model is tolerated. Without a creation time on one side, id and model
    are not enough: the outputs have to share something.
    """
    if first[0] != second[0]:
        return Sameness.DIFFERENT
    if first[1] and second[1] and whole_second(first[1]) != whole_second(second[1]):
        return Sameness.DIFFERENT
    if first[2] and second[2] and first[2] != second[2]:
        return Sameness.DIFFERENT
    return Sameness.SAME if first[1] and second[1] else Sameness.POSSIBLE


def response_key(response_id: str, created_at: datetime | None, model: str | None, twin: int = 0) -> str:
    """The unique key of a response: a hash of its identity and its number among twins (0 for the first)."""
    second = whole_second(created_at) if created_at else None
    return hashlib.sha256(json.dumps([response_id, second, model or None, twin]).encode()).hexdigest()


class ResponseKeys:
    """Gives responses keys that no other has: none of those `taken`, nor one that it has given."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._twins: dict[tuple[str, int | None, str | None], _Twins] = {}

    def settle(
        self, response_id: str, created_at: datetime | None, model: str | None, *, current: str = ""
    ) -> str:
        """The key with the lowest number that no twin has; `current` is kept while it still tells the identity."""
        identity = response_id, whole_second(created_at) if created_at else None, model or None
        twins = self._twins.setdefault(identity, _Twins(response_id, created_at, model))
        self._taken.discard(current)
        # Twins may have gone since: look for the current one a little further than there are others.
        if current and twins.have(current, below=len(self._taken) + _MOST_GONE):
            key = current
        else:
            key = twins.first_free(self._taken)
        self._taken.add(key)
        return key


class _Twins:
    """The keys of one identity by number, each made once: ids that repeat without end have thousands."""

    def __init__(self, response_id: str, created_at: datetime | None, model: str | None) -> None:
        self._identity = response_id, created_at, model
        self._keys: dict[str, None] = {}

    def have(self, key: str, *, below: int) -> bool:
        while key not in self._keys and len(self._keys) <= below:
            self._make()
        return key in self._keys

    def first_free(self, taken: Collection[str]) -> str:
        free = next((key for key in self._keys if key not in taken), None)
        while free is None:
            key = self._make()
            free = key if key not in taken else None
        return free

    def _make(self) -> str:
        key = response_key(*self._identity, twin=len(self._keys))
        self._keys[key] = None
        return key


def image_id(*, key: str, second: int, position: int, role: str, index: int, attempt: int = 0) -> int:
    """The primary key of an image: sorts by the second of generation, and is the same whenever it is made again.

    The high 32 bits hold the second (up to the year 2106), the low 31 a hash of the place. `attempt` gives another
    one where two places hash alike.
    """
    place = json.dumps([key, position, role, index, attempt]).encode()
    low: int = int.from_bytes(hashlib.sha256(place).digest()[:8], "big") >> (64 - PLACE_BITS)
    high = min(max(second, 0), (1 << SECOND_BITS) - 1)
    return high << PLACE_BITS | low


def whole_second(moment: datetime) -> int:
    """Unix seconds: some servers write `created_at` as a float, others the same second as an integer."""
    return int(moment.timestamp() // 1)
