"""What was generated in a period, what it used and cost, with everything behind each number, and as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import shelving
from gallery.ingest import ingest_upload
from gallery.models import Response, Transcript
from gallery.pages.usage_page import MOST_SERIES
from gallery.pages.usage_tables import MOST_ROWS
from gallery.templatetags.usage import NONE
from tests.browser.surroundings import EXAMPLES
from tests.factories import make_image, make_response, make_user, seed_prices, together
from tests.views.pages import is_whole_page, parsed, text_of

HTMX = {"HX-Request": "true"}
DAY = datetime(2026, 5, 15, 12, tzinfo=UTC)
MAY = "/usage?period=2026-05"


def table_of(response: Any, heading: str) -> list[list[str]]:
    """The cells of the rows of a table."""
    (head,) = [each for each in parsed(response).select("h2") if each.get_text(strip=True) == heading]
    rows = head.find_parent("section").select("tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in rows]


def figure_of(response: Any, words: str) -> Any:
    (term,) = [each for each in parsed(response).select("dt") if each.get_text(strip=True) == words]
    return term.find_next("dd")


def rows_of_csv(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", ["/usage", "/usage/models.csv", "/responses"])
def test_usage_needs_a_sign_in(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302


def test_example_shows_what_its_picture_cost(bob_client: Client) -> None:
    seed_prices()
    ingest_upload(EXAMPLES[0], name="000", uploader=None, source_kind=Transcript.Source.EXAMPLES)
    response = bob_client.get(MAY)
    cost = figure_of(response, "Pictures, known cost").find("data")
    assert (cost["value"], cost["title"]) == ("0.006125", "$0.006125")
    assert figure_of(response, "Median duration").get_text(strip=True) == "about 15 s"


def test_empty_period_says_so(bob_client: Client) -> None:
    make_image(generated_at=DAY)
    assert "Nothing was generated in this period" in text_of(bob_client.get("/usage?period=2025-05"))


def test_gallery_without_anything_says_so(bob_client: Client) -> None:
    assert "Nothing was generated in this period" in text_of(bob_client.get("/usage"))


def test_period_of_the_address_is_marked_and_its_days_are_in_the_fields(bob_client: Client) -> None:
    page = parsed(bob_client.get("/usage?period=last-year"))
    assert [link.get_text(strip=True) for link in page.select(".periods [aria-current]")] == ["Last year"]
    year = datetime.now(tz=UTC).year - 1
    assert [field["value"] for field in page.select("input[type=date]")] == [f"{year}-01-01", f"{year}-12-31"]


@pytest.mark.parametrize(
    "query",
    [
        "period=nonsense",
        "from=2026-02-30",
        "from=2026-02-02&to=2026-02-01",
        "to=2026-01-01",
        "from=%00",
        "from=%FF",
    ],
)
def test_wrong_period_is_said_beside_what_was_typed(bob_client: Client, query: str) -> None:
    response = bob_client.get(f"/usage?{query}")
    assert response.status_code == 422
    assert parsed(response).select_one("#period-error") is not None


@pytest.mark.parametrize(
    "query", ["from=0001-01-01&to=9999-12-31", "period=9999", "period=0001", "period=2106"]
)
def test_farthest_periods_are_no_error(bob_client: Client, query: str) -> None:
    make_image(generated_at=DAY)
    assert bob_client.get(f"/usage?{query}").status_code == 200
    assert bob_client.get(f"/usage/days.csv?{query}").status_code == 200
    assert bob_client.get(f"/responses?{query}").status_code == 200


def test_fragment_is_what_changes_with_the_period(bob_client: Client) -> None:
    make_image(generated_at=DAY)
    response = bob_client.get(MAY, headers=HTMX)
    assert not is_whole_page(response)
    assert parsed(response).select_one("form.period-picker") is not None
    assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize(
    "headers", [HTMX | {"HX-Boosted": "true"}, HTMX | {"HX-History-Restore-Request": "true"}]
)
def test_boosted_links_and_restored_history_get_the_page(bob_client: Client, headers: dict[str, str]) -> None:
    assert is_whole_page(bob_client.get(MAY, headers=headers))


def test_wrong_period_is_a_fragment_too(bob_client: Client) -> None:
    response = bob_client.get("/usage?from=x", headers=HTMX)
    assert (response.status_code, is_whole_page(response)) == (422, False)


def test_costs_stand_apart_by_how_they_are_known(bob_client: Client) -> None:
    make_image(generated_at=DAY, cost_usd=Decimal("1.5"))
    make_image(generated_at=DAY, cost_usd=Decimal("0.25"), is_cost_estimated=True)
    make_image(generated_at=DAY)
    (row,) = table_of(bob_client.get(MAY), "By image model, quality and size")
    assert row[3:7] == ["3", "$1.50", "≈ $0.25", "1"]


def test_unknown_tokens_are_not_zero(bob_client: Client) -> None:
    make_response(created_at=DAY)
    (row,) = table_of(bob_client.get(MAY), "Responses by status")
    assert row[3:7] == ["unknown"] * 4


def test_some_unknown_tokens_are_said_beside_the_sum(bob_client: Client) -> None:
    make_response(created_at=DAY, input_tokens=1_234)
    make_response(created_at=DAY)
    (row,) = table_of(bob_client.get(MAY), "Responses by status")
    assert row[3] == "1 234 + 1 unknown"


def test_every_number_of_pictures_links_to_exactly_them(alice: User, bob_client: Client) -> None:
    shown = [
        make_image(
            generated_at=DAY,
            quality=quality,
            image_model=image_model,
            uploader=uploader,
            state=state,
            cost_usd=cost,
        )
        for quality, image_model, uploader, state, cost in (
            ("high", "gpt-image-2", alice, "stored", Decimal("0.5")),
            ("", 'gpt image (odd) "name"', None, "stored", None),
            ("low", "", None, "elided", None),
        )
    ]
    make_image(generated_at=DAY + timedelta(days=40))
    make_image(generated_at=DAY, role="plot")
    page = parsed(bob_client.get(MAY))
    links = [link for link in page.select("#usage-figures a[href]") if "q=" in link["href"]]
    assert len(links) > 15
    for link in links:
        found = parsed(bob_client.get(link["href"])).select(".tile")
        told = link.get_text(strip=True)
        if told.isdigit():
            assert (link["href"], str(len(found))) == (link["href"], told)
        else:
            assert 1 <= len(found) <= len(shown)


def test_dollars_link_to_the_pictures_that_they_are_the_sum_of(bob_client: Client) -> None:
    for cost, is_estimated in ((Decimal("0.5"), False), (Decimal("0.25"), False), (Decimal("0.04"), True)):
        make_image(generated_at=DAY, cost_usd=cost, is_cost_estimated=is_estimated)
    make_image(generated_at=DAY)
    page = parsed(bob_client.get(MAY))
    links = [link for link in page.select("#usage-figures a[href*='q=']") if "$" in link.get_text()]
    assert len(links) == 10
    for link in links:
        words = link.get_text(strip=True)
        found = parsed(bob_client.get(link["href"])).select(".tile")
        assert (words, len(found)) == (words, 1 if "≈" in words else 2)


def test_chat_costs_link_to_the_responses_that_they_are_of(bob_client: Client) -> None:
    for cost in (Decimal("0.5"), Decimal("0.25"), None):
        make_response(created_at=DAY, model="gpt-5", status="completed", chat_cost_usd=cost)
    make_response(created_at=DAY, model="", status="completed", kind="images")
    page = parsed(bob_client.get(MAY))
    links = page.select("#usage-figures a[href*='cost=']")
    assert [link.get_text(strip=True) for link in links] == ["$0.75", "1"] * 4
    for link in links:
        rows = parsed(bob_client.get(link["href"])).select("tbody tr")
        assert (link["href"], len(rows)) == (link["href"], 2 if "known" in link["href"].split("=") else 1)


def test_every_number_of_the_tables_and_totals_is_a_link(bob_client: Client) -> None:
    ingest_upload(EXAMPLES[0], name="000", uploader=None, source_kind=Transcript.Source.EXAMPLES)
    day = Response.objects.get().created_at.date()
    page = parsed(bob_client.get(f"/usage?from={day}&to={day}"))
    numbers = page.select("section .usage-table:not(details *) td.num, .figures dd")
    bare = [
        cell.get_text(strip=True)
        for cell in numbers
        if re.search("[1-9]", cell.get_text()) and not cell.find("a")
    ]
    assert len(numbers) > 40
    assert bare == []


def test_month_of_the_chart_links_to_what_of_it_is_in_the_period(bob_client: Client) -> None:
    for days in (0, 10, 60):
        make_image(generated_at=DAY + timedelta(days=days))
    page = parsed(bob_client.get("/usage?from=2026-05-20&to=2026-12-31"))
    rows = page.select("details tbody tr")
    assert [row.select("td")[-3].get_text() for row in rows] == ["1", "1"]
    for row in rows:
        assert len(parsed(bob_client.get(row.find("a")["href"])).select(".tile")) == 1


def test_numbers_of_responses_link_to_exactly_them(alice: User, bob_client: Client) -> None:
    for model, status, uploader in (("gpt-5", "completed", alice), ("", "failed", None), ("gpt-5", "", None)):
        make_response(created_at=DAY, model=model, status=status, uploader=uploader)
    make_response(created_at=DAY - timedelta(days=20))
    make_response(created_at=None, first_uploaded_at=DAY)
    page = parsed(bob_client.get(MAY))
    links = [
        link
        for link in page.select("#usage-figures a[href^='/responses']")
        if link.get_text(strip=True).isdigit()
    ]
    assert len(links) > 8
    for link in links:
        rows = parsed(bob_client.get(link["href"])).select("tbody tr")
        assert (link["href"], str(len(rows))) == (link["href"], link.get_text(strip=True))


def test_hidden_picture_counts_and_the_page_says_so(bob_client: Client) -> None:
    image = make_image(generated_at=DAY)
    shelving.set_hidden([image.pk], is_hidden=True)
    response = bob_client.get(MAY)
    assert figure_of(response, "Pictures").get_text(strip=True) == "1"
    assert "hidden or deleted since count too" in text_of(response)


def test_chart_and_its_table_say_the_same(bob_client: Client) -> None:
    for days, model in ((0, "gpt-image-1"), (0, "gpt-image-2"), (1, "gpt-image-2")):
        make_image(generated_at=DAY + timedelta(days=days), image_model=model, cost_usd=Decimal("0.5"))
    page = parsed(bob_client.get(MAY))
    series = {
        each.find("bdi").get_text(): each["data-series"].split(",") for each in page.select("[data-series]")
    }
    steps = page.select_one("[data-usage-chart]")["data-steps"].split(",")
    assert (len(steps), steps[14]) == (31, "2026-05-15")
    assert {name: counts[14:16] for name, counts in series.items()} == {
        "gpt-image-2": ["1", "1"],
        "gpt-image-1": ["1", "0"],
    }
    rows = [
        [cell.get_text(strip=True) for cell in row.select("th, td")]
        for row in page.select("details tbody tr")
    ]
    assert rows == [
        ["2026-05-15", "1", "1", "2", "$1.00", NONE],
        ["2026-05-16", "1", NONE, "1", "$0.50", NONE],
    ]


def test_chart_of_a_long_period_is_by_month(bob_client: Client) -> None:
    make_image(generated_at=DAY)
    make_image(generated_at=DAY + timedelta(days=1))
    page = parsed(bob_client.get("/usage?from=2026-01-10&to=2026-12-05"))
    assert page.select_one("[data-usage-chart]")["data-steps"].split(",") == [
        f"2026-{month:02}" for month in range(1, 13)
    ]
    assert page.select_one("[data-series]")["data-series"].split(",")[4] == "2"


def test_many_image_models_share_a_colour(bob_client: Client) -> None:
    with together():
        for number in range(MOST_SERIES + 3):
            make_image(generated_at=DAY, image_model=f"model-{number}")
    names = [each.get_text() for each in parsed(bob_client.get(MAY)).select("[data-series] bdi")]
    assert (len(names), names[-1]) == (MOST_SERIES + 1, "others")


def test_long_table_is_cut_and_whole_in_the_csv(bob_client: Client) -> None:
    with together():
        for number in range(MOST_ROWS + 2):
            make_image(generated_at=DAY, image_model=f"model-{number}")
    response = bob_client.get(MAY)
    assert len(table_of(response, "By image model, quality and size")) == MOST_ROWS
    assert "And 2 further rows, in the CSV." in text_of(response)
    assert len(rows_of_csv(bob_client.get("/usage/settings.csv?period=2026-05"))) == MOST_ROWS + 2


def test_csv_of_each_table_is_what_the_page_links_to(bob_client: Client) -> None:
    make_image(generated_at=DAY, cost_usd=Decimal("0.006125"))
    links = [link["href"] for link in parsed(bob_client.get(MAY)).select("a[download]")]
    names = {urlsplit(link).path for link in links}
    assert names == {
        f"/usage/{name}.csv" for name in ("days", "settings", "models", "uploaders", "outcomes", "statuses")
    }
    for link in links:
        assert parse_qs(urlsplit(link).query) == {"from": ["2026-05-01"], "to": ["2026-05-31"]}
        response = bob_client.get(link)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert "2026-05-01-2026-05-31.csv" in response["Content-Disposition"]
        assert len(rows_of_csv(response)) == 1


def test_csv_has_every_digit_and_leaves_empty_what_is_unknown(alice: User, bob_client: Client) -> None:
    response = make_response(created_at=DAY, uploader=alice, input_tokens=10, output_tokens=5)
    make_image(response=response, generated_at=DAY, cost_usd=Decimal("0.006125"))
    (row,) = rows_of_csv(bob_client.get("/usage/uploaders.csv?period=2026-05"))
    assert row["uploader"] == "alice"
    assert (row["pictures"], row["known_cost_usd"], row["estimated_cost_usd"]) == ("1", "0.006125", "")
    assert (row["input_tokens"], row["input_tokens_untold"]) == ("10", "0")
    assert (row["cached_tokens"], row["cached_tokens_untold"]) == ("", "1")


@pytest.mark.parametrize("model", ['=cmd|" /C calc"!A0', "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "\uff1d1+1"])
def test_no_name_in_the_csv_is_a_formula(bob_client: Client, model: str) -> None:
    make_response(created_at=DAY, model=model)
    (row,) = rows_of_csv(bob_client.get("/usage/models.csv?period=2026-05"))
    assert row["model"] == f"'{model}"


def test_names_in_the_csv_cannot_break_out_of_their_cells(bob_client: Client) -> None:
    make_response(created_at=DAY, model='a","b\r\n"c')
    (row,) = rows_of_csv(bob_client.get("/usage/models.csv?period=2026-05"))
    assert row["model"] == 'a","b\r\n"c'


@pytest.mark.parametrize("address", ["/usage/nothing.csv", "/usage/models.csv?period=x", "/usage/MODELS.csv"])
def test_csv_that_there_is_not_is_not_found(bob_client: Client, address: str) -> None:
    assert bob_client.get(address).status_code == 404


def test_hostile_names_stay_text(bob_client: Client) -> None:
    name = "<img src=x onerror=alert(1)>"
    make_image(generated_at=DAY, image_model=name, model=name, quality="<b>", size="<i>")
    make_response(created_at=DAY, model=name, status="<u>")
    for address in (MAY, "/responses?period=2026-05"):
        page = parsed(bob_client.get(address))
        assert page.select("main img, main b:not(p b), main i, main u") == []
        assert name in page.get_text()


def test_queries_are_as_many_with_a_hundred_rows_more(bob_client: Client) -> None:
    addresses = [MAY, "/usage/models.csv?period=2026-05", "/responses?period=2026-05"]

    def add(number: int) -> None:
        user = make_user(username=f"person {number}")
        response = make_response(
            created_at=DAY, model=f"model-{number}", uploader=user, status=f"status-{number}"
        )
        make_image(response=response, generated_at=DAY, image_model=f"image-model-{number}")

    add(0)
    for address in addresses:
        bob_client.get(address)
    few = [queries_of(bob_client, address) for address in addresses]
    with together():
        for number in range(1, 101):
            add(number)
    assert [queries_of(bob_client, address) for address in addresses] == few
    assert max(few) <= 6


def test_responses_are_listed_latest_first_a_page_at_a_time(bob_client: Client) -> None:
    with together():
        rows = [make_response(created_at=DAY + timedelta(seconds=number)) for number in range(60)]
    first = parsed(bob_client.get("/responses?period=2026-05"))
    links = [link["href"] for link in first.select("tbody th a")]
    assert links == [f"/responses/{row.pk}" for row in reversed(rows[10:])]
    more = first.select_one("a[rel=next]")["href"]
    second = [link["href"] for link in parsed(bob_client.get(f"/responses{more}")).select("tbody th a")]
    assert second == [f"/responses/{row.pk}" for row in reversed(rows[:10])]


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=9.9", f"before={'9' * 39}.1", "model=%00", "by=nobody", "status=" + "x" * 999],
)
def test_no_query_of_the_list_of_responses_is_an_error(bob_client: Client, query: str) -> None:
    make_response(created_at=DAY)
    assert bob_client.get(f"/responses?period=2026-05&{query}").status_code == 200


def test_wrong_period_of_responses_is_said(bob_client: Client) -> None:
    response = bob_client.get("/responses?from=x")
    assert response.status_code == 422
    assert "is no day" in text_of(response)


def test_navigation_leads_to_usage(bob_client: Client) -> None:
    links = {link["href"] for link in parsed(bob_client.get("/")).select("header a")}
    assert "/usage" in links
