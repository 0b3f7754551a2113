"""What came since is said, never shown unasked; one goes to a month and comes back. The reader's place never moves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from gallery.models import Image
from tests.browser.looks import at_rest, overflow_of, stands_again_at, top_of, wait_for
from tests.browser.surroundings import (
    EXAMPLES,
    drop_files,
    is_same_document,
    keep_pictures,
    kept_blob,
    mark_document,
    wait_until,
)
from tests.factories import make_image, together

pytestmark = pytest.mark.django_db(transaction=True)

A_WHILE = 31_000
WATCH_SHIFTS = (
    "window.shifted = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
    "window.shifted += entry.value; }).observe({ type: 'layout-shift', buffered: true });"
)
HIDE = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.isAway === true });"

# In the page, so that nothing is still on its way when the clock is moved on.
FAIL = """
const ask = window.fetch;
window.failures = 0;
window.fetch = async (...asked) => {
  if (!String(asked[0]).includes("/images/new")) return ask(...asked);
  window.failures += 1;
  return new Response("", { status: 503 });
};
"""


@pytest.fixture
def patient_page(alice_page: Page) -> Page:
    """Alice's browser, whose clock the test can move on."""
    alice_page.clock.install()
    return alice_page


def pill(page: Page) -> Locator:
    return page.locator("[data-fresh-link]")


def scale(page: Page) -> Locator:
    return page.get_by_role("slider", name="Go to a date")


def tile_of(page: Page, take: int) -> Locator:
    return page.locator("[data-grid] .tile a", has_text=re.compile(rf"take {take}\."))


def questions(page: Page) -> list[str]:
    """Collects the questions for news that the page asks."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/images/new" in request.url else None)
    return asked


def a_while_later(page: Page) -> None:
    """The page has asked for news, and has the answer."""
    with page.expect_response("**/images/new?*") as answer:
        page.clock.fast_forward(A_WHILE)
    answer.value.finished()


def look_for_news(page: Page) -> None:
    """As after an upload of one's own."""
    page.evaluate("document.body.dispatchEvent(new CustomEvent('gallery:uploaded'))")


def add_one(prompt: str = "A heron, just in.") -> None:
    make_image(prompt=prompt, state="missing")


def keep_months(count: int = 24, each: int = 6) -> None:
    """Pictures of that many months, the latest of them May 2026."""
    blob = kept_blob()
    with together():
        for back in range(count):
            year, month = divmod(2026 * 12 + 4 - back, 12)
            for day in range(1, each + 1):
                moment = datetime(year, month + 1, day, tzinfo=UTC)
                make_image(blob=blob, prompt=f"A tower of {moment:%Y-%m-%d}", generated_at=moment)


def test_new_pictures_are_said_and_nothing_moves(patient_page: Page) -> None:
    keep_pictures(60)
    patient_page.add_init_script(WATCH_SHIFTS)
    patient_page.goto("/")
    tile = tile_of(patient_page, 40)
    tile.scroll_into_view_if_needed()
    at_rest(patient_page)
    before = top_of(tile)
    patient_page.evaluate("window.shifted = 0")
    for _ in range(3):
        add_one()
    patient_page.clock.fast_forward(A_WHILE)
    expect(pill(patient_page)).to_be_in_viewport()
    expect(pill(patient_page)).to_have_text(re.compile("^3 new"))
    patient_page.clock.run_for(500)
    expect(patient_page.locator("#status")).to_contain_text("3 new pictures")
    assert top_of(tile) == before
    assert patient_page.evaluate("window.shifted") == 0
    expect(patient_page.get_by_text("A heron, just in.")).to_have_count(0)


@pytest.mark.parametrize("way", ["click", "key", "enter"])
def test_list_begins_anew_when_asked_for(patient_page: Page, way: str) -> None:
    keep_pictures(60)
    patient_page.goto("/?q=take+or+heron+&layout=dense&stacks=off")
    mark_document(patient_page)
    entries = patient_page.evaluate("history.length")
    patient_page.mouse.wheel(0, 400)
    add_one()
    patient_page.clock.fast_forward(A_WHILE)
    expect(pill(patient_page)).to_be_visible()
    match way:
        case "click":
            pill(patient_page).click()
        case "key":
            patient_page.keyboard.press(".")
        case "enter":
            pill(patient_page).focus()
            patient_page.keyboard.press("Enter")
    expect(patient_page.locator(".tile").first).to_contain_text("A heron, just in.")
    expect(pill(patient_page)).to_have_count(0)
    wait_until(patient_page, "scrollY === 0")
    expect(patient_page.locator("#main")).to_be_focused()
    assert is_same_document(patient_page)
    assert patient_page.evaluate("history.length") == entries
    patient_page.clock.fast_forward(A_WHILE)
    expect(pill(patient_page)).to_have_count(0)


