"""The grid goes on for ever, never loses one's place, and needs no mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from gallery.models import Image
from tests.browser.looks import at_rest, scroll_to_the_end, stands_again_at, top_of, wait_for
from tests.browser.surroundings import focused, is_same_document, keep_pictures, mark_document, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

MORE_THAN_TWO_PAGES = 130


def tile_of(page: Page, take: int) -> Locator:
    return page.locator("[data-grid] .tile a", has_text=re.compile(rf"take {take}\."))


def test_older_pictures_come_while_scrolling(alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    alice_page.goto("/")
    mark_document(alice_page)
    scroll_to_the_end(alice_page, until=MORE_THAN_TWO_PAGES)
    captions = alice_page.locator("[data-grid] .tile .caption").all_text_contents()
    assert captions == [f"A lighthouse, take {take}." for take in range(MORE_THAN_TWO_PAGES, 0, -1)]
    assert is_same_document(alice_page)


def test_older_pictures_are_a_link_away_without_script(browser, browser_context_args, alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    context.add_cookies(alice_page.context.cookies())
    page = context.new_page()
    page.goto("/")
    seen = page.locator("[data-grid] .tile").count()
    for _ in range(2):
        with page.expect_navigation():
            page.get_by_role("link", name="Older pictures").click()
        seen += page.locator("[data-grid] .tile").count()
    expect(page.get_by_role("link", name="Older pictures")).to_have_count(0)
    context.close()
    assert seen == MORE_THAN_TWO_PAGES


def test_back_lands_on_the_same_tile_at_the_same_place(alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=MORE_THAN_TWO_PAGES)
    tile = tile_of(alice_page, 40)
    tile.scroll_into_view_if_needed()
    at_rest(alice_page)
    before = top_of(tile)
    tile.click()
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 40.")
    expect(alice_page).to_have_url(re.compile(r"/images/\d+$"))
    alice_page.go_back()
    expect(tile).to_be_focused()
    assert stands_again_at(tile, before)


def test_picture_opens_over_the_grid_and_forward_opens_it_again(alice_page: Page):
    keep_pictures(3)
    alice_page.goto("/")
    mark_document(alice_page)
    tile_of(alice_page, 2).click()
    expect(alice_page.get_by_role("dialog")).to_be_visible()
    alice_page.go_back()
    expect(alice_page.get_by_role("dialog")).to_be_hidden()
    alice_page.go_forward()
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 2.")
    assert is_same_document(alice_page)


def test_steps_in_the_layer_are_one_entry_of_the_history(alice_page: Page):
    keep_pictures(5)
    alice_page.goto("/")
    tile_of(alice_page, 5).click()
    for take in (4, 3):
        alice_page.keyboard.press("ArrowRight")
        expect(alice_page.locator("#prompt")).to_have_text(f"A lighthouse, take {take}.")
    alice_page.go_back()
    expect(tile_of(alice_page, 3)).to_be_focused()


def test_stepping_goes_on_past_the_loaded_tiles(alice_page: Page):
    keep_pictures(70)
    alice_page.set_viewport_size({"width": 1440, "height": 300})
    alice_page.goto("/")
    tile_of(alice_page, 70).click()
    for take in range(69, 5, -1):
        alice_page.keyboard.press("ArrowRight")
        expect(alice_page.locator("#prompt")).to_have_text(f"A lighthouse, take {take}.")
    alice_page.keyboard.press("Escape")
    expect(tile_of(alice_page, 6)).to_be_focused()


def test_reload_of_an_open_picture_gives_its_page_and_the_way_back(alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=MORE_THAN_TWO_PAGES)
    tile_of(alice_page, 40).click()
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 40.")
    alice_page.reload()
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 40.")
    expect(alice_page.get_by_role("dialog")).to_have_count(0)
    alice_page.get_by_role("link", name="All pictures").click()
    expect(tile_of(alice_page, 40)).to_be_focused()


def test_going_back_after_a_reload_leads_to_the_grid(alice_page: Page):
    keep_pictures(3)
    alice_page.goto("/")
    tile_of(alice_page, 2).click()
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 2.")
    alice_page.reload()
    alice_page.go_back()
    expect(tile_of(alice_page, 2)).to_be_focused()


def test_reload_of_the_grid_keeps_the_place(alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=MORE_THAN_TWO_PAGES)
    tile_of(alice_page, 30).scroll_into_view_if_needed()
    at_rest(alice_page)
    before = top_of(tile_of(alice_page, 30))
    alice_page.reload()
    expect(tile_of(alice_page, 30)).to_be_in_viewport()
    expect(alice_page.locator("[data-grid] .tile").nth(100)).to_be_attached()
    assert stands_again_at(tile_of(alice_page, 30), before)


def test_place_is_found_while_the_pictures_before_it_are_already_on_their_way(alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    held: list[Route] = []
    alice_page.route(re.compile("before="), lambda route: route.continue_() if held else held.append(route))
    alice_page.goto("/")
    alice_page.keyboard.press("End")
    wait_for(alice_page, lambda: held)  # asked for because they are near
    alice_page.evaluate(
        """async (id) => {
          const place = performance.getEntriesByType("resource").find(({ name }) => name.includes("/place."));
          const { reachTile } = await import(place.name);
          reachTile(id).then((tile) => { window.reached = tile; });
        }""",
        f"i{Image.objects.get(prompt='A lighthouse, take 2.').pk}",
    )
    held[0].continue_()
    expect(tile_of(alice_page, 2)).to_have_count(1)


def test_page_that_was_left_by_a_link_comes_back_at_its_place(alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=MORE_THAN_TWO_PAGES)
    tile_of(alice_page, 30).scroll_into_view_if_needed()
    at_rest(alice_page)
    before = top_of(tile_of(alice_page, 30))
    alice_page.get_by_role("link", name="Transcripts").click()
    expect(alice_page.get_by_role("heading", name="Transcripts")).to_be_visible()
    alice_page.go_back()
    expect(tile_of(alice_page, 30)).to_be_in_viewport()
    assert stands_again_at(tile_of(alice_page, 30), before)


def test_going_back_while_the_other_page_still_arrives_keeps_the_place(alice_page: Page):
    keep_pictures(MORE_THAN_TWO_PAGES)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=MORE_THAN_TWO_PAGES)
    tile_of(alice_page, 30).scroll_into_view_if_needed()
    at_rest(alice_page)
    before = top_of(tile_of(alice_page, 30))
    alice_page.evaluate(
        """addEventListener("htmx:afterSwap", () => {
          addEventListener("popstate", () => { window.isBack = true; }, { once: true });
          history.back();
        }, { once: true })"""
    )
    alice_page.get_by_role("link", name="Transcripts").click()
    wait_until(alice_page, "window.isBack === true")
    assert stands_again_at(tile_of(alice_page, 30), before)


def test_nothing_moves_when_pictures_arrive(alice_page: Page):
    keep_pictures(60)
    held: list[Route] = []
    alice_page.route("**/media/thumbs/**", lambda route: held.append(route))
    alice_page.add_init_script(
        "window.shifted = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
        "window.shifted += entry.value; }).observe({ type: 'layout-shift', buffered: true });"
    )
    alice_page.goto("/", wait_until="domcontentloaded")
    expect(alice_page.locator('[data-grid] .tile a[tabindex="0"]')).to_have_count(1)
    wait_for(alice_page, lambda: held)
    at_rest(alice_page)
    alice_page.evaluate("window.shifted = 0")
    for route in held:  # one: it is the same picture everywhere
        route.continue_()
    alice_page.wait_for_load_state("load")
    at_rest(alice_page)
    assert alice_page.evaluate("window.shifted") == 0


def test_picture_is_reached_and_left_by_keyboard_alone(alice_page: Page):
    keep_pictures(12)
    alice_page.goto("/")
    for _ in range(30):
        alice_page.keyboard.press("Tab")
        if "take 12." in focused(alice_page)["words"]:
            break
    alice_page.keyboard.press("ArrowRight")
    assert "take 11." in focused(alice_page)["words"]
    alice_page.keyboard.press("End")
    assert "take 1." in focused(alice_page)["words"]
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 1.")
    alice_page.keyboard.press("ArrowLeft")
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 2.")
    alice_page.keyboard.press("Escape")
    expect(tile_of(alice_page, 2)).to_be_focused()
    expect(alice_page).to_have_url(re.compile(r"/$"))


def test_skip_link_is_first_and_leads_to_the_content(alice_page: Page):
    keep_pictures(1)
    alice_page.goto("/")
    alice_page.keyboard.press("Tab")
    assert focused(alice_page)["words"] == "Skip to the content"
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator("#main")).to_be_focused()


def test_keys_are_listed_under_question_mark(alice_page: Page):
    alice_page.goto("/")
    alice_page.keyboard.press("?")
    expect(alice_page.locator("dialog#keys")).to_be_visible()
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator("dialog#keys")).to_be_hidden()


def test_picture_opens_in_full_size_and_escape_closes_it(alice_page: Page):
    keep_pictures(1)
    alice_page.goto("/")
    tile_of(alice_page, 1).click()
    alice_page.locator("[data-zoom]").click()
    expect(alice_page.locator(".pswp")).to_be_visible()
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator(".pswp")).to_have_count(0)
    expect(alice_page).to_have_url(re.compile(r"/images/\d+$"))
    alice_page.keyboard.press("Escape")
    expect(alice_page.get_by_role("dialog")).to_be_hidden()
