"""The usage page in a browser: its chart under the content security policy, in both themes, and without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import NARROW, overflow_of
from tests.factories import make_image, make_response, together

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime(2026, 5, 15, 12, tzinfo=UTC)
MAY = "/usage?from=2026-05-01&to=2026-05-31"


@pytest.fixture
def spending(alice: Any) -> None:
    with together():
        for number in range(12):
            make_image(
                generated_at=DAY + timedelta(days=number % 5),
                image_model=f"gpt-image-{number % 3}",
                cost_usd=Decimal("0.5"),
                uploader=alice,
            )


def colours_of(page: Page) -> list[int]:
    """How many pixels of the drawing have each of its commonest opaque colours."""
    found: list[int] = page.locator("[data-usage-chart] canvas").evaluate(
        """canvas => {
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            const counts = new Map();
            for (let i = 0; i < data.length; i += 4)
                if (data[i + 3] === 255) {
                    const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
                    counts.set(colour, (counts.get(colour) ?? 0) + 1);
                }
            return [...counts].filter(([, count]) => count > 300).map(([colour]) => colour).sort();
        }"""
    )
    return found


def test_page_with_its_chart_passes_axe_and_fits(
    alice_page: Page, spending: None, flaws: Callable[[Page], list[str]]
):
    alice_page.goto(MAY)
    expect(alice_page.locator("[data-usage-chart] canvas")).to_be_visible()
    alice_page.get_by_text("The chart as a table").click()
    assert flaws(alice_page) == []


def test_wrong_period_passes_axe_and_fits(
    alice_page: Page, flaws: Callable[[Page], list[str]], complaints: Any
):
    complaints.expect("422")
    alice_page.goto("/usage?from=x")
    assert flaws(alice_page) == []


def test_page_fits_a_narrow_screen(alice_page: Page, spending: None):
    alice_page.set_viewport_size({"width": 390, "height": 844})
    alice_page.goto(MAY)
    expect(alice_page.locator("[data-usage-chart] canvas")).to_be_visible()
    assert overflow_of(alice_page) <= 0
    alice_page.locator("header .menu > summary").click()
    alice_page.locator("header .menu-list").get_by_role("link", name="Usage").click()
    alice_page.wait_for_url("**/usage")


def test_large_sums_of_which_some_are_unknown_fit_a_narrow_screen(alice_page: Page, spending: None):
    with together():
        for tokens in (*[999_999_999_999] * 4, None):
            make_response(created_at=DAY, input_tokens=tokens, output_tokens=tokens)
    alice_page.set_viewport_size(NARROW)
    alice_page.goto(MAY)
    expect(alice_page.get_by_text("3\u202f999\u202f999\u202f999\u202f996")).not_to_have_count(0)
    assert overflow_of(alice_page) <= 0


def test_each_image_model_has_the_colour_of_the_legend(alice_page: Page, spending: None):
    alice_page.goto(MAY)
    expect(alice_page.locator("[data-usage-chart] canvas")).to_be_visible()
    colours = colours_of(alice_page)
    legend = alice_page.locator(".swatch").evaluate_all(
        """all => all.map(each => getComputedStyle(each).color.match(/\\d+/g).slice(0, 3).map(Number))
                   .map(([red, green, blue]) => (red << 16) | (green << 8) | blue)"""
    )
    assert len(legend) == 3
    assert set(legend) <= set(colours)


def test_chart_is_drawn_anew_in_the_other_theme(alice_page: Page, spending: None):
    alice_page.emulate_media(color_scheme="light")
    alice_page.goto(MAY)
    expect(alice_page.locator("[data-usage-chart] canvas")).to_be_visible()
    light = colours_of(alice_page)
    alice_page.locator("[data-usage-chart] canvas").evaluate("canvas => canvas.setAttribute('data-old', '')")
    alice_page.emulate_media(color_scheme="dark")
    expect(alice_page.locator("[data-usage-chart] canvas:not([data-old])")).to_be_visible()
    assert set(colours_of(alice_page)).isdisjoint(light)


def test_another_period_swaps_the_figures_and_going_back_brings_the_chart_back(
    alice_page: Page, spending: None
):
    alice_page.goto(MAY)
    expect(alice_page.locator("[data-usage-chart] canvas")).to_be_visible()
    alice_page.get_by_role("link", name="Last year").click()
    expect(alice_page.get_by_role("heading", name="Nothing was generated in this period")).to_be_visible()
    expect(alice_page).to_have_url("/usage?period=last-year")
    alice_page.go_back()
    expect(alice_page.locator("[data-usage-chart] canvas")).to_have_count(1)
    assert len(colours_of(alice_page)) >= 3


def test_days_are_chosen_by_keyboard_alone(alice_page: Page, spending: None):
    alice_page.goto("/usage?period=last-year")
    alice_page.get_by_label("From").fill("2026-05-01")
    alice_page.get_by_label("To", exact=True).fill("2026-05-31")
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator(".figures dd").first).to_have_text("12")
    expect(alice_page.locator("[data-usage-chart] canvas")).to_be_visible()


def test_what_lies_under_the_pointer_is_said(alice_page: Page, spending: None):
    alice_page.goto(MAY)
    over = alice_page.locator("[data-usage-chart] .u-over")
    over.hover(position={"x": 1, "y": 20})
    expect(alice_page.locator("[data-chart-readout]")).to_have_text("2026-05-01: no pictures")


def test_without_script_the_table_says_all(browser: Any, live_server: Any, alice_page: Page, spending: None):
    state = alice_page.context.storage_state()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url, storage_state=state)
    page = context.new_page()
    page.goto(MAY)
    assert not page.locator("[data-usage-chart]").is_visible()
    page.get_by_text("The chart as a table").click()
    expect(page.get_by_role("row", name="2026-05-15")).to_be_visible()
    context.close()
