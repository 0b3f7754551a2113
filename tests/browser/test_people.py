"""Roles, the audit and the lock as people meet them in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery import audit
from gallery.audit import Action
from gallery.roles import Role, set_role
from tests.browser.surroundings import drop_files, keep_pictures

WORDS_HEIGHT = """
cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().height;
}
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vera_page(page: Page, sign_in: Callable[[Any], None], transactional_db: None, vera: Any) -> Page:
    """A viewer's browser."""
    sign_in(vera)
    return page


def test_audit_passes_axe_and_fits(charlie_page: Page, charlie: Any, flaws: Callable[[Page], list[str]]):
    image = keep_pictures(1)[0]
    audit.record_pictures(Action.HIDE, charlie, [image.pk], count=1, address="203.0.113.9")
    audit.record(Action.SIGN_IN_FAILED, None, charlie, details={"by": "password"}, address="::1")
    charlie_page.goto("/audit")
    assert flaws(charlie_page) == []


def test_short_words_of_the_audit_stay_in_one_line(charlie_page: Page, alice: Any):
    audit.record(Action.UPLOAD, alice, name="a-long-name-of-a-file-" * 8, address="203.0.113.255")
    charlie_page.goto("/audit")
    line = charlie_page.locator("tbody td").first.evaluate(
        "cell => parseFloat(getComputedStyle(cell).lineHeight)"
    )
    for column in (0, 1, 4):
        words = charlie_page.locator("tbody tr").first.locator("td").nth(column)
        assert words.evaluate(WORDS_HEIGHT) < 1.5 * line


def test_audit_is_narrowed_by_its_form_and_the_address_says_so(charlie_page: Page, charlie: Any, alice: Any):
    audit.record(Action.UPLOAD, alice, name="hers.json")
    audit.record(Action.UPLOAD, charlie, name="his.json")
    charlie_page.goto("/audit")
    charlie_page.get_by_label("Person").select_option("alice")
    charlie_page.get_by_role("button", name="Show", exact=True).click()
    expect(charlie_page.locator("tbody tr")).to_have_count(1)
    expect(charlie_page).to_have_url(re.compile("person=alice"))
    with charlie_page.expect_download() as download:
        charlie_page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "audit-alice.csv"


def test_refusal_and_lock_pass_axe_and_fit(
    vera_page: Page, flaws: Callable[[Page], list[str]], complaints: Any, settings: Any
):
    complaints.expect("403")
    complaints.expect("429")
    settings.AXES_FAILURE_LIMIT = 1
    vera_page.goto("/upload")
    expect(vera_page.get_by_role("heading", name="This is not open to you")).to_be_visible()
    assert flaws(vera_page) == []
    vera_page.context.clear_cookies()
    vera_page.goto("/sign-in")
    vera_page.get_by_label("Username").fill("vera")
    vera_page.get_by_label("Password").fill("a guess")
    vera_page.get_by_role("button", name="Sign in").click()
    expect(vera_page.get_by_role("heading", name="Too many wrong passwords")).to_be_visible()
    assert flaws(vera_page) == []


def test_viewer_uploads_nothing_by_dropping_and_favourites_by_key(vera_page: Page):
    keep_pictures(2)
    vera_page.goto("/")
    expect(vera_page.get_by_role("link", name="Upload")).to_have_count(0)
    drop_files(vera_page, "main", {"a.json": b"{}"})
    expect(vera_page.locator("[data-drop-cover]")).to_have_count(0)
    vera_page.locator("[data-grid] .tile a").first.focus()
    vera_page.keyboard.press("f")
    expect(vera_page.locator("[data-grid] .tile").first).to_have_class(re.compile("is-favourite"))
    vera_page.keyboard.press("x")
    expect(vera_page.locator("[data-bulk]").get_by_role("button", name="Favourite")).to_be_visible()
    expect(vera_page.locator("[data-bulk]").get_by_role("button", name="Delete")).to_have_count(0)


def test_whose_role_is_taken_away_meanwhile_is_told_so(page: Page, sign_in: Any, alice: Any, complaints: Any):
    complaints.expect("403")
    image = keep_pictures(1)[0]
    sign_in(alice)
    page.goto(image.get_absolute_url())
    set_role(alice, Role.VIEWER)
    page.get_by_label("Add tags").fill("sea")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("takes the role of a contributor")
