"""Programs that upload: the API against ingest alone, its token check, and many clients at once.

An upload goes through a server process on the loopback address, as `make run` starts it; ingest alone runs in this
process, on other streams of the same kind, in turn. The crowd is threads of this process, on the same cores as the
server: people who look at a page a second, first by themselves, then while as many programs upload.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import samples
from bench.clock import percentile, seconds
from bench.figures import Figure
from gallery.demo import generator
from tests.gallery_process import GalleryProcess

MEGABYTES = 4
PAIRS = 25  # single streams differ by a third
WARM_UPS = 40
LARGE_WARM_UPS = 12
CLIENTS = 50
UPLOADS_EACH = 2
LOOKING_SECONDS = 20
LOOK_EVERY_SECONDS = 1.0
CHECKS = 2_000


def measure() -> list[Figure]:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from gallery import tokens
    from gallery.models import ApiToken
    from gallery.roles import Role, set_role

    user = User.objects.create_user("program")
    set_role(user, Role.CONTRIBUTOR)
    _, secret = tokens.make(user, name="bench", scope=ApiToken.Scope.UPLOAD, lifetime=None)
    client = Client()
    client.force_login(user)
    server = GalleryProcess(Path(settings.DATA_DIR), "")
    server.variables |= {
        "GALLERY_SECRET_KEY": settings.SECRET_KEY,
        "GALLERY_API_REQUESTS_PER_MINUTE": "1000000",
        "GALLERY_WORKERS": "4",
    }
    with server:
        visitor = Visitor(server.port, secret, client.cookies["sessionid"].value)
        return [*_against_ingest(visitor, user), *_check(secret), *_crowd(visitor)]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Asks the server: as a program with a token, or as a person with a session."""

    port: int
    secret: str
    session: str

    def upload(self, name: str, data: bytes) -> None:
        self._ask(
            "POST", f"/api/transcripts?name={name}", data, {"Authorization": f"Bearer {self.secret}"}, 201
        )

    def look(self) -> None:
        self._ask("GET", "/", None, {"Cookie": f"sessionid={self.session}"}, 200)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], expected: int
    ) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status != expected:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:300]!r}")


def _against_ingest(visitor: Visitor, user: object) -> list[Figure]:
    from gallery.ingest import ingest_upload
    from gallery.models import Transcript

    streams = samples.big_streams(range(1, 2 * PAIRS + LARGE_WARM_UPS + 3), MEGABYTES)
    size = statistics.median(len(stream.data) for stream in streams) / 1e6

    def alone(data: bytes) -> None:
        ingest_upload(data, name="alone.sse", uploader=user, source_kind=Transcript.Source.API)  # type: ignore[arg-type]

    # Until every reader of every server process has read something, also of that size.
    for number in range(WARM_UPS):
        small = generator.picture_stream(90_000 + number, size=(512, 512), partials=2)
        visitor.upload("warm.sse", small.data)
    for warm_up in streams[:LARGE_WARM_UPS]:
        visitor.upload("warm.sse", warm_up.data)
    for warm_up in streams[LARGE_WARM_UPS : LARGE_WARM_UPS + 2]:
        alone(warm_up.data)
    measured = streams[LARGE_WARM_UPS + 2 :]
    by_api: list[float] = []
    by_itself: list[float] = []
    for number in range(PAIRS):
        first, second = measured[2 * number : 2 * number + 2]
        acts: list[tuple[list[float], Callable[[], None]]] = [
            (by_api, lambda data=first.data: visitor.upload("pushed.sse", data)),  # type: ignore[misc]
            (by_itself, lambda data=second.data: alone(data)),  # type: ignore[misc]
        ]
        for took, act in acts if number % 2 else reversed(acts):
            took.append(seconds(act))
    return [
        Figure(
            f"upload of a {size:.1f} MB stream by the API, against its ingest alone",
            statistics.median(by_api) / statistics.median(by_itself),
            "times",
            target=1.15,
        ),
        Figure("the upload's own time", 1000 * statistics.median(by_api), "ms"),
    ]


def _check(secret: str) -> list[Figure]:
    from gallery import tokens

    tokens.check(secret)
    took = [1000 * seconds_of(lambda: tokens.check(secret)) for _ in range(CHECKS)]
    return [
        Figure("token check, median", statistics.median(took), "ms", target=1),
        Figure("token check, 95th percentile", percentile(took, 0.95), "ms"),
    ]


def seconds_of(act: Callable[[], object]) -> float:
    """Without the garbage collection that `clock.seconds` makes first: it would take longer than what is measured."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


@dataclass(slots=True)
class _Crowd:
    """How long each look took, and what went wrong."""

    looks: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def look(self, visitor: Visitor, number: int) -> None:
        self.is_over.wait(LOOK_EVERY_SECONDS * number / CLIENTS)
        while not self.is_over.is_set():
            start = time.perf_counter()
            try:
                visitor.look()
            except Exception as error:
                self.errors.append(str(error))
            took = time.perf_counter() - start
            self.looks.append(took)
            self.is_over.wait(max(0.0, LOOK_EVERY_SECONDS - took))

    def upload(self, visitor: Visitor, number: int, streams: Sequence[bytes]) -> None:
        for data in streams:
            try:
                visitor.upload(f"crowd-{number}.sse", data)
            except Exception as error:
                self.errors.append(str(error))


def _crowd(visitor: Visitor) -> list[Figure]:
    streams = [
        generator.picture_stream(50_000 + number, size=(512, 512), partials=2).data
        for number in range(CLIENTS * UPLOADS_EACH)
    ]
    idle = _Crowd()
    looking = _started(lambda number: idle.look(visitor, number))
    time.sleep(LOOKING_SECONDS)
    idle.is_over.set()
    _joined(looking)
    busy = _Crowd()
    looking = _started(lambda number: busy.look(visitor, number))
    time.sleep(2 * LOOK_EVERY_SECONDS)
    busy.looks.clear()
    start = time.perf_counter()
    _joined(_started(lambda number: busy.upload(visitor, number, streams[number::CLIENTS])))
    took = time.perf_counter() - start
    busy.is_over.set()
    _joined(looking)
    for error in busy.errors[:3]:
        sys.stderr.write(f"{error}\n")
    size = sum(map(len, streams)) / 1e6
    return [
        Figure(
            f"{CLIENTS} clients look while {CLIENTS} upload {size:.0f} MB in {took:.0f} s: errors",
            len(idle.errors) + len(busy.errors),
            target=0,
        ),
        Figure(
            f"95th percentile of the {len(busy.looks)} looks, against that of {CLIENTS} clients who look alone",
            percentile(busy.looks, 0.95) / percentile(idle.looks, 0.95),
            "times",
            target=3,
        ),
        Figure("95th percentile of looking alone", 1000 * percentile(idle.looks, 0.95), "ms"),
    ]


def _started(act: Callable[[int], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=act, args=[number], daemon=True) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    return threads


def _joined(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join()
