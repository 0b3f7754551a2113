"""Going on where the last run stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gallery.push.calling import Answer, Gallery
from gallery.push.sources import Source
from tests.push.conftest import Run
from tests.push.stub import Stub, refuses

Running = Callable[..., Run]


def test_what_was_pushed_is_not_sent_again(run: Running, stub: Stub, recordings: Path):
    run(recordings)
    (recordings / "new.json").write_text('{"new": 1}')
    result = run(recordings)
    assert result.code == 0
    assert stub.names == ["a.json", "b.json", "c.json", "new.json"]
    assert f"Pushed before. {stub.url}/transcripts/1" in result.said
    assert "3 pushed before, 1 stored." in result.warned


def test_a_changed_file_is_sent(run: Running, stub: Stub, recordings: Path):
    run(recordings)
    (recordings / "b.json").write_text('{"b": 3}')
    run(recordings)
    assert stub.names == ["a.json", "b.json", "c.json", "b.json"]


def test_what_was_refused_is_sent_again(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(422)]
    run(recordings)
    run(recordings)
    assert stub.names == ["a.json", "b.json", "c.json", "a.json"]


def test_on_request_everything_is_sent_again(run: Running, stub: Stub, recordings: Path):
    run(recordings)
    assert "3 known already." in run("--again", recordings).warned
    assert len(stub.uploads) == 6


def test_each_gallery_is_remembered_by_itself(run: Running, stub: Stub, recordings: Path):
    run(recordings)
    with Stub() as other:
        run(recordings, url=other.url)
        assert len(other.uploads) == 3
    run(recordings)
    assert len(stub.uploads) == 3


def test_a_gallery_begun_anew_gets_everything(run: Running, stub: Stub, recordings: Path):
    run(recordings)
    stub.stored.clear()
    result = run(recordings)
    assert "no longer has what was pushed last" in result.warned
    assert len(stub.uploads) == 6
    assert "3 pushed before." in run(recordings).warned


def test_a_gallery_restored_from_a_backup_gets_what_it_lost(run: Running, stub: Stub, recordings: Path):
    run(recordings / "a.json")
    backup = dict(stub.stored)
    run(recordings)
    stub.stored.clear()
    stub.stored.update(backup)
    run(recordings)
    assert len(stub.stored) == 3


def test_broken_lines_cost_nothing_but_themselves(run: Running, stub: Stub, recordings: Path, state: Path):
    run(recordings / "a.json")
    with (state / "pushed.jsonl").open("ab") as file:
        file.write(b'\xff\n{"gallery": 1}\n[]\nnull\n{"gallery": "' + stub.url.encode())
    run(recordings)
    assert stub.names == ["a.json", "b.json", "c.json"]
    assert "3 pushed before." in run(recordings).warned


def test_a_place_that_cannot_be_written_is_told_and_files_are_pushed(
    run: Running, stub: Stub, recordings: Path, state: Path
):
    state.parent.mkdir()
    state.write_text("a file where a folder should be")
    result = run(recordings / "a.json")
    assert result.code == 0
    assert "pushed.jsonl cannot be written" in result.warned
    assert len(stub.uploads) == 1


def test_the_token_is_not_kept(run: Running, recordings: Path, state: Path):
    run(recordings)
    lines = (state / "pushed.jsonl").read_text().split("\n")
    assert {frozenset(json.loads(line)) for line in lines if line} == {
        frozenset({"gallery", "sha256", "transcript"})
    }


def test_interrupted_it_says_how_far_it_came_and_goes_on_from_there(
    run: Running, stub: Stub, recordings: Path, monkeypatch: pytest.MonkeyPatch
):
    push = Gallery.push

    def interrupted(gallery: Gallery, source: Source) -> Answer:
        if source.name == "b.json":
            raise KeyboardInterrupt
        return push(gallery, source)

    with monkeypatch.context() as patched:
        patched.setattr(Gallery, "push", interrupted)
        result = run(recordings)
    assert result.code == 130
    assert result.warned == "Stopped. Start again, and it goes on from here.\n1 stored.\n"
    run(recordings)
    assert stub.names == ["a.json", "b.json", "c.json"]


def test_a_stream_that_is_interrupted_is_kept_as_far_as_it_came(
    run: Running, state: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupted(gallery: Gallery, source: Source) -> Answer:
        next(source.chunks())
        raise KeyboardInterrupt

    monkeypatch.setattr(Gallery, "push", interrupted)
    result = run("-", stdin=b"data: {}\n\n")
    (kept,) = state.iterdir()
    assert result.code == 130
    assert str(kept) in result.warned
    assert kept.read_bytes() == b"data: {}\n\n"
