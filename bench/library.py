"""A gallery of many generated pictures, to measure on. `python -m bench.library PICTURES` fills that of this process.

Rows come in bulk, by one process that writes while others make them up. Index, tallies and stacks come by the
gallery's own way for new pictures, marks and tags by its own functions. What was made is kept in `build/bench`,
or in BENCH_FOLDER.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bench.gallery_here import ROOT, environment_of, run, set_up
from bench.generated import SIDES, VERSION, Batch, Task, make_batch
from gallery.demo import calls, drawing

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from gallery.models import Blob

PEOPLE = ("ana", "björn", "chidi", "dalia", "emre", "fang", "grace", "hugo", "ines", "jonas", "kiri", "lech")
VISITOR = "visitor"
TAGS = ("press", "draft", "approved", "cover", "blue dot", "spring", "client a", "client b", "redo", "sketch")
_DRAWINGS = 320
_FORMATS = ("png", "png", "jpeg", "webp")
_BATCH = 2_000
_JOBS = min(4, os.cpu_count() or 1)

Given = TypeVar("Given")
Made = TypeVar("Made")


def library(pictures: int) -> Path:
    """The data folder of a gallery of that many pictures: made now, or kept from before."""
    migrations = sorted(path.stem for path in (ROOT / "gallery" / "migrations").glob("0*.py"))
    state = hashlib.blake2s(" ".join([str(VERSION), *migrations]).encode(), digest_size=4).hexdigest()
    folder = Path(os.environ.get("BENCH_FOLDER") or ROOT / "build" / "bench") / f"library-{pictures}-{state}"
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        start = time.monotonic()
        run(environment_of(unfinished), "-m", "bench.library", str(pictures))
        (unfinished / "seconds").write_text(f"{time.monotonic() - start:.0f}")
        unfinished.rename(folder)
    return folder


def seconds_of_making(folder: Path) -> float:
    """How long making that gallery took."""
    return float((folder / "seconds").read_text())


def fill(pictures: int) -> None:
    """The database has to be empty. The same number gives the same gallery."""
    from django.contrib.auth.models import User
    from django.db import connection

    from gallery.bulk import refresh_statistics
    from gallery.models import Blob

    users = [User.objects.create_user(name) for name in (*PEOPLE, VISITOR)]
    people = tuple(user.pk for user in users[:-1])
    with ProcessPoolExecutor(_JOBS, mp_context=get_context("spawn"), initializer=_begin_worker) as pool:
        drawn = _in_turn(pool, _draw, range(min(_DRAWINGS, max(24, pictures // 100))))
        blobs = tuple(Blob.objects.bulk_create({blob.pk: blob for blob in drawn}.values()))
        with connection.cursor() as cursor:
            # What is cut off is made anew, so nothing need be waited for.
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA cache_size = -400000")
        tasks = (
            Task(first, min(pictures, first + _BATCH), pictures, blobs, people)
            for first in range(0, pictures, _BATCH)
        )
        for number, batch in enumerate(_in_turn(pool, make_batch, tasks), start=1):
            _write(batch)
            sys.stderr.write(f"\r  {min(pictures, number * _BATCH):,} of {pictures:,}")
            sys.stderr.flush()
    _add_curation(users)
    refresh_statistics()


def _in_turn(
    pool: ProcessPoolExecutor, make: Callable[[Given], Made], tasks: Iterable[Given]
) -> Iterator[Made]:
    """The results in order; no more are made ahead than the one writer will soon take."""
    waiting: deque[Future[Made]] = deque()
    for task in tasks:
        waiting.append(pool.submit(make, task))
        if len(waiting) > 2 * _JOBS:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _begin_worker() -> None:
    import django

    django.setup()


def _draw(number: int) -> Blob:
    """A small picture with a true thumbnail, kept as an uploaded one is."""
    from gallery.preparing import put_picture

    image = drawing.draw(calls.chance("library drawing", number), SIDES[number % len(SIDES)]).image
    data = drawing.encode(image, _FORMATS[number // len(SIDES) % len(_FORMATS)])
    return put_picture(hashlib.sha256(data).hexdigest(), data)[0]


def _write(batch: Batch) -> None:
    from django.db import connection

    from gallery.indexing import index_new
    from gallery.ingest import writing

    with writing(), connection.cursor() as cursor:
        for table, columns, rows in batch.tables:
            names = ", ".join(f'"{column}"' for column in columns)
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
        index_new(batch.cards, batch.documents, batch.counted)


def _add_curation(users: list[User]) -> None:
    """One picture in fifty is the visitor's favourite, about as many are rated; tags are of different frequency."""
    from gallery import curation
    from gallery.models import Image

    keys = list(Image.objects.cards().order_by("id").values_list("id", flat=True))
    for number, tag in enumerate(TAGS):
        curation.add_tags(users[number], keys[number * 7 :: 100 * (number + 1)], [tag])
    visitor = users[-1]
    curation.set_favourite(visitor, keys[3::50], is_favourite=True)
    for rating in range(1, 6):
        curation.rate(visitor, keys[rating :: 250 * (1 + rating % 3)], rating)
        curation.rate(users[rating], keys[rating::400], rating)


if __name__ == "__main__":
    set_up()
    fill(int(sys.argv[1]))
