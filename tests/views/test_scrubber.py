"""Going to a date in the list, and from there back towards its beginning."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.models import Image
from gallery.pages import image_list
from gallery.search import months
from gallery.shelving import set_hidden
from tests.factories import make_image, make_item, make_response, together, unfold
from tests.html import is_whole_page, link, parsed, visible_prompts, words

HTMX = {"HX-Request": "true"}


def make_of(*days: str, **fields: Any) -> None:
    """A picture of each day, whose prompt says which."""
    with together():
        for day in days:
            moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
            make_image(
                **{"generated_at": moment, "state": "missing", "prompt": f"A heron of {day}", **fields}
            )


def dates(client: Client, address: str = "/dates") -> list[str]:
    """The months that are offered, in order."""
    return [each.get_text() for each in parsed(client.get(address)).select(".dates-list a")]


def test_months_with_pictures_are_offered_newest_first(alice_client: Client) -> None:
    make_of("2025-12-31", "2026-03-01", "2026-03-31", "2026-05-05")
    assert dates(alice_client) == ["May 2026", "March 2026", "December 2025"]
    assert dates(alice_client, "/dates?sort=oldest") == ["December 2025", "March 2026", "May 2026"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", ["A heron of 2026-03-31T23:59:59", "A heron of 2026-03-01", "A heron of 2025-12-31"]),
        ("oldest", ["A heron of 2026-03-01", "A heron of 2026-03-31T23:59:59", "A heron of 2026-04-01"]),
    ],
)
def test_list_begins_with_the_month_gone_to(alice_client: Client, sort: str, expected: list[str]) -> None:
    make_of("2025-12-31", "2026-03-01", "2026-03-31T23:59:59", "2026-04-01")
    gone_to = link(alice_client.get(f"/dates?sort={sort}"), "March 2026")
    assert visible_prompts(alice_client.get(gone_to)) == expected


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_first_month_is_the_beginning_of_the_list(alice_client: Client, sort: str) -> None:
    make_of("2026-03-01", "2026-05-05")
    first = parsed(alice_client.get(f"/dates?sort={sort}")).select_one(".dates-list a")["href"]
    assert "before" not in first
    assert len(visible_prompts(alice_client.get(first))) == 2


@pytest.mark.parametrize(
    "query",
    ["heron ", "quality:low", "quality:low heron ", "tag:none-such or heron", "after:2026-02", "tokens:>5"],
)
def test_only_months_of_what_the_query_finds_are_offered(alice_client: Client, query: str) -> None:
    make_of("2026-03-01", "2026-05-05", quality="low", total_tokens=9)
    make_of("2026-01-05", quality="high", prompt="A crane", total_tokens=1)
    page = alice_client.get("/dates", {"q": query})
    assert [each.get_text() for each in parsed(page).select(".dates-list a")] == ["May 2026", "March 2026"]
    assert visible_prompts(alice_client.get(link(page, "March 2026"))) == ["A heron of 2026-03-01"]


def test_within_a_year_its_months_are_offered(alice_client: Client) -> None:
    make_of("2025-12-31", "2026-03-01", "2026-05-05")
    assert dates(alice_client, "/dates?q=date:2026") == ["May 2026", "March 2026"]


@pytest.mark.parametrize("query", ["date:2026-03", "date:2026-03-01", "zebra", "date:1999"])
def test_one_month_or_less_is_nothing_to_choose_from(alice_client: Client, query: str) -> None:
    make_of("2026-03-01", "2026-03-02", "2026-05-05")
    page = alice_client.get("/dates", {"q": query})
    assert "all of one month, or there are none" in words(page)
    assert not alice_client.get("/dates", {"q": query}, headers=HTMX).content.strip()


@pytest.mark.parametrize("sort", ["largest", "dearest", "best", "added"])
def test_other_orders_have_no_dates(alice_client: Client, sort: str) -> None:
    make_of("2026-03-01", "2026-05-05")
    assert "do not follow their dates" in words(alice_client.get(f"/dates?sort={sort}"))
    assert not parsed(alice_client.get(f"/?sort={sort}")).select("[data-dates]")


def test_empty_archive_has_no_dates(alice_client: Client) -> None:
    assert dates(alice_client) == []
    assert not parsed(alice_client.get("/")).select("[data-dates]")


def test_many_months_are_offered_by_years(alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.pages.dates.MOST_MARKS", 2)
    make_of("2024-01-01", "2024-07-01", "2026-05-05")
    assert dates(alice_client) == ["2026", "2024"]
    page = alice_client.get(link(alice_client.get("/dates"), "2024"))
    assert visible_prompts(page) == ["A heron of 2024-07-01", "A heron of 2024-01-01"]


def test_page_is_light_for_the_longest_query_over_the_longest_time(alice_client: Client) -> None:
    make_of(
        *(f"{year}-{month:02}-01" for year in range(2015, 2026) for month in range(1, 13)), prompt="heron"
    )
    query = "heron " + "or heron " * 90 + "-" + "x" * 3000
    assert len(dates(alice_client, f"/dates?q={query}")) == 11
    assert len(alice_client.get("/dates", {"q": query}, headers=HTMX).content) <= 20_000
    assert len(dates(alice_client)) == 11
    assert len(alice_client.get("/dates", headers=HTMX).content) <= 20_000


def test_of_many_found_the_older_months_are_those_with_any_pictures(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "LOOKED_AT", 3)
    make_of("2025-12-31", "2026-01-05", "2026-03-01", "2026-03-02", "2026-05-05", "2026-05-06")
    every = ["May 2026", "March 2026", "January 2026", "December 2025"]
    assert dates(alice_client, "/dates?q=heron") == every
    assert dates(alice_client, "/dates?q=heron+after:2026-01-01") == every[:3]


def test_months_whose_pictures_are_gone_are_not_offered(alice_client: Client) -> None:
    make_of("2026-03-01", "2026-05-05", "2026-05-06")
    set_hidden([Image.objects.newest_first()[2].pk], is_hidden=True)
    make_of("2026-01-05")
    assert dates(alice_client) == ["May 2026", "January 2026"]


def test_times_at_the_ends_of_what_a_key_holds_are_offered(alice_client: Client) -> None:
    make_of("1970-01-01", "2026-05-05", "2106-02-07")
    for sort in ("newest", "oldest"):
        page = alice_client.get(f"/dates?sort={sort}")
        for month in ("January 1970", "May 2026", "February 2106"):
            assert visible_prompts(alice_client.get(link(page, month))), (sort, month)


def test_hidden_pictures_have_dates_where_they_are_asked_for(alice_client: Client) -> None:
    make_of("2026-03-01", "2026-05-05", is_hidden=True)
    assert dates(alice_client) == []
    assert dates(alice_client, "/dates?q=is:hidden") == ["May 2026", "March 2026"]


def test_scale_says_its_months_and_where_they_begin(alice_client: Client) -> None:
    make_of("2025-12-31", "2026-03-01", "2026-05-05")
    scale = parsed(alice_client.get("/dates?q=heron&layout=dense", headers=HTMX)).select_one("[role=slider]")
    assert scale["data-list"] == "/?q=heron&layout=dense"
    assert (scale["aria-valuemax"], scale["aria-valuetext"]) == ("3", "May 2026")
    assert [mark.get_text() for mark in scale.select("li")] == ["2026", "", "2025"]
    assert scale.select_one("li")["data-words"] == "May 2026"


def test_signed_out_reader_is_sent_to_sign_in(db: None, client: Client) -> None:
    assert client.get("/dates").headers["Location"] == "/sign-in?next=%2Fdates"


@pytest.mark.parametrize(
    "headers", [{}, {**HTMX, "HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}]
)
def test_whole_page_for_links_and_history(alice_client: Client, headers: dict[str, str]) -> None:
    assert is_whole_page(alice_client.get("/dates", headers=headers))


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": '((\x00 -"' * 900},
        {"q": "date:9999-99"},
        {"q": "date:0000"},
        {"q": "date:2026-13"},
        {"q": "before:1000 after:3000"},
        {"sort": "\x00", "layout": "x", "stacks": "[", "before": "y"},
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_absurd_parameters_get_a_page(
    alice_client: Client, parameters: dict[str, str], headers: dict[str, str]
) -> None:
    make_of("2026-03-01", "2026-05-05")
    assert alice_client.get("/dates", parameters, headers=headers).status_code == 200


def queries_for(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address, headers=HTMX)
    return len(captured)


# The session and the user; the months, or the newest pictures found. A facet asks what values and people there are.
@pytest.mark.parametrize(
    ("query", "queries"), [("", 3), ("heron ", 3), ("date:2026", 3), ("quality:high", 5)]
)
def test_more_pictures_cost_no_more_queries(alice_client: Client, query: str, queries: int) -> None:
    def add(first: int, last: int) -> None:
        response = make_response()
        item = make_item(response=response)
        with together(response):
            for number in range(first, last):
                moment = datetime(2026, 1 + number % 9, 1 + number % 28, tzinfo=UTC)
                make_image(
                    state="missing",
                    prompt="A heron",
                    response=response,
                    item=item,
                    index=number,
                    generated_at=moment,
                )

    add(0, 3)
    assert queries_for(alice_client, f"/dates?q={query}") == queries
    add(3, 103)
    assert queries_for(alice_client, f"/dates?q={query}") == queries


@pytest.mark.parametrize("sort", ["newest", "oldest", "largest", "dearest", "best", "added"])
@pytest.mark.parametrize("more", ["", "&stacks=off", "&q=heron"])
def test_way_back_leads_through_the_same_pictures(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch, sort: str, more: str
) -> None:
    monkeypatch.setattr(image_list, "PAGE_SIZE", 4)
    with together():
        response = make_response()
        item = make_item(response=response)
        for number in range(11):
            prompt = f"A heron, take {number}."
            fields: dict[str, Any] = {"item": item, "index": number, "pixels": number // 3}
            make_image(state="missing", prompt=prompt, response=response, **fields)
    unfold()
    label = "Newer pictures" if sort == "newest" else "Previous pictures"
    page = alice_client.get(f"/?sort={sort}{more}")
    forward = [visible_prompts(page)]
    while parsed(page).select("[data-next]"):
        page = alice_client.get(parsed(page).select_one("[data-next]")["href"])
        forward.append(visible_prompts(page))
    backward = [visible_prompts(page)]
    while parsed(page).select("[rel=prev]"):
        page = alice_client.get(link(page, label))
        backward.append(visible_prompts(page))
    assert len(forward) == 3
    assert backward == forward[::-1]


def test_beginning_of_the_list_has_no_way_back(alice_client: Client) -> None:
    newest = make_image()
    older = make_image(prompt="Another")
    unfold()
    assert not parsed(alice_client.get("/")).select("[rel=prev]")
    assert not parsed(alice_client.get(f"/?before={10**18}")).select("[rel=prev]")
    assert parsed(alice_client.get(f"/?before={older.pk}")).select_one("[rel=prev]")["href"] == "/"
    assert Image.objects.cards().newest_first().last() == newest


def test_next_tiles_for_script_look_for_no_way_back(alice_client: Client) -> None:
    make_of(*(f"2026-03-{day:02}" for day in range(1, 29)))
    before = Image.objects.newest_first()[5].pk
    tiles = alice_client.get(f"/?before={before}", headers=HTMX)
    assert not parsed(tiles).select("[rel=prev]")
    assert queries_for(alice_client, f"/?before={before}") == 5
