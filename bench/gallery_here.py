"""A gallery to measure: a fresh data folder with its own database, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def fresh_environment() -> Iterator[dict[str, str]]:
    """The environment of a gallery on the embedded database, in an empty folder."""
    folder = tempfile.mkdtemp(prefix="gallery-bench-")
    try:
        yield environment_of(Path(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment_of(folder: Path) -> dict[str, str]:
    """The environment of a gallery on the embedded database, with all that it keeps in `folder`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GALLERY_")}
    return kept | {
        "GALLERY_ENV_FILE": "",
        "GALLERY_DATA_DIR": str(folder),
        "GALLERY_SECRET_KEY": "the key of a gallery that lives as long as its benchmark",
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "gallery.settings",
    }


def set_up() -> None:
    """Django and an empty database, in the environment of this process."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def manage(environment: dict[str, str], *arguments: str) -> str:
    """`manage.py …` in a process of its own; its standard output."""
    return run(environment, str(ROOT / "manage.py"), *arguments)


def run(environment: dict[str, str], *arguments: str) -> str:
    """Python with these arguments. What it says on standard error is shown only if it fails."""
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(f"bench: {' '.join(arguments)} ended with {done.returncode}.")
    return done.stdout
