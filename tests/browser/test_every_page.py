"""Every page: nothing that axe finds wrong and no sideways scrolling, in both themes and widths; no complaint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Image, Response, Transcript
from gallery.sign_in_links import make_link
from tests.browser.surroundings import EXAMPLES, drop_files, keep_examples, keep_pictures

pytestmark = pytest.mark.django_db(transaction=True)

Flaws = Callable[[Page], list[str]]


PAGES = [
    "/",
    "/upload",
    "/transcripts",
    "/usage?period=2026",
    "/responses?period=2026",
    "/account/password",
    "/account/tokens",
    "/api/docs",
]


def flaws_of(page: Page, addresses: list[str], flaws: Flaws) -> dict[str, list[str]]:
    found = {}
    for address in addresses:
        page.goto(address)
        if seen := flaws(page):
            found[address] = seen
    return found


def test_pages_pass_axe_and_fit(alice_page: Page, alice: Any, flaws: Flaws):
    keep_examples(alice)
    assert flaws_of(alice_page, PAGES, flaws) == {}


@pytest.mark.parametrize("things", [Image, Response, Transcript])
def test_page_of_each_thing_in_the_examples_passes_axe_and_fits(
    alice_page: Page, alice: Any, flaws: Flaws, things: Any
):
    keep_examples(alice)
    addresses = [thing.get_absolute_url() for thing in things.objects.order_by("pk")]
    assert len(addresses) >= len(EXAMPLES)
    assert flaws_of(alice_page, addresses, flaws) == {}


def test_pages_before_sign_in_pass_axe_and_fit(page: Page, live_server: Any, alice: Any, flaws: Flaws):
    assert flaws_of(page, ["/sign-in", make_link(alice, live_server.url)], flaws) == {}


def test_empty_gallery_passes_axe_and_fits(alice_page: Page, flaws: Flaws):
    assert flaws_of(alice_page, ["/", "/transcripts", "/usage"], flaws) == {}


def test_grid_of_pictures_passes_axe_and_fits(alice_page: Page, flaws: Flaws):
    keep_pictures(12)
    assert flaws_of(alice_page, ["/"], flaws) == {}


def test_upload_in_all_its_outcomes_passes_axe_and_fits(alice_page: Page, flaws: Flaws, complaints: Any):
    complaints.expect("422")
    alice_page.goto("/upload")
    files = {path.name: path.read_bytes() for path in EXAMPLES}
    drop_files(
        alice_page, "[data-upload-box]", {**files, "again.txt": files[EXAMPLES[0].name], "no.html": b"<p>"}
    )
    expect(alice_page.locator("[data-upload-row][data-outcome]")).to_have_count(len(files) + 2)
    assert flaws(alice_page) == []


def test_what_programs_need_passes_axe_and_fits(alice_page: Page, flaws: Flaws):
    alice_page.goto("/upload")
    alice_page.get_by_text("From programs").click()
    expect(alice_page.get_by_role("link", name="Download gallery-push")).to_be_visible()
    assert flaws(alice_page) == []


def test_page_that_is_not_there_passes_axe_and_fits(alice_page: Page, flaws: Flaws, complaints: Any):
    complaints.expect("404")
    assert flaws_of(alice_page, ["/images/1"], flaws) == {}


def test_pages_of_the_administrator_open_without_complaint(charlie_page: Page, charlie: Any):
    keep_examples(charlie)
    charlie_page.goto("/admin/")
    links = charlie_page.locator("#content-main th a").evaluate_all(
        "links => links.map(link => link.pathname)"
    )
    assert len(links) >= 6
    for address in links:
        charlie_page.goto(address)
        expect(charlie_page.locator("#content h1, #main h1")).to_be_visible()
        first = charlie_page.locator("#result_list tbody th a").first
        if first.count():
            with charlie_page.expect_navigation():
                first.click()
            expect(charlie_page.locator("#content h1, #main h1")).to_be_visible()
