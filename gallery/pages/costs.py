"""What a picture or a response cost, how that was reckoned, or why nobody can know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from gallery.models import Image, Price, Response
from gallery.prices import (
    HERE,
    can_have_been_made,
    facts_of,
    image_facts_of,
    prices_in_force,
    rates_from,
    response_chat_cost,
)
from gallery.pricing.costs import TOKENS_PER_PARTIAL, Cost, Line, check_facts, picture_cost, priced_by
from gallery.pricing.rates import CostUnknown


@dataclass(frozen=True, slots=True)
class CostView:
    """`amount` is in dollars, None where it is unknown and `reason` says why. `lines` are what it was reckoned from,
    before what `notes` say: halving, sharing, estimating."""

    heading: str
    amount: Decimal | None = None
    is_estimated: bool = False
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    price: Price | None = None
    reason: str = ""

    @property
    def sum(self) -> Decimal | None:
        """Of the lines, where the amount is not simply that."""
        whole = sum((line.dollars for line in self.lines), Decimal(0))
        return whole if self.lines and whole != self.amount else None


def picture_cost_view(image: Image) -> CostView:
    """Of a picture with its response and price at hand. At most one query, where the cost is unknown."""
    heading = "Cost"
    if image.cost_usd is None:
        return CostView(heading, reason=_why_unknown(image))
    view = CostView(heading, image.cost_usd, image.is_cost_estimated, price=image.price)
    cost = _as_reckoned(image)
    if cost is None or cost.dollars != image.cost_usd:
        # Written by an earlier reckoning: the amount stands, its parts are not to be had.
        return view
    return replace(view, lines=cost.lines, notes=_notes(cost))


def response_cost_views(response: Response, *, tier: str) -> tuple[CostView, ...]:
    """Of the chat model, where there was one, and of the image model, in five queries at most. Its price is at hand;
    `tier` is the service tier."""
    views = [] if response.kind == "images" else [_chat_cost_view(response, tier)]
    return (*views, _image_model_cost_view(response))


def _chat_cost_view(response: Response, tier: str) -> CostView:
    heading = "Cost of the chat model"
    if response.chat_cost_usd is None or response.chat_price is None:
        try:
            response_chat_cost(response, prices_in_force(Price.Kind.CHAT), tier=tier)
        except CostUnknown as unknown:
            return CostView(heading, reason=str(unknown))
        return CostView(heading, reason=_known_since(response.model))
    view = CostView(heading, response.chat_cost_usd, price=response.chat_price)
    try:
        cost = response_chat_cost(response, [rates_from(response.chat_price)], tier=tier)
    except CostUnknown:
        return view
    if cost.dollars != response.chat_cost_usd:
        # Written by an earlier reckoning: the amount stands, its parts are not to be had.
        return view
    return replace(view, lines=cost.lines, notes=_notes(cost))


def _image_model_cost_view(response: Response) -> CostView:
    heading = "Cost of the image model"
    pictures: Any = Image.objects.filter(response=response, role=Image.Role.FINAL)
    told = pictures.aggregate(
        count=Count("id"),
        known=Count("price"),
        here=Count("id", filter=Q(state__in=HERE)),
        dollars=Sum("cost_usd"),
    )
    priced = pictures.filter(price__isnull=False, is_cost_estimated=False).select_related("price").first()
    facts = image_facts_of(response)
    if priced is not None and priced.price is not None:
        try:
            cost = priced_by(facts, rates_from(priced.price))
        except CostUnknown:
            return CostView(heading, told["dollars"], price=priced.price)
        notes = _notes(cost)
        if (priced.cost_share or 1) > 1:
            notes = (*notes, f"Divided equally among its {priced.cost_share:,} pictures.")
        return CostView(heading, cost.dollars, lines=cost.lines, notes=notes, price=priced.price)
    if told["known"]:
        unknown = told["count"] - told["known"]
        notes = ("The sum of its pictures' estimates.",)
        if unknown:
            notes = (*notes, f"Of {unknown:,} further {_pictures(unknown)} the cost is unknown.")
        return CostView(heading, told["dollars"], is_estimated=True, notes=notes)
    try:
        check_facts(facts)
        cost = picture_cost(facts, prices_in_force(Price.Kind.IMAGE))
    except CostUnknown as reason:
        return CostView(heading, reason=str(reason))
    if told["here"]:
        return CostView(heading, reason=_known_since(response.image_model))
    price = Price.objects.get(pk=cost.rates.key)
    notes = (*_notes(cost), "No picture came of it.")
    return CostView(heading, cost.dollars, lines=cost.lines, notes=notes, price=price)


def _as_reckoned(image: Image) -> Cost | None:
    if image.price is None:
        return None
    try:
        return priced_by(facts_of(image, share=image.cost_share or 1), rates_from(image.price))
    except CostUnknown:
        return None


def _notes(cost: Cost) -> tuple[str, ...]:
    notes = []
    if cost.is_estimated:
        partials = (
            f", and {TOKENS_PER_PARTIAL} tokens for each of {cost.partials:,} streamed "
            f"partial {_pictures(cost.partials)}"
            if cost.partials
            else ""
        )
        notes.append(
            f"Estimated from size and quality{partials}. The tokens of the prompt, and of pictures it was made from, "
            "are not in it: the transcript does not tell them."
        )
    if cost.is_batch:
        notes.append("Half of that: it came from a batch.")
    if cost.share > 1:
        notes.append(
            f"Share of {cost.share:,} pictures: usage is told for all of them together, and divided equally."
        )
    return tuple(notes)


def _why_unknown(image: Image) -> str:
    if image.role == Image.Role.PARTIAL:
        return "What a partial picture costs is part of the final one's cost."
    if image.role == Image.Role.PLOT:
        return "A plot is drawn by code, not by an image model."
    if not can_have_been_made(image):
        return "No picture came, so there is none to reckon a cost for."
    facts = facts_of(image, share=1)
    try:
        check_facts(facts)
        picture_cost(facts, prices_in_force(Price.Kind.IMAGE))
    except CostUnknown as reason:
        return str(reason)
    return _known_since(image.image_model)


def _known_since(model: str) -> str:
    return (
        f"A price of {model} has become known since. An administrator applies it in the admin, under Prices."
    )


def _pictures(count: int) -> str:
    return "picture" if count == 1 else "pictures"
