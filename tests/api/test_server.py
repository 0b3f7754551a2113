"""Uploads through the server that `make run` starts: in chunks, of a running pipe, broken, and far too large."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.gallery_process import GalleryProcess
from tests.views.test_uploads import transcript

MAKE_TOKEN = """
from datetime import timedelta
from django.contrib.auth.models import User
from gallery import tokens
user = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("admin")
print(tokens.make(user, name="program", scope=tokens.ApiToken.Scope.UPLOAD, lifetime=None)[1])
"""
MEBIBYTE = 1024 * 1024


class Gallery(GalleryProcess):
    """With the smallest limit there is, and a token that uploads."""

    def __init__(self, data_dir: Path, database_url: str) -> None:
        super().__init__(data_dir, database_url)
        self.variables |= {"GALLERY_UPLOAD_LIMIT_MB": "1"}

    def make_token(self) -> str:
        return self.shell(MAKE_TOKEN)[-1]

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)


@pytest.fixture(scope="module")
def module_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('served') / 'gallery.sqlite3'}"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, module_database: str) -> Iterator[Gallery]:
    with Gallery(tmp_path_factory.mktemp("data"), module_database) as running:
        yield running


@pytest.fixture(scope="module")
def authorization(gallery: Gallery) -> dict[str, str]:
    return {"Authorization": f"Bearer {gallery.make_token()}"}


@pytest.fixture
def connection(gallery: Gallery) -> Iterator[http.client.HTTPConnection]:
    with closing(gallery.connect()) as opened:
        yield opened


def answer_of(connection: http.client.HTTPConnection) -> tuple[int, Any]:
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_body_in_chunks_is_taken_whole(
    connection: http.client.HTTPConnection, authorization: dict[str, str]
) -> None:
    content = transcript(101)
    pieces = (content[at : at + 37] for at in range(0, len(content), 37))
    connection.request("POST", "/api/transcripts?name=piped.json", pieces, authorization, encode_chunked=True)
    status, told = answer_of(connection)

    assert (status, told["files"][0]["outcome"]) == (201, "stored")
    assert told["files"][0]["size_bytes"] == len(content)


def test_a_running_pipe_is_taken_when_it_ends(
    connection: http.client.HTTPConnection, authorization: dict[str, str]
) -> None:
    def slowly() -> Iterator[bytes]:
        content = transcript(102)
        for half in (content[:50], content[50:]):
            time.sleep(0.3)
            yield half

    connection.request("POST", "/api/transcripts", slowly(), authorization, encode_chunked=True)
    assert answer_of(connection)[0] == 201


def test_a_form_in_chunks_is_taken(
    connection: http.client.HTTPConnection, authorization: dict[str, str]
) -> None:
    form = (
        b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a.json"\r\n\r\n'
        + transcript(103)
        + b"\r\n--edge--\r\n"
    )
    headers = {**authorization, "Content-Type": "multipart/form-data; boundary=edge"}
    connection.request("POST", "/api/transcripts", iter([form[:90], form[90:]]), headers, encode_chunked=True)
    status, told = answer_of(connection)
    assert (status, told["files"][0]["name"]) == (201, "a.json")


def test_a_pipe_that_never_ends_is_refused_at_the_limit(
    connection: http.client.HTTPConnection, authorization: dict[str, str]
) -> None:
    """The answer comes while the sender still sends, and no process has grown by what was sent."""
    connection.putrequest("POST", "/api/transcripts")
    for name, value in {**authorization, "Transfer-Encoding": "chunked"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    chunk = b"%x\r\n%s\r\n" % (64 * 1024, b"x" * 64 * 1024)
    sent = 0
    # The server answers and hangs up; what it said can be read even where that is noticed by sending first.
    with suppress(BrokenPipeError, ConnectionResetError):
        while sent < 200 * MEBIBYTE and not has_answered(connection):
            connection.send(chunk)
            sent += len(chunk)
    assert sent < 30 * MEBIBYTE
    status, told = answer_of(connection)
    assert status == 413
    assert told["type"] == "/api/docs#problem-too-large"


def has_answered(connection: http.client.HTTPConnection) -> bool:
    assert connection.sock is not None
    connection.sock.setblocking(False)
    try:
        return bool(connection.sock.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.sock.settimeout(60)


@pytest.mark.parametrize(
    "body",
    [
        b"5\r\nhello\r\n",
        b"zz\r\nhello\r\n",
        b"5\r\nhelloX",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"5;\x00\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_wrong_or_break_off_keep_nothing(
    gallery: Gallery, authorization: dict[str, str], body: bytes
) -> None:
    head = "POST /api/transcripts HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
    head += f"Authorization: {authorization['Authorization']}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gallery.port), timeout=60) as sender:
        sender.sendall(head.encode() + body)
        sender.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: sender.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]
    assert b"#problem-bad-request" in answer


def test_a_length_and_chunks_at_once_are_refused(gallery: Gallery, authorization: dict[str, str]) -> None:
    """Two servers that believe one each would see two different requests."""
    head = "POST /api/transcripts HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"
    head += f"Authorization: {authorization['Authorization']}\r\n\r\n0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gallery.port), timeout=60) as sender:
        sender.sendall(head.encode())
        answer = sender.recv(65536)
    assert answer.split(b" ")[1][:1] == b"4"


def test_no_token_no_reading(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/api/transcripts", iter([b"x" * 1000] * 10), encode_chunked=True)
    assert answer_of(connection)[0] == 401


def test_head_has_a_length_and_no_body(
    connection: http.client.HTTPConnection, authorization: dict[str, str]
) -> None:
    connection.request("HEAD", "/api/images", headers=authorization)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_all_worker_processes_count_one_limit(gallery: Gallery, authorization: dict[str, str]) -> None:
    left = []
    for _ in range(12):
        with closing(gallery.connect()) as connection:
            connection.request("GET", "/api/images", headers=authorization)
            answer = connection.getresponse()
            answer.read()
            left.append(int(answer.headers["RateLimit"].partition(";r=")[2].partition(";")[0]))
    steps = [before - after for before, after in pairwise(left)]
    assert sum(step == 1 for step in steps) >= 10, left  # a new minute may begin between two


def test_memory_does_not_grow_with_what_is_sent(gallery: Gallery, authorization: dict[str, str]) -> None:
    def resident() -> int:
        pages = 0
        for process in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == gallery.process.pid:
                    pages += int((process / "statm").read_text().split()[1])
            except (OSError, ValueError):
                continue
        return pages * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    for _ in range(4):
        pieces = (b"y" * MEBIBYTE for _ in range(40))
        with closing(gallery.connect()) as connection, suppress(ConnectionError):
            connection.request("POST", "/api/transcripts", pieces, authorization, encode_chunked=True)
    assert resident() - before < 40 * MEBIBYTE
