"""A gallery that is busy, out of reach, or gone in the middle."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from gallery.push.calling import seconds_asked_for
from tests.gallery_process import free_port
from tests.push.conftest import Run
from tests.push.stub import Stub, answers_never, hangs_up, refuses, refuses_unread

Running = Callable[..., Run]
MANY_BYTES = b"0123456789abcdef" * 1024 * 1024


class BrokenStream(io.RawIOBase):
    """What a command writes until the system takes it away."""

    def __init__(self) -> None:
        super().__init__()
        self.chunks = [b"data: {}\n\n"]

    def read1(self, size: int) -> bytes:
        if not self.chunks:
            raise OSError(5, "Input/output error")
        return self.chunks.pop(0)


def test_a_busy_gallery_is_asked_again_when_it_says(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(429, "Too many.", Retry_After="17"), refuses(503, "Busy.", Retry_After="40")]
    result = run(recordings / "a.json")
    assert result.code == 0
    assert result.waits == [17, 40]
    assert [asked.body for asked in stub.uploads] == [b'{"a": 1}'] * 3
    assert "Too many. Trying again in 17.0 s." in result.warned


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_gallery_that_fails_is_asked_again(run: Running, stub: Stub, recordings: Path, status: int):
    stub.behaviours = [refuses(status)]
    assert run(recordings / "a.json").code == 0
    assert len(stub.uploads) == 2


@pytest.mark.parametrize("status", [400, 409, 411, 413, 415, 422])
def test_a_refused_file_is_not_sent_again(run: Running, stub: Stub, recordings: Path, status: int):
    stub.behaviours = [refuses(status)]
    assert run(recordings / "a.json").code == 1
    assert len(stub.uploads) == 1


def test_pauses_grow_and_are_not_all_alike(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(500)] * 5
    waits = run("--retries", 5, recordings / "a.json").waits
    assert len(waits) == 5
    assert all(0.5 <= wait / (0.5 * 2**attempt) <= 1.5 for attempt, wait in enumerate(waits))


def test_a_connection_that_breaks_midway_is_made_again(run: Running, stub: Stub, tmp_path: Path):
    file = tmp_path / "large.json"
    file.write_bytes(MANY_BYTES)
    stub.behaviours = [hangs_up]
    result = run(file)
    assert result.code == 0
    assert "cannot be reached" in result.warned
    assert stub.uploads[-1].body == MANY_BYTES


def test_a_slow_answer_is_not_waited_for_for_ever(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [answers_never]
    result = run("--timeout", "0.3", recordings / "a.json")
    assert result.code == 0
    assert "timed out" in result.warned


def test_an_upload_refused_before_it_is_through_is_told(run: Running, stub: Stub, tmp_path: Path):
    file = tmp_path / "large.json"
    file.write_bytes(MANY_BYTES)
    stub.behaviours = [refuses_unread(413, "This is larger than 1 MB.")]
    result = run(file)
    assert result.code == 1
    assert "This is larger than 1 MB." in result.warned
    assert len(stub.uploads) == 1


def test_after_three_files_it_is_the_gallery_and_no_file(run: Running, stub: Stub, recordings: Path):
    (recordings / "d.json").write_text("{}")
    stub.behaviours = [refuses(500)] * 9
    result = run("--retries", 0, recordings)
    assert result.code == 1
    assert len(stub.uploads) == 3
    assert "Start again later" in result.warned
    assert "3 failed." in result.warned


def test_one_file_that_breaks_the_gallery_does_not_stop_the_others(
    run: Running, stub: Stub, recordings: Path
):
    stub.behaviours = [refuses(500)]
    result = run("--retries", 0, recordings)
    assert result.code == 1
    assert stub.names == ["a.json", "b.json", "c.json"]


def test_nobody_waits_for_hours(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(503, "Closed until tomorrow.", Retry_After="86400")]
    result = run(recordings / "a.json")
    assert result.code == 1
    assert result.waits == []
    assert "Closed until tomorrow." in result.warned


def test_a_gallery_that_is_not_there_is_told(run: Running, recordings: Path):
    result = run("--retries", 1, recordings, url=f"http://127.0.0.1:{free_port()}")
    assert result.code == 1
    assert "127.0.0.1 cannot be reached" in result.warned


def test_a_stream_is_sent_again_from_its_beginning(run: Running, stub: Stub, state: Path):
    stub.behaviours = [hangs_up, refuses(503)]
    assert run("-", stdin=MANY_BYTES).code == 0
    assert stub.uploads[-1].body == MANY_BYTES
    assert [path.name for path in state.iterdir()] == ["pushed.jsonl"]


def test_a_stream_is_sent_with_its_length_where_chunks_are_refused(run: Running, stub: Stub):
    stub.behaviours = [refuses(411, "Send Content-Length.")]
    assert run("-", stdin=b"data: {}\n\n").code == 0
    assert stub.uploads[-1].headers["Content-Length"] == "10"
    assert stub.uploads[-1].body == b"data: {}\n\n"


@pytest.mark.parametrize("status", [422, 403, 500])
def test_a_stream_that_could_not_be_sent_is_kept(run: Running, stub: Stub, state: Path, status: int):
    stub.behaviours = [refuses(status)]
    result = run("--retries", 0, "--name", "run.sse", "-", stdin=MANY_BYTES)
    (kept,) = state.iterdir()
    assert result.code in {1, 2}
    assert f"What came is kept in {kept}" in result.warned
    assert kept.read_bytes() == MANY_BYTES
    assert kept.name.endswith("-run.sse")


def test_a_stream_is_taken_to_its_end_even_without_a_token(
    run: Running, state: Path, monkeypatch: pytest.MonkeyPatch
):
    """Else the system would end the command that writes it, and cut off whatever else that writes to."""
    monkeypatch.setenv("GALLERY_TOKEN", "")
    stream = io.BytesIO(MANY_BYTES)
    result = run("-", stdin=stream)
    assert stream.read() == b""
    (kept,) = state.iterdir()
    assert f"What came is kept in {kept}" in result.warned
    assert kept.read_bytes() == MANY_BYTES


def test_a_stream_that_breaks_is_kept_as_far_as_it_came(run: Running, state: Path):
    result = run("-", stdin=BrokenStream())
    (kept,) = state.iterdir()
    assert result.code == 1
    assert "Input/output error" in result.warned
    assert kept.read_bytes() == b"data: {}\n\n"


def test_a_file_that_became_shorter_is_told(run: Running, stub: Stub, recordings: Path):
    from gallery.push.sources import File

    file = File(recordings / "a.json")
    chunks = file.chunks()
    file.measure = lambda: 100  # type: ignore[method-assign] # as it was a moment ago
    with pytest.raises(Exception, match="became shorter"):
        list(chunks)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("17", 17),
        (" 17 ", 17),
        ("-1", 0),
        ("1.5", 0),
        ("soon", 0),
        ("9" * 40, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_what_retry_after_asks_for(header: str, seconds: float):
    assert seconds_asked_for(header) == seconds


def test_retry_after_may_be_a_date():
    moment = datetime.now(UTC) + timedelta(seconds=30)
    assert 25 < seconds_asked_for(format_datetime(moment, usegmt=True)) <= 30
