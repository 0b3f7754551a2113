"""Notes under a picture: written, edited and deleted by plain forms and by script."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import notes
from gallery.models import ImageNote
from tests.factories import make_image, make_user
from tests.html import is_whole_page, parsed, section, visible_prompts, words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def write(client: Client, image: Any, text: str, **more: Any) -> Any:
    return client.post(f"/images/{image.pk}/notes", {"do": "add", "text": text}, **more)


def texts() -> list[str]:
    return list(ImageNote.objects.values_list("text", flat=True))


def notes_shown(client: Client, image: Any) -> list[str]:
    page = section(client.get(f"/images/{image.pk}"), "Notes")
    return [note.get_text() for note in page.select(".said")]


def test_note_stands_under_the_picture_for_everybody_with_author_and_time(
    alice_client: Client, bob_client: Client
) -> None:
    image = make_image()
    answer = write(alice_client, image, "The beak is wrong.")
    assert answer.headers["Location"] == f"/images/{image.pk}#notes"
    shown = section(bob_client.get(f"/images/{image.pk}"), "Notes")
    assert "The beak is wrong." in shown.get_text()
    assert shown.select_one("li bdi").get_text() == "alice"
    assert shown.select_one("li time").get_text() == "just now"
    assert "edited" not in shown.select_one("li p").get_text()


def test_notes_stand_in_the_order_they_were_written(alice_client: Client, bob_client: Client) -> None:
    image = make_image()
    write(bob_client, image, "first")
    write(alice_client, image, "second")
    assert notes_shown(alice_client, image) == ["first", "second"]


def test_note_is_kept_as_typed_with_its_line_breaks(alice_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "  one\r\n\r\n  two\t")
    assert texts() == ["  one\n\n  two\t"]


def test_first_line_break_of_a_note_outlives_its_box(alice_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "\nbelow an empty line")
    # A browser drops the first line break after the tag.
    box = parsed(alice_client.get(f"/images/{image.pk}")).select_one(".notes li textarea")
    assert box.get_text() == "\n\nbelow an empty line"


def test_note_is_shown_as_inert_text(alice_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "<script>alert(1)</script></textarea><b>x</b> http://example.org")
    page = section(alice_client.get(f"/images/{image.pk}"), "Notes")
    assert not page.select("script, li b, a")
    assert notes_shown(alice_client, image) == [
        "<script>alert(1)</script></textarea><b>x</b> http://example.org"
    ]


@pytest.mark.parametrize("text", ["NUL \0 inside", "half a pair \ud800"])
def test_what_no_database_takes_becomes_a_mark(alice_client: Client, text: str) -> None:
    image = make_image()
    # A form cannot carry half a pair; whoever calls the function can.
    notes.add_note(make_user(), image.pk, text)
    assert ["\ufffd" in kept for kept in texts()] == [True]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "needs a word"), (" \r\n\t ", "needs a word"), ("x" * 5_001, "at most 5,000 characters")],
    ids=["empty", "blank", "long"],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["form", "script"])
def test_note_that_cannot_be_kept_is_said_and_stays_in_its_box(
    alice_client: Client, text: str, sentence: str, headers: dict[str, str]
) -> None:
    image = make_image()
    answer = write(alice_client, image, text, headers=headers)
    assert answer.status_code == 422
    assert sentence in parsed(answer).select_one("[role=alert]").get_text()
    assert parsed(answer).select_one("[data-note-add]").get_text().strip() == text.strip()
    assert is_whole_page(answer) == (headers == {})
    assert texts() == []


def test_line_breaks_count_once(alice_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "x\r\n" * 2_500)
    assert [len(text) for text in texts()] == [5_000]


def test_picture_with_very_many_notes_takes_no_more(
    alice_client: Client, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 2)
    image = make_image()
    for text in ("one", "two"):
        write(alice_client, image, text)
    answer = write(alice_client, image, "three")
    assert answer.status_code == 422
    assert "three" in parsed(answer).select_one("[data-note-add]").get_text()


def test_author_edits_their_note_and_it_says_so(alice_client: Client, bob_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "The beek is wrong.")
    note = ImageNote.objects.get()
    data = {"do": "edit", "note": note.pk, "text": "The beak is wrong."}
    alice_client.post(f"/images/{image.pk}/notes", data)
    shown = section(bob_client.get(f"/images/{image.pk}"), "Notes")
    assert "The beak is wrong." in shown.get_text()
    assert "edited just now" in " ".join(shown.select_one("li p").get_text().split())


def test_saving_the_same_words_is_no_edit(alice_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "Good.\nVery good.")
    note = ImageNote.objects.get()
    alice_client.post(
        f"/images/{image.pk}/notes", {"do": "edit", "note": note.pk, "text": "Good.\r\nVery good."}
    )
    assert ImageNote.objects.get().edited_at is None


def test_edit_that_cannot_be_kept_leaves_the_note_and_keeps_what_was_typed(alice_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "Good.")
    note = ImageNote.objects.get()
    answer = alice_client.post(
        f"/images/{image.pk}/notes", {"do": "edit", "note": note.pk, "text": "y" * 6_000}, headers=HTMX
    )
    assert answer.status_code == 422
    page = parsed(answer)
    assert page.select_one(f"#note-text-{note.pk}").get_text().strip() == "y" * 6_000
    assert page.select_one("li details[open] [role=alert]")
    assert page.select_one("[data-note-add]").get_text().strip() == ""
    assert texts() == ["Good."]


def test_author_deletes_their_note(alice_client: Client) -> None:
    image = make_image()
    write(alice_client, image, "Good.")
    data = {"do": "delete", "note": ImageNote.objects.get().pk}
    answer = alice_client.post(f"/images/{image.pk}/notes", data, headers=HTMX)
    assert parsed(answer).select(".notes li") == []
    assert texts() == []


@pytest.mark.parametrize("do", ["edit", "delete"])
def test_nobody_else_changes_a_note(alice_client: Client, bob_client: Client, do: str) -> None:
    image = make_image()
    write(alice_client, image, "Good.")
    data = {"do": do, "note": ImageNote.objects.get().pk, "text": "Bad."}
    assert bob_client.post(f"/images/{image.pk}/notes", data).status_code == 403
    assert texts() == ["Good."]
    assert not section(bob_client.get(f"/images/{image.pk}"), "Notes").select("li form")


def test_staff_deletes_but_does_not_edit_what_others_wrote(
    alice_client: Client, charlie_client: Client
) -> None:
    image = make_image()
    write(alice_client, image, "Good.")
    note = ImageNote.objects.get().pk
    offered = section(charlie_client.get(f"/images/{image.pk}"), "Notes").select("li button")
    assert [button["value"] for button in offered] == ["delete"]
    data = {"do": "edit", "note": note, "text": "Bad."}
    assert charlie_client.post(f"/images/{image.pk}/notes", data).status_code == 403
    charlie_client.post(f"/images/{image.pk}/notes", {"do": "delete", "note": note})
    assert texts() == []


def test_note_outlives_its_author(alice_client: Client, bob_client: Client, alice: Any) -> None:
    image = make_image()
    write(alice_client, image, "Good.")
    alice.delete()
    assert "somebody who has left" in section(bob_client.get(f"/images/{image.pk}"), "Notes").get_text()


@pytest.mark.parametrize("note", ["", "0", "x", "\0", "٣", "9" * 40])
@pytest.mark.parametrize("do", ["edit", "delete"])
def test_absent_note_is_not_found(alice_client: Client, note: str, do: str) -> None:
    image = make_image()
    data = {"do": do, "note": note, "text": "x"}
    assert alice_client.post(f"/images/{image.pk}/notes", data).status_code == 404


def test_note_of_another_picture_is_not_found(alice_client: Client) -> None:
    image, other = make_image(), make_image()
    write(alice_client, image, "Good.")
    data = {"do": "delete", "note": ImageNote.objects.get().pk}
    assert alice_client.post(f"/images/{other.pk}/notes", data).status_code == 404
    assert texts() == ["Good."]


@pytest.mark.parametrize("key", ["77", "9" * 30])
def test_absent_picture_is_not_found(alice_client: Client, key: str) -> None:
    answer = alice_client.post(f"/images/{key}/notes", {"do": "add", "text": "x"})
    assert answer.status_code == 404


def test_what_makes_no_sense_changes_nothing_and_is_said(alice_client: Client) -> None:
    image = make_image()
    answer = alice_client.post(f"/images/{image.pk}/notes", {"do": "explode", "text": "kept here"})
    assert answer.status_code == 422
    assert "kept here" in words(answer)


def test_nobody_writes_without_a_sign_in(client: Client) -> None:
    image = make_image()
    assert write(client, image, "x").headers["Location"].startswith("/sign-in")
    assert texts() == []


def test_address_of_the_notes_is_no_page(alice_client: Client) -> None:
    assert alice_client.get(f"/images/{make_image().pk}/notes").status_code == 405


def test_script_gets_the_panel_and_says_by_what(alice_client: Client) -> None:
    image = make_image()
    answer = write(alice_client, image, "Good.", headers=HTMX)
    assert not is_whole_page(answer)
    assert parsed(answer).select_one(f"[data-notes='{image.pk}'] .said").get_text() == "Good."
    assert "HX-Request" in answer.headers["Vary"]


def test_pictures_with_notes_are_found_by_that_as_soon_as_it_is_so(alice_client: Client) -> None:
    image = make_image(prompt="A heron")
    make_image(prompt="A crane")
    assert visible_prompts(alice_client.get("/?q=has:note")) == []
    write(alice_client, image, "Good.")
    assert visible_prompts(alice_client.get("/?q=has:note")) == ["A heron"]
    assert visible_prompts(alice_client.get("/?q=-has:note")) == ["A crane"]
    alice_client.post(f"/images/{image.pk}/notes", {"do": "delete", "note": ImageNote.objects.get().pk})
    assert visible_prompts(alice_client.get("/?q=has:note")) == []


def test_many_notes_cost_no_more_queries(alice_client: Client) -> None:
    image = make_image()
    notes.add_note(make_user(), image.pk, "one")
    with CaptureQueriesContext(connection) as few:
        alice_client.get(f"/images/{image.pk}")
    for number in range(100):
        notes.add_note(make_user(), image.pk, f"{number}")
    with CaptureQueriesContext(connection) as many:
        alice_client.get(f"/images/{image.pk}")
    assert len(few) == len(many)
