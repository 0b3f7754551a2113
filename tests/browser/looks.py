"""How a page looks: in a theme, in a window of some size, once everything is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from playwright.sync_api import Locator, Page, ViewportSize, expect

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}

LOOK_IS_THERE = """
async ([scheme, width]) => {
  const frame = () => new Promise(requestAnimationFrame);
  while (innerWidth !== width || !matchMedia(`(prefers-color-scheme: ${scheme})`).matches) await frame();
  await frame(); // observers of sizes act in one frame, and what they did is laid out in the next
  await frame();
}
"""

REST = """
async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const state = () => `${scrollX} ${scrollY} ${document.documentElement.scrollHeight}`;
  let [before, same] = [state(), 0];
  for (let frames = 0; frames < 2000; frames += 1) {
    await frame();
    same = state() === before && !document.querySelector(".htmx-request") ? same + 1 : 0;
    if (same === 5) return;
    before = state();
  }
  throw new Error("the page never came to rest");
}
"""


def everything_is_there(page: Page) -> None:
    """Waits for what comes after the page itself: filters, dates, answers."""
    expect(page.locator("#facets:empty")).to_have_count(0)
    expect(page.locator(".htmx-request")).to_have_count(0)


def wait_for(page: Page, is_so: Callable[[], Any]) -> None:
    """Until it is so, as far as the test knows from what the page tells it."""
    for _ in range(600):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("What was waited for never came.")


def at_rest(page: Page) -> None:
    """Waits until everything is there, and nothing scrolls or grows any longer."""
    everything_is_there(page)
    page.evaluate(REST)


def top_of(found: Locator) -> float:
    """Where its upper edge is in the window."""
    box = found.bounding_box()
    assert box
    return box["y"]


def stands_again_at(found: Locator, top: float) -> bool:
    """Whether it is back at that place in the window, and stays there. It has time to come."""
    for _ in range(300):
        if abs(top_of(found) - top) <= 1:
            break
        found.page.wait_for_timeout(100)
    at_rest(found.page)
    return abs(top_of(found) - top) <= 1


def scroll_to_the_end(page: Page, *, until: int) -> None:
    """Scrolls the way a reader does, until `until` tiles are there."""
    tiles = page.locator("[data-grid] .tile")
    for _ in range(600):
        if tiles.count() >= until:
            break
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(50)
    expect(tiles).to_have_count(until)
    at_rest(page)


def look(page: Page, scheme: Literal["light", "dark"], size: ViewportSize) -> None:
    """The page as it is in this theme and in a window of this size, without being loaded anew."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    page.evaluate(LOOK_IS_THERE, [scheme, size["width"]])


def overflow_of(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
