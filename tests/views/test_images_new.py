"""What came since a page was read: counted under its query, by when it came."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_image, make_item, make_response, together
from tests.html import is_whole_page, parsed, words

HTMX = {"HX-Request": "true"}


def question_of(client: Client, address: str = "/") -> str:
    """What the page at that address will ask with."""
    return str(parsed(client.get(address)).select_one("[data-fresh]")["data-fresh"])


def answer_to(client: Client, question: str) -> str | None:
    """The words of the pill; None if there is none."""
    answer = client.get(question, headers=HTMX)
    assert answer.status_code in {200, 204}
    return words(answer) or None


def test_nothing_new_has_no_content(alice_client: Client) -> None:
    make_image()
    answer = alice_client.get(question_of(alice_client), headers=HTMX)
    assert answer.status_code == 204
    assert answer.content == b""


def test_pictures_that_came_since_are_counted(alice_client: Client) -> None:
    make_image()
    question = question_of(alice_client)
    for _ in range(3):
        make_image()
    assert answer_to(alice_client, question) == "3 new pictures: show the list from its beginning"


def test_new_is_what_came_not_what_was_generated(alice_client: Client) -> None:
    make_image()
    question = question_of(alice_client)
    make_image(generated_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert answer_to(alice_client, question) == "1 new picture: show the list from its beginning"


def test_first_picture_of_an_empty_archive_is_new(alice_client: Client) -> None:
    question = question_of(alice_client)
    make_image()
    assert answer_to(alice_client, question) is not None


@pytest.mark.parametrize(
    "query", ["q=heron", "q=quality%3Alow", "q=date%3A2026-05", "q=is%3Ahidden", "q=tokens%3A%3E5"]
)
@pytest.mark.parametrize("sort", ["newest", "oldest", "largest", "dearest", "best", "added"])
def test_only_what_the_query_would_show_is_new(alice_client: Client, query: str, sort: str) -> None:
    question = question_of(alice_client, f"/?{query}&sort={sort}")
    make_image(prompt="A crane", quality="high", total_tokens=1)
    assert answer_to(alice_client, question) is None
    make_image(
        prompt="A heron",
        quality="low",
        total_tokens=9,
        generated_at=datetime(2026, 5, 2, tzinfo=UTC),
        is_hidden="hidden" in query,
    )
    assert answer_to(alice_client, question) == "1 new picture: show the list from its beginning"


def test_next_question_is_about_what_comes_after_the_answer(alice_client: Client) -> None:
    question = question_of(alice_client, "/?q=heron&sort=oldest")
    for prompt, expected in [
        ("A heron", "1 new picture:"),
        ("A crane", "1 new picture:"),
        ("A heron", "2 new pictures:"),
    ]:
        make_image(prompt=prompt)
        answer = alice_client.get(question, headers=HTMX)
        assert words(answer).startswith(expected)
        question = parsed(answer).select_one("[data-fresh-next]")["data-fresh-next"]
        assert alice_client.get(question, headers=HTMX).status_code == 204


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("3", "4 new"),
        ("3+", "4+ new"),
        ("50", "50+ new"),
        ("99", "50+ new"),
        ("x", "1 new"),
        ("-1", "1 new"),
        ("9" * 99, "1 new"),
    ],
)
def test_what_was_counted_before_is_added(alice_client: Client, known: str, expected: str) -> None:
    make_image()
    answer = alice_client.get("/images/new", {"since": "0", "known": known}, headers=HTMX)
    assert words(answer).startswith(expected)


def test_hidden_and_partial_pictures_are_not_news(alice_client: Client) -> None:
    question = question_of(alice_client)
    make_image(is_hidden=True)
    make_image(role="partial")
    assert answer_to(alice_client, question) is None


def test_pill_leads_to_the_beginning_of_the_same_list(alice_client: Client) -> None:
    image = make_image(prompt="A heron")
    question = question_of(
        alice_client, f"/?q=heron&sort=oldest&layout=dense&stacks=off&before={image.pk - 1}"
    )
    make_image(prompt="A heron")
    answer = parsed(alice_client.get(question, headers=HTMX))
    assert answer.select_one("a")["href"] == "/?q=heron&sort=oldest&layout=dense&stacks=off"
    elsewhere = answer.find("template").find("a")
    assert elsewhere["href"] == "/?q=heron&sort=added&layout=dense&stacks=off"


@pytest.mark.parametrize("query", ["", "heron"])
def test_count_is_bounded(alice_client: Client, query: str) -> None:
    question = question_of(alice_client, f"/?q={query}")
    response = make_response()
    item = make_item(response=response)
    with together(response):
        for number in range(110):
            make_image(response=response, item=item, index=number, state="missing", prompt="A heron")
    assert answer_to(alice_client, question) == "50+ new pictures: show the list from its beginning"


@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "9" * 19, "9" * 500, "٣", "\x00", "1 OR 1=1"])
def test_what_no_page_has_said_gets_nothing(alice_client: Client, since: str) -> None:
    make_image()
    assert alice_client.get("/images/new", {"since": since}, headers=HTMX).status_code == 204


def test_no_parameters_get_nothing(alice_client: Client) -> None:
    make_image()
    assert alice_client.get("/images/new", headers=HTMX).status_code == 204


def test_absurd_query_gets_an_answer(alice_client: Client) -> None:
    make_image()
    absurd = {"since": "0", "q": '((\x00 -"' * 900, "sort": "x", "layout": "\x00", "stacks": "["}
    assert alice_client.get("/images/new", absurd, headers=HTMX).status_code in {200, 204}


def test_signed_out_reader_is_sent_to_sign_in(db: None, client: Client) -> None:
    assert client.get("/images/new?since=0").status_code == 302
    assert "HX-Redirect" in client.get("/images/new?since=0", headers=HTMX).headers


@pytest.mark.parametrize(
    "headers", [{}, {**HTMX, "HX-Boosted": "true"}, {**HTMX, "HX-History-Restore-Request": "true"}]
)
def test_whole_page_for_links_and_history(alice_client: Client, headers: dict[str, str]) -> None:
    make_image()
    assert is_whole_page(alice_client.get("/images/new?since=0", headers=headers))


def test_script_gets_a_fragment_and_caches_know(alice_client: Client) -> None:
    make_image()
    answer = alice_client.get("/images/new?since=0", headers=HTMX)
    assert not is_whole_page(answer)
    assert "HX-Request" in answer.headers["Vary"]


def queries_for(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address, headers=HTMX)
    return len(captured)


# The session and the user; how far the archive has come; the new pictures; of those, which match. The values of a facet
# are looked up besides.
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 4), ("heron ", 5), ("quality:high", 6), ("heron quality:high", 6)],
)
def test_more_pictures_cost_no_more_queries(alice_client: Client, query: str, queries: int) -> None:
    address = f"/images/new?since=0&q={query}"
    response = make_response()
    item = make_item(response=response)

    def add(first: int, last: int) -> None:
        with together(response):
            for number in range(first, last):
                make_image(response=response, item=item, index=number, state="missing", prompt="A heron")

    add(0, 3)
    assert queries_for(alice_client, address) == queries
    add(3, 103)
    assert queries_for(alice_client, address) == queries


def test_nothing_new_costs_one_query_beside_the_readers(alice_client: Client) -> None:
    make_image()
    assert queries_for(alice_client, question_of(alice_client, "/?q=heron")) == 3


def test_later_tiles_of_a_list_carry_nothing_to_ask_with(alice_client: Client) -> None:
    older = make_image()
    newer = make_image(prompt="Another")
    tiles = parsed(alice_client.get(f"/?before={newer.pk}", headers=HTMX))
    assert tiles.select(f"#i{older.pk}")
    assert not tiles.select("[data-fresh]")
