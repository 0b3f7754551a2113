"""Actions: reading a transcript again, hiding pictures, letting somebody in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from gallery import blobs
from gallery.admin import transcripts
from gallery.ingest import ingest_upload
from gallery.models import Image, OutputItem, SignInLink, Transcript
from tests.admin.archive import act, one, page_url, parsed, said
from tests.factories import LONG_AGO, make_image, make_transcript, make_user

EXAMPLES = Path(__file__).parent.parent / "transcripts" / "examples"


@pytest.fixture
def transcript(alice: User) -> Transcript:
    """The third example: a stream with a real picture in it."""
    path = next(EXAMPLES.glob("*002*"))
    report = ingest_upload(
        path.read_bytes(), name=path.name, uploader=alice, source_kind=Transcript.Source.BROWSER
    )
    return Transcript.objects.get(sha256=report.sha256)


def test_reading_again_brings_rows_back_and_says_so(charlie_client: Client, transcript: Transcript) -> None:
    OutputItem.objects.filter(type="message").update(text="Spoiled")
    answer = act(charlie_client, "read_again", transcript)
    [message] = said(answer)
    assert transcript.name in message
    assert "1 response, 1 picture" in message
    assert "Here is a single black line" in (OutputItem.objects.get(type="message").text or "")


def test_reading_again_stands_in_the_history_of_the_transcript(
    charlie_client: Client, transcript: Transcript
) -> None:
    act(charlie_client, "read_again", transcript)
    entry = LogEntry.objects.get(object_id=str(transcript.pk))
    assert "Read again" in entry.get_change_message()


def test_a_damaged_archive_is_reported_and_costs_no_row(
    charlie_client: Client, transcript: Transcript
) -> None:
    blobs.delete("skeletons", transcript.sha256)
    before = Image.objects.count()
    answer = act(charlie_client, "read_again", transcript)
    assert "damaged" in " ".join(said(answer))
    assert Image.objects.count() == before
    assert not LogEntry.objects.exists()


def test_one_damaged_archive_does_not_stop_the_others(charlie_client: Client, transcript: Transcript) -> None:
    damaged = make_transcript(name="lost.sse")
    answers = said(act(charlie_client, "read_again", damaged, transcript))
    assert len(answers) == 2
    assert any("1 response" in answer for answer in answers)


def test_only_a_few_are_read_again_at_once(
    charlie_client: Client, transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "AT_ONCE", 1)
    [message] = said(act(charlie_client, "read_again", transcript, make_transcript()))
    assert message == "Choose at most 1 at once; nothing was done."


def test_the_page_of_a_transcript_has_a_button_to_read_it_again(
    charlie_client: Client, transcript: Transcript
) -> None:
    form = one(parsed(charlie_client, page_url(transcript)), "form.gallery-page-action")
    data = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    answer = charlie_client.post(str(form["action"]), data, follow=True)
    assert "1 response" in " ".join(said(answer))


def test_an_original_is_verified_by_giving_it_back(charlie_client: Client, transcript: Transcript) -> None:
    [message] = said(act(charlie_client, "verify", transcript))
    assert "comes back byte for byte" in message
    blobs.delete("skeletons", transcript.sha256)
    [message] = said(act(charlie_client, "verify", transcript))
    assert "cannot be given back" in message


def test_pictures_can_be_hidden_and_shown_again(charlie_client: Client) -> None:
    images = [make_image(), make_image()]
    assert said(act(charlie_client, "hide", *images)) == ["2 pictures hidden."]
    assert Image.objects.filter(is_hidden=True).count() == 2
    assert said(act(charlie_client, "show", images[0])) == ["1 picture shown again."]
    assert Image.objects.get(is_hidden=True) == images[1]


def test_hiding_what_is_hidden_changes_nothing(charlie_client: Client) -> None:
    assert said(act(charlie_client, "hide", make_image(is_hidden=True))) == ["0 pictures hidden."]
    assert not LogEntry.objects.exists()


def test_an_administrator_makes_a_link_that_signs_a_user_in(charlie_client: Client, bob: User) -> None:
    answer = act(charlie_client, "make_sign_in_links", bob)
    url = answer.context["links"][0][1]
    assert url in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    visitor = Client()
    path = url.split("testserver", 1)[1]
    page = visitor.get(path)
    if page.status_code == 200:
        visitor.post(path)
    assert visitor.session["_auth_user_id"] == str(bob.pk)


def test_the_link_is_kept_in_no_cookie_message_or_history(charlie_client: Client, bob: User) -> None:
    answer = act(charlie_client, "make_sign_in_links", bob)
    token = answer.context["links"][0][1].rsplit("/", 1)[1]
    assert token not in str(charlie_client.cookies)
    assert not said(answer)
    assert not [entry for entry in LogEntry.objects.all() if token in str(vars(entry))]
    assert LogEntry.objects.filter(object_id=str(bob.pk)).exists()


def test_no_link_for_an_account_that_is_switched_off(charlie_client: Client) -> None:
    closed = make_user(username="frank")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    [message] = said(act(charlie_client, "make_sign_in_links", closed))
    assert "No link was made" in message
    assert not SignInLink.objects.exists()


def test_only_a_superuser_makes_a_link_for_a_superuser(
    charlie: User, client_of: Callable[[Any], Client]
) -> None:
    dana = make_user(username="dana", is_staff=True)
    dana.user_permissions.add(*Permission.objects.filter(codename__in=["view_user", "change_user"]))
    [message] = said(act(client_of(dana), "make_sign_in_links", charlie))
    assert "Only a superuser" in message
    assert not SignInLink.objects.exists()


def test_staff_who_may_only_view_users_make_no_links(bob: User, client_of: Callable[[Any], Client]) -> None:
    dana = make_user(username="dana", is_staff=True)
    dana.user_permissions.add(*Permission.objects.filter(codename="view_user"))
    act(client_of(dana), "make_sign_in_links", bob)
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ({}, {"hide", "put_in_trash"}),
        ({"is_hidden": True}, {"show", "put_in_trash"}),
        ({"trashed_at": LONG_AGO}, {"hide", "restore"}),
    ],
)
def test_a_pictures_page_offers_what_changes_something(
    charlie_client: Client, state: dict[str, Any], offered: set[str]
) -> None:
    image = make_image()
    Image.objects.filter(pk=image.pk).update(**state)
    buttons = parsed(charlie_client, page_url(image)).select(".gallery-page-action input[name=action]")
    assert {str(button["value"]) for button in buttons} == offered
