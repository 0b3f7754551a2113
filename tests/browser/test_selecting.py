"""Choosing many pictures by mouse and by keys, and what is then done to them, without losing one's place."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from gallery import collections
from gallery.models import Collection, Image, Mark
from tests.browser.looks import at_rest, scroll_to_the_end
from tests.browser.surroundings import keep_pictures
from tests.factories import make_image

pytestmark = pytest.mark.django_db(transaction=True)


def tiles(page: Page) -> Locator:
    return page.locator("[data-grid] .tile")


def count(page: Page) -> Locator:
    return page.locator("[data-bulk-count]")


def press_action(page: Page, words: str) -> None:
    page.locator("[data-bulk]").get_by_role("button", name=words, exact=True).click()


def test_range_by_shift_click_and_one_less_by_its_box(
    alice_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    keep_pictures(12)
    alice_page.goto("/")
    tiles(alice_page).nth(2).hover()
    tiles(alice_page).nth(2).get_by_role("checkbox").click()
    tiles(alice_page).nth(6).locator("a").click(modifiers=["Shift"])
    expect(count(alice_page)).to_have_text("5 pictures selected")
    tiles(alice_page).nth(4).get_by_role("checkbox").click()
    expect(count(alice_page)).to_have_text("4 pictures selected")
    assert axe(alice_page) == []
    alice_page.emulate_media(color_scheme="dark")
    assert axe(alice_page) == []


def test_while_something_is_chosen_a_click_chooses_and_enter_opens(alice_page: Page) -> None:
    keep_pictures(6)
    alice_page.goto("/")
    tiles(alice_page).nth(0).get_by_role("checkbox").check(force=True)
    tiles(alice_page).nth(1).locator("a").click()
    expect(count(alice_page)).to_have_text("2 pictures selected")
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator("#prompt")).to_be_visible()
    alice_page.keyboard.press("Escape")
    expect(count(alice_page)).to_have_text("2 pictures selected")
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator("[data-bulk]")).to_be_hidden()
    tiles(alice_page).nth(1).locator("a").click()
    expect(alice_page.locator("#prompt")).to_be_visible()


def test_pictures_are_chosen_tagged_and_collected_by_keys_alone(alice_page: Page) -> None:
    keep_pictures(6)
    alice_page.goto("/")
    alice_page.keyboard.press("ArrowRight")
    alice_page.keyboard.press("x")
    alice_page.keyboard.press("Shift+ArrowRight")
    alice_page.keyboard.press("Shift+ArrowRight")
    expect(count(alice_page)).to_have_text("3 pictures selected")
    alice_page.locator("[data-bulk] summary").nth(2).focus()
    alice_page.keyboard.press("Enter")
    alice_page.keyboard.press("Tab")
    alice_page.keyboard.type("Blue things")
    alice_page.keyboard.press("Enter")
    expect(alice_page.locator("[data-answer]")).to_contain_text(
        "3 pictures put into the collection “Blue things”"
    )
    assert Collection.objects.get().places.count() == 3


def test_control_a_takes_the_page_and_then_all_that_match(alice_page: Page) -> None:
    keep_pictures(70)
    alice_page.goto("/?q=lighthouse")
    at_rest(alice_page)
    shown = tiles(alice_page).count()
    alice_page.keyboard.press("Control+a")
    expect(count(alice_page)).to_have_text(f"{shown} pictures selected")
    alice_page.keyboard.press("Control+a")
    expect(count(alice_page)).to_have_text("70 pictures selected")
    press_action(alice_page, "Favourite")
    expect(alice_page.locator("[data-answer]")).to_contain_text("70 pictures among your favourites")
    expect(alice_page.locator(".tile:not(.is-favourite)")).to_have_count(0)
    assert Mark.objects.filter(is_favourite=True).count() == 70


def test_stale_selection_is_told_and_gone_on_with(alice_page: Page, complaints) -> None:
    complaints.expect("409")
    keep_pictures(3)
    alice_page.goto("/")
    alice_page.keyboard.press("Control+a")
    alice_page.keyboard.press("Control+a")
    expect(count(alice_page)).to_have_text("3 pictures selected")
    make_image(prompt="Late")
    press_action(alice_page, "Hide")
    expect(alice_page.get_by_role("alert")).to_contain_text("There were 3, and now there are 4")
    alice_page.get_by_role("button", name="Select these 4").click()
    expect(count(alice_page)).to_have_text("4 pictures selected")


def test_deleted_ones_leave_and_come_back_by_undo_and_the_place_stays(alice_page: Page) -> None:
    keep_pictures(70)
    alice_page.set_viewport_size({"width": 1440, "height": 700})
    alice_page.goto("/")
    alice_page.keyboard.press("ArrowRight")
    for _ in range(30):
        alice_page.keyboard.press("ArrowRight")
    alice_page.keyboard.press("x")
    alice_page.keyboard.press("Shift+ArrowRight")
    expect(count(alice_page)).to_have_text("2 pictures selected")
    press_action(alice_page, "Delete")
    expect(alice_page.locator("[data-answer]")).to_contain_text("2 pictures in the trash")
    expect(tiles(alice_page).filter(has_text=re.compile(r"take (40|39)\."))).to_have_count(0)
    expect(tiles(alice_page).filter(has_text="take 38.").locator("a")).to_be_focused()
    alice_page.get_by_role("button", name="Undo").click()
    expect(tiles(alice_page).filter(has_text=re.compile(r"take (40|39)\."))).to_have_count(2)
    expect(tiles(alice_page).filter(has_text="take 38.")).to_be_in_viewport()
    assert Image.objects.cards().count() == 70


def test_choice_outlives_reload_layer_and_more_pages(alice_page: Page) -> None:
    keep_pictures(70)
    alice_page.goto("/")
    tiles(alice_page).nth(3).get_by_role("checkbox").check(force=True)
    alice_page.reload()
    expect(count(alice_page)).to_have_text("1 picture selected")
    expect(tiles(alice_page).nth(3).get_by_role("checkbox")).to_be_checked()
    scroll_to_the_end(alice_page, until=70)
    expect(count(alice_page)).to_have_text("1 picture selected")


def test_download_is_a_zip_of_what_is_chosen(alice_page: Page, tmp_path) -> None:
    keep_pictures(5)
    alice_page.goto("/")
    for number in (0, 1):
        tiles(alice_page).nth(number).get_by_role("checkbox").check(force=True)
    with alice_page.expect_download() as started:
        press_action(alice_page, "Download")
    path = tmp_path / "pictures.zip"
    started.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert sum(name.endswith(".json") for name in archive.namelist()) == 2
    expect(count(alice_page)).to_have_text("2 pictures selected")


def test_two_chosen_ones_lead_to_their_comparison(alice_page: Page) -> None:
    keep_pictures(5)
    alice_page.goto("/")
    for number in (0, 1):
        tiles(alice_page).nth(number).get_by_role("checkbox").check(force=True)
    alice_page.locator("[data-bulk-compare]").click()
    expect(alice_page).to_have_url(re.compile(r"/compare\?image=\d+&image=\d+$"))


def test_collection_is_arranged_where_it_is_shown(
    alice_page: Page, alice, axe: Callable[[Page], list[str]]
) -> None:
    keep_pictures(4)
    collection = collections.make_collection(alice, "Posters", "For the fair")
    collections.add(
        alice, collection, list(Image.objects.cards().order_by("id").values_list("id", flat=True))
    )
    alice_page.goto(f"/collections/{collection.pk}")
    captions = alice_page.locator("[data-grid] .caption")
    expect(captions).to_have_text([re.compile(rf"take {take}\.") for take in (1, 2, 3, 4)])
    tiles(alice_page).nth(2).get_by_role("checkbox").check(force=True)
    alice_page.locator("[data-bulk] summary", has_text="Arrange").click()
    press_action(alice_page, "To the beginning")
    expect(captions).to_have_text([re.compile(rf"take {take}\.") for take in (3, 1, 2, 4)])
    for scheme in ("light", "dark"):
        alice_page.emulate_media(color_scheme=scheme)
        assert axe(alice_page) == []
    alice_page.reload()
    expect(captions).to_have_text([re.compile(rf"take {take}\.") for take in (3, 1, 2, 4)])
    alice_page.locator("[data-grid] .tile a").last.press("Enter")
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 4.")
    alice_page.keyboard.press("ArrowRight")
    expect(alice_page.locator("#prompt")).to_have_text("A lighthouse, take 4.")
    alice_page.keyboard.press("Escape")
    alice_page.goto("/collections")
    for scheme in ("light", "dark"):
        alice_page.emulate_media(color_scheme=scheme)
        assert axe(alice_page) == []


def test_everything_of_the_bar_is_reached_on_a_telephone(alice_page: Page) -> None:
    keep_pictures(5)
    alice_page.set_viewport_size({"width": 390, "height": 800})
    alice_page.goto("/")
    tiles(alice_page).nth(0).get_by_role("checkbox").check(force=True)
    expect(alice_page.locator("[data-bulk]")).to_be_visible()
    for button in alice_page.locator("[data-bulk] .bulk-actions > *:visible").all():
        box = button.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 40
    assert alice_page.evaluate("document.documentElement.scrollWidth") <= 390
