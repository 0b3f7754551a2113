"""From nothing to a gallery that serves, with one command."""

from __future__ import annotations

import re
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from gallery import collecting, environment, first_run, server
from gallery.management.commands.start import Command
from gallery.sign_in_links import consume, make_link
from tests.gallery_process import ROOT, GalleryProcess, variables_for

LINK = re.compile(r"http://127\.0\.0\.1:\d+/sign-in/link/\S+")


def test_first_start_shows_the_way_in_and_the_second_does_nothing_over_again(
    tmp_path: Path, empty_database: str
):
    with GalleryProcess(tmp_path / "data", empty_database, has_static_files=False) as first:
        pass
    link = LINK.search(first.said)
    assert link, first.said
    assert "Traceback" not in first.said
    with GalleryProcess(tmp_path / "data", empty_database) as second:
        # The address stays good for whoever copied it before the restart.
        address = second.url + link.group().removeprefix(first.url)
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert b"admin" in answer.read()
        with urllib.request.urlopen(f"{second.url}/sign-in", timeout=10) as answer:
            stylesheet = re.search(r'href="(/static/[^"]+\.css)"', answer.read().decode())
        assert stylesheet
        with urllib.request.urlopen(second.url + stylesheet.group(1), timeout=10) as answer:
            assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        # As long as the search box lets a query be, in characters of four bytes, with the page's address in a header.
        longest = f"{second.url}/?q={'%F0%9F%94%B5' * 4_000}"
        asked = urllib.request.Request(longest, headers={"HX-Current-URL": longest})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.status == 200
    assert "Bringing the database" not in second.said
    assert "Static files" not in second.said


def test_secret_key_is_made_once_and_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GALLERY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("GALLERY_SECRET_KEY")
    first_run.prepare_data_folder()
    key = tmp_path / "data" / "secret-key"
    made = key.read_text(encoding="ascii")
    first_run.prepare_data_folder()
    assert len(made) >= 50
    assert key.read_text(encoding="ascii") == made
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in key.parent.iterdir()] == ["secret-key"]


def test_no_secret_key_is_made_where_one_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GALLERY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GALLERY_SECRET_KEY", "from elsewhere")
    first_run.prepare_data_folder()
    assert not environment.secret_key_file().exists()


def test_empty_secret_key_file_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GALLERY_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("GALLERY_SECRET_KEY")
    (tmp_path / "secret-key").write_text("\n", encoding="ascii")
    first_run.prepare_data_folder()
    assert len((tmp_path / "secret-key").read_text(encoding="ascii")) >= 50


def start(data_dir: Path, *, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "start"],
        cwd=ROOT,
        env=variables_for(data_dir, "", port=port),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_port_in_use_is_a_sentence(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        answer = start(tmp_path / "data", port=other.getsockname()[1])
    assert answer.returncode == 1
    assert "cannot listen on 127.0.0.1:" in answer.stderr
    assert "make run PORT=" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    answer = start(tmp_path / "file" / "data", port=8000)
    assert answer.returncode == 1
    assert "GALLERY_DATA_DIR" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_port_that_is_free_can_be_listened_on():
    assert server.why_not_listen("127.0.0.1", 0) == ""


def test_address_of_another_machine_cannot_be_listened_on():
    assert server.why_not_listen("192.0.2.1", 8000)


def test_empty_gallery_gets_an_administrator_without_a_password(db: None):
    administrator = Command._first_administrator()
    assert administrator
    assert (administrator.username, administrator.is_superuser) == ("admin", True)
    assert not administrator.has_usable_password()


def test_way_in_is_shown_again_until_somebody_has_taken_it(db: None):
    first = Command._first_administrator()
    assert Command._first_administrator() == first
    User.objects.update(last_login="2026-01-01T00:00:00Z")
    assert Command._first_administrator() is None


def test_gallery_with_users_who_can_sign_in_gets_nobody_new(db: None):
    User.objects.create_user("alice", password="a password of her own")
    assert Command._first_administrator() is None
    assert User.objects.count() == 1


def test_names_that_nobody_can_sign_in_with_do_not_replace_an_administrator(db: None, alice: User):
    administrator = Command._first_administrator()
    assert administrator
    assert administrator.username == "admin"


def test_static_files_are_collected_when_they_change_and_only_then(settings, tmp_path: Path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "page.css").write_text("body{}", encoding="utf-8")
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "own"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    outcomes = [collecting.collect_if_changed(), collecting.collect_if_changed()]
    (tmp_path / "own" / "page.css").write_text("body{color:red}", encoding="utf-8")
    outcomes += [collecting.collect_if_changed()]
    assert outcomes == [True, False, True]
    assert (tmp_path / "static" / "page.css").read_text(encoding="utf-8") == "body{color:red}"


def test_sign_in_link_command_prints_a_link_that_works(alice: User, capsys: pytest.CaptureFixture[str]):
    call_command("sign_in_link", "alice", "--base-url", "https://gallery.example/")
    link = capsys.readouterr().out.strip()
    assert link.startswith("https://gallery.example/sign-in/link/")
    assert consume(link.split("/")[-1]) == alice


@pytest.mark.parametrize("name", ["nobody", ""])
def test_sign_in_link_command_refuses_a_name_that_is_none(db: None, name: str):
    with pytest.raises(CommandError, match="no user"):
        call_command("sign_in_link", name)


def test_sign_in_link_command_refuses_a_closed_account(alice: User):
    alice.is_active = False
    alice.save()
    with pytest.raises(CommandError, match="switched off"):
        call_command("sign_in_link", "alice")


def test_link_begins_with_the_configured_address(alice: User, settings):
    assert make_link(alice, settings.BASE_URL).startswith("http://127.0.0.1:8000/sign-in/link/")
