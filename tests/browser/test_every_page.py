"""Every page: nothing that axe finds wrong, in both themes; no sideways scrolling on a narrow screen; no complaint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Image, Response, Transcript
from gallery.sign_in_links import make_link
from tests.browser.surroundings import EXAMPLES, drop_files, keep_examples, keep_pictures, overflow_of

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
SCHEMES = ["light", "dark"]


@pytest.fixture
def addresses(alice: Any) -> list[str]:
    """Every page there is to see once the examples are uploaded; those of things, for every one of them."""
    keep_examples(alice)
    things = [
        *Image.objects.order_by("pk"),
        *Response.objects.order_by("pk"),
        *Transcript.objects.order_by("pk"),
    ]
    return [
        "/",
        "/upload",
        "/transcripts",
        "/usage?period=2026",
        "/responses?period=2026",
        "/account/password",
        "/account/tokens",
        "/api/docs",
        *(thing.get_absolute_url() for thing in things),
    ]


def violations_of(page: Page, addresses: list[str], axe: Callable[[Page], list[str]]) -> dict[str, list[str]]:
    found = {}
    for address in addresses:
        page.goto(address)
        if violations := axe(page):
            found[address] = violations
    return found


# Colours do not depend on the width, nor sizes on the colours: two looks see both.
@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["light-wide", "dark-narrow"]
)
def test_pages_pass_axe(
    alice_page: Page, addresses: list[str], axe: Callable[[Page], list[str]], scheme: Any, size: Any
):
    alice_page.emulate_media(color_scheme=scheme)
    alice_page.set_viewport_size(size)
    assert violations_of(alice_page, addresses, axe) == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_before_sign_in_pass_axe(
    page: Page, live_server: Any, alice: Any, axe: Callable[[Page], list[str]], scheme: Any
):
    page.emulate_media(color_scheme=scheme)
    assert violations_of(page, ["/sign-in", make_link(alice, live_server.url)], axe) == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_empty_gallery_passes_axe(alice_page: Page, axe: Callable[[Page], list[str]], scheme: Any):
    alice_page.emulate_media(color_scheme=scheme)
    assert violations_of(alice_page, ["/", "/transcripts", "/usage"], axe) == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_grid_of_pictures_passes_axe(alice_page: Page, axe: Callable[[Page], list[str]], scheme: Any):
    keep_pictures(12)
    alice_page.emulate_media(color_scheme=scheme)
    assert violations_of(alice_page, ["/"], axe) == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_upload_in_all_its_outcomes_passes_axe(
    alice_page: Page, axe: Callable[[Page], list[str]], complaints: Any, scheme: Any
):
    complaints.expect("422")
    alice_page.emulate_media(color_scheme=scheme)
    alice_page.goto("/upload")
    files = {path.name: path.read_bytes() for path in EXAMPLES}
    drop_files(
        alice_page, "[data-upload-box]", {**files, "again.txt": files[EXAMPLES[0].name], "no.html": b"<p>"}
    )
    expect(alice_page.locator("[data-upload-row][data-outcome]")).to_have_count(len(files) + 2)
    assert axe(alice_page) == []


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)])
def test_what_programs_need_passes_axe_and_is_no_wider_than_the_page(
    alice_page: Page, axe: Callable[[Page], list[str]], scheme: Any, size: Any
):
    alice_page.emulate_media(color_scheme=scheme)
    alice_page.set_viewport_size(size)
    alice_page.goto("/upload")
    alice_page.get_by_text("From programs").click()
    expect(alice_page.get_by_role("link", name="Download gallery-push")).to_be_visible()
    assert axe(alice_page) == []
    assert overflow_of(alice_page) <= 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_page_that_is_not_there_passes_axe(
    alice_page: Page, axe: Callable[[Page], list[str]], complaints: Any, scheme: Any
):
    complaints.expect("404")
    alice_page.emulate_media(color_scheme=scheme)
    assert violations_of(alice_page, ["/images/1"], axe) == {}


def test_no_page_scrolls_sideways_on_a_narrow_screen(alice_page: Page, addresses: list[str]):
    alice_page.set_viewport_size(NARROW)
    too_wide = {}
    for address in addresses:
        alice_page.goto(address)
        if (overflow := overflow_of(alice_page)) > 0:
            too_wide[address] = overflow
    assert too_wide == {}


def test_pages_of_the_administrator_open_without_complaint(charlie_page: Page, charlie: Any):
    keep_examples(charlie)
    charlie_page.goto("/admin/")
    links = charlie_page.locator("#content-main th a").evaluate_all(
        "links => links.map(link => link.pathname)"
    )
    assert len(links) >= 6
    for address in links:
        charlie_page.goto(address)
        expect(charlie_page.locator("#content h1")).to_be_visible()
        first = charlie_page.locator("#result_list tbody th a").first
        if first.count():
            first.click()
            expect(charlie_page.locator("#content h1")).to_be_visible()
