"""The list under the search box, by keyboard alone and by pointer; saved searches beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from gallery import saved_searches
from gallery.filters import read_filters
from gallery.models import SavedSearch
from tests.browser.looks import NARROW, WIDE, everything_is_there, look, wait_for
from tests.browser.surroundings import keep_pictures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page_of_pictures(alice_page: Page, complaints: Any) -> Iterator[Page]:
    """The grid, with the caret in the search box."""
    # Results and filters follow the box; those of an older text may still be on their way when the page is left.
    for left_behind in ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError"):
        complaints.expect(left_behind)
    keep_pictures(6)
    alice_page.goto("/")
    everything_is_there(alice_page)
    alice_page.keyboard.press("/")
    yield alice_page
    settled(alice_page)


def rows(page: Page) -> Any:
    return page.get_by_role("option")


def box(page: Page) -> Any:
    return page.get_by_role("combobox", name="Search the pictures")


def settled(page: Page) -> None:
    """Nothing is on its way any longer: leaving the page before that would end in complaints."""
    for pause in (400, 100):  # the box waits before it asks, and the filters after the answer
        # In the page, where what is due sooner comes first, however busy the machine.
        page.evaluate("pause => new Promise(done => setTimeout(done, pause))", pause)
        expect(page.locator(".htmx-request")).to_have_count(0)


def chosen(page: Page) -> str:
    """The words of the row that a screen reader is told of."""
    return str(
        page.evaluate(
            "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))"
            "?.querySelector('bdi').textContent ?? ''"
        )
    )


def parts_outside(page: Page, selector: str) -> list[Any]:
    """Which of these reach beyond the window, on a wide screen and on a narrow one."""
    outside = []
    for size in (NARROW, WIDE):
        look(page, "light", size)
        places = page.locator(selector).evaluate_all(
            "parts => parts.map(part => part.getBoundingClientRect()).map(({ left, right }) => [left, right])"
        )
        assert places
        outside += [place for place in places if place[0] < 0 or place[1] > size["width"]]
    return outside


def test_key_and_value_are_written_by_keyboard_alone(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("qua")
    expect(rows(page)).to_have_count(1)
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    assert chosen(page) == ""
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "quality:"
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("quality:")
    expect(rows(page).locator("bdi")).to_have_text(["high"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(box(page)).to_have_value("quality:high ")
    expect(box(page)).to_be_focused()
    expect(rows(page)).to_have_count(0)
    expect(page.locator(".chip")).to_have_text(["quality:high: remove"])
    expect(page).to_have_url(re.compile(r"/\?q=quality%3Ahigh(\+|%20)$"))


def test_arrows_go_round_by_way_of_the_box(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("is:e")
    expect(rows(page)).to_have_count(7)
    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(chosen(page))
    assert seen == ["edited", "estimated", "edited", "", "hidden"]


def test_escape_closes_the_list_and_only_that(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("qua")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(0)
    expect(box(page)).to_have_value("qua")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_attribute("aria-expanded", "false")


def test_plain_enter_and_tab_do_what_they_always_do(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("lighth")
    expect(rows(page).locator("bdi")).to_have_text(["lighthouse"])
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?q=lighth")
    expect(rows(page)).to_have_count(0)
    expect(box(page)).to_have_value("lighth")
    page.keyboard.type("o")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Tab")
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_focused()


def test_list_opens_unasked_only_for_what_is_typed(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("lighthouse ")
    expect(page.locator(".chip")).to_have_count(1)
    page.wait_for_timeout(200)
    expect(rows(page)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(rows(page)).to_have_count(12)


def test_late_answers_are_dropped(page_of_pictures: Page) -> None:
    page = page_of_pictures

    held: list[Route] = []
    page.route(re.compile(r"search-completion\?q=qua&"), lambda route: held.append(route))
    page.keyboard.type("qua")
    wait_for(page, lambda: held)
    with page.expect_response(re.compile(r"search-completion\?q=quartz&")):
        page.keyboard.type("rtz")
    held[0].continue_()
    settled(page)
    expect(rows(page)).to_have_count(0)
    expect(box(page)).to_have_value("quartz")


def test_row_taken_up_while_typing_goes_on_replaces_what_is_there_by_then(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("qu")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    # All at once: the list is still that of the shorter text.
    page.evaluate(
        """() => {
          const box = document.activeElement;
          box.setRangeText("a", 2, 2, "end");
          box.dispatchEvent(new InputEvent("input", { bubbles: true }));
          box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
        }"""
    )
    expect(box(page)).to_have_value("quality:")


def test_what_was_chosen_stays_so_while_typing_goes_on(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("is:")
    expect(rows(page)).to_have_count(8)
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert chosen(page) == "edited"
    page.keyboard.type("edi")
    expect(rows(page)).to_have_count(1)
    assert chosen(page) == "edited"


def test_pointer_takes_a_row_and_the_caret_stays(page_of_pictures: Page) -> None:
    page = page_of_pictures
    page.keyboard.type("is:fa lighthouse")
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("v")
    expect(rows(page)).to_have_count(1)
    rows(page).first.click()
    expect(box(page)).to_have_value("is:favourite lighthouse")
    expect(box(page)).to_be_focused()
    assert page.evaluate("document.activeElement.selectionStart") == len("is:favourite")


def test_nothing_on_the_page_moves_when_the_list_opens(page_of_pictures: Page) -> None:
    page = page_of_pictures
    before = page.locator(".tile").first.bounding_box()
    page.keyboard.press("ArrowDown")
    expect(rows(page)).to_have_count(12)
    assert page.locator(".tile").first.bounding_box() == before


def test_saved_search_is_found_by_name_and_opened(alice_page: Page, alice: Any) -> None:
    keep_pictures(3)
    filters = read_filters({"q": "lighthouse", "sort": "oldest"}, user_id=alice.pk)
    saved_searches.save(alice.pk, filters, name="Häuser am Meer", is_shared=False)
    alice_page.goto("/")
    alice_page.keyboard.press("/")
    alice_page.keyboard.type("hauser am")
    expect(rows(alice_page).locator("bdi")).to_have_text(["Häuser am Meer"])
    settled(alice_page)
    alice_page.keyboard.press("ArrowDown")
    alice_page.keyboard.press("Enter")
    alice_page.wait_for_url("/?q=lighthouse&sort=oldest")


def test_search_is_saved_and_opened_by_keyboard_alone(page_of_pictures: Page, complaints: Any) -> None:
    complaints.expect("422")
    page = page_of_pictures
    page.keyboard.type("lighthouse ")
    expect(page).to_have_url(re.compile(r"/\?q=lighthouse(\+|%20)$"))
    menu = page.locator("[data-saved] summary")
    menu.focus()
    page.keyboard.press("Enter")
    name = page.get_by_label("Save this search as")
    expect(name).to_be_visible()
    name.focus()
    page.keyboard.type("Houses")
    page.keyboard.press("Enter")
    expect(page.locator("#saved-searches li")).to_have_text(["Houses"])
    expect(page.locator("#status")).to_contain_text("Saved as")
    name.focus()
    page.keyboard.type("Houses")
    page.keyboard.press("Enter")
    expect(page.locator("#save-error")).to_contain_text("You have a search called")
    page.get_by_role("button", name="Replace it").press("Enter")
    expect(page.locator("#saved-searches [data-said]")).to_be_visible()
    assert [search.query for search in SavedSearch.objects.all()] == ["lighthouse "]
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    settled(page)
    page.goto("/")
    menu.press("Enter")
    expect(page.get_by_role("link", name="Houses")).to_be_visible()
    settled(page)
    page.get_by_role("link", name="Houses").press("Enter")
    page.wait_for_url("/?q=lighthouse+")


def test_list_menu_and_page_are_accessible_and_fit(
    alice_page: Page, alice: Any, bob: Any, flaws: Callable[[Page], list[str]]
) -> None:
    keep_pictures(3)
    filters = read_filters({"q": "lighthouse " * 40, "sort": "oldest"}, user_id=alice.pk)
    for owner in (alice, bob):
        saved_searches.save(owner.pk, filters, name="W" * 80, is_shared=True)
    page = alice_page
    page.goto("/")
    box(page).focus()
    page.keyboard.press("ArrowDown")
    expect(rows(page)).to_have_count(12)
    page.keyboard.press("ArrowDown")
    assert flaws(page) == []
    assert parts_outside(page, "[role=option]") == []
    page.keyboard.press("Escape")
    page.locator("[data-saved] summary").click()
    expect(page.locator("#saved-searches li")).to_have_count(2)
    assert flaws(page) == []
    assert parts_outside(page, "#saved-searches") == []
    for address in ("/saved-searches", "/saved-searches?q=heron&deleted=Herons"):
        settled(page)
        page.goto(address)
        page.locator(".fold summary").first.click()
        assert flaws(page) == [], address
