"""The grid as a table: a row per picture, its facts in columns."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import curation
from gallery.models import Image
from gallery.pages.image_list import PAGE_SIZE
from tests.factories import make_blob, make_image, make_item, make_response, make_user, together, unfold
from tests.html import badges, parsed, tiles, visible_prompts

pytestmark = pytest.mark.django_db
COLUMNS = [
    "Prompt", "Image model", "Asked by", "Size", "Quality", "Format", "Tokens", "Cost", "Rating", "Uploader",
    "Generated",
]  # fmt: skip


def table(client: Client, **parameters: str) -> Any:
    return client.get("/", {"layout": "table", **parameters})


def cells(page: Any) -> list[list[str]]:
    """Of each row, what follows the prompt: image model, model, size, quality, format, tokens, cost, uploader, time."""
    return [[cell.get_text() for cell in tile.select(".cells > span")] for tile in tiles(page)]


def test_every_column_has_its_heading(alice_client: Client) -> None:
    make_image()
    headings = [span.get_text() for span in parsed(table(alice_client)).select(".table-head span")]
    assert headings == ["", *COLUMNS]


def test_other_layouts_have_neither_headings_nor_columns(alice_client: Client) -> None:
    make_image()
    page = parsed(alice_client.get("/?layout=dense"))
    assert not page.select(".table-head, .cells")


def test_row_says_what_is_known_of_its_picture(alice_client: Client) -> None:
    image = make_image(
        prompt="A heron",
        image_model="gpt-image-2",
        model="gpt-5.4-mini",
        quality="high",
        total_tokens=5012,
        uploader=make_user(username="dora"),
        blob=make_blob(media_type="image/webp", width=1536, height=1024),
        generated_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    )
    Image.objects.filter(pk=image.pk).update(cost_usd=Decimal("0.061000000"))
    page = table(alice_client)
    assert visible_prompts(page) == ["A heron"]
    assert cells(page) == [
        ["gpt-image-2", "gpt-5.4-mini", "1536×1024", "high", "webp", "5\u202f012", "$0.061", "dora", "1 Mar"]
    ]


def test_what_the_transcript_does_not_say_is_unknown_and_never_zero(alice_client: Client) -> None:
    make_image(
        state="missing",
        image_model="",
        model="",
        quality="",
        size="",
        output_format="",
        response=make_response(created_at=None),
    )
    assert cells(table(alice_client)) == [["unknown"] * 9]


def test_estimated_cost_says_that_it_is(alice_client: Client) -> None:
    image = make_image()
    Image.objects.filter(pk=image.pk).update(cost_usd=Decimal("0.042"), is_cost_estimated=True)
    assert cells(table(alice_client))[0][6] == "≈ $0.042"


def test_readers_own_rating_stands_in_its_column(alice_client: Client, alice: Any) -> None:
    image = make_image()
    curation.rate(alice, [image.pk], 3)
    assert tiles(table(alice_client))[0].select_one(".rated").get_text() == "★★★"


def test_what_is_unusual_stands_before_the_prompt(alice_client: Client) -> None:
    make_image(prompt="A heron", action="edit", blob=make_blob(has_c2pa=True))
    (tile,) = tiles(table(alice_client))
    assert badges(tile.select_one(".caption")) == ["edited", "C2PA"]


def test_picture_that_is_not_there_says_why(alice_client: Client) -> None:
    make_image(prompt=None, state="refused", reason="Your request was rejected.")
    (tile,) = tiles(table(alice_client))
    assert badges(tile) == ["Refused"]
    assert "Your request was rejected." in tile.select_one(".caption").get_text()


def test_uploaded_words_stay_text(alice_client: Client) -> None:
    make_image(prompt="<b>x</b>", image_model="<i>y</i>", quality="&amp;", state="broken", reason="<u>z</u>")
    (tile,) = tiles(table(alice_client))
    assert "<b>x</b>" in tile.get_text()
    assert cells(table(alice_client))[0][0] == "<i>y</i>"
    assert not tile.select("u, .caption b")


def test_next_page_brings_rows_alone(alice_client: Client) -> None:
    with together():
        for number in range(PAGE_SIZE + 2):
            make_image(prompt=f"take {number}", state="missing")
    after = parsed(table(alice_client)).select_one("[data-next]")["href"]
    more = alice_client.get(after, headers={"HX-Request": "true"})
    assert len(cells(more)) == 2
    assert not parsed(more).select(".table-head")


@pytest.mark.parametrize("prompt", ["å" * 2_000, "<&'\"" * 500, "A lighthouse at dusk. " * 40])
def test_full_table_weighs_no_more_than_60_kilobytes(alice_client: Client, prompt: str) -> None:
    placeholder = f"data:image/webp;base64,{'A' * 120}"
    with together():
        response = make_response()
        item = make_item(response=response)
        for number in range(PAGE_SIZE + 1):
            make_image(
                prompt=prompt,
                response=response,
                item=item,
                index=number,
                blob=make_blob(placeholder=placeholder, has_c2pa=True),
                image_model="gpt-image-2.5-sunburst-2026-04-21" * 4,
                model="<" * 200,
                total_tokens=1_234_567,
                uploader=make_user(username=f"somebody.with.a.long.name.{number}@example.org"),
            )
    unfold()
    page = table(alice_client)
    assert len(tiles(page)) == PAGE_SIZE
    assert len(page.content) <= 60_000


def test_table_costs_as_many_queries_as_rows_and_no_more_with_more_pictures(alice_client: Client) -> None:
    make_image(uploader=make_user())
    with CaptureQueriesContext(connection) as rows:
        alice_client.get("/")
    with CaptureQueriesContext(connection) as few:
        table(alice_client)
    with together():
        for number in range(100):
            make_image(prompt=f"take {number}", uploader=make_user())
    with CaptureQueriesContext(connection) as many:
        table(alice_client)
    assert len(rows) == len(few) == len(many)
