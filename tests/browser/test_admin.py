"""The admin in a browser: what stands in its lists is seen without scrolling sideways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.utils import timezone
from playwright.sync_api import Page, expect

from gallery import tokens
from gallery.models import ApiToken, Image, Price
from tests.admin.archive import ALL, fill, list_url
from tests.browser.looks import NARROW, WIDE, look, overflow_of
from tests.factories import make_image, make_item, make_response, make_transcript

pytestmark = pytest.mark.django_db(transaction=True)

LONG_PROMPT = "Long-exposure photograph of a round badge in Reykjavík by moonlight, in rose colours. " * 3
WHERE_THE_WORDS_ARE = """
element => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const { left, right, top, bottom } = range.getBoundingClientRect();
  return { left, right, top, bottom };
}
"""
BY_HOW_MUCH = "list => list.scrollWidth - list.clientWidth"


@pytest.fixture
def long_words(alice: User, complaints: Any) -> None:
    """Rows that take all the room they may take."""
    complaints.expect("404")  # they have no thumbnails
    fill()
    response = make_response(
        response_id="resp_0dc1a25a66731cdb0d1068328de79b35a711ed4705a6ff0020",
        model="gpt-5.1-mini-2026-11-13",
        image_model="gpt-image-2.5-sunburst",
        status="completed",
        total_tokens=123_456,
        image_total_tokens=123_456,
        uploader=alice,
    )
    item = make_item(response=response, type="image_generation_call", role="assistant", text=LONG_PROMPT)
    image = make_image(response=response, item=item, prompt=LONG_PROMPT, cost_usd="0.011915")
    Image.objects.filter(pk=image.pk).update(is_hidden=True, trashed_at=timezone.now(), uploader=alice)
    make_transcript(name="round-badge-in-the-golden-hour-0001.sse", uploader=alice, responses=[response])
    _, secret = tokens.make(
        alice, name="nightly job of the studio", scope=ApiToken.Scope.UPLOAD, lifetime=timedelta(days=90)
    )
    token = tokens.check(secret)
    tokens.revoke(token, by=alice)


def test_no_list_scrolls_sideways_in_a_wide_window(charlie_page: Page, long_words: None):
    wide = {}
    lists: list[type[Model]] = [*ALL, Price]
    for model in lists:
        charlie_page.goto(list_url(model))
        look(charlie_page, "light", WIDE)
        expect(charlie_page.locator("#result_list")).to_be_visible()
        over = charlie_page.locator("#changelist .results").evaluate(BY_HOW_MUCH)
        if over > 0:
            wide[model.__name__] = over
    assert wide == {}


def test_what_can_be_done_does_not_lie_over_a_long_heading(charlie_page: Page, long_words: None):
    image = Image.objects.get(is_hidden=True)
    charlie_page.goto(f"/admin/gallery/image/{image.pk}/change/")
    look(charlie_page, "light", WIDE)
    heading = charlie_page.locator("#content h2").first.evaluate(WHERE_THE_WORDS_ARE)
    button = charlie_page.get_by_role("button", name="Show in the gallery").evaluate(WHERE_THE_WORDS_ARE)
    is_beside = heading["right"] <= button["left"]
    is_above = heading["bottom"] <= button["top"]
    assert is_beside or is_above


def test_first_page_fits_a_narrow_screen(charlie_page: Page):
    charlie_page.set_viewport_size(NARROW)
    charlie_page.goto("/admin/")
    assert overflow_of(charlie_page) == 0
    name = charlie_page.get_by_role("link", name="Health")
    assert name.bounding_box()["height"] < 44  # in one line
