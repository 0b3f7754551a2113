"""What can be pushed: a file, or what another command writes; and the files of a folder."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Union

from gallery.push.given import LIMIT_BYTES

CHUNK_BYTES = 64 * 1024
NOTHING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class Unreadable(Exception):
    """What is to be sent cannot be read, or not as a whole."""

    def __init__(self, error: OSError | str) -> None:
        super().__init__(
            error if isinstance(error, str) else f"It cannot be read: {error.strerror or error}."
        )


class File:
    """A file on disk. `length` is what it had when it was looked at last."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self.length: int | None = None

    def measure(self) -> int:
        """Its length in bytes. Raises Unreadable."""
        try:
            self.length = length = self.path.stat().st_size
        except OSError as error:
            raise Unreadable(error) from error
        return length

    def chunks(self) -> Iterator[bytes]:
        """Exactly `length` bytes. Raises Unreadable where there are fewer."""
        left = self.measure()
        try:
            with self.path.open("rb") as file:
                while left:
                    chunk = file.read(min(CHUNK_BYTES, left))
                    if not chunk:
                        raise Unreadable("It became shorter while it was read. Push it when it is whole.")
                    left -= len(chunk)
                    yield chunk
        except OSError as error:
            raise Unreadable(error) from error

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


class Pipe:
    """What another command writes. It is sent as it comes, and kept in a file: to be sent again where the connection
    breaks, and so that it is not lost where it cannot be sent at all. `length` is None until its end has come."""

    def __init__(self, stream: BinaryIO, name: str, folder: Path) -> None:
        self.stream, self.name = stream, name
        self.length: int | None = None
        ending = "-" + re.sub(r"[^\w.-]", "_", name)[-60:]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            number, path = tempfile.mkstemp(ending, "gallery-push-", folder)
        except OSError:
            number, path = tempfile.mkstemp(ending, "gallery-push-")
        self.path = Path(path)
        self.kept = os.fdopen(number, "w+b")

    def chunks(self) -> Iterator[bytes]:
        """All from the beginning, however often it is asked. Raises Unreadable."""
        place = 0
        while True:
            self.kept.seek(place)
            chunk = self.kept.read(CHUNK_BYTES)
            if not chunk and self.length is None:
                chunk = self._next()
                self._keep(chunk)
            if not chunk:
                return
            place += len(chunk)
            yield chunk

    def finish(self) -> None:
        """Takes what is left. A command whose reader goes away is ended by the system, and whatever else it writes is
        cut off with it. What is over the limit is not kept."""
        self.kept.seek(0, os.SEEK_END)
        while self.length is None:
            chunk = self._next()
            if not LIMIT_BYTES or self.kept.tell() <= LIMIT_BYTES:
                self._keep(chunk)

    def stop(self) -> None:
        """Takes nothing more."""
        self.length = self.kept.seek(0, os.SEEK_END)

    def close(self, *, has_arrived: bool) -> str:
        """Removes what was kept if it has arrived, or if there is nothing; else a sentence that says where it is."""
        try:
            self.finish()
        except Unreadable:
            self.stop()
        self.kept.close()
        if has_arrived or not self.length:
            self.path.unlink()
            return ""
        return f"What came is kept in {self.path}"

    def _next(self) -> bytes:
        read: Any = getattr(self.stream, "read1", self.stream.read)
        try:
            chunk = bytes(read(CHUNK_BYTES))
        except OSError as error:
            raise Unreadable(error) from error
        if not chunk:
            self.stop()
        return chunk

    def _keep(self, chunk: bytes) -> None:
        try:
            self.kept.write(chunk)
            self.kept.flush()
        except OSError as error:
            raise Unreadable(f"It cannot be kept in {self.path}: {error.strerror}.") from error


Source = Union[File, Pipe]  # noqa: UP007 - evaluated, and Python 3.9 knows no |


def files_in(
    folder: Path, skipped: Counter[str], *, warn: Callable[[str], None] | None = None
) -> Iterator[Path]:
    """Its files by name, those of its folders after them. What it passes over is counted in `skipped` by what it is.

    What cannot be looked at may be a file: it comes, too, and is told as unreadable once it is to be pushed.
    """
    tell = warn or (lambda _: None)
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            facts = here.stat()
            entries = sorted(here.iterdir())
        except OSError as error:
            skipped["unreadable"] += 1
            tell(f"{here}: The folder cannot be read: {error.strerror or error}.")
            continue
        if (facts.st_dev, facts.st_ino) in seen:
            skipped["linked twice"] += 1
            tell(f"{here}: Skipped, as it links to a folder that was read before.")
            continue
        seen.add((facts.st_dev, facts.st_ino))
        folders = []
        for entry in entries:
            if entry.name.startswith("."):
                skipped["hidden"] += 1
                continue
            mode = mode_of(entry)
            if stat.S_ISDIR(mode):
                folders.append(entry)
            elif stat.S_ISREG(mode):
                yield entry
            else:
                skipped["no file"] += 1
        waiting += reversed(folders)


def mode_of(path: Path) -> int:
    """What it is, as `stat` tells it: 0 if there is nothing, and a file where that cannot be said."""
    try:
        return path.stat().st_mode
    except OSError as error:
        return 0 if error.errno in NOTHING else stat.S_IFREG
