"""A gallery that answers as it is told to, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "gal_a-token-that-nobody-prints"
Behaviour = Callable[["Handler"], None]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def name(self) -> str:
        return parse_qs(urlsplit(self.path).query)["name"][0]


@dataclass
class Stub:
    """`behaviours` answer the next uploads, one each; after them all is stored. Serves from entering to leaving."""

    behaviours: list[Behaviour] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)

    @property
    def uploads(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == "POST"]

    @property
    def names(self) -> list[str]:
        return [asked.name for asked in self.uploads]

    def __enter__(self) -> Stub:
        handler = type("Handler", (Handler,), {"stub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def log_message(self, *arguments: Any) -> None:
        """Says nothing."""

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        self.note(b"")
        if not self._may_enter():
            return
        transcript = urlsplit(self.path).path.rpartition("/")[2]
        known = {number: sha256 for sha256, number in self.stub.stored.items()}
        if transcript == "transcripts":
            self.answer(200, {"items": []})
        elif transcript in known:
            self.answer(200, {"id": transcript, "sha256": known[transcript]})
        else:
            self.problem(404, "There is no such transcript in the gallery.")

    def do_POST(self) -> None:
        if self.stub.behaviours:
            self.stub.behaviours.pop(0)(self)
            return
        body = self.note(self.read_body())
        if self._may_enter():
            self.keep(body)

    def keep(self, body: bytes) -> None:
        sha256 = hashlib.sha256(body).hexdigest()
        is_new = sha256 not in self.stub.stored
        number = self.stub.stored.setdefault(sha256, str(len(self.stub.stored) + 1))
        outcome = "stored" if is_new else "known"
        file = {
            "outcome": outcome,
            "sentence": "1 response, 1 picture" if is_new else "nothing new",
            "sha256": sha256,
            "transcript": {"id": number, "url": f"{self.stub.url}/transcripts/{number}"},
            "images": [{"key": number, "url": f"{self.stub.url}/images/{number}"}],
        }
        self.answer(201 if is_new else 200, {"files": [file]})

    def note(self, body: bytes) -> bytes:
        self.stub.asked.append(Asked(self.command, self.path, self.headers, body))
        return body

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            found = b""
            while size := int(self.rfile.readline() or hung_up(), 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, told: Any, **headers: str) -> None:
        content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def problem(self, status: int, detail: str, **headers: str) -> None:
        self.answer(status, {"status": status, "title": "A problem", "detail": detail}, **headers)

    def _may_enter(self) -> bool:
        is_known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if not is_known:
            self.problem(401, "This token is not known here.")
        return is_known


def hung_up() -> bytes:
    raise ConnectionResetError("The other side hung up in the middle.")


def refuses(status: int, detail: str = "This is no transcript.", **headers: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.note(handler.read_body())
        handler.problem(status, detail, **headers)

    return behave


def answers(status: int, text: str, **headers: str) -> Behaviour:
    """In words of its own, as something between program and gallery does."""

    def behave(handler: Handler) -> None:
        handler.note(handler.read_body())
        handler.answer(status, text, **headers)

    return behave


def refuses_unread(status: int, detail: str) -> Behaviour:
    """Before the body has come, and hangs up."""

    def behave(handler: Handler) -> None:
        handler.note(b"")
        handler.problem(status, detail, Connection="close")
        handler.wfile.flush()
        handler.close_connection = True

    return behave


def hangs_up(handler: Handler) -> None:
    """As soon as something of the body has come."""
    handler.note(handler.rfile.read(10))
    # With a linger of zero the other side is told that the connection broke.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def answers_never(handler: Handler) -> None:
    handler.note(handler.read_body())
    handler.connection.settimeout(5)
    handler.rfile.read(1)  # until the other side has had enough
    handler.close_connection = True
