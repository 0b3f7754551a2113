"""What can be wrong with an installation, found by `manage.py check` and before `manage.py start` serves.

Each finding has a number that stays, a sentence, and a hint that says what to do.
"""

from __future__ import annotations

import difflib
import os
import shutil
import sqlite3
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name
from django.db import connections
from PIL import features

from gallery import environment

LEAST_POSTGRESQL = 15
LEAST_SQLITE = (3, 35)
UPLOADS_THAT_MUST_FIT = 4


def nearest_folder(path: Path) -> Path:
    """`path`, or the first folder above it that is there."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


@register()
def data_folder_is_writable(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    folder = nearest_folder(settings.DATA_DIR)
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"The data folder {settings.DATA_DIR} cannot be written to.",
            hint="Make it writable for the user who runs the gallery, or name another with GALLERY_DATA_DIR.",
            id="gallery.E001",
        )
    ]


@register()
def sqlite_can_do_what_we_ask(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        return []
    if sqlite3.sqlite_version_info < LEAST_SQLITE:
        return [
            Error(
                f"This Python brings SQLite {sqlite3.sqlite_version}; the gallery needs 3.35 or newer.",
                hint="Use a newer Python (make run PYTHON=…), or PostgreSQL through DATABASE_URL.",
                id="gallery.E002",
            )
        ]
    memory = sqlite3.connect(":memory:")
    try:
        memory.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
    except sqlite3.OperationalError:
        return [
            Error(
                "This Python's SQLite has no full-text search (FTS5).",
                hint="Use another build of Python (make run PYTHON=…), or PostgreSQL through DATABASE_URL.",
                id="gallery.E003",
            )
        ]
    finally:
        memory.close()
    return []


@register()
def pillow_writes_webp(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if features.check("webp"):
        return []
    return [
        Error(
            "This Pillow cannot write WebP, which thumbnails are made of.",
            hint="Install Pillow from its wheel: pip install --force-reinstall --only-binary :all: pillow",
            id="gallery.E004",
        )
    ]


@register(Tags.database)
def postgresql_is_new_enough(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0]) // 10_000
        if version < LEAST_POSTGRESQL:
            found.append(
                Error(
                    f"The server behind DATABASE_URL is PostgreSQL {version}; "
                    f"the gallery needs {LEAST_POSTGRESQL} or newer.",
                    hint="Move the database to a newer server (pg_dump, then psql).",
                    id="gallery.E005",
                )
            )
    return found


@register()
def s3_library_is_there(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.S3_BUCKET or all(find_spec(name) for name in ("storages", "boto3")):
        return []
    return [
        Error(
            "GALLERY_S3_BUCKET is set, but what speaks to S3 is not installed.",
            hint="Start with: make run WITH=s3. Elsewhere: pip install --require-hashes -r requirements/s3.txt",
            id="gallery.E006",
        )
    ]


@register()
def uploads_fit_on_disk(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    free = shutil.disk_usage(nearest_folder(settings.DATA_DIR)).free
    if free >= UPLOADS_THAT_MUST_FIT * settings.UPLOAD_LIMIT_BYTES:
        return []
    return [
        Warning(
            f"Only {free // 1024**2} MB are free for the data folder {settings.DATA_DIR}, "
            f"and one upload may have {settings.UPLOAD_LIMIT_BYTES // 1024**2} MB.",
            hint="Make room, or lower GALLERY_UPLOAD_LIMIT_MB.",
            id="gallery.W001",
        )
    ]


@register()
def variables_are_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    given = {*os.environ, *environment.file_values()}
    known = environment.asked_for | {"GALLERY_ENV_FILE"}
    unknown = sorted(name for name in given - known if name.startswith("GALLERY_"))
    found: list[CheckMessage] = []
    for name in unknown:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Is {near[0]} meant?" if near else "Every variable is listed in .env.example."
        found.append(Warning(f"{name} is set, but there is no such setting.", hint=hint, id="gallery.W002"))
    return found


@register()
def secret_key_is_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    path = environment.secret_key_file()
    if os.name != "posix" or not path.exists() or not path.stat().st_mode & 0o077:
        return []
    return [
        Warning(
            f"Others on this machine may read the secret key in {path}.",
            hint=f"chmod 600 {path}",
            id="gallery.W003",
        )
    ]
