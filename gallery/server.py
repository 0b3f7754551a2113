"""Serving with gunicorn from within this process, which has already loaded everything that the workers need."""

from __future__ import annotations

import gc
import socket
from pathlib import Path
from typing import Any, NoReturn

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication
from gunicorn.http.unreader import SocketUnreader

from gallery import intake
from gallery.api import entrance
from gallery.upload_handlers import CHUNK_BYTES

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - not a file of ours: where the workers' heartbeats touch no disk


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with `options` (its own setting names), serving `application`."""

    def __init__(self, application: WSGIHandler, options: dict[str, Any]) -> None:
        self.application = application
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)
        # Of a body it would receive a megabyte at once, copy what is left of that for each chunk that is asked for, and
        # get the memory for all this from the system anew each time: three times the work.
        SocketUnreader.max_body_chunk = CHUNK_BYTES

    def load(self) -> WSGIHandler:
        return self.application


def why_not_listen(host: str, port: int) -> str:
    """Why nobody can listen there, in words; empty if one can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _grow_up() -> None:
    """Makes what every process would otherwise make for itself at its first request, and keeps the garbage collector
    from looking through all of it in each: a page of memory that is looked at is shared no longer."""
    get_resolver().url_patterns  # noqa: B018 - read for what it does
    entrance.make_ready()
    intake.warm_up()
    gc.collect()
    gc.freeze()


def serve(application: WSGIHandler, *, host: str, port: int, workers: int, threads: int) -> NoReturn:
    """Serve until a signal ends it. Each worker is forked with the application loaded, so the first answer is quick."""
    # What is open now would be shared by all workers, and each has to have its own.
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
    _grow_up()
    address = f"[{host}]" if ":" in host else host
    options: dict[str, Any] = {
        # Here the process that is to be a worker has no threads yet.
        "post_fork": lambda _arbiter, _worker: intake.begin(),
        "bind": f"{address}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "preload_app": True,
        # A worker's main thread reports its life, whatever its other threads do: a long upload is no silence.
        "timeout": 120,
        "graceful_timeout": 30,
        "keepalive": 75,
        "loglevel": "warning",
        "control_socket_disable": True,
        # A query of 4,000 characters is 48,000 bytes of an address where each is written in four bytes, and htmx sends
        # the page's address along in a header. 0: as far as the server's own bound, a megabyte.
        "limit_request_line": 0,
        "limit_request_field_size": 64 * 1024,
    }
    if MEMORY_FOLDER.is_dir():
        options["worker_tmp_dir"] = str(MEMORY_FOLDER)
    Server(application, options).run()
    raise SystemExit(0)
