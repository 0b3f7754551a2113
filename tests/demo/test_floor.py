"""The benchmark's floor does the same work as the gallery, or its ratio would mean nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bench import floor
from bench.figures import Figure
from gallery.demo import generator
from gallery.demo.scenarios import GeneratedTranscript
from gallery.imaging.renditions import render


@pytest.mark.parametrize("size", [(1024, 1024), (1536, 1024), (896, 896)])
def test_the_floors_thumbnails_are_those_of_the_gallery(tmp_path: Path, size: tuple[int, int]) -> None:
    stream = generator.picture_stream(3, size=size)
    pictures = {hashlib.sha256(data).hexdigest(): data for data in stream.calls[0].partials[_place(stream)]}

    thumbnails = floor.keep_stream(stream.data, tmp_path)

    assert thumbnails == {
        sha256: render(data, limit_pixels=40_000_000).thumbnail for sha256, data in pictures.items()
    }


def test_the_floor_writes_every_distinct_picture(tmp_path: Path) -> None:
    stream = generator.picture_stream(3, size=(256, 256), partials=3)

    floor.keep_stream(stream.data, tmp_path)

    written = {path.read_bytes() for path in tmp_path.iterdir()}
    assert set(stream.calls[0].partials[_place(stream)]) <= written


@pytest.mark.parametrize(
    ("figure", "is_met"),
    [
        (Figure("a", 1.3, target=1.3), True),
        (Figure("a", 1.31, target=1.3), False),
        (Figure("a", 2.5, target=2.5, better="higher"), True),
        (Figure("a", 2.4, target=2.5, better="higher"), False),
        (Figure("a", 99), None),
    ],
)
def test_a_figure_knows_whether_it_meets_its_target(figure: Figure, *, is_met: bool | None) -> None:
    assert figure.is_met is is_met


def _place(stream: GeneratedTranscript) -> int:
    return next(iter(stream.calls[0].partials))
