"""Responses for programs: the newest, those whose pictures a query finds, and one with all that is known of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.programs import problem
from tests.factories import make_image, make_item, make_response, make_transcript, together


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["items"]]


def all_ids(reader: Client, url: str) -> list[str]:
    """Over all pages."""
    found: list[str] = []
    while url:
        response = reader.get(url)
        found += ids(response)
        url = (response.json()["next_url"] or "").removeprefix("http://testserver")
    return found


def test_the_latest_upload_comes_first(reader: Client) -> None:
    old, new = make_response(), make_response()
    assert ids(reader.get("/api/responses")) == [str(new.pk), str(old.pk)]


def test_following_next_urls_gives_every_response_once(reader: Client) -> None:
    made = [str(make_response().pk) for _ in range(5)]
    assert all_ids(reader, "/api/responses?limit=2") == made[::-1]


def test_responses_are_found_by_their_pictures(reader: Client) -> None:
    wanted = make_image(prompt="A red kite").response
    make_image(prompt="A heron")
    assert ids(reader.get("/api/responses", {"q": "kite"})) == [str(wanted.pk)]


def test_a_response_is_named_once_however_many_of_its_pictures_match(reader: Client) -> None:
    first, second = make_response(), make_response()
    for number in range(3):
        for response in (first, second):
            make_image(response=response, item=make_item(response=response), prompt=f"kite {number}")
    assert sorted(all_ids(reader, "/api/responses?q=kite&limit=1")) == sorted([str(first.pk), str(second.pk)])


def test_a_newer_picture_that_does_not_match_hides_no_response(reader: Client) -> None:
    response = make_response()
    make_image(response=response, item=make_item(response=response), prompt="A red kite")
    make_image(response=response, item=make_item(response=response), prompt="A heron")
    assert ids(reader.get("/api/responses", {"q": "kite"})) == [str(response.pk)]


@pytest.mark.parametrize("query", ["cursor=x", "cursor=1", "cursor=9-9-9", "limit=0", "q=kite&cursor=x"])
def test_a_bad_place_is_said(reader: Client, query: str) -> None:
    assert problem(reader.get(f"/api/responses?{query}")) == "invalid"


def test_a_response_is_told_as_the_export_tells_it(reader: Client) -> None:
    image = make_image(prompt="A red kite")
    make_transcript(responses=[image.response], name="run.sse")
    told = reader.get(f"/api/responses/{image.response_id}").json()

    assert told["id"] == str(image.response_id)
    assert told["response_id"] == image.response.response_id
    assert told["transcripts"][0]["name"] == "run.sse"
    assert told["images"][0]["prompt"] == "A red kite"
    assert told["items"][0]["type"] == "image_generation_call"
    assert told["usage"] is None


def test_everything_that_is_kept_can_be_had(reader: Client) -> None:
    response = make_response(rest={"temperature": 1})
    make_item(response=response)
    told = reader.get(f"/api/responses/{response.pk}/json").json()
    assert told["rest"] == {"temperature": 1}
    assert told["output"][0]["type"] == "image_generation_call"


@pytest.mark.parametrize("number", ["0", "99", "x", "9" * 25])
def test_what_is_no_response_is_not_found(reader: Client, number: str) -> None:
    assert problem(reader.get(f"/api/responses/{number}")) == "not-found"
    assert problem(reader.get(f"/api/responses/{number}/json")) == "not-found"


def test_one_response_costs_the_same_whatever_it_holds(reader: Client) -> None:
    def asked(pk: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(f"/api/responses/{pk}").status_code == 200
        return len(queries)

    small, large = make_response(), make_response()
    for response, count in ((small, 1), (large, 20)):
        with together(response):
            for _ in range(count):
                make_image(response=response, item=make_item(response=response))
                make_transcript(responses=[response])
    reader.get("/api/usage")
    assert asked(small.pk) == asked(large.pk)


def test_a_list_costs_the_same_at_any_length(reader: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get("/api/responses").status_code == 200
        return len(queries)

    make_response()
    reader.get("/api/usage")
    few = asked()
    with together():
        for _ in range(30):
            make_response()
    assert asked() == few
