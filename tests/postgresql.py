"""A PostgreSQL server of the tests' own: in a temporary folder, reached through a socket there, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

LEAST_VERSION = 15
MISSING = (
    f"The tests need PostgreSQL {LEAST_VERSION} or newer and found no initdb in PATH or /usr/lib/postgresql/*/bin. "
    "Debian and Ubuntu: apt-get install postgresql. macOS: brew install postgresql."
)


class PostgresqlMissing(Exception):
    """There is no server to start; the message says how to get one."""


def version_of(binaries: Path) -> int:
    """The major version of the server in this folder; 0 where there is none that runs."""
    try:
        words = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return 0
    major = words[2].split(".")[0] if len(words) > 2 else ""
    return int(major) if major.isdigit() else 0


def find_binaries() -> Path:
    """The folder with the newest server's programs. Raises PostgresqlMissing."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    versions = [(version_of(folder), folder) for folder in folders if (folder / "initdb").is_file()]
    version, binaries = max(versions, default=(0, Path()))
    if version < LEAST_VERSION:
        raise PostgresqlMissing(MISSING)
    return binaries


def unprivileged_user() -> str | None:
    """Whom the server runs as: it refuses to be root's. None: as whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise PostgresqlMissing(
        "The tests run as root, and there is no user postgres or nobody to run PostgreSQL as."
    )


class ThrowAwayServer:
    """Starts on construction; `url` is for DATABASE_URL; `stop` ends it and removes everything it wrote."""

    def __init__(self) -> None:
        binaries = find_binaries()
        user = unprivileged_user()
        self.folder = Path(tempfile.mkdtemp(prefix="gallery-pg-"))
        if user:
            shutil.chown(self.folder, user)
        data = self.folder / "data"
        log = self.folder / "log"
        initdb = [
            binaries / "initdb",
            "--pgdata",
            data,
            "--username=gallery",
            "--auth=trust",
            "--encoding=UTF8",
        ]
        subprocess.run(
            [*initdb, "--locale=C.UTF-8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            group=self._group(user),
            extra_groups=[] if user else None,
            cwd=self.folder,
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "400",
            "log_min_messages": "fatal",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *options],
                stdout=output,
                stderr=output,
                user=user,
                group=self._group(user),
                extra_groups=[] if user else None,
                cwd=self.folder,
                start_new_session=True,
            )
        self.url = f"postgres://gallery@{quote(str(self.folder), safe='')}/gallery"
        self._wait_until_ready(binaries / "pg_isready", log)

    @staticmethod
    def _group(user: str | None) -> int | None:
        return pwd.getpwnam(user).pw_gid if user else None

    def _wait_until_ready(self, pg_isready: Path, log: Path) -> None:
        deadline = time.monotonic() + 60
        asking = [pg_isready, "--quiet", "--host", self.folder, "--username=gallery", "--dbname=postgres"]
        while subprocess.run(asking).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")
                self.stop()
                raise RuntimeError(f"The throw-away PostgreSQL server did not start. It said: {said}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(
                3
            )  # SIGQUIT, PostgreSQL's immediate shutdown: nothing here is worth a checkpoint
            self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)
