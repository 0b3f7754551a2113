"""An upload that brings its reader down harms neither the server nor the uploads beside it."""

from __future__ import annotations

import http.client
import os
import platform
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from gallery import intake
from gallery.models import Transcript
from tests.api.test_server import Gallery
from tests.views.test_uploads import transcript


def end_the_process(*_: object) -> None:
    os._exit(1)


def pages_taken_anew() -> int:
    """How often the system has to give memory for the same blocks a second time."""
    taken = []
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        blocks = [bytearray(b"x" * size) for size in (3_000_000, 4_000_000, 3_000_000)]
        taken.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
        del blocks
    return taken[1]


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def upload(gallery: Gallery, token: str, number: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", gallery.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"}
    connection.request("POST", f"/api/transcripts?name={number}.json", transcript(number), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def take_in(number: int) -> Any:
    return intake.take_in(
        transcript(number), name="a.json", uploader=None, source_kind=Transcript.Source.BROWSER
    )


def test_a_file_that_ends_its_reader_twice_is_refused_in_words(db: None, monkeypatch: pytest.MonkeyPatch):
    readers = intake._new_readers(1, "spawn")
    monkeypatch.setattr(intake, "_readers", readers)
    monkeypatch.setattr(intake, "_ingest", end_the_process)
    report = take_in(1)
    assert (report.outcome, report.code) == ("refused", "reader-ended")
    assert "Upload it again" in report.sentence
    assert intake._readers is not readers  # those that follow have new ones
    intake._readers.shutdown()


def test_readers_give_way_to_pages_and_are_replaced_when_they_end(tmp_path: Path, empty_database: str):
    with Gallery(tmp_path / "data", empty_database) as gallery:
        token = gallery.make_token()
        workers = children_of(gallery.process.pid)
        readers = [reader for worker in workers for reader in children_of(worker)]
        assert len(readers) >= len(workers)
        own = os.getpriority(os.PRIO_PROCESS, gallery.process.pid)
        assert all(os.getpriority(os.PRIO_PROCESS, reader) > own for reader in readers)
        assert upload(gallery, token, 1) == 201
        for reader in readers:
            os.kill(reader, signal.SIGKILL)
        assert [upload(gallery, token, number) for number in (2, 3, 4, 5)] == [201] * 4
    left = [pid for pid in readers if Path(f"/proc/{pid}").exists()]
    assert left == []
    assert "Traceback" not in gallery.said


@pytest.mark.parametrize(
    ("cores", "server_processes", "readers"),
    [(1, 1, 2), (2, 2, 1), (4, 4, 1), (4, 2, 2), (4, 1, 2), (16, 4, 2), (2, 8, 1)],
)
def test_readers_are_about_as_many_as_cores(
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    cores: int,
    server_processes: int,
    readers: int,
):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    settings.SERVER_WORKERS = server_processes
    assert intake.readers_each() == readers


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="tells its memory in its own way")
def test_a_reader_keeps_the_memory_of_an_upload_for_the_next():
    with intake._new_readers(1, "spawn") as readers:
        assert readers.submit(pages_taken_anew).result() < 100
