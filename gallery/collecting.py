"""Collecting the static files, compressed and with hashed names, but only when one of them has changed."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = "static.sha256"


def fingerprint() -> str:
    """A hash over the name and content of every static file there is, and over what compresses them."""
    digest = hashlib.sha256(f"whitenoise {version('whitenoise')}".encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list(None), key=itemgetter(0)):
            with storage.open(name) as file:
                content = hashlib.sha256(file.read()).hexdigest()
            digest.update(f"\n{name} {content}".encode())
    return digest.hexdigest()


def collect_if_changed() -> bool:
    """Bring STATIC_ROOT up to date; True if there was something to do."""
    stamp = Path(settings.DATA_DIR) / STAMP
    current = fingerprint()
    if (
        stamp.is_file()
        and stamp.read_text(encoding="ascii") == current
        and Path(settings.STATIC_ROOT).is_dir()
    ):
        return False
    # Without its stamp, a folder that is only half there is never taken for a whole one.
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(current, encoding="ascii")
    return True
