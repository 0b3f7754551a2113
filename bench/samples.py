"""The transcripts that are measured, drawn by all cores at once: drawing takes longer than measuring."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from gallery.demo import generator
from gallery.demo.scenarios import GeneratedTranscript

FORMATS = ("png", "png", "jpeg", "webp")
SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))


def big_streams(seeds: Iterable[int], megabytes: float = 9) -> list[GeneratedTranscript]:
    """Streams of about `megabytes` with three partial pictures, the last the same as the final one."""
    with _pool() as pool:
        return list(pool.map(_big_stream, [(seed, megabytes) for seed in seeds]))


def everyday_streams(count: int) -> list[GeneratedTranscript]:
    """Streams as a team uploads them: mostly PNG, some JPEG and WebP, in the three usual sizes."""
    with _pool() as pool:
        return list(pool.map(_everyday_stream, range(count)))


def _big_stream(wanted: tuple[int, float]) -> GeneratedTranscript:
    return generator.big_stream(wanted[0], wanted[1])


def _everyday_stream(number: int) -> GeneratedTranscript:
    return generator.picture_stream(
        1000 + number,
        output_format=FORMATS[number % len(FORMATS)],
        size=SIZES[number % len(SIZES)],
        partials=2,
    )


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(mp_context=get_context("spawn"))
