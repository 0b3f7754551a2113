"""Timing that a busy machine disturbs as little as possible: alternating runs, medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable


def seconds(act: Callable[[], object]) -> float:
    """How long one run takes, without a garbage collection left over from before it."""
    gc.collect()
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def alternating(first: Callable[[], object], second: Callable[[], object], runs: int) -> tuple[float, float]:
    """The medians of `runs` runs of each, taken in turn so that slow moments hit both; one warm-up before."""
    first()
    second()
    pairs = []
    for run in range(runs):
        if run % 2:
            second_took, first_took = seconds(second), seconds(first)
        else:
            first_took, second_took = seconds(first), seconds(second)
        pairs.append((first_took, second_took))
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
