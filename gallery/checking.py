"""One check of the archive at a time, whoever starts it; and starting one beside the server.

Whoever checks has the turn: the lock of a file in the data folder. The system takes it back from a process that ends,
however it ends, so a check that was killed is never taken for one that runs. A page takes the turn before it starts
`manage.py fsck`, which inherits it: there is no moment in which a second one could begin.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from gallery import audit
from gallery.audit import Action

_ATTEMPTS = 20
_SECONDS_BETWEEN_ATTEMPTS = 0.05
_SECONDS_BETWEEN_NOTES = 1.0
_LENGTH = 4096


class AlreadyRunning(Exception):
    """Somebody checks just now."""


@dataclass(frozen=True, slots=True)
class Running:
    """A check in progress: how many of `total` things it has looked at. `by` is empty for one from the shell."""

    began_at: datetime
    by: str
    done: int
    total: int


class Turn:
    """Held from `take` or `inherit` to leaving it; others see by it how far the check is."""

    def __init__(self, descriptor: int, *, began_at: datetime, by: str) -> None:
        self.descriptor = descriptor
        self._began_at, self._by = began_at, by
        self._noted_at = 0.0
        self._done = 0

    @classmethod
    def take(cls, *, by: str = "") -> Turn:
        """Raises AlreadyRunning, and OSError where the data folder cannot be written to."""
        path = _path()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _lock(descriptor):
            os.close(descriptor)
            raise AlreadyRunning
        turn = cls(descriptor, began_at=timezone.now(), by=by)
        turn.note(0, of=0)
        return turn

    @classmethod
    def inherit(cls, descriptor: int) -> Turn:
        """The turn of the process that started this one."""
        known = _read(descriptor)
        return cls(
            descriptor,
            began_at=known.began_at if known else timezone.now(),
            by=known.by if known else "",
        )

    def note(self, done: int, *, of: int) -> None:
        noted = {"began_at": self._began_at.isoformat(), "by": self._by, "done": done, "total": of}
        # Always of one length, and so in one step: whoever reads it meanwhile finds nothing of what stood there before.
        os.pwrite(self.descriptor, json.dumps(noted).encode().ljust(_LENGTH), 0)

    def advance(self, *, of: int) -> None:
        """One more thing was looked at. Noted once in a second."""
        self._done += 1
        now = time.monotonic()
        if now - self._noted_at >= _SECONDS_BETWEEN_NOTES or self._done == of:
            self._noted_at = now
            self.note(self._done, of=of)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.descriptor)


def running() -> Running | None:
    """The check that runs now, if any."""
    try:
        descriptor = os.open(_path(), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        # Shared, so that those who only look do not see each other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(descriptor) or Running(timezone.now(), "", 0, 0)
    else:
        return None
    finally:
        os.close(descriptor)


def start(by: User, *, address: str | None) -> None:
    """Begins a check in a process of its own, of lower priority, which goes on whatever becomes of this one. It changes
    nothing but the audit. Raises AlreadyRunning, and OSError where it cannot be started."""
    with Turn.take(by=by.get_username()) as turn:
        audit.record(Action.CHECK_STARTED, by, address=address)
        try:
            process = subprocess.Popen(  # noqa: S603 - a program of ours, and nothing that anybody typed
                [sys.executable, "manage.py", "fsck", "--turn", str(turn.descriptor)],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[turn.descriptor],
                start_new_session=True,
            )
        except OSError as error:
            record_failure(error)
            raise
    # Somebody has to hear of its end, or the system keeps what is left of it.
    threading.Thread(target=process.wait, daemon=True).start()


def record_failure(error: Exception) -> None:
    because = f"{type(error).__name__}: {error}"[:300]
    audit.record(Action.CHECK_FAILED, None, details={"because": because.replace("\0", "")})


def _path() -> Path:
    return Path(settings.DATA_DIR) / "check.lock"


def _lock(descriptor: int) -> bool:
    """Tries for a moment: whoever only looks whether a check runs has the lock while looking."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_SECONDS_BETWEEN_ATTEMPTS)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False


def _read(descriptor: int) -> Running | None:
    """None where nothing is noted yet."""
    try:
        noted = json.loads(os.pread(descriptor, _LENGTH, 0))
        return Running(
            datetime.fromisoformat(noted["began_at"]), noted["by"], int(noted["done"]), int(noted["total"])
        )
    except (ValueError, KeyError, TypeError):
        return None
