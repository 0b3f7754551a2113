"""What the pages say a picture cost: exactly, by estimate, or why nobody knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.costing import settle_costs, write_costs
from gallery.models import Image, Price, Response
from gallery.pages.words import dollars
from tests.factories import make_blob, make_image, make_item, make_response, together
from tests.html import parsed, section, words

HEADING = "Tokens and cost"
USED = {
    "image_input_tokens": 49,
    "image_input_text_tokens": 49,
    "image_input_image_tokens": 0,
    "image_output_tokens": 196,
    "image_output_image_tokens": 196,
    "image_output_text_tokens": 0,
}


def priced(*images: Image) -> Image:
    """The first picture, after all pictures of the responses have their costs as the writer gives them."""
    rows = Image.objects.filter(response__in=[image.response_id for image in images])
    found = list(rows.select_related("response", "item"))
    settle_costs(found)
    write_costs(found)
    return images[0]


def make_priced(**fields: Any) -> Image:
    return priced(make_image(response=make_response(**(USED | fields))))


def meta_of(client: Client) -> str:
    found = parsed(client.get("/")).select_one(".tile .meta")
    assert found is not None
    return str(found.get_text())


def cost_said(client: Client, page: Image | Response) -> str:
    return " ".join(section(client.get(page.get_absolute_url()), HEADING).get_text(" ").split())


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.006125", "$0.0061"),
        ("0.042", "$0.042"),
        ("0.16640", "$0.17"),
        ("0.4", "$0.40"),
        ("1.256", "$1.26"),
        ("1234.5", "$1\u202f234.50"),
        ("0.000000001", "$0.0000000010"),
        ("0", "$0.00"),
    ],
)
def test_money_has_the_digits_that_count(amount: str, said: str) -> None:
    assert dollars(Decimal(amount)) == said


def test_a_card_says_what_its_picture_cost(alice_client: Client) -> None:
    make_priced(total_tokens=5227)
    assert meta_of(alice_client) == "gpt-image-2 · 1536×1024 · high · $0.0061"


def test_a_card_marks_an_estimate(alice_client: Client) -> None:
    priced(make_image(response=make_response(image_model="gpt-image-1")))
    assert meta_of(alice_client) == "gpt-image-1 · 1536×1024 · high · ≈ $0.25"


def test_a_card_without_a_known_cost_says_its_tokens(alice_client: Client) -> None:
    priced(make_image(response=make_response(total_tokens=5227)))
    assert meta_of(alice_client).endswith("5\u202f227 tokens")


def test_costs_on_cards_take_no_queries(alice_client: Client) -> None:
    make_priced()
    few = queries(alice_client, "/")
    with together():
        more = [make_image(response=make_response(**USED)) for _ in range(30)]
    priced(*more)
    assert queries(alice_client, "/") == few


def test_a_picture_shows_how_its_cost_was_reckoned(alice_client: Client) -> None:
    said = cost_said(alice_client, make_priced())
    assert "Cost $0.0061" in said
    assert "49 text in $5 $0.000245" in said
    assert "196 image out $30 $0.00588" in said
    assert "Price of gpt-image-2 . Verified in October 2026" in said


def test_all_digits_of_a_cost_are_a_hover_away(alice_client: Client) -> None:
    page = parsed(alice_client.get(make_priced().get_absolute_url()))
    assert [found["title"] for found in page.select(".cost h3 data")] == ["$0.006125"]


def test_a_price_that_began_on_a_day_says_so(alice_client: Client) -> None:
    Price.objects.filter(name="gpt-image-2").update(valid_from=date(2026, 1, 31))
    assert "Price of gpt-image-2 from 31 Jan 2026 on" in cost_said(alice_client, make_priced())


def test_a_picture_says_with_how_many_it_shares(alice_client: Client) -> None:
    response = make_response(**USED)
    image = priced(make_image(response=response), make_image(response=response))
    assert "Share of 2 pictures" in cost_said(alice_client, image)


def test_a_picture_of_a_batch_says_that_it_cost_half(alice_client: Client) -> None:
    said = cost_said(alice_client, make_priced(custom_id="blue-dot"))
    assert "Cost $0.0031" in said
    assert "Half of that: it came from a batch." in said


def test_an_estimate_says_what_is_in_it(alice_client: Client) -> None:
    response = make_response(image_model="gpt-image-1")
    requested = {"partial_images": 2}
    image = priced(make_image(response=response, partial_count=3, requested=requested))
    said = cost_said(alice_client, image)
    assert "Cost ≈ $0.26" in said
    assert "Estimated from size and quality, and 100 tokens for each of 2 streamed partial pictures." in said


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "The transcript does not say what the image model used."),
        ({"image_model": ""}, "The transcript does not name the image model."),
        (USED | {"image_model": "dall-e-3"}, "No price of dall-e-3 is known here."),
        (
            USED | {"image_input_text_tokens": None, "image_input_image_tokens": None},
            "input tokens are text.",
        ),
    ],
    ids=["no usage", "no model", "no price", "no split"],
)
def test_a_picture_says_why_its_cost_is_unknown(
    alice_client: Client, fields: dict[str, Any], reason: str
) -> None:
    said = cost_said(alice_client, priced(make_image(response=make_response(**fields))))
    assert "Cost unknown" in said
    assert reason in said


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"role": "partial"}, "part of the final one's cost"),
        ({"role": "plot"}, "drawn by code"),
        ({"state": "refused"}, "No picture came"),
    ],
    ids=["partial", "plot", "refused"],
)
def test_what_has_no_cost_of_its_own_says_so(
    alice_client: Client, fields: dict[str, Any], reason: str
) -> None:
    image = make_image(response=make_response(**USED), **fields)
    assert reason in cost_said(alice_client, priced(image))


def test_a_price_that_came_later_is_named(alice_client: Client) -> None:
    image = make_image(response=make_response(**USED))
    said = cost_said(alice_client, image)
    assert (
        "A price of gpt-image-2 has become known since. An administrator applies it in the admin, under Prices."
        in said
    )


def test_a_new_price_does_not_change_what_a_page_says(alice_client: Client) -> None:
    image = make_priced()
    before = cost_said(alice_client, image)
    Price.objects.create(
        kind="image", name="gpt-image-2", valid_from=date(2026, 1, 1), image_out_usd=99, source="the test"
    )
    assert cost_said(alice_client, image) == before


def test_a_response_tells_chat_and_image_model_apart(alice_client: Client) -> None:
    image = make_priced(input_tokens=2000, cached_tokens=1000, output_tokens=100)
    said = cost_said(alice_client, image.response)
    assert "Cost of the chat model $0.0013" in said
    assert "Cost of the image model $0.0061" in said


def test_a_response_says_that_its_pictures_share(alice_client: Client) -> None:
    response = make_response(**USED)
    priced(make_image(response=response), make_image(response=response))
    said = cost_said(alice_client, response)
    assert "Cost of the image model $0.0061" in said
    assert "Divided equally among its 2 pictures." in said


def test_a_response_adds_up_its_estimates(alice_client: Client) -> None:
    response = make_response(image_model="gpt-image-1")
    priced(
        make_image(response=response),
        make_image(response=response),
        make_image(response=response, state="missing"),
    )
    said = cost_said(alice_client, response)
    assert "Cost of the image model ≈ $0.50" in said
    assert "Of 1 further picture the cost is unknown." in said


def test_a_response_without_a_picture_still_says_what_was_used(alice_client: Client) -> None:
    response = make_response(**USED)
    priced(make_image(response=response, state="refused"))
    said = cost_said(alice_client, response)
    assert "Cost of the image model $0.0061" in said
    assert "No picture came of it." in said


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "The transcript does not say what the model used."),
        ({"model": ""}, "The transcript does not say what the model used."),
        ({"input_tokens": 5, "output_tokens": 5, "model": "llama"}, "No price of llama is known here."),
        (
            {"input_tokens": 5, "output_tokens": 5, "rest": {"service_tier": "flex"}},
            "Prices of the service tier flex are not known here.",
        ),
    ],
    ids=["no usage", "no model", "no price", "flex"],
)
def test_a_response_says_why_its_chat_cost_is_unknown(
    alice_client: Client, fields: dict[str, Any], reason: str
) -> None:
    said = cost_said(alice_client, make_response(**fields))
    assert "Cost of the chat model unknown" in said
    assert reason in said


def test_an_images_answer_has_no_chat_model_to_pay(alice_client: Client) -> None:
    response = make_response(kind="images", model="", **USED)
    assert "Cost of the chat model" not in cost_said(alice_client, response)


def test_pages_of_costs_take_as_many_queries_however_many_pictures_share(alice_client: Client) -> None:
    response = make_response(input_tokens=5, output_tokens=5, **USED)
    image = priced(make_image(response=response))
    few = [queries(alice_client, page.get_absolute_url()) for page in (image, response)]
    item, blob = make_item(response=response), make_blob()
    with together(response):
        more = [make_image(response=response, item=item, blob=blob, index=number) for number in range(30)]
    priced(*more)
    assert [queries(alice_client, page.get_absolute_url()) for page in (image, response)] == few


@pytest.mark.parametrize("table", [[], "x", {"1536x1024": 7}, {"1536x1024": {"high": "many"}}])
def test_a_damaged_table_of_estimates_does_no_harm(alice_client: Client, table: Any) -> None:
    Price.objects.filter(name="gpt-image-1").update(picture_tokens=table)
    image = priced(make_image(response=make_response(image_model="gpt-image-1")))
    assert "Cost unknown" in cost_said(alice_client, image)


def test_words_of_a_price_are_inert(alice_client: Client) -> None:
    Price.objects.filter(name="gpt-image-2").update(source="<script>alert(1)</script>", note="<b>bold</b>")
    page = alice_client.get(make_priced().get_absolute_url())
    assert "<script>alert(1)</script>" in words(page)
    assert not section(page, HEADING).select("script, bdi b")
