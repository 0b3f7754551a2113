"""The grid goes on for ever at the same cost: its tiles stand in bands of whole rows, of which only the near ones are
laid out and painted. Nobody can see where one ends."""

from __future__ import annotations

import hashlib

import pytest
from playwright.sync_api import Page, Route, expect

from gallery import blobs
from gallery.models import Image
from tests.browser.conftest import Complaints
from tests.browser.looks import at_rest, scroll_to_the_end, top_of, wait_for
from tests.browser.surroundings import kept_blob, wait_until
from tests.factories import make_blob, make_image, together

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = ((96, 64), (64, 96), (90, 90), (128, 72), (80, 100))
PICTURES = 150

ROWS = """
() => {
  const grid = document.querySelector("[data-grid]");
  grid.classList.add("is-whole");
  const rows = [];
  for (const tile of grid.querySelectorAll(".tile:not(.is-waiting)")) {
    const box = tile.getBoundingClientRect();
    const last = rows.at(-1);
    const here = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    if (last && Math.abs(last.top - box.top) < 1) Object.assign(last, { right: box.right, bottom: box.bottom });
    else rows.push(here);
  }
  grid.classList.remove("is-whole");
  const { left, right } = grid.getBoundingClientRect();
  const heights = rows.map((row) => row.bottom - row.top).sort((a, b) => a - b);
  return {
    tall: rows.slice(0, -1).filter((row) => row.bottom - row.top > 1.6 * heights[heights.length >> 1]).length,
    ragged: rows.slice(0, -1).filter((row) => Math.abs(row.left - left) > 1 || Math.abs(row.right - right) > 1).length,
    gaps: [...new Set(rows.slice(1).map((row, index) => Math.round(row.top - rows[index].bottom)))],
  };
}
"""
FULL = {"tall": 0, "ragged": 0, "gaps": [16]}
COUNT_ROWS = """
new Set([...document.querySelectorAll(".tile")].map((tile) => `${tile.parentElement.offsetTop} ${tile.offsetTop}`)).size
"""
IS_ROW_OF_THE_FOCUS = """
id => {
  const [tile, focused] = [document.getElementById(id), document.activeElement.closest(".tile")];
  return tile.parentElement === focused.parentElement && tile.offsetTop === focused.offsetTop;
}
"""
IS_LAID_OUT = "tile => tile.querySelector('a').checkVisibility({ contentVisibilityAuto: true })"


def keep_pictures_of_many_shapes(count: int = PICTURES) -> list[Image]:
    looks = kept_blob()
    kept = []
    for width, height in SIZES:
        sha256 = hashlib.sha256(f"{width}x{height}".encode()).hexdigest()
        blobs.put("blobs", sha256, blobs.read("blobs", looks.sha256))
        blobs.put("thumbs", sha256, blobs.read("thumbs", looks.sha256))
        kept.append(make_blob(sha256=sha256, width=width, height=height))
    with together():
        return [
            make_image(blob=kept[(number * number) % len(kept)], prompt=f"A quay, take {number}.")
            for number in range(1, count + 1)
        ]


def test_every_row_is_full_wherever_the_pages_meet(alice_page: Page):
    keep_pictures_of_many_shapes()
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=PICTURES)
    assert alice_page.evaluate(ROWS) == FULL


@pytest.mark.parametrize(("layout", "gap"), [("comfortable", 16), ("dense", 4)])
def test_every_row_is_full_in_other_layouts(alice_page: Page, layout: str, gap: int):
    keep_pictures_of_many_shapes()
    alice_page.goto(f"/?layout={layout}")
    scroll_to_the_end(alice_page, until=PICTURES)
    assert alice_page.evaluate(ROWS) == {**FULL, "gaps": [gap]}


@pytest.mark.parametrize("width", [1100, 700, 390, 1800])
def test_every_row_is_full_after_the_window_changed(alice_page: Page, width: int):
    keep_pictures_of_many_shapes()
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=PICTURES)
    alice_page.set_viewport_size({"width": width, "height": 800})
    wait_until(alice_page, f"innerWidth === {width}")
    at_rest(alice_page)
    assert alice_page.evaluate(ROWS) == FULL


def test_every_row_is_full_after_pictures_were_put_away(alice_page: Page):
    pictures = keep_pictures_of_many_shapes()
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=PICTURES)
    for picture in (pictures[-3], pictures[-60], pictures[20]):
        alice_page.locator(f"#i{picture.pk}").hover()
        alice_page.locator(f"#i{picture.pk} .pick").check()
    alice_page.get_by_role("button", name="Hide", exact=True).click()
    expect(alice_page.locator("[data-grid] .tile")).to_have_count(PICTURES - 3)
    at_rest(alice_page)
    assert alice_page.evaluate(ROWS) == FULL


def test_pictures_far_from_the_window_are_not_laid_out(alice_page: Page):
    keep_pictures_of_many_shapes()
    alice_page.goto("/")
    first = alice_page.locator("[data-grid] .tile").first
    assert first.evaluate(IS_LAID_OUT)
    scroll_to_the_end(alice_page, until=PICTURES)
    assert not first.evaluate(IS_LAID_OUT)
    assert alice_page.locator("[data-grid] .tile").last.evaluate(IS_LAID_OUT)


def test_going_up_again_finds_everything_where_it_was(alice_page: Page):
    pictures = keep_pictures_of_many_shapes()
    alice_page.goto("/")
    seventieth = alice_page.locator(f"#i{pictures[-70].pk}")
    scroll_to_the_end(alice_page, until=PICTURES)
    below_the_top = top_of(seventieth) + alice_page.evaluate("scrollY")
    alice_page.evaluate("scrollTo(0, 0)")
    at_rest(alice_page)
    assert abs(top_of(seventieth) - below_the_top) <= 1


def test_row_that_waits_is_shown_when_the_next_pictures_cannot_come(alice_page: Page, complaints: Complaints):
    complaints.expect("before=")
    complaints.expect("htmx:sendError")
    keep_pictures_of_many_shapes()
    held: list[Route] = []
    alice_page.route("**/?before=*", lambda route: held.append(route))
    alice_page.goto("/")
    waiting = alice_page.locator("[data-grid] .tile.is-waiting")
    expect(waiting).not_to_have_count(0)
    alice_page.mouse.wheel(0, 5000)
    wait_for(alice_page, lambda: held)
    held[0].abort()
    expect(waiting).to_have_count(0)
    assert alice_page.evaluate(ROWS) == FULL


def test_arrows_go_from_row_to_row_wherever_the_pages_meet(alice_page: Page):
    keep_pictures_of_many_shapes()
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=PICTURES)
    rows = alice_page.evaluate(COUNT_ROWS)
    alice_page.locator("[data-grid] .tile a").first.focus()
    seen = []
    for _ in range(rows):
        seen.append(alice_page.evaluate("document.activeElement.closest('.tile').id"))
        alice_page.keyboard.press("ArrowDown")
    assert len(set(seen)) == rows
    assert alice_page.evaluate("document.activeElement.closest('.tile').id") == seen[-1]
    for tile in reversed(seen[:-1]):
        alice_page.keyboard.press("ArrowUp")
        assert alice_page.evaluate(IS_ROW_OF_THE_FOCUS, tile)
