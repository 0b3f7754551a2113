"""Finding pictures among 100,000 and among 1,000,000: server time, how it grows, what a first view weighs.

Requests go through the whole application, as in `bench.pages`. Both galleries are generated (`bench.library`) and
kept for the next run. `BENCH_PICTURES=2000,4000` measures others, `BENCH_REQUESTS` sets how often each page is asked.
"""

from __future__ import annotations

import json
import os
import statistics
from typing import Any

from bench.asked import FURTHER
from bench.clock import percentile
from bench.figures import Figure
from bench.gallery_here import environment_of, run
from bench.library import library, seconds_of_making

FEW, MANY = 100_000, 1_000_000
REQUESTS = 60
MOST_GROWTH = 1.5

Pages = dict[str, dict[str, Any]]

TARGETS = {
    "first page": 20,
    f"page after {FURTHER:,} further images": 20,
    f"common word, page after {FURTHER:,} further images": 20,
    "common word": 20,
    "rare word": 20,
    "no hit": 4,
    "phrase": 20,
    "two terms with a facet": 20,
    "facets": 20,
    "facets with a choice": 20,
    "facets, common word": 50,
    "facets, common word and a choice": 50,
    "facets, rare word": 50,
    "select-all count, common word": 50,
    "image layer": 15,
    "image layer, within a common word": 15,
}
"""Milliseconds; pages that are not among them are told for information."""


def measure() -> list[Figure]:
    sizes = [int(size) for size in os.environ.get("BENCH_PICTURES", f"{FEW},{MANY}").split(",")]
    requests = int(os.environ.get("BENCH_REQUESTS", REQUESTS))
    return figures({size: _asked(size, requests) for size in sizes}, {size: _made(size) for size in sizes})


def figures(answers: dict[int, dict[str, Any]], made: dict[int, float]) -> list[Figure]:
    """`answers` as `bench.asked` prints them, by size; `made` is how many seconds making each gallery took."""
    sizes = sorted(answers)
    found = [
        _time(name, size, answers[size]["pages"]) for name in answers[sizes[0]]["pages"] for size in sizes
    ]
    if len(sizes) > 1:
        found += _growth(answers, sizes[0], sizes[-1])
    largest = answers[sizes[-1]]
    return [
        *found,
        Figure("first view, HTML", largest["html_bytes"] / 1000, "KB", target=60),
        Figure("first view, styles and scripts, compressed", largest["code_bytes"] / 1000, "KB", target=70),
        *(Figure(f"making {size:,} pictures", seconds / 60, "minutes") for size, seconds in made.items()),
    ]


def _asked(size: int, requests: int) -> dict[str, Any]:
    last_line = run(environment_of(library(size)), "-m", "bench.asked", str(requests)).splitlines()[-1]
    answers: dict[str, Any] = json.loads(last_line)
    return answers


def _made(size: int) -> float:
    return seconds_of_making(library(size))


def _time(name: str, size: int, pages: Pages) -> Figure:
    page = pages[name]
    about = [f"95th percentile {1000 * percentile(page['seconds'], 0.95):.1f} ms"]
    if page["matches"] is not None:
        about.insert(0, f"{page['matches']:,} match")
    return Figure(
        f"{name}, {size:,} pictures ({'; '.join(about)})",
        1000 * statistics.median(page["seconds"]),
        "ms",
        target=TARGETS.get(name),
    )


def _growth(answers: dict[int, dict[str, Any]], few: int, many: int) -> list[Figure]:
    small, large = answers[few]["pages"], answers[many]["pages"]
    growth = {
        name: statistics.median(large[name]["seconds"]) / statistics.median(small[name]["seconds"])
        for name in TARGETS
    }
    uneven = [name for name in small if small[name]["queries"] != large[name]["queries"]]
    return [
        *(
            Figure(f"{name}, {many:,} pictures against {few:,}", times, "times", target=MOST_GROWTH)
            for name, times in growth.items()
        ),
        Figure(
            " ".join(["pages that take other queries with more pictures", *uneven]),
            len(uneven),
            target=0,
        ),
        Figure("queries of the page that takes most", max(page["queries"] for page in large.values())),
    ]
