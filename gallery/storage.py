"""Local files that appear under their name whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

# Beside the files, so that both are on one filesystem and the last step is a rename.
INCOMING = ".incoming"


class AtomicFileSystemStorage(FileSystemStorage):
    """A file system storage whose `save` ends in one rename: killed before it, no half file bears the name.

    Saving under a name that exists replaces the file in one step; readers that have it open keep the old one.
    Files and folders are the server's alone unless the options say otherwise. `is_durable` waits for the disk
    before the rename, so that a power failure cannot leave an empty file where a row promises a full one.
    """

    def __init__(
        self,
        location: str | Path | None = None,
        base_url: str | None = None,
        file_permissions_mode: int = 0o600,
        directory_permissions_mode: int = 0o700,
        *,
        is_durable: bool = True,
    ) -> None:
        super().__init__(
            location,
            base_url,
            file_permissions_mode=file_permissions_mode,
            directory_permissions_mode=directory_permissions_mode,
            allow_overwrite=True,
        )
        self.is_durable = is_durable

    def _save(self, name: str, content: File[Any]) -> str:
        target = Path(self.path(name))
        incoming = Path(self.location) / INCOMING
        self._make_folder(incoming)
        descriptor, temporary = tempfile.mkstemp(dir=incoming)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk.encode() if isinstance(chunk, str) else chunk)
                if self.file_permissions_mode != 0o600:
                    os.fchmod(file.fileno(), self.file_permissions_mode or 0o600)
                if self.is_durable:
                    file.flush()
                    os.fsync(file.fileno())
            self._make_folder(target.parent)
            Path(temporary).replace(target)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise
        return target.relative_to(self.location).as_posix()

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(self.directory_permissions_mode or 0o700)

    def leftovers(self, *, older_than: timedelta = timedelta(hours=1)) -> Iterator[Path]:
        """Temporary files of writers that were killed. Younger ones may still be written to."""
        latest = time.time() - older_than.total_seconds()
        incoming = Path(self.location) / INCOMING
        for path in sorted(incoming.iterdir()) if incoming.is_dir() else ():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= latest:
                    yield path

    def sweep(self, *, older_than: timedelta = timedelta(hours=1)) -> int:
        """Remove the leftovers; how many there were."""
        count = 0
        for path in self.leftovers(older_than=older_than):
            path.unlink(missing_ok=True)
            count += 1
        return count