def test_count_grows_while_it_waits(patient_page: Page) -> None:
    keep_pictures(2)
    patient_page.goto("/?q=heron+or+lighthouse+")
    asked = questions(patient_page)
    for prompt, count in [("A crane.", 0), ("A heron.", 1), ("A crane.", 1), ("A heron.", 2)]:
        add_one(prompt)
        a_while_later(patient_page)
        if count:
            expect(pill(patient_page)).to_have_text(re.compile(f"^{count} new"))
        else:
            expect(pill(patient_page)).to_have_count(0)
    assert len(asked) == 4


def test_new_pictures_that_stand_further_down_are_a_link_away(alice_page: Page) -> None:
    keep_pictures(60)
    alice_page.goto("/?stacks=off")
    make_image(prompt="A heron of long ago.", state="missing", generated_at=datetime(2024, 1, 1, tzinfo=UTC))
    look_for_news(alice_page)
    pill(alice_page).click()
    link = alice_page.get_by_role("link", name="what was added last")
    expect(link).to_be_in_viewport()
    link.click()
    expect(alice_page.locator(".tile").first).to_contain_text("A heron of long ago.")
    expect(alice_page).to_have_url("/?sort=added&stacks=off")


def test_hidden_page_asks_nothing_and_asks_at_once_when_seen_again(patient_page: Page) -> None:
    keep_pictures(2)
    patient_page.add_init_script(HIDE)
    patient_page.goto("/")
    asked = questions(patient_page)
    turn = "isAway => { window.isAway = isAway; document.dispatchEvent(new Event('visibilitychange')); }"
    patient_page.evaluate(turn, True)
    add_one()
    patient_page.clock.fast_forward(20 * A_WHILE)
    patient_page.wait_for_timeout(300)
    assert asked == []
    patient_page.evaluate(turn, False)
    patient_page.clock.run_for(50)
    expect(pill(patient_page)).to_be_visible()
    assert len(asked) == 1


def test_failures_are_asked_about_ever_less_often(patient_page: Page) -> None:
    keep_pictures(2)
    patient_page.add_init_script(FAIL)
    patient_page.goto("/")
    for _ in range(20):
        patient_page.clock.fast_forward(A_WHILE)
    assert 3 <= patient_page.evaluate("window.failures") <= 5
    expect(pill(patient_page)).to_have_count(0)


def test_signed_out_page_stays_and_asks_no_more(patient_page: Page) -> None:
    keep_pictures(2)
    patient_page.goto("/")
    patient_page.wait_for_load_state("networkidle")
    asked = questions(patient_page)
    patient_page.context.clear_cookies()
    a_while_later(patient_page)
    for _ in range(3):
        patient_page.clock.fast_forward(A_WHILE)
        at_rest(patient_page)
    assert len(asked) == 1
    expect(tile_of(patient_page, 2)).to_be_visible()


def test_pill_waits_while_a_picture_is_open(patient_page: Page) -> None:
    keep_pictures(3)
    patient_page.goto("/")
    asked = questions(patient_page)
    tile_of(patient_page, 2).click()
    expect(patient_page.locator("#prompt")).to_be_visible()
    add_one()
    patient_page.clock.fast_forward(A_WHILE)
    patient_page.wait_for_timeout(200)
    assert asked == []
    patient_page.keyboard.press("Escape")
    expect(tile_of(patient_page, 2)).to_be_focused()
    patient_page.clock.run_for(100)
    expect(pill(patient_page)).to_be_visible()
    expect(tile_of(patient_page, 2)).to_be_focused()


def test_own_upload_is_said_at_once(alice_page: Page) -> None:
    keep_pictures(2)
    alice_page.goto("/")
    drop_files(alice_page, "main", {EXAMPLES[0].name: EXAMPLES[0].read_bytes()})
    expect(pill(alice_page)).to_have_text(re.compile(r"^\d+ new"))
    pill(alice_page).click()
    expect(pill(alice_page)).to_have_count(0)
    expect(alice_page.locator(".upload-tray")).to_be_visible()


def test_first_upload_of_all_leads_from_the_empty_page_to_its_pictures(alice_page: Page) -> None:
    alice_page.goto("/")
    drop_files(alice_page, "main", {EXAMPLES[0].name: EXAMPLES[0].read_bytes()})
    pill(alice_page).click()
    expect(alice_page.locator(".tile").first).to_be_visible()


