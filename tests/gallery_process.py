"""A gallery in a process of its own, started the way `make run` starts it."""

from __future__ import annotations

import fcntl
import os
import shutil
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

from gallery.collecting import STAMP

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


def lend_static_files(data_dir: Path) -> None:
    """Puts collected static files into a data folder. Compressing them takes long, so all processes of a run of the
    tests share what the first of them has collected."""
    shared = Path(os.environ["GALLERY_DATA_DIR"]) / "lent"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / STAMP).exists():
            collect = "from gallery.collecting import collect_if_changed; collect_if_changed()"
            subprocess.run(
                [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", collect],
                cwd=ROOT,
                env=variables_for(shared, "") | {"GALLERY_SECRET_KEY": "of nobody"},
                check=True,
            )
    shutil.copytree(shared / "static", data_dir / "static")
    shutil.copy(shared / STAMP, data_dir / STAMP)


class GalleryProcess:
    """Serves from entering to leaving, and then tells all it has `said`."""

    def __init__(self, data_dir: Path, database_url: str, *, has_static_files: bool = True) -> None:
        if has_static_files and not (data_dir / "static").exists():
            lend_static_files(data_dir)
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

    def shell(self, code: str) -> list[str]:
        """The words that `code` prints, run beside the server."""
        ran = subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
        return ran.stdout.split()

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
