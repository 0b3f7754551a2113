"""Where uploads are read: beside the pages, not before them.

Each server process has readers, processes of lower priority that ingest what was uploaded there. A page then never
waits for a processor that an upload has, and a file that brings its reader down leaves the server standing.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import close_old_connections

from gallery.imaging.renditions import render
from gallery.ingest import ingest_upload
from gallery.models import Transcript
from gallery.reports import IngestReport
from gallery.transcripts import read_transcript
from gallery.workers import begin_reader

READER_ENDED = (
    "Reading this file brought the reader down, as a file does that needs more memory than there is. "
    "Upload it again when less is going on, or in parts."
)
_EXAMPLES = Path(__file__).resolve().parent / "examples"

_readers: ProcessPoolExecutor | None = None
_replacing = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Upload:
    source: bytes | Path
    name: str
    uploader: User | None
    source_kind: Transcript.Source


def warm_up() -> None:
    """Reads and renders the examples: what Python and Pillow do only once is then done for all who are forked."""
    for path in sorted(_EXAMPLES.glob("*.txt")):
        for response in read_transcript(path.read_bytes()).responses:
            for picture in response.pictures:
                if picture.value.data is not None:
                    render(picture.value.data, limit_pixels=settings.PICTURE_LIMIT_PIXELS)


def readers_each() -> int:
    """How many readers each server process has: one, and two where there are cores for it or no other process, so that
    a small file need not wait for a large one."""
    cores = max(2, os.cpu_count() or 1)
    return min(2, max(1, cores // settings.SERVER_WORKERS))


def begin() -> None:
    """Gives this process its readers. Only before it has threads: they are forked, which takes no time."""
    global _readers
    _readers = _new_readers(readers_each(), "fork")
    _readers.submit(os.getpid)  # forks them now


def take_in(
    source: bytes | Path, *, name: str, uploader: User | None, source_kind: Transcript.Source
) -> IngestReport:
    """`ingest_upload`, by a reader where there are any. Raises what that raises.

    An upload whose reader ended is read again by one of its own: it may have been another's fault.
    """
    readers = _readers
    if readers is None:
        return ingest_upload(source, name=name, uploader=uploader, source_kind=source_kind)
    close_old_connections()  # others may need the database while this waits
    upload = _Upload(source, name, uploader, source_kind)
    try:
        return readers.submit(_ingest, upload).result()
    except BrokenProcessPool:
        return _take_in_again(upload, readers)


def _take_in_again(upload: _Upload, ended: ProcessPoolExecutor) -> IngestReport:
    global _readers
    with _replacing:
        if _readers is ended:
            _readers = _new_readers(readers_each(), "spawn")
        with _new_readers(1, "spawn") as own:
            try:
                return own.submit(_ingest, upload).result()
            except BrokenProcessPool:
                return IngestReport(
                    name=upload.name, outcome="refused", code="reader-ended", sentence=READER_ENDED
                )


def _new_readers(count: int, method: str) -> ProcessPoolExecutor:
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(count, mp_context=context, initializer=begin_reader)


def _ingest(upload: _Upload) -> IngestReport:
    close_old_connections()
    try:
        return ingest_upload(
            upload.source, name=upload.name, uploader=upload.uploader, source_kind=upload.source_kind
        )
    finally:
        close_old_connections()
