"""A check of everything, as the administrator who starts it sees it go on and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery import blobs, checking
from gallery.audit import Action
from gallery.models import AuditEntry, Transcript
from tests.browser.surroundings import is_same_document, keep_examples, mark_document
from tests.commands.shell import environment

pytestmark = pytest.mark.django_db(transaction=True)

Flaws = Callable[[Page], list[str]]
WHOLE = {"transcripts": 5, "blobs": 9, "damaged": 0, "left_over": 0, "repaired": 0}


@pytest.fixture
def archive(charlie: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The five examples, where the command finds them."""
    keep_examples(charlie)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


def test_a_check_is_started_goes_on_and_ends_without_another_page(charlie_page: Page, archive: None):
    blobs.delete("skeletons", Transcript.objects.order_by("pk")[0].sha256)
    charlie_page.goto("/health")
    mark_document(charlie_page)
    charlie_page.get_by_role("button", name="Check everything now").click()
    expect(charlie_page.get_by_role("button", name="Checking")).to_be_focused()
    expect(charlie_page.get_by_text("charlie started it")).to_be_visible()
    expect(charlie_page.get_by_role("heading", name="1 upload cannot be given back")).to_be_visible()
    expect(charlie_page.get_by_text("Something needs looking after.").first).to_be_visible()
    expect(charlie_page.locator("#status")).to_contain_text("The check has ended.")
    assert is_same_document(charlie_page)
    assert checking.running() is None


def test_nothing_is_asked_any_more_once_a_check_has_ended(charlie_page: Page, archive: None):
    AuditEntry.objects.create(action=Action.CHECKED, details=WHOLE)
    with checking.Turn.take(by="charlie") as turn:
        turn.note(7, of=23)
        charlie_page.goto("/health")
        expect(charlie_page.get_by_text("7 of 23 things are looked at")).to_be_visible()
        turn.note(12, of=23)
        expect(charlie_page.get_by_text("12 of 23 things are looked at")).to_be_visible()
    expect(charlie_page.get_by_role("button", name="Check everything now")).to_be_visible()
    asked: list[str] = []
    charlie_page.on("request", lambda request: asked.append(request.url))
    charlie_page.wait_for_timeout(2_500)
    assert asked == []


def test_every_state_of_a_check_passes_axe_and_fits(charlie_page: Page, archive: None, flaws: Flaws):
    found = {}
    charlie_page.goto("/health")
    found["never"] = flaws(charlie_page)
    with checking.Turn.take(by="charlie") as turn:
        turn.note(7, of=23)
        charlie_page.goto("/health")
        found["running"] = flaws(charlie_page)
    transcript = Transcript.objects.order_by("pk")[0]
    lost = [{"code": "original-lost", "subject": transcript.sha256, "sentence": "It cannot be given back."}]
    lost += [{"code": "blob-missing", "subject": f"{number:064x}", "sentence": "-"} for number in range(10)]
    lost += [{"code": "index-differs", "subject": "", "sentence": "The index differs."}]
    kinds = {"original-lost": 1, "blob-missing": 1_234, "index-differs": 1}
    AuditEntry.objects.create(
        action=Action.CHECKED, details={**WHOLE, "damaged": 1_236, "kinds": kinds, "found": lost}
    )
    AuditEntry.objects.create(action=Action.CHECK_STARTED, actor_name="charlie")
    charlie_page.goto("/health")
    expect(charlie_page.get_by_text("ended before its time")).to_be_visible()
    found["damaged"] = flaws(charlie_page)
    assert found == {"never": [], "running": [], "damaged": []}
