"""Whether the gallery is well, and what it holds: for the people who run it."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Sum

from gallery import blobs
from gallery.audit import Action
from gallery.checks import nearest_folder
from gallery.models import AuditEntry, Blob, Image, LastSeen, Response, Transcript

FIGURES_LAST_SECONDS = 600
LEAST_FREE_BYTES = 1_000_000_000
LARGEST = 10
_FIGURES = "gallery-health-figures"
_PROBE = b"Is the storage well?"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `sentence` says how it is, and if it is not well, what to do."""

    name: str
    is_well: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The last run of fsck that came to its end, as it told of itself. `kinds` counts what it found by code; of each,
    `found` names the first."""

    checked_at: datetime
    totals: Mapping[str, int]
    kinds: Mapping[str, int]
    found: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnfinishedCheck:
    """One that began after that. `because` says why it could not go on; it is empty where it was ended from outside."""

    at: datetime
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Activity:
    """What comes in just now, and what came and who was here in the past day."""

    arriving: int
    arriving_bytes: int
    uploads: int
    last_upload_at: datetime | None
    people: int


@dataclass(frozen=True, slots=True)
class KindKept:
    """The distinct files of one media type."""

    media_type: str
    count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is kept. `uploaded_bytes` is what came, `kept_bytes` what it took on disk; of that, `picture_bytes` are each
    distinct picture once, `kinds` by media type. `repeated_bytes` is what equal pictures would have taken again."""

    counted_at: datetime
    transcripts: int
    responses: int
    pictures: int
    hidden: int
    trashed: int
    kinds: tuple[KindKept, ...]
    database_bytes: int
    uploaded_bytes: int
    repeated_bytes: int
    kept_bytes: int
    largest: tuple[tuple[int, str, int, int], ...]

    @property
    def distinct_pictures(self) -> int:
        return sum(kind.count for kind in self.kinds)

    @property
    def picture_bytes(self) -> int:
        return sum(kind.size_bytes for kind in self.kinds)

    @property
    def rest_bytes(self) -> int:
        """Skeletons and thumbnails."""
        return max(0, self.kept_bytes - self.picture_bytes)


def findings() -> list[Finding]:
    return [_database(), _migrations(), _files(), _space(), _programs()]


def last_check() -> LastCheck | None:
    entry = _latest(Action.CHECKED)
    if entry is None:
        return None
    told = entry.details
    totals = {name: value for name, value in told.items() if isinstance(value, int)}
    return LastCheck(entry.done_at, totals, told.get("kinds", {}), tuple(told.get("found", ())))


def unfinished_check() -> UnfinishedCheck | None:
    """The latest, where none has come to its end since. To be asked while none is running."""
    ended = _latest(Action.CHECKED)
    entry = _latest(Action.CHECK_STARTED, Action.CHECK_FAILED, after=ended.pk if ended else 0)
    if entry is None:
        return None
    return UnfinishedCheck(entry.done_at, entry.actor_name, entry.details.get("because", ""))


def _latest(*actions: Action, after: int = 0) -> AuditEntry | None:
    return AuditEntry.objects.filter(action__in=actions, pk__gt=after).order_by("-id").first()


def figures(now: datetime) -> Figures:
    """Adding up all that is kept takes its time in a large archive: the figures are up to ten minutes old."""
    known = cache.get(_FIGURES)
    if isinstance(known, Figures):
        return known
    transcripts = Transcript.objects.aggregate(
        count=Count("pk"), size=Sum("size_bytes"), kept=Sum("kept_bytes")
    )
    kinds = Blob.objects.order_by().values_list("media_type").annotate(Count("pk"), size=Sum("size_bytes"))
    # By the size of the file: of the pictures themselves, which are many and wide, only an index is read then.
    with_file = Image.objects.filter(blob__isnull=False)
    pictures = with_file.aggregate(count=Count("blob"), size=Sum("blob__size_bytes"))
    largest = Transcript.objects.order_by("-size_bytes", "-pk").values_list(
        "pk", "name", "size_bytes", "kept_bytes"
    )[:LARGEST]
    kept = tuple(KindKept(*row) for row in kinds.order_by("-size", "media_type"))
    found = Figures(
        counted_at=now,
        transcripts=transcripts["count"],
        responses=Response.objects.count(),
        pictures=pictures["count"],
        hidden=Image.objects.filter(is_hidden=True).count(),
        trashed=Image.objects.filter(trashed_at__isnull=False).count(),
        kinds=kept,
        database_bytes=_database_bytes(),
        uploaded_bytes=transcripts["size"] or 0,
        repeated_bytes=max(0, (pictures["size"] or 0) - sum(kind.size_bytes for kind in kept)),
        kept_bytes=transcripts["kept"] or 0,
        largest=tuple(largest),
    )
    cache.set(_FIGURES, found, FIGURES_LAST_SECONDS)
    return found


def activity(now: datetime) -> Activity:
    since = now - timedelta(days=1)
    sizes = list(_arriving_sizes())
    latest = Transcript.objects.newest_first().values_list("uploaded_at", flat=True).first()
    return Activity(
        arriving=len(sizes),
        arriving_bytes=sum(sizes),
        uploads=Transcript.objects.filter(uploaded_at__gte=since).count(),
        last_upload_at=latest,
        people=LastSeen.objects.filter(seen_at__gte=since).count(),
    )


def _arriving_sizes() -> Iterator[int]:
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*"):
        with suppress(FileNotFoundError):  # it has come to its end meanwhile
            yield path.stat().st_size


def _database_bytes() -> int:
    """What the database takes: rows, search index and tallies."""
    question = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        "postgresql": "SELECT pg_database_size(current_database())",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def _database() -> Finding:
    words = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)
    version = ".".join(map(str, connection.get_database_version()))
    return Finding("Database", is_well=True, sentence=f"{words} {version} answers.")


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return Finding("Migrations", is_well=True, sentence="All are applied.")
    names = ", ".join(str(migration) for migration, _ in missing[:5])
    return Finding(
        "Migrations",
        is_well=False,
        sentence=f"{len(missing)} are not applied ({names}): run manage.py migrate.",
    )


def _files() -> Finding:
    try:
        is_same = blobs.takes_and_gives_back(_PROBE)
    except OSError as error:
        return Finding(
            "Files", is_well=False, sentence=f"The storage cannot be written to ({error.strerror or error})."
        )
    sentence = (
        "The storage takes a file and gives it back." if is_same else "The storage gives back other bytes."
    )
    return Finding("Files", is_well=is_same, sentence=sentence)


def _space() -> Finding:
    usage = shutil.disk_usage(nearest_folder(settings.DATA_DIR))
    free = f"{usage.free / 1e9:,.1f} GB of {usage.total / 1e9:,.1f} GB are free where the data folder is."
    if usage.free < LEAST_FREE_BYTES:
        return Finding("Disk", is_well=False, sentence=f"{free} Make room: uploads fail when it is full.")
    return Finding("Disk", is_well=True, sentence=free)


def _programs() -> Finding:
    sentence = f"Python {platform.python_version()}, Django {django.get_version()}."
    return Finding("Programs", is_well=True, sentence=sentence)
