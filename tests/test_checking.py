"""One check at a time: the turn is of whoever has it, and nobody's once its holder has ended, however it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gallery.checking import AlreadyRunning, Turn, running

ROOT = Path(__file__).resolve().parent.parent
HOLD = """
import os, sys, time
import django
django.setup()
from gallery.checking import Turn
turn = Turn.take(by="charlie")
turn.note(3, of=8)
print("I have it.", flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def data_folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def holder(data_folder: Path) -> Any:
    """Another process that has the turn."""
    variables = {
        **os.environ,
        "GALLERY_DATA_DIR": str(data_folder),
        "DJANGO_SETTINGS_MODULE": "gallery.settings",
    }
    process = subprocess.Popen([sys.executable, "-c", HOLD], cwd=ROOT, env=variables, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"I have it.\n"
        yield process
        process.kill()


def test_nothing_runs_where_nothing_ever_ran():
    assert running() is None


def test_whoever_has_the_turn_says_how_far_it_is():
    with Turn.take(by="charlie") as turn:
        for _ in range(3):
            turn.advance(of=3)
        now = running()
    assert now is not None
    assert (now.by, now.done, now.total) == ("charlie", 3, 3)
    assert running() is None


def test_nobody_else_gets_a_turn_that_is_taken(holder: Any):
    now = running()
    assert now is not None
    assert (now.by, now.done, now.total) == ("charlie", 3, 8)
    with pytest.raises(AlreadyRunning):
        Turn.take()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_turn_of_a_process_that_was_killed_is_free_at_once(holder: Any, end: signal.Signals):
    holder.send_signal(end)
    holder.wait()
    assert running() is None
    with Turn.take() as turn:
        assert turn.descriptor


def test_a_turn_goes_on_in_the_process_that_inherits_it(data_folder: Path):
    with Turn.take(by="charlie") as turn:
        heir = subprocess.Popen(["sleep", "600"], pass_fds=[turn.descriptor])
    now = running()
    assert now is not None
    assert now.by == "charlie"
    heir.kill()
    heir.wait()
    assert running() is None


def test_whoever_looks_keeps_nobody_from_beginning(data_folder: Path):
    with Turn.take():
        pass
    assert [running() for _ in range(3)] == [None, None, None]
    with Turn.take():
        assert running() is not None


def test_a_longer_note_is_followed_by_a_shorter_one():
    with Turn.take(by="c" * 150) as turn:
        turn.note(123_456_789, of=987_654_321)
        turn.note(1, of=2)
        now = running()
    assert now is not None
    assert (now.done, now.total) == (1, 2)
