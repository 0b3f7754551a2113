"""Settings from the environment, checked on reading: a wrong value is refused by its name."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def boolean(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it takes 1 or 0.")


def integer(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
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
