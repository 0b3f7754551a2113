"""Ingest against the bare floor in one process, and bulk ingest by four processes against one."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import floor, samples
from bench.clock import core_speedup, seconds
from bench.figures import Figure
from bench.gallery_here import fresh_environment, manage
from gallery.demo.scenarios import GeneratedTranscript

STREAMS = 5
BULK_FILES = 64
BULK_ROUNDS = 2


def measure() -> list[Figure]:
    return [*_against_the_floor(), *_in_bulk()]


def _against_the_floor() -> list[Figure]:
    """With every core, and with one: the floor uses one, and the gallery draws its thumbnails in threads."""
    warm_up, *streams = samples.big_streams(range(1, 2 * STREAMS + 2))
    _pair(warm_up)
    cores = os.sched_getaffinity(0)
    everywhere = [
        _pair(stream, is_floor_first=bool(number % 2)) for number, stream in enumerate(streams[::2])
    ]
    try:
        os.sched_setaffinity(0, {min(cores)})
        alone = [
            _pair(stream, is_floor_first=bool(number % 2)) for number, stream in enumerate(streams[1::2])
        ]
    finally:
        os.sched_setaffinity(0, cores)
    size = statistics.median(len(stream.data) for stream in streams) / 1e6
    return [
        Figure(
            f"ingest of a {size:.0f} MB stream with partials, against the floor",
            statistics.median(pair.ratio for pair in everywhere),
            "times",
            target=1.3,
        ),
        Figure("the same on one core", statistics.median(pair.ratio for pair in alone), "times", target=1.3),
        Figure("the floor's own time", 1000 * statistics.median(pair.floor for pair in everywhere), "ms"),
        Figure("the ingest's own time", 1000 * statistics.median(pair.ingest for pair in everywhere), "ms"),
    ]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Seconds that one stream took the floor and the gallery."""

    floor: float
    ingest: float

    @property
    def ratio(self) -> float:
        return self.ingest / self.floor


def _pair(stream: GeneratedTranscript, *, is_floor_first: bool = True) -> _Pair:
    """The stream kept by both, once each; ends the benchmark unless both made the same thumbnails."""
    from gallery import blobs
    from gallery.ingest import ingest_upload
    from gallery.models import Transcript

    kept: dict[str, bytes] = {}

    def ingest() -> None:
        source_kind = Transcript.Source.COMMAND
        report = ingest_upload(stream.data, name=stream.name, uploader=None, source_kind=source_kind)
        if report.outcome != "stored":
            raise SystemExit(f"bench: {stream.name} was not stored: {report.sentence}")

    with tempfile.TemporaryDirectory(prefix="gallery-floor-") as folder:

        def keep() -> None:
            kept.update(floor.keep_stream(stream.data, Path(folder)))

        if is_floor_first:
            pair = _Pair(floor=seconds(keep), ingest=seconds(ingest))
        else:
            ingest_took = seconds(ingest)
            pair = _Pair(floor=seconds(keep), ingest=ingest_took)
    # The floor must do the same work, or the ratio says nothing.
    if any(blobs.read("thumbs", sha256) != thumbnail for sha256, thumbnail in kept.items()):
        raise SystemExit("bench: the floor's thumbnails are not those of the gallery.")
    return pair


def _in_bulk() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="gallery-bulk-") as name:
        folder = Path(name)
        for number, stream in enumerate(samples.everyday_streams(BULK_FILES)):
            (folder / f"{number:02d}-{stream.name}").write_bytes(stream.data)
        size = sum(path.stat().st_size for path in folder.iterdir())
        speedups: list[float] = []
        times: dict[int, list[float]] = {1: [], 4: []}
        for _ in range(BULK_ROUNDS):
            speedups.append(core_speedup(4))
            for jobs, taken in times.items():
                taken.append(_bulk_seconds(folder, jobs))
    one, four = (min(times[jobs]) for jobs in (1, 4))
    return [
        Figure(
            f"bulk ingest of {BULK_FILES} files ({size / 1e6:.0f} MB), --jobs 4 against --jobs 1",
            one / four,
            "times",
            target=2.5,
            better="higher",
        ),
        Figure("four processes of plain arithmetic against one, here and then", max(speedups), "times"),
        Figure("--jobs 1", size / 1e6 / one, "MB/s", better="higher"),
        Figure("--jobs 4", size / 1e6 / four, "MB/s", better="higher"),
    ]


def _bulk_seconds(folder: Path, jobs: int) -> float:
    with fresh_environment() as environment:
        manage(environment, "migrate", "--verbosity", "0")
        start = time.perf_counter()
        manage(environment, "ingest", str(folder), "--jobs", str(jobs))
        return time.perf_counter() - start