def test_from_the_middle_of_a_list_back_leads_to_the_place_again(patient_page: Page) -> None:
    pictures = keep_pictures(120)
    Image.objects.update(stack=1, is_stack_top=False)
    patient_page.goto(f"/?before={pictures[99].pk}&stacks=off")
    tile = tile_of(patient_page, 80)
    tile.scroll_into_view_if_needed()
    at_rest(patient_page)
    before = top_of(tile)
    add_one()
    patient_page.clock.fast_forward(A_WHILE)
    pill(patient_page).click()
    expect(patient_page.locator(".tile").first).to_contain_text("A heron, just in.")
    expect(patient_page).to_have_url("/?stacks=off")
    patient_page.go_back()
    patient_page.clock.run_for(500)
    expect(tile).to_be_in_viewport()
    assert stands_again_at(tile, before)
    expect(pill(patient_page)).to_have_text(re.compile("^1 new"))


def test_page_of_the_history_says_what_came_since_it_was_read(patient_page: Page) -> None:
    keep_pictures(60)
    patient_page.goto("/")
    patient_page.mouse.wheel(0, 500)
    patient_page.get_by_role("link", name="Transcripts").click()
    expect(patient_page.get_by_role("heading", name="Transcripts")).to_be_visible()
    add_one()
    patient_page.go_back()
    patient_page.clock.run_for(500)
    expect(pill(patient_page)).to_have_text(re.compile("^1 new"))
    patient_page.keyboard.press(".")
    expect(patient_page.locator(".tile").first).to_contain_text("A heron, just in.")


def test_reload_shows_what_was_new_and_keeps_the_place(alice_page: Page) -> None:
    keep_pictures(60)
    alice_page.goto("/?stacks=off")
    tile = tile_of(alice_page, 40)
    tile.scroll_into_view_if_needed()
    at_rest(alice_page)
    add_one()
    look_for_news(alice_page)
    expect(pill(alice_page)).to_be_visible()
    alice_page.reload()
    expect(alice_page.locator(".tile").first).to_contain_text("A heron, just in.")
    expect(tile).to_be_in_viewport()
    expect(pill(alice_page)).to_have_count(0)


def test_scale_comes_without_moving_anything_and_follows(alice_page: Page) -> None:
    keep_months()
    held: list[Route] = []
    alice_page.route("**/dates?*", lambda route: held.append(route))
    alice_page.add_init_script(WATCH_SHIFTS)
    alice_page.goto("/?stacks=off")
    wait_for(alice_page, lambda: held)
    expect(alice_page.locator("#facets:empty")).to_have_count(0)
    (route,) = held
    alice_page.evaluate("window.shifted = 0")
    route.continue_()
    expect(scale(alice_page)).to_have_attribute("aria-valuetext", "May 2026")
    expect(scale(alice_page)).to_have_attribute("aria-valuemax", "24")
    alice_page.mouse.wheel(0, 1200)
    expect(scale(alice_page)).not_to_have_attribute("aria-valuenow", "1")
    at_rest(alice_page)
    assert alice_page.evaluate("window.shifted") == 0


def test_month_is_shown_under_the_pointer_and_gone_to_by_a_click(alice_page: Page) -> None:
    keep_months()
    alice_page.goto("/?stacks=off&layout=dense")
    mark_document(alice_page)
    alice_page.mouse.wheel(0, 300)
    wait_until(alice_page, "scrollY > 200")
    at_rest(alice_page)
    first = alice_page.locator(".tile").nth(40)
    before = top_of(first)
    box = scale(alice_page).bounding_box()
    assert box
    alice_page.mouse.move(box["x"] + 30, box["y"] + box["height"] * 12.5 / 24)
    expect(alice_page.locator(".dates-words")).to_have_text("May 2025")
    alice_page.mouse.down()
    alice_page.mouse.move(box["x"] + 30, box["y"] + box["height"] * 14.5 / 24, steps=4)
    expect(alice_page.locator(".dates-words")).to_have_text("March 2025")
    alice_page.mouse.up()
    expect(alice_page.locator(".tile").first).to_contain_text("A tower of 2025-03-06")
    expect(alice_page).to_have_url(re.compile(r"/\?layout=dense&stacks=off&before=\d+$"))
    expect(scale(alice_page)).to_have_attribute("aria-valuetext", "March 2025")
    assert is_same_document(alice_page)
    assert alice_page.evaluate("scrollY") == 0
    alice_page.get_by_role("link", name="Newer pictures").click()
    expect(alice_page.locator(".tile").first).not_to_contain_text("2025-03-06")
    alice_page.go_back()
    expect(alice_page.locator(".tile").first).to_contain_text("A tower of 2025-03-06")
    alice_page.go_back()
    expect(alice_page.locator(".tile").first).to_contain_text("A tower of 2026-05-06")
    assert stands_again_at(first, before)


