"""Finding and sorting by cost, which both databases must do alike."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gallery.costing import settle_costs, write_costs
from gallery.filters import read_filters
from gallery.indexing import changing
from gallery.listing import count_of, page_of
from gallery.models import Image
from tests.factories import make_image, make_response

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive() -> None:
    """Three exact costs, an estimate and two unknown ones."""
    for prompt, tokens in (("cheap", 196), ("dear", 7024), ("middling", 1667)):
        response = make_response(
            image_input_tokens=0,
            image_input_text_tokens=0,
            image_input_image_tokens=0,
            image_output_tokens=tokens,
            image_output_image_tokens=tokens,
            image_output_text_tokens=0,
        )
        make_image(prompt=prompt, response=response)
    make_image(prompt="estimated", response=make_response(image_model="gpt-image-1"), size="1024x1024")
    make_image(prompt="silent")
    make_image(prompt="refused", response=make_response(image_model="gpt-image-1"), state="refused")
    images = list(Image.objects.select_related("response", "item"))
    with changing(response_ids=[image.response_id for image in images]):
        settle_costs(images)
        write_costs(images)


def found(query: str, *, sort: str = "oldest", limit: int = 50) -> list[str]:
    """The prompts, page by page."""
    filters = read_filters({"q": query, "sort": sort, "stacks": "off"}, user_id=None)
    prompts: list[str] = []
    cursor = None
    while True:
        listing = page_of(filters, cursor=cursor, limit=limit)
        by_key = Image.objects.in_bulk(listing.ids)
        prompts += [by_key[pk].prompt or "" for pk in listing.ids]
        cursor = listing.next_cursor
        if not cursor:
            assert count_of(filters) == len(prompts)
            return prompts


def test_estimates_are_found_apart_from_exact_costs(archive: None) -> None:
    assert found("is:estimated") == ["estimated"]
    assert found("has:cost -is:estimated") == ["cheap", "dear", "middling"]


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("query", "prompts"),
    [
        ("cost:>0.05", ["dear", "middling", "estimated"]),
        ("cost:>0.05001", ["dear", "estimated"]),
        ("cost:0.05..0.17", ["middling", "estimated"]),
        ("cost:<0.01", ["cheap"]),
        ("cost:0.00588", ["cheap"]),
        ("has:cost", ["cheap", "dear", "middling", "estimated"]),
        ("-has:cost", ["silent", "refused"]),
        ("-cost:>0.05", ["cheap", "silent", "refused"]),
        ("cost:>0.05 quality:high dear", ["dear"]),
    ],
)
def test_pictures_are_found_by_what_they_cost(query: str, prompts: list[str]):
    assert found(query) == prompts


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_dearest_come_first_and_unknown_costs_last(limit: int):
    assert found("", sort="dearest", limit=limit) == [
        "dear",
        "estimated",
        "middling",
        "cheap",
        "refused",
        "silent",
    ]


@pytest.mark.usefixtures("archive")
def test_what_sorts_is_what_is_shown():
    for image in Image.objects.filter(cost_usd__isnull=False):
        assert Decimal(image.cost_rank).scaleb(-9) == image.cost_usd
