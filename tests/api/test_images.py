"""Pictures for programs: the grid's query language, orders and cursors, and each fact that is known, null where not."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.curation import add_tags, rate
from gallery.models import Image
from tests.api.programs import problem
from tests.factories import make_image, together


def keys(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["key"] for item in response.json()["items"]]


def test_pictures_come_newest_first(reader: Client) -> None:
    old, new = make_image(), make_image()
    assert keys(reader.get("/api/images")) == [str(new.pk), str(old.pk)]


def test_an_empty_gallery_is_an_empty_list(reader: Client) -> None:
    assert reader.get("/api/images").json() == {
        "items": [],
        "next_cursor": None,
        "next_url": None,
        "notices": [],
    }


def test_the_query_is_that_of_the_search_box(reader: Client) -> None:
    wanted = make_image(prompt="A red kite", quality="low")
    make_image(prompt="A red kite", quality="high")
    make_image(prompt="A heron", quality="low")
    assert keys(reader.get("/api/images", {"q": "kite quality:low"})) == [str(wanted.pk)]


def test_what_is_not_understood_is_said(reader: Client) -> None:
    make_image()
    assert "colour" in " ".join(reader.get("/api/images", {"q": "colour:red"}).json()["notices"])


def test_orders_are_those_of_the_grid(reader: Client) -> None:
    old, new = make_image(), make_image()
    assert keys(reader.get("/api/images", {"sort": "oldest"})) == [str(old.pk), str(new.pk)]


@pytest.mark.parametrize("sort", ["newest", "oldest", "largest", "dearest", "best", "added"])
def test_following_next_urls_gives_every_picture_once(reader: Client, sort: str) -> None:
    made = {str(make_image(prompt=f"kite {number}").pk) for number in range(5)}
    found: list[str] = []
    url = f"/api/images?q=kite&sort={sort}&limit=2"
    while url:
        response = reader.get(url)
        found += keys(response)
        url = (response.json()["next_url"] or "").removeprefix("http://testserver")
    assert len(found) == len(made)
    assert set(found) == made


def test_repeats_are_folded_only_if_asked_for(reader: Client) -> None:
    first = make_image(
        prompt="The same",
    )
    again = make_image(prompt="The same", response=first.response)
    assert len(keys(reader.get("/api/images"))) == 2
    assert keys(reader.get("/api/images", {"fold": "true"})) == [str(max(first.pk, again.pk))]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "sort=x", "cursor=x", "cursor=0", "cursor=99999999999999999999", "fold=7",
     "cursor=1.2", "sort=largest&cursor=1", "q=" + "a" * 2001],
)  # fmt: skip
def test_a_bad_parameter_is_named(reader: Client, query: str) -> None:
    response = reader.get(f"/api/images?{query}")
    assert problem(response) == "invalid"
    assert response.json()["errors"][0]["parameter"] in query


@pytest.mark.parametrize(
    "q", ["%00", "(((", '"', "-", "before:x", "%ED%A0%80", "is:", "cost:>", "\u202e", "or or"]
)
def test_no_query_breaks_the_list(reader: Client, q: str) -> None:
    make_image()
    assert reader.get(f"/api/images?q={q}").status_code == 200


def test_a_picture_is_told_with_all_that_is_known(reader: Client, bob: User, alice: User) -> None:
    image = make_image(prompt="A red kite", uploader=alice)
    add_tags(bob, [image.pk], ["Birds"])
    rate(bob, [image.pk], 4)
    told = reader.get(f"/api/images/{image.pk}").json()

    assert told["key"] == str(image.pk)
    assert told["url"] == f"http://testserver/images/{image.pk}"
    assert told["response_id"] == str(image.response_id)
    assert (told["prompt"], told["uploader"], told["tags"]) == ("A red kite", "alice", ["Birds"])
    assert (told["rating"], told["mean_rating"], told["is_favourite"]) == (4, 4.0, False)
    assert told["file_url"] == f"http://testserver/api/blobs/{image.blob_id}"
    assert told["thumbnail_url"] == f"http://testserver/api/thumbs/{image.blob_id}"
    assert (told["width"], told["height"], told["state"]) == (1536, 1024, "stored")


def test_silence_is_null(reader: Client) -> None:
    image = make_image(prompt=None, state="missing", quality="", generated_at=None)
    told = reader.get(f"/api/images/{image.pk}").json()
    assert [
        told[name] for name in ("prompt", "quality", "sha256", "file_url", "width", "bytes", "rating")
    ] == [None] * 7


def test_a_cost_that_is_not_known_is_null_and_no_zero(reader: Client) -> None:
    image = make_image()
    Image.objects.filter(pk=image.pk).update(cost_usd=None)
    told = reader.get(f"/api/images/{image.pk}").json()
    assert (told["cost_usd"], told["is_cost_estimated"]) == (None, None)


def test_a_cost_is_told_to_the_last_digit(reader: Client) -> None:
    image = make_image()
    Image.objects.filter(pk=image.pk).update(cost_usd="0.006125000")
    assert reader.get(f"/api/images/{image.pk}").json()["cost_usd"] == "0.006125"


def test_hidden_and_deleted_pictures_are_not_listed_but_still_there(reader: Client) -> None:
    hidden, trashed = make_image(is_hidden=True), make_image(trashed_at=timezone.now())
    assert keys(reader.get("/api/images")) == []
    assert keys(reader.get("/api/images", {"q": "is:hidden"})) == [str(hidden.pk)]
    assert reader.get(f"/api/images/{hidden.pk}").json()["is_hidden"] is True
    assert reader.get(f"/api/images/{trashed.pk}").json()["trashed_at"] is not None


def test_favourites_are_those_of_the_tokens_owner(reader: Client, alice: User) -> None:
    from gallery.curation import set_favourite

    image = make_image()
    set_favourite(alice, [image.pk], is_favourite=True)
    assert keys(reader.get("/api/images", {"q": "is:favourite"})) == []
    assert reader.get(f"/api/images/{image.pk}").json()["is_favourite"] is False


@pytest.mark.parametrize("key", ["1", "0", "-1", "abc", "9" * 19, "9" * 40, "1.5", "%00", "٣"])
def test_what_is_no_picture_is_not_found(reader: Client, key: str) -> None:
    assert problem(reader.get(f"/api/images/{key}")) == "not-found"


def test_a_list_that_has_not_changed_is_not_sent_again(reader: Client) -> None:
    make_image()
    tag = reader.get("/api/images")["ETag"]
    again = reader.get("/api/images", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    make_image()
    assert reader.get("/api/images", headers={"If-None-Match": tag}).status_code == 200


def test_head_is_get_without_the_body(reader: Client) -> None:
    make_image()
    head, get = reader.head("/api/images"), reader.get("/api/images")
    assert head.content == b""
    assert (head["Content-Length"], head["ETag"]) == (str(len(get.content)), get["ETag"])


def test_a_page_costs_the_same_with_any_number_of_pictures(reader: Client, alice: User) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(address).status_code == 200
        return len(queries)

    for number in range(3):
        add_tags(alice, [make_image(uploader=alice).pk], [f"tag {number}"])
    reader.get("/api/images")
    few = [
        asked(address)
        for address in ("/api/images", "/api/images?q=lighthouse", "/api/responses?q=lighthouse")
    ]
    with together():
        for number in range(40):
            add_tags(alice, [make_image(uploader=alice).pk], [f"tag {number}"])
    many = [
        asked(address)
        for address in ("/api/images", "/api/images?q=lighthouse", "/api/responses?q=lighthouse")
    ]
    assert many == few
    assert max(many) <= 9
