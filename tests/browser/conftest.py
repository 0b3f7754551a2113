"""A real browser against a real server: it reaches nothing else, and whatever it complains of fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser.chromium import find_chromium
from tests.browser.looks import NARROW, WIDE, everything_is_there, look, overflow_of

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # No name and no address leads out of this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
# Long: where a machine is busy, slow is not wrong. Whatever is as it should be is seen at once all the same.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session", autouse=True)
def django_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in the main thread, where Django then refuses its database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    # As root Chromium has no sandbox; what it shows here is our own.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": WIDE, "reduced_motion": "reduce"}


class Complaints:
    """What a page has complained of: errors on its console (a breach of the content security policy is one), exceptions
    nobody caught, and requests to elsewhere."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.found: list[str] = []
        self.expected: list[str] = []

    def expect(self, part: str) -> None:
        """A complaint with these words in it is what the test is about."""
        self.expected.append(part)

    def add(self, complaint: str) -> None:
        if not any(part in complaint for part in self.expected):
            self.found.append(complaint)

    def watch(self, page: Page) -> None:
        page.on("request", self._see)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.add(f"uncaught: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.add(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _see(self, request: Request) -> None:
        # Looked at, not intercepted: a page whose requests are intercepted loads everything anew, cached or not.
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.add(f"request to elsewhere: {request.url}")


@pytest.fixture
def complaints(live_server: Any) -> Complaints:
    return Complaints(live_server.url)


@pytest.fixture
def context(context: BrowserContext, complaints: Complaints) -> Iterator[BrowserContext]:
    """A browser of its own for this test, which fails if a page in it complains."""
    context.set_default_timeout(PATIENCE_MS)
    context.on("page", complaints.watch)
    yield context
    assert complaints.found == []


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    """Makes `page.goto("/upload")` mean the server of this test."""
    return str(live_server.url)


@pytest.fixture
def sign_in(
    context: BrowserContext, live_server: Any, client_of: Callable[[Any], Any]
) -> Callable[[Any], None]:
    """`sign_in(user)`: the browser then carries that user's session, as if they had signed in."""

    def give_session(user: Any) -> None:
        cookie = client_of(user).cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])

    return give_session


@pytest.fixture
def alice_page(page: Page, sign_in: Callable[[Any], None], transactional_db: None, alice: Any) -> Page:
    """Alice's browser: signed in, on no page yet."""
    sign_in(alice)
    return page


@pytest.fixture
def charlie_page(page: Page, sign_in: Callable[[Any], None], transactional_db: None, charlie: Any) -> Page:
    """The administrator's browser."""
    sign_in(charlie)
    return page


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)`: what axe-core finds wrong with it, a line for each place; empty if nothing."""
    source = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        if page.evaluate("typeof axe") == "undefined":
            # Evaluated, not added as a tag: the content security policy stays as it is served.
            page.evaluate(source)
        found = page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
            for violation in found
            for node in violation["nodes"]
        ]

    return violations


@pytest.fixture(scope="session")
def flaws(axe: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """`flaws(page)`: what axe finds wrong with it, and whether it scrolls sideways, in both themes and in both widths.
    Colours do not depend on the width, nor sizes on the colours: two looks see it all."""

    def found(page: Page) -> list[str]:
        lines = []
        everything_is_there(page)
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            look(page, scheme, size)
            seen = [*axe(page), *(["scrolls sideways"] if overflow_of(page) > 0 else [])]
            lines += [f"{scheme}, {size['width']} wide: {flaw}" for flaw in seen]
        look(page, "light", WIDE)
        return lines

    return found
