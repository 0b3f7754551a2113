"""Settings come from the environment; a wrong one is refused by its name, and reading them writes nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from gallery import environment

ROOT = Path(__file__).resolve().parent.parent
IN_EXAMPLE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`env_file(text)`: a `.env` with this text is in force."""

    def write(text: str) -> None:
        (tmp_path / ".env").write_text(text, encoding="utf-8")
        monkeypatch.setenv("GALLERY_ENV_FILE", str(tmp_path / ".env"))
        monkeypatch.setattr(environment, "file_values", environment.file_values.__wrapped__)

    return write


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GALLERY_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**inherited, "GALLERY_ENV_FILE": "", "DATABASE_URL": "", **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_tests_never_use_the_folder_of_a_real_gallery():
    assert settings.DATA_DIR != settings.BASE_DIR / "var"


def test_env_example_lists_every_variable_there_is():
    listed = {name for name, _ in IN_EXAMPLE.findall((ROOT / ".env.example").read_text(encoding="utf-8"))}
    assert listed == environment.asked_for | {"GALLERY_ENV_FILE"}


WRONG: list[tuple[Callable[[], Any], str, str]] = [
    (lambda: environment.boolean("GALLERY_X", default=False), "maybe", "GALLERY_X is 'maybe'"),
    (lambda: environment.integer("GALLERY_X", 5, least=1, most=9), "0", "from 1 to 9"),
    (lambda: environment.integer("GALLERY_X", 5, least=1, most=9), "10", "from 1 to 9"),
    (lambda: environment.integer("GALLERY_X", 5, least=1, most=9), "-3", "from 1 to 9"),
    (lambda: environment.integer("GALLERY_X", 5, least=1, most=9), "٣", "GALLERY_X is"),
    (lambda: environment.integer("GALLERY_X", 5, least=1, most=9), "9" * 5000, "GALLERY_X is"),
    (lambda: environment.base_url("GALLERY_X", default=""), "ftp://gallery.example", "GALLERY_X is"),
    (lambda: environment.base_url("GALLERY_X", default=""), "https://gallery.example/below", "GALLERY_X is"),
    (lambda: environment.base_url("GALLERY_X", default=""), "gallery.example", "GALLERY_X is"),
    (
        lambda: environment.time_zone("GALLERY_X", default="UTC"),
        "Mars/Olympus",
        "GALLERY_X is 'Mars/Olympus'",
    ),
    (lambda: environment.time_zone("GALLERY_X", default="UTC"), "../../etc/passwd", "GALLERY_X is"),
    (
        lambda: environment.database("GALLERY_X", default_file=Path("x")),
        "mysql://localhost/x",
        "GALLERY_X takes",
    ),
    (lambda: environment.database("GALLERY_X", default_file=Path("x")), "postgres://", "GALLERY_X takes"),
    (lambda: environment.database("GALLERY_X", default_file=Path("x")), "/a/path", "GALLERY_X takes"),
]


@pytest.mark.parametrize(("read", "value", "sentence"), WRONG)
def test_wrong_value_is_refused_by_name(
    read: Callable[[], Any], value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(environment, "asked_for", set())
    monkeypatch.setenv("GALLERY_X", value)
    with pytest.raises(ImproperlyConfigured, match=re.escape(sentence)):
        read()


def test_refusal_of_a_database_address_does_not_repeat_its_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "asked_for", set())
    monkeypatch.setenv("GALLERY_X", "mysql://team:open-sesame@localhost/x")
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.database("GALLERY_X", default_file=Path("x"))
    assert "open-sesame" not in str(refusal.value)


def test_command_refuses_a_wrong_setting_in_one_line():
    answer = manage("check", GALLERY_SECRET_KEY="x", GALLERY_UPLOAD_LIMIT_MB="lots")
    assert answer.returncode == 1
    assert answer.stderr == "GALLERY_UPLOAD_LIMIT_MB is 'lots'; it takes a whole number from 1 to 4096.\n"


def test_command_without_a_secret_key_says_how_to_get_one(tmp_path: Path):
    answer = manage("check", GALLERY_DATA_DIR=str(tmp_path / "data"))
    assert answer.returncode == 1
    assert "make run" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_reading_the_settings_writes_nothing(tmp_path: Path):
    answer = manage("diffsettings", GALLERY_DATA_DIR=str(tmp_path / "data"), GALLERY_SECRET_KEY="x")
    assert answer.returncode == 0, answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_database_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path):
    answer = manage("migrate", GALLERY_DATA_DIR=str(tmp_path / "none"), GALLERY_SECRET_KEY="x")
    assert answer.returncode == 1
    assert "GALLERY_DATA_DIR" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_file_gives_what_the_environment_does_not(
    env_file: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
):
    env_file("# a remark\n\nexport GALLERY_A='one two'\nGALLERY_B=three\n")
    monkeypatch.setattr(environment, "asked_for", set())
    monkeypatch.setenv("GALLERY_B", "four")
    assert (environment.text("GALLERY_A"), environment.text("GALLERY_B")) == ("one two", "four")


def test_line_that_sets_nothing_is_refused_by_its_number(env_file: Callable[[str], None]):
    env_file("GALLERY_A=1\nGALLERY B\n")
    with pytest.raises(ImproperlyConfigured, match="Line 2"):
        environment.file_values()


def test_secret_is_read_from_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "key").write_text("sesame\n", encoding="utf-8")
    monkeypatch.setattr(environment, "asked_for", set())
    monkeypatch.setenv("GALLERY_X_FILE", str(tmp_path / "key"))
    assert environment.secret("GALLERY_X") == "sesame"


def test_secret_file_that_is_not_there_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "asked_for", set())
    monkeypatch.setenv("GALLERY_X_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="GALLERY_X_FILE"):
        environment.secret("GALLERY_X")


def test_production_settings_pass_the_deployment_check(tmp_path: Path):
    answer = manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        GALLERY_DATA_DIR=str(tmp_path),
        GALLERY_HTTPS="1",
        GALLERY_ALLOWED_HOSTS="gallery.example",
        GALLERY_SECRET_KEY="a-key-of-fifty-characters-made-for-this-check-0123456789",
    )
    assert answer.returncode == 0, answer.stderr
