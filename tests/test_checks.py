"""An installation that cannot work says so by a number, with a hint."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from PIL import features

from gallery import checks, environment


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_working_installation_gives_no_finding():
    every_check = [
        checks.data_folder_is_writable,
        checks.sqlite_can_do_what_we_ask,
        checks.pillow_writes_webp,
        checks.s3_library_is_there,
        checks.uploads_fit_on_disk,
        checks.variables_are_known,
        checks.secret_key_is_private,
    ]
    assert [message for check in every_check for message in check(None)] == []


def test_data_folder_that_is_a_file_is_an_error(settings: Any, tmp_path: Path):
    (tmp_path / "data").write_text("", encoding="utf-8")
    settings.DATA_DIR = tmp_path / "data"
    assert ids(checks.data_folder_is_writable(None)) == ["gallery.E001"]


def test_data_folder_that_cannot_be_written_to_is_an_error(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    settings.DATA_DIR = tmp_path
    assert ids(checks.data_folder_is_writable(None)) == ["gallery.E001"]


def test_data_folder_that_can_still_be_made_is_no_error(settings: Any, tmp_path: Path):
    settings.DATA_DIR = tmp_path / "not" / "yet"
    assert checks.data_folder_is_writable(None) == []


@pytest.fixture
def on_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever database the tests run on, the check finds SQLite in the settings."""
    databases = {"default": {"ENGINE": environment.SQLITE}}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES=databases))


def test_old_sqlite_is_an_error(on_sqlite: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    assert ids(checks.sqlite_can_do_what_we_ask(None)) == ["gallery.E002"]


def test_sqlite_without_full_text_search_is_an_error(on_sqlite: None, monkeypatch: pytest.MonkeyPatch):
    class Poor:
        def execute(self, statement: str) -> None:
            raise sqlite3.OperationalError("no such module: fts5")

        def close(self) -> None:
            pass

    monkeypatch.setattr(sqlite3, "connect", lambda path: Poor())
    assert ids(checks.sqlite_can_do_what_we_ask(None)) == ["gallery.E003"]


def test_pillow_without_webp_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(features, "check", lambda feature: False)
    assert ids(checks.pillow_writes_webp(None)) == ["gallery.E004"]


def test_database_in_use_is_new_enough(db: None):
    assert checks.postgresql_is_new_enough(None, databases=[connection.alias]) == []


def test_old_postgresql_is_an_error(db: None, monkeypatch: pytest.MonkeyPatch):
    class Cursor:
        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *args: object) -> None:
            pass

        def execute(self, statement: str) -> None:
            pass

        def fetchone(self) -> tuple[str]:
            return ("140011",)

    monkeypatch.setattr(checks, "connections", {"old": SimpleNamespace(vendor="postgresql", cursor=Cursor)})
    assert ids(checks.postgresql_is_new_enough(None, databases=["old"])) == ["gallery.E005"]


def test_bucket_without_its_library_is_an_error(settings: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    settings.S3_BUCKET = "pictures"
    assert ids(checks.s3_library_is_there(None)) == ["gallery.E006"]


def test_disk_that_is_nearly_full_is_a_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5_000_000))
    assert ids(checks.uploads_fit_on_disk(None)) == ["gallery.W001"]


def test_misspelt_variable_is_a_warning_that_names_the_right_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GALLERY_UPLOD_LIMIT_MB", "5")
    [warning] = checks.variables_are_known(None)
    assert (warning.id, warning.hint) == ("gallery.W002", "Is GALLERY_UPLOAD_LIMIT_MB meant?")


def test_secret_key_that_others_can_read_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    key = tmp_path / "secret-key"
    key.write_text("x", encoding="ascii")
    key.chmod(0o644)
    monkeypatch.setattr(environment, "secret_key_file", lambda: key)
    assert ids(checks.secret_key_is_private(None)) == ["gallery.W003"]
