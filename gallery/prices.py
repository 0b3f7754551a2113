"""Prices and pictures as `gallery.pricing` takes them: rows on one side, figures on the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from gallery.models import Image, Price, Response
from gallery.models.pricing import RATE_FIELDS
from gallery.pricing.costs import Cost, PictureFacts, chat_cost
from gallery.pricing.rates import Kind, Rates
from gallery.pricing.usage import ChatUsage, ImageUsage

RATE_KINDS = dict(
    zip(
        RATE_FIELDS,
        (
            Kind.TEXT_IN,
            Kind.CACHED_TEXT_IN,
            Kind.IMAGE_IN,
            Kind.CACHED_IMAGE_IN,
            Kind.IMAGE_OUT,
            Kind.TEXT_OUT,
        ),
        strict=True,
    )
)
HERE = frozenset({Image.State.STORED, Image.State.ELIDED, Image.State.BROKEN})
"""States of a picture of which something came."""


def rates_from(price: Price) -> Rates:
    return Rates(
        key=price.pk,
        name=price.name,
        per_million={
            kind: rate for name, kind in RATE_KINDS.items() if (rate := getattr(price, name)) is not None
        },
        valid_from=price.valid_from,
        picture_tokens=_picture_tokens(price.picture_tokens),
        most_input_tokens=price.most_input_tokens,
    )


def prices_in_force(kind: Price.Kind) -> list[Rates]:
    """Those that further costs are reckoned by. One query."""
    return [rates_from(price) for price in Price.objects.filter(kind=kind, is_retired=False)]


def response_chat_cost(response: Response, prices: Iterable[Rates], *, tier: str) -> Cost:
    """What the chat model's own tokens cost in a service tier. Raises CostUnknown."""
    return chat_cost(
        response.model,
        _day(response.created_at),
        ChatUsage(response.input_tokens, response.cached_tokens, response.output_tokens),
        prices,
        tier=tier,
        is_batch=is_batch(response),
    )


def service_tier(rest: Any) -> str:  # noqa: ANN401 - any JSON
    """As what is left of the response's JSON names it; empty where it does not."""
    tier = rest.get("service_tier") if isinstance(rest, dict) else None
    return tier[:40] if isinstance(tier, str) else ""


def is_batch(response: Response) -> bool:
    """Whether it came from the Batch API, whose output alone gives every response an id of the caller's."""
    return bool(response.custom_id)


def image_usage_of(response: Response) -> ImageUsage:
    return ImageUsage(
        input=response.image_input_tokens,
        input_text=response.image_input_text_tokens,
        input_image=response.image_input_image_tokens,
        output=response.image_output_tokens,
        output_text=response.image_output_text_tokens,
        output_image=response.image_output_image_tokens,
        cached=response.image_cached_tokens,
        cached_text=response.image_cached_text_tokens,
        cached_image=response.image_cached_image_tokens,
    )


def shares_of(images: Iterable[Image]) -> dict[int, int]:
    """Among how many pictures the image model's usage of each response is divided; all its pictures must be here.

    Usage is the sum over all calls: nothing says which picture took how much of it. So it is divided equally among
    those that can have been made.
    """
    shares: dict[int, int] = {}
    for image in images:
        shares[image.response_id] = shares.get(image.response_id, 0) + can_have_been_made(image)
    return shares


def can_have_been_made(image: Image) -> bool:
    """Whether the image model can have made the picture: it is here, in part or broken, or only its bytes are missing
    from a response that ended well. Its response and item must be at hand."""
    if image.role != Image.Role.FINAL or image.state == Image.State.REFUSED:
        return False
    if image.state in HERE:
        return True
    response, item = image.response, image.item
    has_failed = item is not None and (item.status == "failed" or bool(_payload(item).get("error")))
    return response.status in {"completed", ""} and not (
        response.error_code or response.error_message or has_failed
    )


def facts_of(image: Image, *, share: int) -> PictureFacts:
    """`share` is what `shares_of` gave for its response, which must be at hand."""
    response = image.response
    return PictureFacts(
        model=image.image_model,
        day=_day(image.generated_at),
        usage=image_usage_of(response),
        share=share,
        size=_size(image),
        quality=image.quality,
        partials=_partials(image),
        has_come=image.state in HERE,
        is_batch=is_batch(response),
    )


def image_facts_of(response: Response) -> PictureFacts:
    """Of all that its image model made, as if it were one picture of which nothing can be estimated."""
    return PictureFacts(
        model=response.image_model,
        day=_day(response.created_at),
        usage=image_usage_of(response),
        share=1,
        has_come=False,
        is_batch=is_batch(response),
    )


def _picture_tokens(table: Any) -> dict[str, dict[str, int]]:  # noqa: ANN401 - any JSON
    """What of the JSON is a table of tokens by size and quality."""
    rows = table.items() if isinstance(table, dict) else ()
    return {
        size: {quality: count for quality, count in by_quality.items() if type(count) is int and count > 0}
        for size, by_quality in rows
        if isinstance(by_quality, dict)
    }


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None


def _payload(item: Any) -> dict[str, Any]:  # noqa: ANN401 - an item, or a migration's form of one
    return item.payload if isinstance(item.payload, dict) else {}


def _size(image: Image) -> str:
    """As the transcript declares it, which is what was asked and paid for; else as the bytes show it."""
    declared = image.size.lower().replace(" ", "")
    if declared in {"", "auto"} and image.width and image.height:
        return f"{image.width}x{image.height}"
    return declared


def _partials(image: Image) -> int:
    """Those that were asked for. Streams send the finished picture as a last partial besides, which costs nothing."""
    asked = image.requested.get("partial_images") if isinstance(image.requested, dict) else None
    if type(asked) is int and asked >= 0:
        return min(asked, image.partial_count)
    return max(0, image.partial_count - 1)
