"""Where uploaded files go while they stream in: to temporary files, counted, no further than the limit."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

if TYPE_CHECKING:
    FileBase = UploadedFile[Any]
else:
    FileBase = UploadedFile

logger = logging.getLogger(__name__)

PREFIX = "upload-"
CHUNK_BYTES = 64 * 1024
IN_MEMORY_BYTES = 1024 * 1024
LEFTOVER_SECONDS = 24 * 3600

_has_tidied = False


class IncomingFile(FileBase):
    """An uploaded file on disk. It is removed when it is closed, which the end of the request does.

    `size` is known once it is complete.
    """

    def __init__(self, name: str, folder: Path) -> None:
        # The name on disk owes nothing to the name that was sent.
        file = tempfile.NamedTemporaryFile(prefix=PREFIX, dir=folder)  # noqa: SIM115
        super().__init__(file, name, size=0)
        self.path = Path(file.name)

    def complete(self, size_bytes: int) -> None:
        """All has arrived: from here on the file can be read, also at its path."""
        self.seek(0)  # what is still in a buffer goes to the disk
        self.size = size_bytes

    def source(self) -> bytes | Path:
        """What to ingest: the bytes of a small file; of a larger one the path, where it can be mapped."""
        return self.path if self.size is None or self.size > IN_MEMORY_BYTES else self.read()


class LimitedUploadHandler(FileUploadHandler):
    """Streams every file of one request into `settings.FILE_UPLOAD_TEMP_DIR`, `limit_bytes` altogether.

    Past the limit nothing more is written, the files so far are dropped, and `is_over_limit` is set; the rest
    of the body is read and thrown away, so that the browser is there to read the answer.
    """

    chunk_size = CHUNK_BYTES

    def __init__(self, request: HttpRequest | None = None, *, limit_bytes: int) -> None:
        super().__init__(request)
        self.limit_bytes = limit_bytes
        self.received_bytes = 0
        self.is_over_limit = False
        self.file: IncomingFile

    def new_file(
        self,
        field_name: str,
        file_name: str,
        content_type: str,
        content_length: int | None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        super().new_file(field_name, file_name, content_type, content_length, charset, content_type_extra)
        self.file = IncomingFile(file_name, incoming_folder())

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        self.received_bytes += len(raw_data)
        if self.received_bytes > self.limit_bytes:
            self.is_over_limit = True
            self.file.close()
            raise StopUpload(connection_reset=False)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> IncomingFile:
        self.file.complete(file_size)
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


class NoFilesHandler(FileUploadHandler):
    """For every form but the upload form: files that somebody adds are passed over, not written anywhere."""

    def new_file(self, *args: object, **kwargs: object) -> None:  # noqa: ARG002 - Django's signature
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        raise NotImplementedError("no file is ever begun")

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - Django's signature
        return None


def incoming_folder() -> Path:
    """The folder for files on their way in, made where it is missing."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tidy_once() -> None:
    """Removes leftovers, once in a process's life, before its first upload."""
    global _has_tidied
    if not _has_tidied:
        _has_tidied = True
        remove_leftovers()


def remove_leftovers(*, older_than_seconds: float = LEFTOVER_SECONDS) -> int:
    """Removes what a killed process left in the incoming folder; returns how many files that were.

    Only files untouched for `older_than_seconds`: another process may be receiving the younger ones.
    """
    removed = 0
    for path in incoming_folder().glob(f"{PREFIX}*"):
        try:
            if time.time() - path.stat().st_mtime > older_than_seconds:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue  # another process was quicker
    if removed:
        logger.warning("removed %d unfinished uploads from %s", removed, incoming_folder())
    return removed
