"""What a tile offers under the pointer or with the focus, without being opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Mark
from tests.browser.surroundings import keep_pictures

pytestmark = pytest.mark.django_db(transaction=True)


def test_favourite_copy_and_download_under_the_pointer(
    alice_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    alice_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keep_pictures(5)
    alice_page.goto("/")
    tile = alice_page.locator(".tile").nth(2)
    tile.hover()
    tile.get_by_role("button", name="Favourite").click()
    expect(alice_page.locator(".tile.is-favourite")).to_have_count(1)
    expect(alice_page.locator("#status")).to_have_text("Favourite")
    tile.get_by_role("button", name="Copy the prompt").click()
    expect(alice_page.locator("#status")).to_have_text("The prompt is copied")
    assert alice_page.evaluate("navigator.clipboard.readText()") == "A lighthouse, take 3."
    with alice_page.expect_download() as started:
        tile.get_by_role("button", name="Download").click()
    assert started.value.suggested_filename.endswith(".png")
    assert axe(alice_page) == []
    assert Mark.objects.filter(is_favourite=True).count() == 1


def test_copy_and_download_by_key_from_the_grid(alice_page: Page) -> None:
    alice_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keep_pictures(5)
    alice_page.goto("/")
    alice_page.keyboard.press("ArrowRight")
    alice_page.keyboard.press("c")
    expect(alice_page.locator("#status")).to_have_text("The prompt is copied")
    assert alice_page.evaluate("navigator.clipboard.readText()") == "A lighthouse, take 5."
    with alice_page.expect_download():
        alice_page.keyboard.press("s")
