"""Pictures beside each other: zoomed and moved as one, by mouse, finger and key; two of them over each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gallery.models import Image
from tests.browser.looks import NARROW, WIDE, look
from tests.browser.surroundings import keep_pictures, kept_blob
from tests.factories import make_image, make_response

pytestmark = pytest.mark.django_db(transaction=True)

SCALE = re.compile(r"scale\(([\d.]+)\)")


def address_of(images: list[Image], view: str = "") -> str:
    return "/compare?" + "&".join(f"image={image.pk}" for image in images) + (f"&view={view}" if view else "")


def transforms(page: Page) -> set[str]:
    """How the pictures are zoomed and moved: one text if all are the same."""
    found = page.locator("[data-pane] img").evaluate_all(
        "pictures => pictures.map(one => one.style.transform)"
    )
    return set(found)


def transform(page: Page) -> str:
    (only,) = transforms(page)
    return str(only)


def scale(page: Page) -> float:
    found = SCALE.search(transform(page))
    return float(found[1]) if found else 1.0


def moved_to(page: Page, pattern: str) -> None:
    expect(page.locator("[data-pane] img").first).to_have_attribute("style", re.compile(pattern))


def level(page: Page) -> Any:
    return page.locator("[data-zoom-level]")


def test_wheel_zooms_all_pictures_at_the_pointer(alice_page: Page) -> None:
    alice_page.goto(address_of(keep_pictures(3)))
    box = alice_page.locator("[data-pane]").nth(1).bounding_box()
    alice_page.mouse.move(box["x"] + 10, box["y"] + 10)
    alice_page.mouse.wheel(0, -500)
    expect(level(alice_page)).not_to_have_text("100 %")
    assert scale(alice_page) > 1.5
    left, top = (float(part) for part in re.findall(r"(-?[\d.]+)%", transform(alice_page)))
    assert left > 0
    assert top > 0


def test_wheel_scrolls_the_page_where_there_is_nothing_to_zoom_out(alice_page: Page) -> None:
    alice_page.set_viewport_size({"width": 1000, "height": 400})
    alice_page.goto(address_of(keep_pictures(2)))
    alice_page.locator("[data-pane]").first.hover()
    alice_page.mouse.wheel(0, 300)
    expect(alice_page.locator("h1")).not_to_be_in_viewport()
    alice_page.mouse.wheel(0, -120)
    expect(level(alice_page)).to_have_text("100 %")


def test_keys_zoom_and_move_all_pictures(alice_page: Page) -> None:
    alice_page.goto(address_of(keep_pictures(2)))
    alice_page.keyboard.press("+")
    expect(level(alice_page)).to_have_text("150 %")
    expect(alice_page.locator("#status")).to_have_text("Zoom 150 %")
    alice_page.keyboard.press("ArrowRight")
    moved_to(alice_page, r"\-12\.5%")
    assert transform(alice_page) == "translate(-12.5%, 0%) scale(1.5)"
    alice_page.keyboard.press("-")
    expect(level(alice_page)).to_have_text("100 %")
    assert transform(alice_page) == ""


def test_buttons_zoom_and_fit(alice_page: Page) -> None:
    alice_page.goto(address_of(keep_pictures(2)))
    alice_page.get_by_role("button", name="Zoom in").focus()
    alice_page.keyboard.press("Enter")
    alice_page.keyboard.press("Enter")
    expect(level(alice_page)).to_have_text("225 %")
    alice_page.get_by_role("button", name="Zoom out").click()
    expect(level(alice_page)).to_have_text("150 %")
    alice_page.get_by_role("button", name="Fit").click()
    expect(level(alice_page)).to_have_text("100 %")


def test_dragging_moves_all_pictures_and_never_past_their_edge(alice_page: Page) -> None:
    alice_page.goto(address_of(keep_pictures(2)))
    alice_page.keyboard.press("+")
    expect(level(alice_page)).to_have_text("150 %")
    box = alice_page.locator("[data-pane]").first.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    alice_page.mouse.move(*middle)
    alice_page.mouse.down()
    alice_page.mouse.move(middle[0] + 2000, middle[1], steps=3)
    alice_page.mouse.up()
    moved_to(alice_page, r"\(25%")
    assert transform(alice_page) == "translate(25%, 0%) scale(1.5)"


def test_two_fingers_zoom_all_pictures(alice_page: Page) -> None:
    alice_page.goto(address_of(keep_pictures(2)))
    box = alice_page.locator("[data-pane]").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = alice_page.context.new_cdp_session(alice_page)

    def fingers(kind: str, apart: float | None) -> None:
        points = (
            [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        )
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 30)
    for apart in (40, 60, 90):
        fingers("touchMove", apart)
    fingers("touchEnd", None)
    expect(level(alice_page)).to_have_text("300 %")
    assert len(transforms(alice_page)) == 1


def test_slider_goes_by_keys_and_tells_where_it_is(alice_page: Page) -> None:
    alice_page.goto(address_of(keep_pictures(2), "slider"))
    slider = alice_page.get_by_role("slider")
    slider.focus()
    expect(alice_page.locator("[data-slide]:defined")).to_have_count(1)
    for key, value in (
        ("ArrowRight", "52"),
        ("PageDown", "42"),
        ("Home", "0"),
        ("End", "100"),
        ("ArrowLeft", "98"),
    ):
        alice_page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuenow", value)
    expect(slider).to_have_attribute("aria-valuetext", "98 % of the first picture")
    assert alice_page.evaluate("document.querySelector('[data-slide]').value") == 98


def test_slider_follows_the_mouse_and_when_zoomed_its_handle_alone(alice_page: Page) -> None:
    alice_page.goto(address_of(keep_pictures(2), "slider"))
    expect(alice_page.locator("[data-slide]:defined")).to_have_count(1)
    slider = alice_page.get_by_role("slider")
    box = slider.bounding_box()
    quarter, high = box["x"] + box["width"] / 4, box["y"] + 20
    alice_page.mouse.click(quarter, high)
    expect(slider).to_have_attribute("aria-valuenow", "25")
    alice_page.keyboard.press("+")
    expect(level(alice_page)).to_have_text("150 %")
    alice_page.mouse.move(box["x"] + box["width"] * 0.75, high)
    alice_page.mouse.down()
    alice_page.mouse.move(box["x"] + box["width"] * 0.85, high, steps=2)
    alice_page.mouse.up()
    moved_to(alice_page, r"\((9\.9|10)")
    expect(slider).to_have_attribute("aria-valuenow", "25")
    middle = box["y"] + box["height"] / 2
    alice_page.mouse.move(quarter, middle)
    alice_page.mouse.down()
    alice_page.mouse.move(box["x"] + box["width"] / 2, middle, steps=2)
    alice_page.mouse.up()
    expect(slider).to_have_attribute("aria-valuenow", "50")


def test_both_views_are_in_the_history(alice_page: Page) -> None:
    images = keep_pictures(2)
    alice_page.goto(address_of(images))
    alice_page.keyboard.press("+")
    expect(level(alice_page)).to_have_text("150 %")
    alice_page.get_by_role("link", name="Slider").click()
    expect(alice_page).to_have_url(address_of(images, "slider"))
    expect(level(alice_page)).to_have_text("100 %")
    alice_page.keyboard.press("+")
    expect(level(alice_page)).to_have_text("150 %")
    alice_page.go_back()
    expect(alice_page.locator(".pane")).to_have_count(2)
    alice_page.keyboard.press("+")
    expect(level(alice_page)).to_have_text("150 %")
    alice_page.go_forward()
    slider = alice_page.get_by_role("slider")
    slider.focus()
    alice_page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "100")


def test_edit_is_compared_with_its_predecessor_from_the_layer(alice_page: Page) -> None:
    blob = kept_blob()
    first = make_image(blob=blob, prompt="A grey heron")
    response = make_response(
        previous_response_id=first.response.response_id,
        created_at=first.response.created_at + timedelta(hours=1),
    )
    edit = make_image(blob=blob, prompt="A blue heron", response=response, generated_at=response.created_at)
    alice_page.goto("/")
    alice_page.locator(f"[data-grid] a[href*='{edit.pk}']").click()
    expect(alice_page.locator(".words-changed ins")).to_contain_text("blue")
    alice_page.get_by_role("link", name="Compare with the previous version").click()
    expect(alice_page).to_have_url(address_of([first, edit]))
    alice_page.locator(".compared-title a").first.click()
    expect(alice_page).to_have_url(f"/images/{first.pk}")


def test_selected_pictures_are_compared(alice_page: Page) -> None:
    older, newer = keep_pictures(2)
    alice_page.goto("/")
    for _ in range(2):
        alice_page.keyboard.press("ArrowRight")
        alice_page.keyboard.press("x")
    alice_page.get_by_role("link", name="Compare").click()
    expect(alice_page).to_have_url(address_of([newer, older]))
    expect(alice_page.locator(".pane img")).to_have_count(2)


def test_comparison_is_a_plain_page_without_script(
    browser: Browser, alice_page: Page, browser_context_args: dict[str, Any]
) -> None:
    images = keep_pictures(2)
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    context.add_cookies(alice_page.context.cookies())
    page = context.new_page()
    for view in ("", "slider"):
        page.goto(address_of(images, view))
        expect(page.locator("[data-pane] img").first).to_be_visible()
        expect(page.locator("[data-pane] img").nth(1)).to_be_visible()
        expect(page.locator(".compare-tools")).to_be_hidden()
    page.get_by_role("link", name="Side by side").click()
    expect(page).to_have_url(address_of(images))
    context.close()


def test_comparisons_are_accessible_and_fit(
    alice_page: Page, flaws: Callable[[Page], list[str]], complaints: Any
) -> None:
    complaints.expect("404")
    images = [*keep_pictures(2), make_image(state="elided", prompt="A heron"), make_image(state="refused")]
    Image.objects.filter(pk=images[1].pk).update(prompt="A lighthouse, seen from the sea.", quality="low")
    for address in (
        address_of(images[:2]),
        address_of(images[:2], "slider"),
        address_of(images),
        "/compare",
        "/compare?image=1",
    ):
        alice_page.goto(address)
        assert flaws(alice_page) == [], address
        for size in (WIDE, NARROW):
            look(alice_page, "light", size)
            inside = alice_page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth")
            assert inside, address
