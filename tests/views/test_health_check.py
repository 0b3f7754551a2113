"""A check of everything, started from the health page: by whom, only one at a time, and what the page says of it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery import blobs, environment
from gallery.audit import Action
from gallery.checking import Turn, running
from gallery.models import AuditEntry, Transcript
from gallery.roles import Role, set_role
from tests.commands.shell import environment as environment_of_commands
from tests.factories import make_image, make_user
from tests.html import is_whole_page, parsed, section, words
from tests.ingest.transcripts import body, image_item, png, stream, upload

PATIENCE_SECONDS = 60
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
# In place of the command: says which process it is, and then does what the test wants of it.
STANDS_IN = """
import os, sys, time
open("pid.new", "w").write(str(os.getpid()))
os.rename("pid.new", "pid")
time.sleep({seconds})
sys.exit({code})
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dana(db: None) -> User:
    return make_user(username="dana", is_staff=True)


@pytest.fixture
def dana_client(dana: User, client_of: Any) -> Client:
    client: Client = client_of(dana)
    return client


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started finds the archive of this test."""
    for name, value in environment_of_commands().items():
        monkeypatch.setenv(name, value)


class StandIn:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def will(self, *, seconds: float = 600, code: int = 0) -> None:
        (self.folder / "manage.py").write_text(STANDS_IN.format(seconds=seconds, code=code))

    def kill(self) -> None:
        wait_until((self.folder / "pid").exists)
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        wait_until(lambda: running() is None)


@pytest.fixture
def stand_in(settings: Any, tmp_path: Path) -> Any:
    """A program that stands in for the command, and is gone after the test."""
    folder = settings.BASE_DIR = tmp_path / "program"
    folder.mkdir()
    found = StandIn(folder)
    found.will()
    yield found
    if running() is not None:
        found.kill()


def wait_until(is_so: Any) -> None:
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < PATIENCE_SECONDS, "What was waited for never came."
        time.sleep(0.02)


def start(client: Client) -> Any:
    return client.post("/health/check", follow=True)


def polled(client: Client) -> Any:
    """What the page asks while a check runs."""
    return client.get("/health/check", **FRAGMENT)


def is_asked_again(answer: Any) -> bool:
    return "every" in parsed(answer).select_one("#check").get("hx-trigger", "")


def check_of(answer: Any) -> str:
    return " ".join(section(answer, "The check of everything").get_text(" ").split())


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


# Who may


def test_whoever_is_signed_out_is_sent_to_sign_in(client: Client, stand_in: StandIn):
    assert client.post("/health/check").status_code == 302
    assert client.get("/health/check").status_code == 302
    assert running() is None
    assert actions() == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.CURATOR])
def test_others_are_refused(client_of: Any, stand_in: StandIn, role: Role):
    user = make_user()
    set_role(user, role)
    assert client_of(user).post("/health/check").status_code == 403
    assert client_of(user).get("/health/check").status_code == 403
    assert running() is None
    assert actions() == []


def test_a_form_from_elsewhere_starts_nothing(dana: User, stand_in: StandIn):
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana)
    assert client.post("/health/check").status_code == 403
    assert running() is None


def test_looking_starts_nothing(dana_client: Client, stand_in: StandIn):
    for path in ("/health", "/health/check"):
        dana_client.get(path)
    assert running() is None
    assert actions() == []


# The whole of it


def test_a_check_runs_beside_the_server_and_the_page_tells_its_end(dana_client: Client, command: None):
    upload(stream(body(image_item(png()))))
    assert "It never ran" in check_of(dana_client.get("/health"))
    answer = start(dana_client)
    assert answer.redirect_chain == [("/health", 302)]
    wait_until(lambda: running() is None)
    said = check_of(dana_client.get("/health"))
    assert "The last one, just now : 1 upload and 1 picture, none damaged" in said
    assert actions() == [Action.CHECK_STARTED, Action.CHECKED]
    started = AuditEntry.objects.get(action=Action.CHECK_STARTED)
    assert (started.actor_name, started.address) == ("dana", "127.0.0.1")


def test_what_it_finds_is_named_with_what_helps_and_nothing_is_repaired(dana_client: Client, command: None):
    picture = png()
    report = upload(stream(body(image_item(picture))), name="lighthouse.sse")
    blobs.delete("skeletons", report.sha256)
    start(dana_client)
    wait_until(lambda: running() is None)
    page = dana_client.get("/health")
    assert "Something needs looking after" in words(page)
    said = check_of(page)
    assert "1 damaged" in said
    assert "1 upload cannot be given back" in said
    assert "Upload the same file again" in said
    (link,) = section(page, "The check of everything").select("li a")
    assert (link.get_text(), link["href"]) == (
        "lighthouse.sse",
        f"/admin/gallery/transcript/{report.transcript_id}/change/",
    )
    assert not blobs.exists("skeletons", report.sha256)
    assert Transcript.objects.count() == 1


# While it runs


def test_while_one_runs_the_page_says_so_and_asks_again(dana_client: Client, stand_in: StandIn):
    start(dana_client)
    page = dana_client.get("/health")
    assert "dana started it just now" in check_of(page)
    assert is_asked_again(page)
    assert is_asked_again(polled(dana_client))


def test_how_far_it_is_stands_on_the_page(dana_client: Client):
    with Turn.take(by="dana") as turn:
        turn.note(1_200, of=4_000)
        page = dana_client.get("/health")
        assert "1 200 of 4 000 things are looked at" in check_of(page).replace("\u202f", " ")
        bar = parsed(page).select_one("#check progress")
        assert (bar["value"], bar["max"]) == ("1200", "4000")
        turn.note(4_000, of=4_000)
        assert "All files are looked at" in check_of(dana_client.get("/health"))


def test_a_second_one_is_not_started(dana_client: Client, stand_in: StandIn):
    start(dana_client)
    again = start(dana_client)
    assert again.status_code == 200
    assert "dana started it" in check_of(again)
    assert actions() == [Action.CHECK_STARTED]


def test_one_from_the_shell_is_told_as_well_and_nothing_is_started_beside_it(
    dana_client: Client, stand_in: StandIn
):
    with Turn.take():
        assert "It was started from the shell" in check_of(start(dana_client))
    assert actions() == []


def test_the_answer_to_a_button_is_the_part_of_the_page(dana_client: Client, stand_in: StandIn):
    answer = dana_client.post("/health/check", **FRAGMENT)
    assert answer.status_code == 200
    assert not is_whole_page(answer)
    assert is_asked_again(answer)
    assert parsed(answer).select_one("#status").get_text() == "The check has begun."
    assert "HX-Request" in answer["Vary"]
    assert "no-store" in answer["Cache-Control"]
    assert not parsed(polled(dana_client)).select("#status")


def test_asking_while_it_runs_looks_at_nothing_else(
    dana_client: Client, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
):
    start(dana_client)
    monkeypatch.setattr(blobs, "takes_and_gives_back", lambda _: pytest.fail("It wrote a file."))
    assert polled(dana_client).status_code == 200


def test_more_pictures_ask_no_more_of_the_database(dana_client: Client, django_assert_max_num_queries: Any):
    make_image()
    with Turn.take(), django_assert_max_num_queries(5):
        polled(dana_client)


# Its end


def test_once_it_has_ended_the_page_stops_asking_and_says_how_all_is(dana_client: Client, command: None):
    dana_client.post("/health/check", **FRAGMENT)
    wait_until(lambda: running() is None)
    answer = polled(dana_client)
    assert not is_asked_again(answer)
    assert parsed(answer).select_one("#health-word").get_text() == "All is well."
    assert parsed(answer).select_one("#status").get_text() == "The check has ended. All is well."


def test_one_that_was_killed_is_said_to_have_ended_before_its_time(dana_client: Client, stand_in: StandIn):
    start(dana_client)
    stand_in.kill()
    answer = polled(dana_client)
    assert not is_asked_again(answer)
    assert "The check that dana started just now ended before its time" in check_of(answer)
    assert "Start it again" in check_of(dana_client.get("/health"))


def test_after_one_that_was_killed_another_can_be_started(
    dana_client: Client, stand_in: StandIn, settings: Any, command: None
):
    start(dana_client)
    stand_in.kill()
    settings.BASE_DIR = environment.BASE_DIR
    start(dana_client)
    wait_until(lambda: running() is None)
    said = check_of(dana_client.get("/health"))
    assert "none damaged" in said
    assert "ended before its time" not in said


def test_one_that_ends_at_once_is_said_to_have_ended_before_its_time(dana_client: Client, stand_in: StandIn):
    stand_in.will(seconds=0, code=1)
    start(dana_client)
    wait_until(lambda: running() is None)
    assert "ended before its time" in check_of(dana_client.get("/health"))


def test_why_one_could_not_go_on_is_said_beside_the_last_that_could(dana_client: Client):
    AuditEntry.objects.create(
        action=Action.CHECKED,
        details={"transcripts": 3, "blobs": 4, "damaged": 0, "left_over": 0, "repaired": 0},
    )
    AuditEntry.objects.create(action=Action.CHECK_FAILED, details={"because": "OSError: No such bucket"})
    said = check_of(dana_client.get("/health"))
    assert "A check could not go on, just now : OSError: No such bucket" in said
    assert "The last one that came to its end, just now : 3 uploads and 4 pictures, none damaged" in said


def test_one_that_cannot_be_started_is_said_with_the_reason(
    dana_client: Client, settings: Any, tmp_path: Path
):
    settings.BASE_DIR = tmp_path / "gone"
    answer = dana_client.post("/health/check", **FRAGMENT)
    assert answer.status_code == 422
    assert "The check could not be started: No such file or directory" in check_of(answer)
    assert not parsed(answer).select("#status")
    assert actions() == [Action.CHECK_STARTED, Action.CHECK_FAILED]
    assert running() is None
    assert "could not be started" in words(start(dana_client))


def test_the_audit_tells_of_checks(dana_client: Client):
    AuditEntry.objects.create(
        action=Action.CHECKED,
        object_name="fsck",
        details={
            "damaged": 1,
            "kinds": {"blob-missing": 1},
            "found": [{"code": "x", "sentence": "It is gone."}],
        },
    )
    AuditEntry.objects.create(action=Action.CHECK_STARTED, actor_name="dana")
    said = words(dana_client.get("/audit"))
    assert "dana started a check" in said
    assert "kinds blob-missing 1" in said
    assert "found It is gone." in said
