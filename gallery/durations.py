"""How long things took, kept as how often each length occurred, so that a median can be told of any sum of them.

PURE. A length falls into one of few buckets, each a fifth longer than the one before it: what is told from them is
right within a tenth, and said as "about".
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime

_SHORTEST = 0.5
_PER_DOUBLING = 4
_DOUBLINGS = 18  # up to a day and a half
BOUNDS = tuple(_SHORTEST * 2 ** (step / _PER_DOUBLING) for step in range(_DOUBLINGS * _PER_DOUBLING + 1))
"""Seconds. Bucket 0 is below the first bound, bucket n from the n-th on to below the next, the last without end."""


def bucket_of(start: datetime | None, end: datetime | None) -> int | None:
    """None where either end is unknown, or they contradict each other."""
    if start is None or end is None or end < start:
        return None
    return bisect_right(BOUNDS, (end - start).total_seconds())


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """About how many seconds that share of them took at most; None of none. `counts` are by bucket."""
    whole = sum(counts.values())
    if whole < 1:
        return None
    left = share * whole
    for bucket in sorted(counts):
        left -= counts[bucket]
        if left <= 0 and counts[bucket]:
            return _middle(bucket)
    return _middle(max(counts))


def in_words(seconds: float | None) -> str:
    """`about 15 s`, `about 2 min 10 s`; empty of None."""
    if seconds is None:
        return ""
    if seconds < _SHORTEST:
        return "less than half a second"
    if seconds >= BOUNDS[-1]:
        return "more than a day"
    if seconds < 10:
        return f"about {seconds:.1f} s"
    if seconds < 100:
        return f"about {seconds:.0f} s"
    minutes = seconds / 60
    return f"about {minutes:.0f} min" if minutes < 100 else f"about {minutes / 60:.0f} h"


def _middle(bucket: int) -> float:
    if bucket == 0:
        return 0.0
    if bucket == len(BOUNDS):
        return BOUNDS[-1]
    return math.sqrt(BOUNDS[bucket - 1] * BOUNDS[bucket])
