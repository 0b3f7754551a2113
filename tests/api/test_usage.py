"""Usage for programs: from tallies, with what is unknown as null and no number made up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.ingest import ingest_upload
from gallery.models import Transcript
from tests.api.programs import problem
from tests.browser.surroundings import EXAMPLES
from tests.factories import make_image, together

MAY = "since=2026-05-01&until=2026-05-31"


@pytest.fixture
def example(alice: User) -> None:
    """Example 000: one picture, made on 15 May 2026 for $0.006125."""
    path = EXAMPLES[0]
    ingest_upload(path, name=path.name, uploader=alice, source_kind=Transcript.Source.API)


def usage(reader: Client, query: str) -> dict[str, Any]:
    response = reader.get(f"/api/usage?{query}")
    assert response.status_code == 200, response.content
    told: dict[str, Any] = response.json()
    return told


@pytest.mark.usefixtures("example")
def test_a_day_tells_pictures_tokens_and_dollars(reader: Client) -> None:
    (row,) = usage(reader, MAY)["pictures"]
    assert (row["period"], row["image_model"], row["count"]) == ("2026-05-15", "gpt-image-2", 1)
    assert (row["known_cost_usd"], row["known_cost_count"]) == ("0.006125", 1)
    assert (row["estimated_cost_usd"], row["estimated_cost_count"]) == (None, 0)
    assert (row["text_in_tokens"], row["image_out_tokens"]) == (49, 196)


@pytest.mark.usefixtures("example")
def test_chat_models_are_told_apart_from_image_models(reader: Client) -> None:
    told = usage(reader, f"by=model&{MAY}")
    assert [row["model"] for row in told["responses"]] == ["gpt-5.4-mini"]
    assert told["responses"][0]["input_tokens"] == 1672


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(
    ("by", "column", "value"),
    [("settings", "quality", "low"), ("uploader", "uploader", "alice"), ("outcome", "outcome", "elided")],
)
def test_figures_are_told_apart_by(reader: Client, by: str, column: str, value: str) -> None:
    (row,) = usage(reader, f"by={by}&{MAY}")["pictures"]
    assert row[column] == value


@pytest.mark.usefixtures("example")
def test_months_are_told_whole(reader: Client) -> None:
    (row,) = usage(reader, "per=month&since=2026-05-20&until=2026-06-01")["pictures"]
    assert (row["period"], row["count"]) == ("2026-05", 1)


def test_what_is_not_known_is_null_and_no_zero(reader: Client) -> None:
    make_image(generated_at=datetime(2026, 5, 4, tzinfo=UTC), image_model="unheard-of")
    (row,) = usage(reader, MAY)["pictures"]
    assert (row["known_cost_usd"], row["text_in_tokens"], row["told_input_count"]) == (None, None, 0)


def test_no_days_without_anything(reader: Client) -> None:
    assert usage(reader, "")["pictures"] == []


@pytest.mark.parametrize(
    "query",
    ["since=x", "until=2026-02-30", "since=2026-05-02&until=2026-05-01", "since=2020-01-01", "by=x", "per=week",
     "since=0001-01-01&until=9999-12-31"],
)  # fmt: skip
def test_a_period_that_is_none_is_said(reader: Client, query: str) -> None:
    assert problem(reader.get(f"/api/usage?{query}")) == "invalid"


@pytest.mark.parametrize("query", ["until=0001-01-01", "since=9999-12-31&until=9999-12-31"])
def test_the_ends_of_time_are_empty(reader: Client, query: str) -> None:
    assert usage(reader, query)["pictures"] == []


def test_usage_costs_the_same_at_any_size(reader: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            usage(reader, "by=model&since=2026-03-01&until=2026-03-31")
        return len(queries)

    make_image()
    reader.get("/api/images")
    few = asked()
    with together():
        for _ in range(30):
            make_image()
    assert asked() == few
