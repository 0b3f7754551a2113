"""Files that come into a folder are pushed once they are whole."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gallery.push.watching import Watcher
from tests.push.conftest import Run
from tests.push.stub import Stub, refuses

Running = Callable[..., Run]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens between two looks, one after the other; after them Ctrl-C is pressed."""
    happens: list[Callable[[], object]] = []

    def pause(seconds: float) -> None:
        if not happens:
            raise KeyboardInterrupt
        happens.pop(0)()

    monkeypatch.setattr(time, "sleep", pause)
    return happens


def event(kind: str) -> str:
    return f'event: {kind}\ndata: {{"type": "{kind}"}}\n\n'


def nothing() -> None:
    """Time passes."""


def test_what_is_there_and_what_comes_is_pushed(
    run: Running, stub: Stub, recordings: Path, looks: list[Callable[[], object]]
):
    looks += [nothing, nothing, lambda: (recordings / "new.json").write_text("{}"), nothing, nothing]
    result = run("--watch", recordings)
    assert stub.names == ["a.json", "b.json", "c.json", "new.json"]
    assert result.code == 130
    assert "4 stored." in result.warned


def test_a_growing_file_is_left_until_it_rests(
    run: Running, stub: Stub, tmp_path: Path, looks: list[Callable[[], object]]
):
    file = tmp_path / "recordings" / "run.sse"
    file.parent.mkdir()

    def grow() -> None:
        with file.open("a") as growing:
            growing.write("{}\n")

    looks += [grow, grow, grow, nothing, grow, nothing, nothing]
    run("--watch", file.parent)
    assert [asked.body for asked in stub.uploads] == [b"{}\n" * 4]


def test_a_stream_that_pauses_is_left_until_its_end_has_come(
    run: Running, stub: Stub, tmp_path: Path, looks: list[Callable[[], object]]
):
    file = tmp_path / "recordings" / "run.sse"
    file.parent.mkdir()

    def write(event: str) -> None:
        with file.open("a") as growing:
            growing.write(event)

    looks += [lambda: write(event("response.created")), *[nothing] * 30]
    looks += [lambda: write(event("response.completed")), nothing, nothing]
    run("--watch", file.parent)
    assert [asked.body.count(b"event:") for asked in stub.uploads] == [2]


def test_a_stream_whose_end_never_comes_is_pushed_after_three_minutes(tmp_path: Path):
    file = tmp_path / "run.sse"
    file.write_text(event("response.created"))
    watcher = Watcher([tmp_path])
    assert [watcher.look() for _ in range(90)] == [[]] * 90
    assert watcher.look() == [file]


def test_a_changed_file_is_pushed_again(
    run: Running, stub: Stub, recordings: Path, looks: list[Callable[[], object]]
):
    looks += [nothing, nothing, lambda: (recordings / "a.json").write_text("[1]"), nothing, nothing]
    run("--watch", recordings)
    assert stub.names == ["a.json", "b.json", "c.json", "a.json"]


def test_a_refused_file_is_not_pushed_again_as_it_is(
    run: Running, stub: Stub, recordings: Path, looks: list[Callable[[], object]]
):
    stub.behaviours = [refuses(422)]
    looks += [nothing] * 6
    run("--watch", recordings)
    assert stub.names == ["a.json", "b.json", "c.json"]


def test_the_files_that_were_named_are_pushed_before_the_folder_is_watched(
    run: Running, stub: Stub, recordings: Path, tmp_path: Path, looks: list[Callable[[], object]]
):
    (tmp_path / "first.json").write_text("{}")
    looks += [nothing, nothing]
    run("--watch", recordings, tmp_path / "first.json")
    assert stub.names[0] == "first.json"
    assert len(stub.names) == 4


def test_a_file_that_could_not_be_sent_is_due_again_in_a_minute(
    recordings: Path, monkeypatch: pytest.MonkeyPatch
):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watcher = Watcher([recordings / "deeper"])
    file = recordings / "deeper" / "c.json"
    assert [watcher.look() for _ in range(3)] == [[], [], [file]]
    watcher.put_off(file)
    now[0] = 59
    assert watcher.look() == []
    now[0] = 61
    assert watcher.look() == [file]


def test_an_empty_file_is_waited_for(tmp_path: Path):
    file = tmp_path / "soon.json"
    file.touch()
    watcher = Watcher([tmp_path])
    assert [watcher.look() for _ in range(5)] == [[]] * 5
    file.write_text("{}")
    os.utime(file, (1, 1))
    assert [watcher.look() for _ in range(3)] == [[], [], [file]]


def test_what_is_gone_is_forgotten(recordings: Path):
    watcher = Watcher([recordings])
    for _ in range(3):
        for file in watcher.look():
            watcher.settle(file)
    for file in recordings.glob("*.json"):
        file.unlink()
    watcher.look()
    assert set(watcher.looks) == set(watcher.settled) == {recordings / "deeper" / "c.json"}


def test_a_folder_that_goes_away_is_waited_for(recordings: Path):
    watcher = Watcher([recordings / "nowhere", recordings / "deeper"])
    assert [watcher.look() for _ in range(3)][-1] == [recordings / "deeper" / "c.json"]