def test_scale_is_there_again_after_search_and_news(alice_page: Page) -> None:
    keep_months(6)
    alice_page.goto("/?stacks=off")
    expect(scale(alice_page)).to_have_attribute("aria-valuemax", "6")
    alice_page.keyboard.press("/")
    alice_page.keyboard.type("2026")
    expect(alice_page).to_have_url("/?q=2026&stacks=off")
    expect(scale(alice_page)).to_have_attribute("aria-valuemax", "5")
    make_image(prompt="A tower of 2026", state="missing", generated_at=datetime(2026, 9, 1, tzinfo=UTC))
    look_for_news(alice_page)
    pill(alice_page).click()
    expect(alice_page.locator(".tile").first).to_contain_text("A tower of 2026")
    expect(scale(alice_page)).to_have_attribute("aria-valuemax", "6")


def test_pointer_that_leaves_goes_nowhere(alice_page: Page) -> None:
    keep_months(6)
    alice_page.goto("/")
    scale(alice_page).hover()
    expect(alice_page.locator(".dates-words")).to_be_visible()
    alice_page.mouse.move(500, 500)
    expect(alice_page.locator(".dates-words")).to_be_hidden()
    expect(alice_page).to_have_url("/")


def test_month_is_gone_to_by_keyboard_alone(alice_page: Page) -> None:
    keep_months()
    alice_page.goto("/?stacks=off&sort=oldest")
    scale(alice_page).wait_for()
    for _ in range(60):
        alice_page.keyboard.press("Tab")
        if alice_page.evaluate("document.activeElement.matches('[role=slider]')"):
            break
    for key, month in [
        ("ArrowDown", "July 2024"),
        ("PageDown", "July 2025"),
        ("End", "May 2026"),
        ("ArrowUp", "April 2026"),
        ("Home", "June 2024"),
        ("Escape", "June 2024"),
        ("ArrowRight", "July 2024"),
    ]:
        alice_page.keyboard.press(key)
        expect(scale(alice_page)).to_have_attribute("aria-valuetext", f"{month}")
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator(".tile").first).to_contain_text("A tower of 2024-07-01")
    expect(alice_page.locator("#status")).to_have_text("From July 2024")
    expect(alice_page.locator("#main")).to_be_focused()
    alice_page.reload()
    expect(alice_page.locator(".tile").first).to_contain_text("A tower of 2024-07-01")


def test_narrow_screen_has_dates_among_the_filters(alice_page: Page) -> None:
    keep_months(6)
    alice_page.set_viewport_size({"width": 390, "height": 844})
    asked: list[str] = []
    alice_page.on(
        "request", lambda request: asked.append(request.url) if request.url.endswith("/dates") else None
    )
    alice_page.goto("/")
    alice_page.get_by_role("link", name="Filters").click()
    link = alice_page.get_by_role("link", name="Go to a date")
    expect(link).to_be_visible()
    assert asked == []
    link.click()
    alice_page.get_by_role("link", name="March 2026").click()
    expect(alice_page.locator(".tile").first).to_contain_text("A tower of 2026-03")
    assert overflow_of(alice_page) <= 0


def test_without_script_dates_are_links_and_nothing_is_new(
    browser: Any, browser_context_args: dict[str, Any], alice_page: Page
) -> None:
    keep_months(6)
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    context.add_cookies(alice_page.context.cookies())
    page = context.new_page()
    page.goto("/")
    expect(pill(page)).to_have_count(0)
    page.get_by_role("link", name="Go to a date").first.click()
    page.get_by_role("link", name="March 2026").click()
    expect(page.locator(".tile").first).to_contain_text("A tower of 2026-03")
    page.get_by_role("link", name="Newer pictures").click()
    expect(page.locator(".tile").first).to_contain_text("A tower of 2026-05")
    context.close()


def test_pill_scale_and_dates_are_accessible_and_fit(
    alice_page: Page, flaws: Callable[[Page], list[str]]
) -> None:
    keep_months(14, each=2)
    alice_page.goto("/?stacks=off")
    add_one()
    look_for_news(alice_page)
    expect(pill(alice_page)).to_be_visible()
    scale(alice_page).focus()
    alice_page.keyboard.press("ArrowDown")
    assert flaws(alice_page) == []
    for address in ("/dates", "/dates?sort=best", "/images/new?since=0"):
        alice_page.goto(address)
        assert flaws(alice_page) == [], address
