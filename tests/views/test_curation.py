"""Favourites, ratings, tags, hiding, the trash: by plain forms and by script."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gallery import curation, shelving
from gallery.models import Image, ImageTag, Mark, Tag
from tests.factories import make_image, make_user, together
from tests.html import is_whole_page, parsed, visible_prompts, words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ACTIONS = ["favourite", "rating", "tags", "shelf"]


def test_favourite_is_kept_for_the_reader_alone(alice_client: Client, alice: Any) -> None:
    image = make_image()
    alice_client.post(f"/images/{image.pk}/favourite", {"favourite": "on"})
    assert [(mark.user_id, mark.is_favourite) for mark in Mark.objects.all()] == [(alice.pk, True)]
    alice_client.post(f"/images/{image.pk}/favourite", {"favourite": "off"})
    assert not Mark.objects.exists()


def test_rating_counts_for_the_order_by_its_mean(alice_client: Client) -> None:
    image = make_image()
    curation.rate(make_user(), [image.pk], 2)
    alice_client.post(f"/images/{image.pk}/rating", {"rating": "5"})
    image.refresh_from_db()
    assert image.rating_rank == 350
    alice_client.post(f"/images/{image.pk}/rating", {"rating": "0"})
    image.refresh_from_db()
    assert image.rating_rank == 200


def test_marks_show_on_the_tile_and_beside_the_picture(alice_client: Client, alice: Any) -> None:
    image = make_image()
    curation.set_favourite(alice, [image.pk], is_favourite=True)
    curation.rate(alice, [image.pk], 4)
    tile = parsed(alice_client.get("/")).select_one(".tile.is-favourite.is-rated")
    assert tile.select_one(".rated").get_text() == "★★★★"
    page = parsed(alice_client.get(f"/images/{image.pk}"))
    assert page.select_one("[data-favourite]")["aria-pressed"] == "true"
    assert len(page.select(".stars .is-lit")) == 4


def test_tags_are_added_removed_and_found(alice_client: Client) -> None:
    image = make_image(prompt="A heron")
    make_image(prompt="A crane")
    alice_client.post(f"/images/{image.pk}/tags", {"add": " Blue  Dot, poster ,"})
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["Blue Dot", "poster"]
    assert visible_prompts(alice_client.get('/?q=tag:"blue dot"')) == ["A heron"]
    alice_client.post(f"/images/{image.pk}/tags", {"remove": "poster"})
    assert list(Tag.objects.values_list("name", flat=True)) == ["Blue Dot"]


def test_same_tag_in_other_letters_is_the_same_tag(alice_client: Client) -> None:
    image = make_image()
    for name in ("Café", "CAFE", "café"):
        alice_client.post(f"/images/{image.pk}/tags", {"add": name})
    assert ImageTag.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"), [("!!!", "needs a letter"), ("x" * 61, "at most 60 characters")]
)
def test_bad_tag_is_said_and_what_was_typed_stays(alice_client: Client, typed: str, sentence: str) -> None:
    image = make_image()
    answer = alice_client.post(f"/images/{image.pk}/tags", {"add": typed}, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert parsed(answer).select_one("[data-tag-add]")["value"] == typed


def test_hidden_picture_leaves_the_grid_and_comes_back(alice_client: Client) -> None:
    image = make_image(prompt="A heron")
    alice_client.post(f"/images/{image.pk}/shelf", {"do": "hide"})
    assert "A heron" not in words(alice_client.get("/"))
    assert visible_prompts(alice_client.get("/?q=is:hidden")) == ["A heron"]
    alice_client.post(f"/images/{image.pk}/shelf", {"do": "show"})
    assert visible_prompts(alice_client.get("/")) == ["A heron"]


def test_deleted_picture_is_in_the_trash_with_who_and_when(alice_client: Client, alice: Any) -> None:
    image = make_image(prompt="A heron")
    alice_client.post(f"/images/{image.pk}/shelf", {"do": "trash"})
    text = words(alice_client.get("/trash"))
    assert "A heron" in text
    assert f"by {alice.username}" in text
    assert "29 days left" in text


def test_restored_picture_has_all_that_people_added(alice_client: Client, alice: Any) -> None:
    image = make_image(prompt="A heron")
    curation.rate(alice, [image.pk], 5)
    shelving.put_in_trash([image.pk], alice)
    answer = alice_client.post(f"/images/{image.pk}/shelf", {"do": "restore", "from": "trash"})
    assert answer.headers["Location"] == "/trash"
    assert visible_prompts(alice_client.get("/?q=rating:5")) == ["A heron"]


def test_trash_goes_on_from_page_to_page(alice_client: Client) -> None:
    with together():
        images = [make_image(prompt=f"take {number}", state="missing") for number in range(52)]
    shelving.put_in_trash([image.pk for image in images], None)
    page = parsed(alice_client.get("/trash"))
    assert len(page.select(".trash li")) == 50
    assert len(parsed(alice_client.get(page.select_one(".after-list a")["href"])).select(".trash li")) == 2


def test_empty_trash_says_so(alice_client: Client) -> None:
    assert "The trash is empty" in words(alice_client.get("/trash?before=zzz"))


@pytest.mark.parametrize("action", ACTIONS)
def test_script_gets_the_panel_and_a_form_its_page(alice_client: Client, action: str) -> None:
    image = make_image()
    data = {"favourite": "on", "rating": "3", "add": "x", "do": "hide"}
    fragment = alice_client.post(f"/images/{image.pk}/{action}", data, headers=HTMX)
    assert not is_whole_page(fragment)
    assert parsed(fragment).select_one("[data-curation]")
    answer = alice_client.post(f"/images/{image.pk}/{action}", data)
    assert answer.headers["Location"] == f"/images/{image.pk}"


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_changes_a_picture_without_a_sign_in(client: Client, action: str) -> None:
    image = make_image()
    assert client.post(f"/images/{image.pk}/{action}", {"favourite": "on"}).status_code == 302
    assert not Mark.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_unknown_picture_is_not_found(alice_client: Client, action: str) -> None:
    assert alice_client.post(f"/images/77/{action}", {"favourite": "on"}).status_code == 404


@pytest.mark.parametrize(
    ("action", "data"),
    [("rating", {"rating": "6"}), ("rating", {"rating": "\0"}), ("shelf", {"do": "explode"}), ("shelf", {})],
)
def test_what_makes_no_sense_changes_nothing_and_is_said(
    alice_client: Client, action: str, data: dict[str, str]
) -> None:
    image = make_image()
    answer = alice_client.post(f"/images/{image.pk}/{action}", data)
    assert answer.status_code == 422
    assert parsed(answer).select_one("[role=alert]")
    assert Image.objects.cards().count() == 1
