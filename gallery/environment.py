"""Settings from the environment, checked on reading: a wrong value is refused by its name.

Variables may also stand in the file `.env` beside `manage.py` (or in the one that GALLERY_ENV_FILE names; empty: none).
The real environment goes before the file. Nothing here writes.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}

asked_for: set[str] = set()
"""Every variable that has been read so far: after the settings are loaded, every variable there is."""


@functools.cache
def file_values() -> dict[str, str]:
    """What the `.env` file says; empty if there is none. A line that is not NAME=value is refused by its number."""
    named = os.environ.get("GALLERY_ENV_FILE")
    path = BASE_DIR / ".env" if named is None else Path(named)
    if named == "" or not path.is_file():
        if named:
            raise ImproperlyConfigured(f"GALLERY_ENV_FILE is {named!r}; there is no such file.")
        return {}
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        assignment = line.strip().removeprefix("export ")
        if not assignment or assignment.startswith("#"):
            continue
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ImproperlyConfigured(f"Line {number} of {path} is not of the form NAME=value.")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def text(name: str, default: str = "") -> str:
    """The variable's value without surrounding space; `default` where it is unset or empty."""
    asked_for.add(name)
    value = os.environ.get(name)
    if value is None:
        value = file_values().get(name, "")
    return value.strip() or default


def boolean(name: str, *, default: bool) -> bool:
    value = text(name)
    if not value:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it takes 1 or 0.")


def integer(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 19) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes a whole number from {least} to {most}.")
    return int(value)


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str, *, fallback_file: Path) -> str:
    """`NAME`, or the content of the file that `NAME_FILE` names, or that of `fallback_file`; empty if none is there."""
    value = text(name)
    if value:
        return value
    named = text(f"{name}_FILE")
    if named and not Path(named).is_file():
        raise ImproperlyConfigured(f"{name}_FILE is {named!r}; there is no such file.")
    path = Path(named) if named else fallback_file
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def data_dir() -> Path:
    """The folder that holds everything: database, files, secret key."""
    return Path(text("GALLERY_DATA_DIR") or BASE_DIR / "var").resolve()


def secret_key_file() -> Path:
    return data_dir() / "secret-key"
