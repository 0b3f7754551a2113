"""Ingest against the bare floor in one process, and bulk ingest by four processes against one."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from bench import floor, samples
from bench.clock import seconds
from bench.figures import Figure
from bench.gallery_here import fresh_environment, manage

STREAMS = 9
BULK_FILES = 40
BULK_ROUNDS = 2


def measure() -> list[Figure]:
    return [*_against_the_floor(), *_in_bulk()]


def _against_the_floor() -> list[Figure]:
    """Each stream is ingested once and kept by the floor once, in turn; the ratio is that of each pair."""
    from gallery import blobs
    from gallery.ingest import ingest_upload
    from gallery.models import Transcript

    warm_up, *streams = samples.big_streams(range(1, STREAMS + 2))

    def ingest(data: bytes, name: str) -> None:
        report = ingest_upload(data, name=name, uploader=None, source_kind=Transcript.Source.COMMAND)
        if report.outcome != "stored":
            raise SystemExit(f"bench: {name} was not stored: {report.sentence}")

    times: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="gallery-floor-") as folder:
        ingest(warm_up.data, warm_up.name)
        floor.keep_stream(warm_up.data, Path(folder))
        for number, stream in enumerate(streams):
            kept: dict[str, bytes] = {}

            def keep(data: bytes = stream.data, kept: dict[str, bytes] = kept) -> None:
                kept.update(floor.keep_stream(data, Path(folder)))

            def take_in(data: bytes = stream.data, name: str = stream.name) -> None:
                ingest(data, name)

            if number % 2:
                floor_took, ingest_took = seconds(keep), seconds(take_in)
            else:
                ingest_took, floor_took = seconds(take_in), seconds(keep)
            times.append((floor_took, ingest_took))
            # The floor must do the same work, or the ratio says nothing.
            for sha256, thumbnail in kept.items():
                if blobs.read("thumbs", sha256) != thumbnail:
                    raise SystemExit("bench: the floor's thumbnails are not those of the gallery.")
    size = statistics.median(len(stream.data) for stream in streams) / 1e6
    return [
        Figure(
            f"ingest of a {size:.0f} MB stream with partials, against the floor",
            statistics.median(ingest_took / floor_took for floor_took, ingest_took in times),
            "times",
            target=1.3,
        ),
        Figure("the floor's own time", 1000 * statistics.median(pair[0] for pair in times), "ms"),
        Figure("the ingest's own time", 1000 * statistics.median(pair[1] for pair in times), "ms"),
    ]


def _in_bulk() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="gallery-bulk-") as name:
        folder = Path(name)
        for number, stream in enumerate(samples.everyday_streams(BULK_FILES)):
            (folder / f"{number:02d}-{stream.name}").write_bytes(stream.data)
        size = sum(path.stat().st_size for path in folder.iterdir())
        times: dict[int, list[float]] = {1: [], 4: []}
        for _ in range(BULK_ROUNDS):
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
        Figure("--jobs 1", size / 1e6 / one, "MB/s", better="higher"),
        Figure("--jobs 4", size / 1e6 / four, "MB/s", better="higher"),
        Figure("cores of this machine", os.cpu_count() or 1),
    ]


def _bulk_seconds(folder: Path, jobs: int) -> float:
    with fresh_environment() as environment:
        manage(environment, "migrate", "--verbosity", "0")
        start = time.perf_counter()
        manage(environment, "ingest", str(folder), "--jobs", str(jobs))
        return time.perf_counter() - start
