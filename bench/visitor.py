"""A signed-in teammate who calls the whole application as a server does (WSGI, every middleware), to its last byte."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Application = Callable[..., Any]
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
"""What htmx says when it asks for a part of a page."""


class Visitor:
    """Signed in as the user of that name, who is made if need be. `headers` are as in WSGI's environment."""

    def __init__(self, application: Application, name: str = "visitor") -> None:
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.test import Client

        self._application = application
        self.user, _ = User.objects.get_or_create(username=name)
        client = Client()
        client.force_login(self.user)
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._cookie = f"{settings.SESSION_COOKIE_NAME}={self.session}"

    def get(self, address: str, headers: dict[str, str] | None = None) -> bytes:
        """The body; anything but 200 ends the benchmark."""
        parts = urlsplit(address)
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_COOKIE": self._cookie,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            **(headers or {}),
        }
        statuses: list[str] = []

        def start_response(status: str, *_: object) -> None:
            statuses.append(status)

        answer = self._application(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        if not statuses[0].startswith("200"):
            raise SystemExit(f"bench: {address} answered {statuses[0]}.")
        return body

    def times(
        self,
        address: str,
        requests: int,
        headers: dict[str, str] | None = None,
        *,
        prepare: Callable[[], object] = lambda: None,
    ) -> list[float]:
        """Seconds of each of so many requests, after some others. `prepare` comes before each and is not counted."""
        for _ in range(min(10, requests)):
            self.get(address, headers)
        times = []
        for _ in range(requests):
            prepare()
            start = time.perf_counter()
            self.get(address, headers)
            times.append(time.perf_counter() - start)
        return times

    def count_queries(self, address: str, headers: dict[str, str] | None = None) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            self.get(address, headers)
        return len(queries)
