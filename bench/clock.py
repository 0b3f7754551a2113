"""Timing that a busy machine disturbs as little as possible: alternating runs, medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

COUNT = 15_000_000


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


def core_speedup(processes: int) -> float:
    """How many times as much plain arithmetic that many processes get done here now as one does."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(_count, [1] * processes))
        one = seconds(lambda: list(pool.map(_count, [COUNT])))
        all_of_them = seconds(lambda: list(pool.map(_count, [COUNT] * processes)))
    return processes * one / all_of_them


def _count(to: int) -> int:
    return sum(number & 7 for number in range(to))


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
