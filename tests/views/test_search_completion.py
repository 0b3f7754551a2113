"""The fragment that the search box asks for while it is typed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import saved_searches
from gallery.filters import read_filters
from gallery.search import completing
from tests.factories import make_image, make_user, together
from tests.html import is_whole_page, parsed

ADDRESS = "/search-completion"
HEADERS = [{}, {"HX-Request": "true"}, {"HX-Boosted": "true", "HX-Request": "true"}]


def rows(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [
        row.select_one("bdi").get_text() for row in parsed(answer).select("[role=listbox] > [role=option]")
    ]


def save(owner: Any, name: str, query: str = "heron", *, is_shared: bool = False) -> None:
    filters = read_filters({"q": query, "sort": "oldest"}, user_id=None)
    saved_searches.save(owner.pk, filters, name=name, is_shared=is_shared)


def test_row_says_what_it_replaces_and_by_what(alice_client: Client) -> None:
    make_image(quality="high")
    answer = alice_client.get(ADDRESS, {"q": "blue quality:hi dot", "at": "15"})
    (row,) = parsed(answer).select("[role=option]")
    assert (row["data-from"], row["data-to"], row["data-text"]) == ("13", "15", "high")
    assert row.get_text(" ", strip=True) == "high 1 picture"


def test_rows_are_options_with_names_of_their_own(alice_client: Client) -> None:
    page = parsed(alice_client.get(ADDRESS, {"q": "", "at": "0"}))
    assert page.select_one("ul#completion[role=listbox][aria-label]")
    ids = [row["id"] for row in page.select("[role=option][aria-selected=false]")]
    assert ids == [f"completion-{number}" for number in range(1, 13)]


@pytest.mark.parametrize("headers", HEADERS)
def test_answer_is_always_the_list_alone(alice_client: Client, headers: dict[str, str]) -> None:
    answer = alice_client.get(ADDRESS, {"q": "qua"}, headers=headers)
    assert not is_whole_page(answer)
    assert rows(answer) == ["quality:"]


def test_list_for_nothing_typed_is_marked(alice_client: Client) -> None:
    assert parsed(alice_client.get(ADDRESS, {"q": "blue "})).select_one("[data-unasked]")
    assert not parsed(alice_client.get(ADDRESS, {"q": "blue"})).select_one("[data-unasked]")


def test_own_and_shared_searches_are_offered_by_name(alice_client: Client, alice: Any, bob: Any) -> None:
    save(bob, "Häuser", is_shared=True)
    save(bob, "Hauser, private")
    save(alice, "Neue Hauser")
    answer = alice_client.get(ADDRESS, {"q": "HAUS"})
    assert rows(answer) == ["Neue Hauser", "Häuser"]
    found = parsed(answer).select("[data-href]")
    assert [row["data-href"] for row in found] == ["/?q=heron&sort=oldest"] * 2
    assert "saved by bob" in found[1].get_text()


def test_search_is_not_offered_where_it_would_replace_other_terms(alice_client: Client, alice: Any) -> None:
    save(alice, "Houses")
    assert rows(alice_client.get(ADDRESS, {"q": "quality:high hou"})) == []
    assert rows(alice_client.get(ADDRESS, {"q": "hou blue", "at": "3"})) == []


@pytest.mark.parametrize(
    "text", ["<b>x</b>", '"><script>', "\N{RIGHT-TO-LEFT OVERRIDE}evil", "x' onclick='y"]
)
def test_names_are_inert(alice_client: Client, alice: Any, text: str) -> None:
    save(alice, text)
    page = alice_client.get(ADDRESS, {"q": ""})
    assert rows(page)[0] == text
    assert not parsed(page).select("b, script, [onclick]")


def test_signed_out_script_is_told(db: None, client: Client) -> None:
    assert client.get(ADDRESS, headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 401
    assert client.get(ADDRESS).status_code == 302


def test_nothing_is_offered_in_an_empty_gallery_but_keys(alice_client: Client) -> None:
    assert rows(alice_client.get(ADDRESS, {"q": "model:"})) == []
    assert rows(alice_client.get(ADDRESS, {"q": "tag:"})) == []
    assert rows(alice_client.get(ADDRESS, {"q": "wor"})) == []


@pytest.mark.parametrize(
    "query",
    ["\0", '"', "(((", "a " * 10_000, "date:9999-99", "date:0000-1", "tokens:" + "9" * 400, '\\"', "by:\N{PILE OF POO}",
     "\N{RIGHT-TO-LEFT OVERRIDE}<b>", "%ED%A0%80", "tag:" + "ﷺ" * 300, "model:" + "|" * 3_000, "-" * 4_000],
)  # fmt: skip
def test_absurd_questions_get_a_list(alice_client: Client, query: str) -> None:
    make_image()
    for at in ("", "0", "2", "-1", "999999999", "9" * 50, "\0", "NaN"):
        assert alice_client.get(ADDRESS, {"q": query, "at": at}).status_code == 200, at


def test_lone_surrogates_in_an_address_get_a_list(alice_client: Client) -> None:
    rows(alice_client.get(f"{ADDRESS}?q=%ED%A0%80mod&at=%ED%A0%80"))


def test_only_looking_is_possible(alice_client: Client) -> None:
    assert alice_client.post(ADDRESS, {"q": "x"}).status_code == 405


def test_cost_is_the_same_with_more_of_everything(alice_client: Client, alice: Any) -> None:
    def cost(query: str) -> int:
        completing.forget()
        alice_client.get(ADDRESS, {"q": query})
        completing.forget()
        with CaptureQueriesContext(connection) as captured:
            alice_client.get(ADDRESS, {"q": query})
        return len(captured)

    make_image(uploader=alice)
    save(alice, "light")
    queries = ["", "lig", "quality:", "by:", "date:"]
    before = {query: cost(query) for query in queries}
    with together():
        for number in range(100):
            make_image(prompt=f"light{number}", quality=f"q{number % 7}", uploader=alice)
            save(make_user(), f"light {number}", is_shared=True)
    assert {query: cost(query) for query in queries} == before
