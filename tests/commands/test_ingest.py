"""`manage.py ingest`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gallery.models import Response, Transcript
from tests.commands.shell import run
from tests.factories import make_user
from tests.ingest.transcripts import as_json, body, image_item, message_item, png, stream

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two calls, one of them deeper, and a file that is no transcript."""
    folder = tmp_path / "captures"
    (folder / "deeper").mkdir(parents=True)
    whole = body(image_item(png()), message_item("Hello."))
    (folder / "b.sse").write_bytes(stream(whole, partials=[png("red")]))
    (folder / "a.json").write_bytes(as_json(body(image_item(png()), id="resp_a")))
    (folder / "deeper" / "c.json").write_bytes(as_json(body(message_item("Words."), id="resp_c")))
    (folder / "notes.txt").write_text("Not a transcript at all.\n")
    return folder


def test_a_folder_is_taken_in_with_all_that_is_below_it(folder: Path) -> None:
    code, out, err = run("ingest", folder, "--jobs", "1")
    lines = out.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        f"stored  {folder}/a.json",
        f"stored  {folder}/b.sse",
        f"stored  {folder}/deeper/c.json",
        f"refused  {folder}/notes.txt",
    ]
    assert lines[-1].startswith("4 files: 3 stored and 1 refused; ")
    assert (code, err) == (1, "")
    assert Transcript.objects.count() == 3


def test_several_processes_give_the_same_lines_in_the_same_order(folder: Path) -> None:
    code, out, err = run("ingest", folder, "--jobs", "3")
    assert [line.split()[0] for line in out.splitlines()[:-1]] == ["stored", "stored", "stored", "refused"]
    assert (code, err) == (1, "")
    assert {transcript.source for transcript in Transcript.objects.all()} == {"command"}


def test_known_files_are_said_to_be_known_and_that_is_no_failure(folder: Path) -> None:
    run("ingest", folder / "a.json", folder / "b.sse")
    code, out, _ = run("ingest", folder / "a.json", folder / "b.sse")
    assert code == 0
    assert out.count("nothing new, this was uploaded on ") == 2
    assert out.splitlines()[-1] == "2 files: 2 known."


def test_json_gives_a_report_per_file(folder: Path) -> None:
    code, out, _ = run("ingest", "--json", folder, "--jobs", "2")
    reports = [json.loads(line) for line in out.splitlines()]
    assert [report["outcome"] for report in reports] == ["stored", "stored", "stored", "refused"]
    assert reports[1]["path"] == f"{folder}/b.sse"
    assert (reports[1]["final_count"], reports[1]["partial_count"]) == (1, 1)
    assert code == 1


def test_standard_input_is_a_file_too() -> None:
    code, out, _ = run("ingest", "-", stdin=as_json(body(image_item(png()))))
    assert code == 0
    assert out.startswith("stored  -: 1 response, 1 picture from gpt-image-1, ")
    assert Transcript.objects.get().name == "standard input"


def test_standard_input_over_the_limit_is_refused() -> None:
    code, out, _ = run("ingest", "-", stdin=b" " * (17 * 1024 * 1024))
    assert code == 1
    assert "too large" in out


def test_a_missing_path_is_an_error_and_nothing_is_taken_in(folder: Path) -> None:
    code, out, err = run("ingest", folder, folder / "nowhere")
    assert (code, out) == (1, "")
    assert err.strip() == f"CommandError: There is no file or folder {folder / 'nowhere'}."
    assert Transcript.objects.count() == 0


def test_uploads_belong_to_the_user_named(folder: Path) -> None:
    alice = make_user(username="alice")
    run("ingest", folder, "--user", "alice", "--jobs", "2")
    assert {transcript.uploader for transcript in Transcript.objects.all()} == {alice}
    assert {response.uploader for response in Response.objects.all()} == {alice}


def test_an_unknown_user_is_an_error(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no user nobody\."):
        call_command("ingest", str(folder), user="nobody")


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("ingest", empty)[:2] == (0, "No files.\n")


def test_a_link_that_leads_back_up_is_not_followed(folder: Path) -> None:
    (folder / "deeper" / "up").symlink_to(folder, target_is_directory=True)
    _, out, _ = run("ingest", folder, "--jobs", "1")
    assert out.splitlines()[-1].startswith("4 files: ")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_file_that_cannot_be_opened_does_not_stop_the_others(folder: Path, jobs: str) -> None:
    (folder / "0-loop.json").symlink_to(folder / "0-loop.json")
    (folder / "1-gone.json").symlink_to(folder / "gone.json")
    code, out, _ = run("ingest", folder, "--jobs", jobs)
    assert code == 1
    assert (
        f"refused  {folder}/0-loop.json: This file cannot be read: Too many levels of symbolic links." in out
    )
    assert f"refused  {folder}/1-gone.json: This file cannot be read: No such file or directory." in out
    assert out.splitlines()[-1].startswith("6 files: 3 stored and 3 refused")


def test_a_name_with_control_characters_is_shown_as_inert_text(tmp_path: Path) -> None:
    path = tmp_path / "red\x1b[31m.json"
    path.write_bytes(as_json(body(message_item("Hello."))))
    _, out, _ = run("ingest", path)
    assert "\x1b" not in out
    assert Transcript.objects.get().name == "red\x1b[31m.json"


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1000"])
def test_a_wrong_number_of_jobs_is_refused(tmp_path: Path, jobs: str) -> None:
    code, _, err = run("ingest", tmp_path, "--jobs", jobs)
    assert code == 2
    assert "is not a number from 1 to 256" in err or "expected one argument" in err
