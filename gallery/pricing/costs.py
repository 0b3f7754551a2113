"""What tokens cost: of a picture exactly or by estimate, of a response's pictures, of its chat model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from gallery.pricing.rates import CostUnknown, Kind, Rates, rates_of
from gallery.pricing.usage import ChatUsage, ImageUsage, Tokens, chat_tokens, image_tokens

SMALLEST = Decimal("0.000000001")
MOST = Decimal(1_000_000_000)
"""Dollars. A usage that comes to more is not believed."""
TOKENS_PER_PARTIAL = 100
BATCH = Decimal("0.5")
OUTPUT = frozenset({Kind.IMAGE_OUT, Kind.TEXT_OUT})
STANDARD_TIERS = frozenset({"", "default", "auto", "standard"})
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Line:
    """So many tokens of a kind at a rate, in dollars per million: before halving and sharing."""

    kind: Kind
    tokens: int
    rate: Decimal

    @property
    def dollars(self) -> Decimal:
        return self.tokens * self.rate / _MILLION


@dataclass(frozen=True, slots=True)
class Cost:
    """`dollars` to the billionth: the lines' sum, halved for a batch, divided among `share` pictures.

    `partials` are those that an estimate counts.
    """

    dollars: Decimal
    rates: Rates
    lines: tuple[Line, ...]
    is_estimated: bool = False
    is_batch: bool = False
    share: int = 1
    partials: int = 0


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture's cost follows from. `day` is that of its generation in UTC; None where it is unknown.

    `share` counts the pictures that the usage is the sum of, this one among them. `has_come` says that there is, or
    was, a picture to estimate. `size` is `WIDTHxHEIGHT`.
    """

    model: str
    day: date | None
    usage: ImageUsage
    share: int
    size: str = ""
    quality: str = ""
    partials: int = 0
    has_come: bool = True
    is_batch: bool = False


def check_facts(facts: PictureFacts) -> None:
    """Raises CostUnknown where no price could tell the exact cost: the model or its tokens are not known."""
    if not facts.model:
        raise CostUnknown("The transcript does not name the image model.")
    image_tokens(facts.usage)


def picture_cost(facts: PictureFacts, prices: Iterable[Rates]) -> Cost:
    """Exactly, by the tokens; else estimated, by size and quality where the price has a table of them.

    Raises CostUnknown.
    """
    return priced_by(facts, rates_of(facts.model, facts.day, prices))


def priced_by(facts: PictureFacts, rates: Rates) -> Cost:
    """The cost under given rates. Raises CostUnknown."""
    if facts.share < 1:
        raise CostUnknown("The image model made no picture here.")
    try:
        cost = _cost(image_tokens(facts.usage), rates, is_batch=facts.is_batch, share=facts.share)
    except CostUnknown as unknown:
        tokens = rates.picture_tokens.get(facts.size, {}).get(facts.quality)
        if tokens is None or not facts.has_come:
            raise unknown from None
        count = tokens + TOKENS_PER_PARTIAL * facts.partials
        cost = replace(
            _cost({Kind.IMAGE_OUT: count}, rates, is_batch=facts.is_batch),
            is_estimated=True,
            partials=facts.partials,
        )
    return cost


def chat_cost(
    model: str,
    day: date | None,
    usage: ChatUsage,
    prices: Iterable[Rates],
    *,
    tier: str = "",
    is_batch: bool = False,
) -> Cost:
    """What the chat model's own tokens cost. `tier` is the service tier that the call ended in. Raises CostUnknown."""
    if tier not in STANDARD_TIERS:
        raise CostUnknown(f"Prices of the service tier {tier} are not known here.")
    tokens = chat_tokens(usage)
    if is_batch and Kind.CACHED_TEXT_IN in tokens:
        raise CostUnknown("Batch prices of cached tokens are not known here.")
    return _cost(tokens, rates_of(model, day, prices), is_batch=is_batch)


def _cost(tokens: Tokens, rates: Rates, *, is_batch: bool, share: int = 1) -> Cost:
    fed = sum(count for kind, count in tokens.items() if kind not in OUTPUT)
    if rates.most_input_tokens is not None and fed > rates.most_input_tokens:
        raise CostUnknown(
            f"The price of {rates.name} that is known holds for at most {rates.most_input_tokens:,} input tokens."
        )
    lines = []
    for kind, count in tokens.items():
        rate = rates.per_million.get(kind)
        if rate is None:
            raise CostUnknown(f"The price of {rates.name} has no rate for {count:,} tokens {kind.value}.")
        lines.append(Line(kind, count, rate))
    whole = sum((line.dollars for line in lines), Decimal(0)) * (BATCH if is_batch else 1)
    if whole > MOST:
        raise CostUnknown("The transcript counts more tokens than can be true.")
    dollars = (whole / share).quantize(SMALLEST, ROUND_HALF_EVEN)
    return Cost(dollars, rates, tuple(lines), is_batch=is_batch, share=share)
