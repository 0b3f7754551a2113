"""A part of the writer: pictures and the chat models of responses get their cost when they are written, and keep it
with the price it came from.

A new price changes no cost by itself: that is what `gallery.repricing` is for, which says what it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from gallery.chunks import chunked
from gallery.models import Image, Price, Response
from gallery.prices import (
    can_have_been_made,
    facts_of,
    rates_from,
    response_chat_cost,
    service_tier,
    shares_of,
)
from gallery.pricing.costs import Cost, PictureFacts, picture_cost, priced_by
from gallery.pricing.rates import CostUnknown, Rates, is_of

COST_FIELDS = ("cost_usd", "is_cost_estimated", "cost_rank", "cost_share", "price_id")
IMAGES_API = "images"
"""The kind of response that no chat model gives."""
_BILLION = 1_000_000_000


def settle_costs(images: Sequence[Image]) -> None:
    """Sets, and does not write, the costs of all pictures of some responses, with responses and items at hand.

    A picture that is there already keeps its cost and its price while its usage and its model are what they were.
    """
    kept: dict[int, Image] = {}
    for pks in chunked(image.pk for image in images):
        known = Image.objects.filter(pk__in=pks, price__isnull=False)
        kept |= {image.pk: image for image in known.only("id", *COST_FIELDS)}
    rows = list(Price.objects.filter(kind=Price.Kind.IMAGE))
    every = {price.pk: rates_from(price) for price in rows}
    in_force = [every[price.pk] for price in rows if not price.is_retired]
    for image, facts in facts_of_all(images):
        cost = None
        if facts is not None:
            cost = _as_before(facts, kept.get(image.pk), every) or cost_or_none(facts, in_force)
        set_cost(image, cost)


def settle_chat_costs(responses: Sequence[Response]) -> None:
    """Sets, and does not write, what the chat models of responses cost; those that are there already come with the cost
    and the price that they have, and keep them while model and usage are what they were."""
    asked = [response for response in responses if response.kind != IMAGES_API]
    rows = list(Price.objects.filter(kind=Price.Kind.CHAT)) if asked else []
    every = {price.pk: rates_from(price) for price in rows}
    in_force = [every[price.pk] for price in rows if not price.is_retired]
    for response in asked:
        kept = every.get(response.chat_price_id or 0)
        cost = chat_cost_or_none(response, [kept]) if kept else None
        if cost is None or cost.dollars != response.chat_cost_usd:
            cost = chat_cost_or_none(response, in_force)
        set_chat_cost(response, cost)


def chat_cost_or_none(response: Response, prices: Sequence[Rates]) -> Cost | None:
    try:
        return response_chat_cost(response, prices, tier=service_tier(response.rest))
    except CostUnknown:
        return None


def set_chat_cost(response: Response, cost: Cost | None) -> None:
    response.chat_cost_usd = cost.dollars if cost else None
    response.chat_price_id = cost.rates.key if cost else None


def write_chat_costs(responses: Iterable[Response]) -> None:
    """Of responses that are there. Within `gallery.ingest.writing`."""
    table = Response._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET chat_cost_usd = %s, chat_price_id = %s WHERE id = %s",  # noqa: S608
            [
                (
                    None if response.chat_cost_usd is None else str(response.chat_cost_usd),
                    response.chat_price_id,
                    response.pk,
                )
                for response in responses
            ],
        )


def facts_of_all(images: Iterable[Image]) -> list[tuple[Image, PictureFacts | None]]:
    """What each picture's cost follows from, None where it can have none; all pictures of their responses are here."""
    images = list(images)
    shares = shares_of(images)
    return [
        (image, facts_of(image, share=shares[image.response_id]) if can_have_been_made(image) else None)
        for image in images
    ]


def cost_or_none(facts: PictureFacts, prices: Iterable[Rates]) -> Cost | None:
    try:
        return picture_cost(facts, prices)
    except CostUnknown:
        return None


def set_cost(image: Image, cost: Cost | None) -> None:
    """Unknown is null; zero only where it sorts."""
    image.cost_usd = cost.dollars if cost else None
    image.is_cost_estimated = cost.is_estimated if cost else False
    image.cost_rank = int(cost.dollars * _BILLION) if cost else 0
    image.cost_share = cost.share if cost and not cost.is_estimated else None
    image.price_id = cost.rates.key if cost else None


def _as_before(facts: PictureFacts, kept: Image | None, prices: Mapping[int, Rates]) -> Cost | None:
    """The cost under the price that the picture has had, if that comes to what it was."""
    rates = prices.get(kept.price_id or 0) if kept else None
    if kept is None or rates is None or not is_of(rates.name, facts.model):
        return None
    try:
        cost = priced_by(facts, rates)
    except CostUnknown:
        return None
    return cost if cost.dollars == kept.cost_usd and cost.is_estimated == kept.is_cost_estimated else None


def write_costs(images: Iterable[Image]) -> None:
    """Of pictures that are there. Within `gallery.ingest.writing`."""
    table = Image._meta.db_table
    columns = ", ".join(f"{name} = %s" for name in COST_FIELDS)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {columns} WHERE id = %s",  # noqa: S608
            [
                (
                    None if image.cost_usd is None else str(image.cost_usd),
                    image.is_cost_estimated,
                    image.cost_rank,
                    image.cost_share,
                    image.price_id,
                    image.pk,
                )
                for image in images
            ],
        )
