"""Notes written beside the picture, without leaving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery import notes
from gallery.models import ImageNote
from tests.browser.surroundings import is_same_document, keep_pictures, mark_document
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def open_layer(page: Page) -> None:
    page.goto("/")
    page.locator(".tile a").first.click()
    expect(page.locator("#prompt")).to_be_visible()


def test_note_by_key_from_the_layer(alice_page: Page) -> None:
    keep_pictures(2)
    open_layer(alice_page)
    mark_document(alice_page)
    alice_page.keyboard.press("n")
    alice_page.keyboard.type("The beak is wrong.")
    alice_page.keyboard.press("Control+Enter")
    expect(alice_page.locator(".notes .said")).to_have_text("The beak is wrong.")
    expect(alice_page.locator("dialog [role=status]")).to_have_text("The note is kept")
    expect(alice_page.locator("#note-add")).to_be_focused()
    expect(alice_page.locator("#note-add")).to_have_value("")
    assert is_same_document(alice_page)


def test_note_is_edited_and_deleted_where_it_stands(alice_page: Page, alice: Any) -> None:
    (image,) = keep_pictures(1)
    notes.add_note(alice, image.pk, "The beek is wrong.")
    alice_page.goto(f"/images/{image.pk}")
    mark_document(alice_page)
    alice_page.locator(".notes summary").click()
    alice_page.locator(".notes li textarea").fill("The beak is wrong.")
    alice_page.get_by_role("button", name="Save").click()
    expect(alice_page.locator(".notes .said")).to_have_text("The beak is wrong.")
    expect(alice_page.locator(".notes li p").first).to_contain_text("edited just now")
    alice_page.locator(".notes summary").click()
    alice_page.get_by_role("button", name="Delete the note").click()
    expect(alice_page.locator(".notes li")).to_have_count(0)
    assert not ImageNote.objects.exists()
    assert is_same_document(alice_page)


def test_what_is_typed_outlives_the_picture_being_closed(alice_page: Page) -> None:
    keep_pictures(2)
    open_layer(alice_page)
    alice_page.keyboard.press("n")
    alice_page.keyboard.type("Half a thought")
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator("dialog[data-layer]")).to_be_focused()
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator("dialog[data-layer]")).not_to_be_visible()
    open_layer(alice_page)
    alice_page.keyboard.press("n")
    expect(alice_page.locator("#note-add")).to_have_value("Half a thought")
    alice_page.keyboard.press("Control+Enter")
    expect(alice_page.locator(".notes .said")).to_have_text("Half a thought")


def test_note_that_cannot_be_kept_stays_in_its_box(alice_page: Page, complaints: Any) -> None:
    complaints.expect("422")
    (image,) = keep_pictures(1)
    alice_page.goto(f"/images/{image.pk}")
    alice_page.locator("#note-add").fill("x" * 5_001)
    alice_page.get_by_role("button", name="Add the note").click()
    expect(alice_page.locator(".notes [role=alert]")).to_contain_text("at most 5,000 characters")
    expect(alice_page.locator("#note-add")).to_have_value("x" * 5_001)
    expect(alice_page.locator("#note-add")).to_be_focused()


def test_saving_one_note_keeps_what_is_typed_into_another_box(alice_page: Page, alice: Any) -> None:
    (image,) = keep_pictures(1)
    notes.add_note(alice, image.pk, "Good.")
    alice_page.goto(f"/images/{image.pk}")
    alice_page.locator("#note-add").fill("Half a thought")
    alice_page.locator(".notes summary").click()
    alice_page.locator(".notes li textarea").fill("Very good.")
    alice_page.get_by_role("button", name="Save").click()
    expect(alice_page.locator(".notes .said")).to_have_text("Very good.")
    expect(alice_page.locator("#note-add")).to_have_value("Half a thought")


def test_notes_are_accessible_and_fit(
    alice_page: Page, alice: Any, flaws: Callable[[Page], list[str]], complaints: Any
) -> None:
    complaints.expect("422")
    (image,) = keep_pictures(1)
    notes.add_note(alice, image.pk, "One line.\n\n" + "w" * 400)
    notes.add_note(make_user(username="dora"), image.pk, "עברית")
    alice_page.goto(f"/images/{image.pk}")
    alice_page.locator(".notes summary", has_text="Edit").click()
    alice_page.locator(".notes li textarea").fill(" ")
    alice_page.get_by_role("button", name="Save").click()
    expect(alice_page.locator(".notes li [role=alert]")).to_be_visible()
    assert flaws(alice_page) == []


def test_page_of_a_refused_note_is_accessible_and_fits(
    alice_page: Page, flaws: Callable[[Page], list[str]], complaints: Any
) -> None:
    complaints.expect("422")
    (image,) = keep_pictures(1)
    alice_page.goto(f"/images/{image.pk}")
    # As without script: the form's own submission, which no listener sees.
    alice_page.locator("[data-note-form]").evaluate(
        "form => { form.append(Object.assign(document.createElement('input'),"
        " {type: 'hidden', name: 'do', value: 'add'})); form.submit(); }"
    )
    expect(alice_page.locator(".narrow [role=alert]")).to_be_visible()
    assert flaws(alice_page) == []
