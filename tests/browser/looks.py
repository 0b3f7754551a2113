"""How a page looks: in a theme, in a window of some size, once everything is there."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Page, ViewportSize, expect

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


def everything_is_there(page: Page) -> None:
    """Waits for what comes after the page itself: filters, dates, answers."""
    expect(page.locator("#facets:empty")).to_have_count(0)
    expect(page.locator(".htmx-request")).to_have_count(0)


def look(page: Page, scheme: Literal["light", "dark"], size: ViewportSize) -> None:
    """The page as it is in this theme and in a window of this size, without being loaded anew."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    page.evaluate(LOOK_IS_THERE, [scheme, size["width"]])


def overflow_of(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
