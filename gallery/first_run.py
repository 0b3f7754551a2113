"""What must be there before the settings can be read: the data folder and the secret key in it.

Reading the settings writes nothing, so the two commands that may make a gallery (`start` and `demo`) come here first.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from gallery import environment


def prepare_data_folder() -> None:
    """Make the data folder, and a secret key in it unless one is configured. Safe when two processes do it at once.

    Raises ImproperlyConfigured, with a sentence, where the folder cannot be made or written to.
    """
    folder = environment.data_dir()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not environment.secret("GALLERY_SECRET_KEY", fallback_file=environment.secret_key_file()):
            _write_secret_key(environment.secret_key_file())
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be used: {error.strerror}. "
            "Make it writable, or name another with GALLERY_DATA_DIR."
        ) from error


def _write_secret_key(path: Path) -> None:
    """The key appears whole or not at all, readable by its owner alone.

    If another process was faster, its key stands.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
        if path.is_file() and not path.read_text(encoding="utf-8").strip():
            path.unlink()
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        temporary.unlink()
