"""Many files at once: found in folders, ingested by several processes, reported in the order of finding."""

from __future__ import annotations

import multiprocessing
import multiprocessing.context
import os
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection, connections

from gallery.ingest import ingest_upload
from gallery.models import Transcript
from gallery.reports import IngestReport
from gallery.workers import begin_worker

# What may be in work at one time: enough to keep every core busy, and bounded, whatever the files are.
_FILES_PER_JOB = 4
_BYTES_IN_WORK = 512 * 1024 * 1024


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among `paths` and below the folders among them, each folder's in sorted order.

    Raises OSError where a folder cannot be listed. What is neither a file nor a folder is passed over.
    """
    for path in paths:
        if path.is_dir():
            yield from _files_below(path)
        elif path.is_file():
            yield path


def ingest_files(
    files: Iterable[Path], *, uploader: User | None, source_kind: Transcript.Source, jobs: int
) -> Iterator[tuple[Path, IngestReport]]:
    """Ingests each file, by up to `jobs` processes at a time, and gives the reports in the order of the files.

    A file that cannot be read is refused; it does not stop the others. A single file is ingested in this process, by
    `jobs` threads. Raises `BrokenProcessPool` where a process dies, of memory say; what was reported is kept.
    """
    waiting = iter(files)
    first = list(islice(waiting, 2))
    rest = chain(first, waiting)
    if jobs == 1 or len(first) < 2:
        for path in rest:
            yield path, ingest_file(path, uploader=uploader, source_kind=source_kind, threads=jobs)
        return
    _close_connections()
    with ProcessPoolExecutor(jobs, mp_context=_context(), initializer=begin_worker) as pool:
        in_work: deque[tuple[Path, int, Future[IngestReport]]] = deque()
        bytes_in_work = 0
        try:
            for path in rest:
                size = _size_of(path)
                while in_work and (
                    len(in_work) >= jobs * _FILES_PER_JOB or bytes_in_work + size > _BYTES_IN_WORK
                ):
                    done, done_size, future = in_work.popleft()
                    yield done, future.result()
                    bytes_in_work -= done_size
                future = pool.submit(_ingest_in_worker, path, uploader.pk if uploader else None, source_kind)
                in_work.append((path, size, future))
                bytes_in_work += size
            for done, _, future in in_work:
                yield done, future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def ingest_file(
    path: Path, *, uploader: User | None, source_kind: Transcript.Source, threads: int | None = None
) -> IngestReport:
    """One file, under its own name. One that cannot be opened is refused."""
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        sentence = f"This file cannot be read: {error.strerror}."
        return IngestReport(name=path.name, outcome="refused", code="unreadable", sentence=sentence)
    return ingest_upload(path, name=path.name, uploader=uploader, source_kind=source_kind, threads=threads)


def refresh_statistics() -> None:
    """Lets the database's planner know that much has come: without it, searches go the slow way round."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("PRAGMA optimize")
        else:
            cursor.execute("ANALYZE")


def _close_connections() -> None:
    """No process may share them, and a pool of them has threads."""
    for each in connections.all(initialized_only=True):
        each.close()
        if hasattr(each, "close_pool"):
            each.close_pool()


def _context() -> multiprocessing.context.BaseContext:
    """A forked worker begins at once, a spawned one takes most of a second; but with threads about, no fork is safe."""
    is_forking = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if is_forking else "spawn")


def _ingest_in_worker(path: Path, uploader_id: int | None, source_kind: Transcript.Source) -> IngestReport:
    uploader = User.objects.get(pk=uploader_id) if uploader_id is not None else None
    return ingest_file(path, uploader=uploader, source_kind=source_kind, threads=1)


def _files_below(folder: Path) -> Iterator[Path]:
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        # Links to folders are not followed: they may lead back up.
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(Path(entry.path))
        elif _is_to_be_read(entry):
            yield Path(entry.path)


def _is_to_be_read(entry: os.DirEntry[str]) -> bool:
    """A file, or a link that leads nowhere: that one will be refused by name instead of being passed over."""
    try:
        return entry.is_file() or (entry.is_symlink() and not Path(entry.path).exists())
    except OSError:
        return True


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # its report will say so
