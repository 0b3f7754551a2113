"""Runs of gallery-push against a gallery that answers as it is told."""

from __future__ import annotations

import io
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest

from gallery.push import client
from tests.push.stub import TOKEN, Stub


@dataclass(frozen=True)
class Run:
    """What a run has ended with and said. `waits`: how long it paused, in seconds, without really pausing."""

    code: int
    said: str
    warned: str
    waits: list[float]

    @property
    def all_said(self) -> str:
        return self.said + self.warned

    @property
    def results(self) -> list[dict[str, Any]]:
        """Of a run with --json."""
        return [json.loads(line) for line in self.said.split("\n") if line]


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as running:
        yield running


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program keeps in mind what it pushed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "gallery-push"


@pytest.fixture
def run(
    stub: Stub, state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Run]]:
    """`run(*arguments)`: the program in this process, with a good token and the stub's address if none is given."""
    monkeypatch.setenv("GALLERY_TOKEN", TOKEN)
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    handler = signal.getsignal(signal.SIGTERM)

    def run_it(*arguments: object, stdin: BinaryIO | bytes = b"", url: str | None = None) -> Run:
        stream = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
        waits.clear()
        capsys.readouterr()
        try:
            code = client.main(["--url", url or stub.url, *map(str, arguments)])
        except SystemExit as exit_of_options:
            code = int(exit_of_options.code or 0)
        said = capsys.readouterr()
        return Run(code, said.out, said.err, list(waits))

    yield run_it
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder of three files, one of them deeper."""
    folder = tmp_path / "recordings"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.json").write_text('{"a": 1}')
    (folder / "b.json").write_text('{"b": 2}')
    (folder / "deeper" / "c.json").write_text('{"c": 3}')
    return folder
