"""The benchmark of finding runs, on galleries small enough for a test."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bench.find import TARGETS, figures
from tests.gallery_process import ROOT


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the galleries that were made, and what was printed."""
    folder = tmp_path_factory.mktemp("bench")
    done = subprocess.run(
        [sys.executable, "-m", "bench", "find", "--print-only"],
        cwd=ROOT,
        env={
            **os.environ,
            "BENCH_FOLDER": str(folder),
            "BENCH_PICTURES": "500,1000",
            "BENCH_REQUESTS": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_every_page_is_measured_at_both_sizes_and_against_the_smaller(measured: tuple[Path, str]) -> None:
    printed = measured[1]
    for page in ("first page", "common word", "facets, common word", "image layer"):
        assert f"  {page}, 500 pictures (" in printed
        assert f"  {page}, 1,000 pictures (" in printed
        assert f"  {page}, 1,000 pictures against 500: " in printed


def test_rare_word_is_as_rare_in_the_larger_gallery(measured: tuple[Path, str]) -> None:
    assert "rare word, 500 pictures (25 match;" in measured[1]
    assert "rare word, 1,000 pictures (25 match;" in measured[1]


def test_gallery_is_made_as_large_as_was_asked_and_its_parts_agree(measured: tuple[Path, str]) -> None:
    database = next(measured[0].glob("library-500-*")) / "gallery.sqlite3"
    connection = sqlite3.connect(database)
    (cards,) = connection.execute("SELECT count(*) FROM gallery_image WHERE is_card").fetchone()
    (indexed,) = connection.execute("SELECT count(*) FROM image_search").fetchone()
    (tallied,) = connection.execute("SELECT sum(count) FROM gallery_facettally WHERE period = ''").fetchone()
    connection.close()
    assert (cards, indexed, tallied) == (500, 500, 500)


def test_page_that_takes_more_queries_with_more_pictures_is_named() -> None:
    page = {"seconds": [0.01], "matches": None}
    sizes = {
        size: {"pages": _every(page | {"queries": queries}), "html_bytes": 1, "code_bytes": 1}
        for size, queries in ((10, 5), (20, 6))
    }
    uneven = next(figure for figure in figures(sizes, {}) if figure.what.startswith("pages that take other"))
    assert uneven.value == len(sizes[10]["pages"])
    assert "first page" in uneven.what
    assert uneven.is_met is False


def _every(page: dict[str, object]) -> dict[str, dict[str, object]]:
    return dict.fromkeys(TARGETS, page)
