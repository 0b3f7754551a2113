"""The grid of 100,000 pictures in Chromium, from a server process of its own on the loopback address.

First views are those of a browser that has never been here. Scrolling is by the mouse wheel, through 2,000 pictures.
What Chromium itself reports counts: paints, layout shifts, tasks of more than 50 ms, bytes that came over the network.
"""

from __future__ import annotations

import os
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import Figure
from bench.gallery_here import manage
from bench.library import VISITOR, library
from tests.browser.chromium import find_chromium
from tests.gallery_process import GalleryProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "seven quiet harbours"  # noqa: S105 - of a gallery that lives as long as its measurement
PICTURES = 100_000
SCROLLED = 2_000
VISITS = 7
WIDTH, HEIGHT = 1440, 900
WHEEL_STEP, WHEEL_PAUSE_MS = 700, 60
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

WATCH = """
window.seen = { paint: 0, shift: 0, shifts: [], tasks: [] };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.paint = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.tasks.push(entry.duration);
}).observe({ type: "longtask", buffered: true });
"""
FETCHED = """
performance.getEntriesByType("resource")
  .filter((entry) => entry.name.includes("/media/thumbs/"))
  .map((entry) => entry.transferSize)
"""


def measure() -> list[Figure]:
    pictures = int(os.environ.get("BENCH_PICTURES", str(PICTURES)).split(",")[0])
    scrolled = min(SCROLLED, pictures // 3)
    with _signed_in(library(pictures)) as (browser, address, cookies):
        first = [_first_view(browser, address, cookies) for _ in range(VISITS)]
        scroll = _scroll(browser, address, cookies, scrolled)
        refetched = _thumbnails_fetched_again(browser, address, cookies)
    paints = [view["paint"] for view in first]
    return [
        Figure(
            f"largest contentful paint, {pictures:,} pictures, first visit (slowest of {VISITS}: "
            f"{max(paints) / 1000:.2f} s)",
            statistics.median(paints) / 1000,
            "s",
            target=0.4,
        ),
        Figure("layout shift, first visit", max(view["shift"] for view in first), target=0),
        Figure(f"layout shift while scrolling {scrolled:,} pictures", scroll["shift"], target=0),
        Figure(
            f"tasks over 50 ms while scrolling {scrolled:,} pictures (longest "
            f"{max(scroll['tasks'], default=0):.0f} ms)",
            len(scroll["tasks"]),
            target=0,
        ),
        Figure("thumbnails fetched again on a second visit", refetched, target=0),
    ]


@contextmanager
def _signed_in(folder: Path) -> Iterator[tuple[Browser, str, list[Any]]]:
    """A browser, the address of the gallery in `folder`, and the cookies of a visitor who is signed in there."""
    from playwright.sync_api import sync_playwright

    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with GalleryProcess(folder, "") as server, sync_playwright() as playwright:
        told = manage(server.variables, "sign_in_link", VISITOR)
        link = re.search(r"/sign-in/link/\S+", told)
        if link is None:
            raise SystemExit(f"bench: no sign-in link came, but: {told}")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{server.url}{link[0]}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        if page.url != f"{server.url}/":  # who has no password yet sets one
            for label in ("New password", "New password confirmation"):
                page.get_by_label(label, exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Set a password").click()
            page.wait_for_url(f"{server.url}/")
        cookies = [cookie for cookie in context.cookies() if cookie["name"] == "sessionid"]
        context.close()
        yield browser, server.url, cookies
        browser.close()


@contextmanager
def _visit(browser: Browser, cookies: list[Any]) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    context.add_cookies(cookies)
    context.add_init_script(WATCH)
    yield context
    context.close()


def _first_view(browser: Browser, address: str, cookies: list[Any]) -> dict[str, Any]:
    with _visit(browser, cookies) as context:
        page = context.new_page()
        _look(page, address)
        return _seen(page)


def _scroll(browser: Browser, address: str, cookies: list[Any], pictures: int) -> dict[str, Any]:
    with _visit(browser, cookies) as context:
        page = context.new_page()
        _look(page, address)
        page.evaluate("seen.shift = 0; seen.tasks = []")
        page.mouse.move(WIDTH / 2, HEIGHT / 2)
        for step in range(2_000):
            page.mouse.wheel(0, WHEEL_STEP)
            page.wait_for_timeout(WHEEL_PAUSE_MS)
            # Seldom, and by a list that the browser keeps: to look for them would be a task of the page as well.
            if step % 10 == 0 and page.evaluate("document.getElementsByClassName('tile').length") >= pictures:
                return _seen(page)
    raise SystemExit(f"bench: scrolling did not come to {pictures:,} pictures.")


def _thumbnails_fetched_again(browser: Browser, address: str, cookies: list[Any]) -> int:
    with _visit(browser, cookies) as context:
        counts = []
        for _ in range(2):
            page = context.new_page()
            _look(page, address)
            counts.append([size > 0 for size in page.evaluate(FETCHED)])
            page.close()
    if not any(counts[0]) or len(counts[1]) < len(counts[0]) // 2:
        raise SystemExit("bench: the first visit fetched no thumbnails, or the second one showed none.")
    return sum(counts[1])


def _look(page: Page, address: str) -> None:
    """Until everything has come that a first view asks for, the facets too."""
    page.goto(f"{address}/", wait_until="load")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)


def _seen(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("seen")
    return found
