"""One key from grid and from layer, and the grid stays where it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from gallery import curation
from gallery.models import Mark
from tests.browser.looks import wait_for
from tests.browser.surroundings import keep_pictures

pytestmark = pytest.mark.django_db(transaction=True)


def test_favourite_and_rating_by_key_from_the_grid(alice_page: Page) -> None:
    keep_pictures(5)
    alice_page.goto("/")
    alice_page.keyboard.press("ArrowRight")
    tile = alice_page.locator(".tile").first
    alice_page.keyboard.press("f")
    expect(alice_page.locator("#status")).to_have_text("Favourite")
    alice_page.keyboard.press("4")
    expect(tile.locator(".rated")).to_have_text("★★★★")
    expect(alice_page.locator("#status")).to_have_text("Rated 4 of 5")
    alice_page.reload()
    expect(alice_page.locator(".tile.is-favourite.is-rated")).to_have_count(1)
    assert [(mark.is_favourite, mark.rating) for mark in Mark.objects.all()] == [(True, 4)]


def test_favourite_rating_and_tag_by_key_from_the_layer(
    alice_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    keep_pictures(3)
    alice_page.goto("/")
    alice_page.locator(".tile a").nth(1).click()
    expect(alice_page.locator("#prompt")).to_be_visible()
    alice_page.keyboard.press("f")
    expect(alice_page.locator("[data-favourite]")).to_have_attribute("aria-pressed", "true")
    alice_page.keyboard.press("5")
    expect(alice_page.locator(".stars .is-lit")).to_have_count(5)
    alice_page.keyboard.press("t")
    alice_page.keyboard.type("blue dot")
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator(".curation .chip")).to_have_count(1)
    assert axe(alice_page) == []
    alice_page.locator("dialog[data-layer]").focus()
    alice_page.keyboard.press("Escape")
    tile = alice_page.locator(".tile").nth(1)
    expect(tile.locator("a")).to_be_focused()
    expect(tile).to_have_class("tile r-150 is-favourite is-rated")


def test_names_that_come_late_do_not_replace_those_for_what_is_typed_by_then(
    alice_page: Page, alice: Any
) -> None:
    (image,) = keep_pictures(1)
    curation.add_tags(alice, [image.pk], ["sky", "sea"])
    held: list[Route] = []
    alice_page.route(re.compile(r"begun=s$"), lambda route: held.append(route))
    alice_page.goto(f"/images/{image.pk}")
    names = alice_page.locator("#tag-names option")
    alice_page.locator("#tag-add").focus()
    alice_page.keyboard.type("s")
    wait_for(alice_page, lambda: held)
    alice_page.keyboard.type("e")
    expect(names).to_have_count(1)
    with alice_page.expect_response(re.compile(r"begun=s$")) as late:
        held[0].continue_()
    late.value.finished()
    expect(names).to_have_count(1)


def test_search_narrows_while_typing_and_never_loses_the_caret(alice_page: Page) -> None:
    keep_pictures(12)
    alice_page.goto("/")
    alice_page.keyboard.press("/")
    alice_page.keyboard.type("ligh", delay=30)
    expect(alice_page.locator(".chip")).to_have_count(1)
    expect(alice_page.locator(".tile")).to_have_count(12)
    expect(alice_page.locator("#q")).to_be_focused()
    expect(alice_page).to_have_url("/?q=ligh")
    alice_page.keyboard.type("thouse 12")
    expect(alice_page.locator(".tile")).to_have_count(1)
    alice_page.locator(".chip").first.click()
    expect(alice_page.locator(".tile")).to_have_count(1)
    expect(alice_page.locator("#q")).to_have_value("12")


def test_finding_pages_are_accessible_and_fit(alice_page: Page, flaws: Callable[[Page], list[str]]) -> None:
    keep_pictures(3)
    for address in (
        "/?q=take",
        "/?q=zebra+heron",
        "/?layout=table",
        "/?layout=dense",
        "/facets",
        "/search-help",
        "/trash",
    ):
        alice_page.goto(address)
        assert flaws(alice_page) == [], address
