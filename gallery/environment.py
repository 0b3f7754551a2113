"""Settings from the environment, checked on reading: a wrong value is refused by its name.

Variables may also stand in the file `.env` beside `manage.py` (or in the one that GALLERY_ENV_FILE names; empty: none).
The real environment goes before the file. Nothing here writes.
"""

from __future__ import annotations

import functools
import os
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

BASE_DIR = Path(__file__).resolve().parent.parent
SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"
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


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A comma-separated list of addresses such as 127.0.0.1 and networks such as 10.0.0.0/8."""
    found = []
    for part in names(name):
        try:
            found.append(ip_network(part))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} holds {part!r}; it takes addresses such as 127.0.0.1 and networks such as 10.0.0.0/8."
            ) from error
    return found


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    value = text(name, default).lower()
    if value not in among:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes {', '.join(among[:-1])} or {among[-1]}.")
    return value


def email_address(name: str) -> str:
    """One address, perhaps with a name before it: Gallery <gallery@example.org>."""
    value = text(name)
    _, address = parseaddr(value)
    try:
        if value:
            validate_email(address)
    except ValidationError as error:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it takes an address such as gallery@example.org."
        ) from error
    return value


def base_url(name: str, *, default: str) -> str:
    """An address such as https://gallery.example, without a path of its own and without a final slash."""
    value = text(name).rstrip("/")
    if not value:
        return default
    parts = urlsplit(value)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.netloc
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it takes an address such as https://gallery.example."
        )
    return value


def time_zone(name: str, *, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it takes a time zone such as Europe/Berlin."
        ) from error
    return value


def database(name: str, *, default_file: Path) -> dict[str, Any]:
    """The database that the address in `name` leads to, as Django wants it described; without one, SQLite in a file."""
    value = text(name)
    if not value:
        return {"ENGINE": SQLITE, "NAME": str(default_file)}
    wrong = ImproperlyConfigured(  # without the value: a password may stand in it
        f"{name} takes sqlite:///path or postgres://user:password@host:5432/name; nothing else is supported."
    )
    try:
        parsed: dict[str, Any] = {**dj_database_url.parse(value)}
    except ValueError as error:
        raise wrong from error
    if parsed["ENGINE"] not in {SQLITE, POSTGRESQL} or not parsed["NAME"]:
        raise wrong
    return parsed


def secret(name: str, *, fallback_file: Path | None = None) -> str:
    """`NAME`, or the content of the file that `NAME_FILE` names, or that of `fallback_file`; empty if none is there."""
    value = text(name)
    named = text(f"{name}_FILE")
    if value:
        return value
    path = Path(named) if named else fallback_file
    if path is None or (not named and not path.exists()):
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        by = f"{name}_FILE names" if named else f"{name} is not set and stands in"
        raise ImproperlyConfigured(
            f"{by} the file {path}, which cannot be read: {error.strerror}."
        ) from error


def data_dir() -> Path:
    """The folder that holds everything: database, files, secret key."""
    return Path(text("GALLERY_DATA_DIR") or BASE_DIR / "var").resolve()


def secret_key_file() -> Path:
    return data_dir() / "secret-key"
