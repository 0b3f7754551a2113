"""What a model's tokens cost, from a day on, and which of several prices is in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

STAR = "*"
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")


class Kind(Enum):
    """A kind of token that has a rate of its own; the value names it on pages."""

    TEXT_IN = "text in"
    CACHED_TEXT_IN = "cached text in"
    IMAGE_IN = "image in"
    CACHED_IMAGE_IN = "cached image in"
    IMAGE_OUT = "image out"
    TEXT_OUT = "text out"


class CostUnknown(Exception):
    """What something cost cannot be known; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens, in force from the beginning of `valid_from` in UTC; None: from the first day on.

    `name` is the model's, which dated snapshots of it match too (`gpt-image-2-2026-04-21`), or a beginning with a star
    (`gpt-image-2.5-*`). A kind without a rate is missing from `per_million`. `picture_tokens` are the image tokens
    of one picture by size and quality, for estimates. A call with more than `most_input_tokens` has another price,
    which is not known. `key` names the row that all this comes from.
    """

    key: int
    name: str
    per_million: Mapping[Kind, Decimal]
    valid_from: date | None = None
    picture_tokens: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    most_input_tokens: int | None = None


def is_of(name: str, model: str) -> bool:
    """Whether a price of that name is one of the model's."""
    name, model = name.lower(), model.lower()
    if name.endswith(STAR):
        return model.startswith(name.removesuffix(STAR))
    return model == name or _SNAPSHOT.sub("", model) == name


def rates_of(model: str, day: date | None, prices: Iterable[Rates]) -> Rates:
    """The rates of the model that are in force on a day: the closest name's, the latest that has begun.

    Where the day is unknown they can be told only if the model has had one price. Raises CostUnknown.
    """
    if not model:
        raise CostUnknown("The transcript does not name the model.")
    fitting = [rates for rates in prices if is_of(rates.name, model)]
    if not fitting:
        raise CostUnknown(f"No price of {model} is known here.")
    for name in sorted({rates.name for rates in fitting}, key=lambda name: _closeness(name, model)):
        named = [rates for rates in fitting if rates.name == name]
        if day is None:
            if len(named) == 1:
                return named[0]
            raise CostUnknown("The transcript does not say when it was made, and the price has changed.")
        begun = [rates for rates in named if rates.valid_from is None or rates.valid_from <= day]
        if begun:
            return max(begun, key=lambda rates: rates.valid_from or date.min)
    raise CostUnknown(f"No price of {model} is known for {day}.")


def _closeness(name: str, model: str) -> tuple[bool, bool, int]:
    """Sorts the name itself first, then its family, then the longest beginning."""
    return name.lower() != model.lower(), name.endswith(STAR), -len(name)
