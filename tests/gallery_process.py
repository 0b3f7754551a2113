"""A gallery in a process of its own, started the way `make run` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def variables_for(data_dir: Path, database_url: str, *, port: int = 8000) -> dict[str, str]:
    """The environment of a gallery that has nothing in common with that of the tests."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GALLERY_", "DJANGO_"))
    }
    return {
        **inherited,
        "GALLERY_ENV_FILE": "",
        "GALLERY_DATA_DIR": str(data_dir),
        "GALLERY_WORKERS": "2",
        "DATABASE_URL": database_url,
        "PORT": str(port),
    }


class GalleryProcess:
    """Serves from entering to leaving, and then tells all it has `said`."""

    def __init__(self, data_dir: Path, database_url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.variables = variables_for(data_dir, database_url, port=self.port)
        self.said = ""

    def __enter__(self) -> Self:
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "start"],
            cwd=ROOT,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() - begun > PATIENCE_SECONDS:
                self._stop()
                raise AssertionError(f"The gallery did not start. It said:\n{self.said}")
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/sign-in", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, HTTPException, ConnectionError, TimeoutError):
            return False

    def _stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.said += self.process.communicate(timeout=40)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.said += self.process.communicate()[0]
