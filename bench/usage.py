"""The usage page and its CSV among 100,000 and among 1,000,000 pictures: server time, and how it grows.

Requests go through the whole application, as in `bench.find`, whose galleries are measured. Periods are around the
newest of their pictures, so that there is something in each. `BENCH_PICTURES` and `BENCH_REQUESTS` are as there.
"""

from __future__ import annotations

import json
import os
import statistics
from typing import Any

from bench.clock import percentile
from bench.figures import Figure
from bench.find import FEW, MANY, MOST_GROWTH, REQUESTS
from bench.gallery_here import environment_of, run
from bench.library import library

TARGETS = {"a month": 25, "30 days": 25, "a year": 25, "three years": 25}
"""Milliseconds; what is not among them is told for information."""


def measure() -> list[Figure]:
    sizes = [int(size) for size in os.environ.get("BENCH_PICTURES", f"{FEW},{MANY}").split(",")]
    requests = int(os.environ.get("BENCH_REQUESTS", REQUESTS))
    return figures({size: _asked(size, requests) for size in sizes})


def figures(answers: dict[int, dict[str, Any]]) -> list[Figure]:
    """`answers` as `bench.usage_asked` prints them, by size."""
    sizes = sorted(answers)
    few, many = answers[sizes[0]], answers[sizes[-1]]
    found = [_time(name, size, answers[size][name]) for name in many for size in sizes]
    if len(sizes) > 1:
        found += [
            Figure(
                f"usage of {name}, {sizes[-1]:,} pictures against {sizes[0]:,}",
                statistics.median(many[name]["seconds"]) / statistics.median(few[name]["seconds"]),
                "times",
                target=MOST_GROWTH,
            )
            for name in TARGETS
        ]
    uneven = [name for name in many if few[name]["queries"] != many[name]["queries"]]
    words = " ".join(["usage that takes other queries with more pictures", *uneven])
    return [*found, Figure(words, len(uneven), target=0)]


def _asked(size: int, requests: int) -> dict[str, Any]:
    last_line = run(environment_of(library(size)), "-m", "bench.usage_asked", str(requests)).splitlines()[-1]
    answers: dict[str, Any] = json.loads(last_line)
    return answers


def _time(name: str, size: int, asked: dict[str, Any]) -> Figure:
    return Figure(
        f"usage of {name}, {size:,} pictures (95th percentile {1000 * percentile(asked['seconds'], 0.95):.1f} ms)",
        1000 * statistics.median(asked["seconds"]),
        "ms",
        target=TARGETS.get(name),
    )
