"""Looking at pictures: the grid keeps the reader's place, everything is reachable by keyboard, nothing jumps."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable

from PIL import Image as Picture
from playwright.sync_api import Page, Route, expect

from gallery import blobs
from gallery.models import Blob, Image
from tests.browser.looks import at_rest, scroll_to_the_end, wait_for
from tests.factories import make_blob, make_image, make_item, make_response, make_transcript, together, unfold

SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  });
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 400);
})"""


def drawn(*, width: int, height: int, colour: str) -> Blob:
    """A picture of one colour, its bytes and thumbnail kept as ingest keeps them."""
    picture, thumbnail = io.BytesIO(), io.BytesIO()
    Picture.new("RGB", (width, height), colour).save(picture, "PNG")
    Picture.new("RGB", (width // 4, height // 4), colour).save(thumbnail, "WEBP")
    sha256 = hashlib.sha256(picture.getvalue()).hexdigest()
    blobs.put("blobs", sha256, picture.getvalue())
    blobs.put("thumbs", sha256, thumbnail.getvalue())
    return make_blob(sha256=sha256, width=width, height=height)


def fill(count: int) -> list[Image]:
    """So many pictures of three shapes, oldest first."""
    shapes = [
        drawn(width=300, height=200, colour="teal"),
        drawn(width=200, height=200, colour="orange"),
        drawn(width=200, height=300, colour="navy"),
    ]
    with together():
        response = make_response()
        item = make_item(response=response)
        make_transcript(responses=[response])
        images = [
            make_image(
                response=response,
                item=item,
                index=number,
                blob=shapes[number % 3],
                prompt=f"Picture {number}",
            )
            for number in range(count)
        ]
    unfold()
    return images


def focused_caption(page: Page) -> str:
    return str(page.evaluate("document.activeElement.querySelector('.caption')?.textContent || ''"))


def test_older_pictures_come_before_they_are_reached_and_nothing_jumps(alice_page: Page) -> None:
    fill(130)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=130)
    assert alice_page.evaluate(SHIFTS) == 0


def test_back_returns_to_the_same_spot_with_the_tile_focused(alice_page: Page) -> None:
    fill(90)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=90)
    tile = alice_page.locator(".tile").nth(80)
    tile.scroll_into_view_if_needed()
    at_rest(alice_page)
    height = alice_page.evaluate("scrollY")
    caption = tile.locator(".caption").text_content()
    tile.locator("a").click()
    expect(alice_page.locator("#prompt")).to_have_text(str(caption))
    alice_page.go_back()
    expect(alice_page.locator(".tile")).to_have_count(90)
    expect(alice_page.locator(".tile a:focus")).to_have_count(1)
    assert focused_caption(alice_page) == caption
    at_rest(alice_page)
    assert alice_page.evaluate("scrollY") == height


def test_reload_deep_in_the_list_finds_the_place_again(alice_page: Page) -> None:
    images = fill(90)
    alice_page.goto("/")
    scroll_to_the_end(alice_page, until=90)
    alice_page.locator(f"#i{images[5].pk} a").click()
    alice_page.wait_for_selector("#prompt")
    alice_page.evaluate("sessionStorage.removeItem('htmx-history-cache')")
    alice_page.go_back()
    expect(alice_page.locator(".tile a:focus")).to_have_count(1)
    assert focused_caption(alice_page) == "Picture 5"


def test_all_by_keyboard(alice_page: Page) -> None:
    fill(30)
    alice_page.goto("/")
    keys = alice_page.keyboard
    keys.press("ArrowRight")
    assert focused_caption(alice_page) == "Picture 29"
    keys.press("ArrowRight")
    assert focused_caption(alice_page) == "Picture 28"
    keys.press("End")
    assert focused_caption(alice_page) == "Picture 0"
    keys.press("Home")
    keys.press("ArrowDown")
    below = focused_caption(alice_page)
    assert below not in {"Picture 29", ""}
    keys.press("ArrowUp")
    assert focused_caption(alice_page) == "Picture 29"
    keys.press("Enter")
    expect(alice_page.locator("#prompt")).to_have_text("Picture 29")
    expect(alice_page.locator("dialog[data-layer]")).to_be_focused()
    keys.press("ArrowRight")
    expect(alice_page.locator("#prompt")).to_have_text("Picture 28")
    keys.press("?")
    expect(alice_page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    expect(alice_page.get_by_role("dialog", name="Keys")).to_be_hidden()
    keys.press("u")
    alice_page.wait_for_url("**/upload")


def test_escape_leaves_the_search_box_with_its_query_for_the_pictures(alice_page: Page) -> None:
    fill(3)
    alice_page.goto("/")
    keys = alice_page.keyboard
    keys.press("/")
    keys.type("picture")
    expect(alice_page).to_have_url(re.compile("q=picture"))
    keys.press("Escape")
    expect(alice_page.locator("#q:focus")).to_have_count(0)
    expect(alice_page.locator("#q")).to_have_value("picture")
    keys.press("ArrowRight")
    expect(alice_page.locator("[data-grid] .tile a:focus")).to_have_count(1)


def test_zoom_opens_over_the_picture_and_gives_the_focus_back(alice_page: Page) -> None:
    (image,) = fill(1)
    alice_page.goto(f"/images/{image.pk}")
    alice_page.keyboard.press("+")
    expect(alice_page.locator(".pswp--open")).to_be_visible()
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator(".pswp")).to_have_count(0)
    expect(alice_page.locator("[data-zoom]:focus")).to_have_count(1)


def test_zoom_asked_for_twice_while_it_comes_opens_once(alice_page: Page) -> None:
    (image,) = fill(1)
    held: list[Route] = []
    alice_page.route("**/photoswipe.esm.min.js", lambda route: held.append(route))
    alice_page.goto(f"/images/{image.pk}")
    for _ in range(2):
        alice_page.keyboard.press("+")
    wait_for(alice_page, lambda: held)
    for route in held:
        route.continue_()
    expect(alice_page.locator(".pswp--open")).to_be_visible()
    at_rest(alice_page)
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator(".pswp")).to_have_count(0)


def test_slider_shows_how_the_picture_formed(alice_page: Page) -> None:
    (image,) = fill(1)
    partial = drawn(width=300, height=200, colour="silver")
    make_image(response=image.response, item=image.item, role="partial", index=0, blob=partial)
    alice_page.goto(f"/images/{image.pk}")
    slider = alice_page.get_by_role("slider", name="Show a step")
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "partial 0")
    expect(alice_page.locator("[data-stage] img")).to_have_attribute("src", f"/media/blobs/{partial.sha256}")


def test_theme_is_remembered(alice_page: Page) -> None:
    alice_page.goto("/")
    alice_page.get_by_role("button", name="Theme").click()
    alice_page.get_by_role("button", name="Theme").click()
    alice_page.reload()
    assert alice_page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_pages_are_accessible_and_fit(alice_page: Page, flaws: Callable[[Page], list[str]]) -> None:
    image = fill(3)[0]
    make_image(state="elided", reason="Only 75 bytes are there.", is_salvaged=True)
    make_image(state="refused", action="edit", prompt=None)
    make_item(response=image.response, type="message", text="Here it is.", payload={"a": [1, {"b": None}]})
    make_item(response=image.response, type="function_call", payload={"name": "look", "arguments": "{}"})
    for address in ("/", f"/images/{image.pk}", f"/responses/{image.response_id}"):
        alice_page.goto(address)
        assert flaws(alice_page) == [], address
