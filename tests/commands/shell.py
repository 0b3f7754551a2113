"""`manage.py` as a person runs it: another process, on this test's database and files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """What another process needs to find the same archive."""
    return {
        **os.environ,
        "DATABASE_URL": _database_url(),
        "GALLERY_DATA_DIR": str(Path(settings.MEDIA_DIR).parent),
        "GALLERY_UPLOAD_LIMIT_MB": "16",
        "DJANGO_SETTINGS_MODULE": "gallery.settings",
        "PYTHONWARNINGS": "error",
    }


def start(*arguments: str | Path, **options: object) -> subprocess.Popen[bytes]:
    """The command, running; its output in pipes."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, ROOT / "manage.py", *arguments]
    return subprocess.Popen(command, env=environment(), cwd=ROOT, **(pipes | options))  # type: ignore[call-overload,no-any-return]


def run(*arguments: str | Path, stdin: bytes = b"") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    with start(*arguments) as process:
        out, err = process.communicate(stdin, timeout=120)
    return process.returncode, out.decode(), err.decode()


def _database_url() -> str:
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    host = quote(str(values["HOST"]), safe="")
    return f"postgres://{values['USER']}@{host}/{values['NAME']}"
