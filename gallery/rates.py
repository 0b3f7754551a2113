"""How often each caller has asked in this minute, counted in memory that all worker processes share.

The memory is there before the server forks its workers, so a limit is one limit and not one for each of them, and a
request writes nothing to the database. Two processes that count the same caller in the same microsecond may count one
request instead of two, and what is counted is forgotten when the server stops: for a rate limit that is exact enough.
"""

from __future__ import annotations

import mmap
import struct
import threading
import time
from dataclasses import dataclass

WINDOW_SECONDS = 60
SLOTS = 8192
_PROBES = 8
_SLOT = struct.Struct("=QII")  # whose it is, the window, how many requests in it

_memory = mmap.mmap(-1, SLOTS * _SLOT.size)
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a caller's requests. `resets_in` is in whole seconds, at least 1."""

    limit: int
    remaining: int
    resets_in: int
    is_exceeded: bool


def spend(
    caller: int, *, limit: int, window_seconds: int = WINDOW_SECONDS, now: float | None = None
) -> Allowance:
    """Counts one request of `caller` (a positive number that is its own) against `limit` for each window."""
    now = time.time() if now is None else now
    window = int(now // window_seconds)
    resets_in = max(1, window_seconds - int(now % window_seconds))
    with _lock:
        offset = _offset_of(caller)
        owner, known_window, count = _SLOT.unpack_from(_memory, offset)
        count = count if owner == caller and known_window == window else 0
        is_exceeded = count >= limit
        if not is_exceeded:
            count += 1
        _SLOT.pack_into(_memory, offset, caller, window, count)
    return Allowance(limit, limit - count, resets_in, is_exceeded)


def give_back(caller: int) -> None:
    """As if `caller` had not made the last of the requests that were counted."""
    with _lock:
        offset = _offset_of(caller)
        owner, window, count = _SLOT.unpack_from(_memory, offset)
        if owner == caller and count:
            _SLOT.pack_into(_memory, offset, caller, window, count - 1)


def forget() -> None:
    """As if nobody had asked yet."""
    with _lock:
        _memory[:] = bytes(len(_memory))


def _offset_of(caller: int) -> int:
    """The caller's slot, or else the one near it that has been out of use for longest."""
    first = hash(caller) % SLOTS
    oldest, oldest_window = 0, None
    for step in range(_PROBES):
        offset = (first + step) % SLOTS * _SLOT.size
        owner, window, _ = _SLOT.unpack_from(_memory, offset)
        if owner == caller:
            return offset
        if oldest_window is None or window < oldest_window:
            oldest, oldest_window = offset, window
    return oldest
