"""The table layout: the grid's keys, endless rows, a heading that stays, nothing that moves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looks import look, overflow_of, scroll_to_the_end
from tests.browser.surroundings import keep_pictures

pytestmark = pytest.mark.django_db(transaction=True)

SHIFTS = """
() => { window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true }); }
"""


def left_of(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box
    return box["x"]


def prompt_of_focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.querySelector('.caption').textContent"))


def test_arrows_move_from_row_to_row_and_the_row_opens(alice_page: Page) -> None:
    keep_pictures(5)
    alice_page.goto("/?layout=table")
    alice_page.keyboard.press("ArrowRight")
    for _ in range(2):
        alice_page.keyboard.press("ArrowDown")
    assert prompt_of_focus(alice_page) == "A lighthouse, take 3."
    alice_page.keyboard.press("ArrowUp")
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 4.")
    alice_page.keyboard.press("Escape")
    assert prompt_of_focus(alice_page) == "A lighthouse, take 4."


def test_rating_by_key_shows_in_its_column(alice_page: Page) -> None:
    keep_pictures(2)
    alice_page.goto("/?layout=table")
    alice_page.keyboard.press("ArrowRight")
    alice_page.keyboard.press("3")
    expect(alice_page.locator(".rated")).to_have_text("★★★")
    heading = alice_page.locator(".table-head span", has_text="Rating")
    assert abs(left_of(heading) - left_of(alice_page.locator(".rated"))) < 2


@pytest.mark.parametrize("width", [1440, 1280])
def test_columns_stand_under_their_headings(alice_page: Page, width: int) -> None:
    keep_pictures(2)
    alice_page.set_viewport_size({"width": width, "height": 900})
    alice_page.goto("/?layout=table")
    for heading, cell in (("Image model", 1), ("Size", 3), ("Quality", 4), ("Generated", 9)):
        above = alice_page.locator(".table-head span", has_text=heading)
        below = alice_page.locator(f".cells > :nth-child({cell})").first
        assert abs(left_of(above) - left_of(below)) < 2, heading


@pytest.mark.parametrize("width", [1440, 1000, 390])
def test_rows_go_on_without_end_and_nothing_moves(alice_page: Page, width: int) -> None:
    keep_pictures(120)
    alice_page.set_viewport_size({"width": width, "height": 900})
    alice_page.goto("/?layout=table&stacks=off")
    alice_page.evaluate(SHIFTS)
    scroll_to_the_end(alice_page, until=120)
    assert alice_page.evaluate("window.shifted") == 0
    heights = alice_page.locator(".tile").evaluate_all(
        "tiles => [...new Set(tiles.map(tile => tile.offsetHeight))]"
    )
    assert len(heights) == 1
    if width == 1440:
        head = alice_page.locator(".table-head").bounding_box()
        assert head
        assert head["y"] == 56


def test_table_is_accessible_and_fits(
    alice_page: Page, axe: Callable[[Page], list[str]], flaws: Callable[[Page], list[str]]
) -> None:
    keep_pictures(3)
    alice_page.goto("/?layout=table")
    assert flaws(alice_page) == []
    look(alice_page, "dark", {"width": 1280, "height": 900})
    assert axe(alice_page) == []
    assert overflow_of(alice_page) <= 0
