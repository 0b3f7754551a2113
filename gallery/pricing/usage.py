"""How many tokens of each kind a call used, as far as its usage figures tell them apart."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from gallery.pricing.rates import CostUnknown, Kind

Tokens = dict[Kind, int]
"""Only kinds of which there were any."""


@dataclass(frozen=True, slots=True)
class ImageUsage:
    """The image model's figures as the transcript has them; None where it is silent.

    Cached tokens are among the input tokens.
    """

    input: int | None = None
    input_text: int | None = None
    input_image: int | None = None
    output: int | None = None
    output_text: int | None = None
    output_image: int | None = None
    cached: int | None = None
    cached_text: int | None = None
    cached_image: int | None = None

    @property
    def says_something(self) -> bool:
        """Zeros do not: they also stand where no picture was made, and where calls were skipped."""
        return any(
            (self.input, self.input_text, self.input_image, self.output, self.output_text, self.output_image)
        )


@dataclass(frozen=True, slots=True)
class ChatUsage:
    """The chat model's figures. Reasoning is among the output tokens, cached tokens among the input's."""

    input: int | None = None
    cached: int | None = None
    output: int | None = None


def image_tokens(usage: ImageUsage) -> Tokens:
    """The tokens by kind. Output that is not told apart is all image tokens, as before 2026. Raises CostUnknown."""
    if not usage.says_something:
        raise CostUnknown("The transcript does not say what the image model used.")
    text_in, image_in = _parts(usage.input, usage.input_text, usage.input_image, "input")
    text_out, image_out = _outputs(usage)
    if text_out is None or image_out is None:
        raise CostUnknown("The transcript does not say how many tokens the image model put out.")
    cached_text, cached_image = _cached(usage, text_in, image_in)
    return _some(
        {
            Kind.TEXT_IN: text_in - cached_text,
            Kind.CACHED_TEXT_IN: cached_text,
            Kind.IMAGE_IN: image_in - cached_image,
            Kind.CACHED_IMAGE_IN: cached_image,
            Kind.IMAGE_OUT: image_out,
            Kind.TEXT_OUT: text_out,
        }
    )


@dataclass(frozen=True, slots=True)
class ToldTokens:
    """The image model's tokens by kind, cached ones among the input's. None of both kinds of a side that is not told
    apart, or not told."""

    text_in: int | None
    image_in: int | None
    text_out: int | None
    image_out: int | None


def told_tokens(usage: ImageUsage) -> ToldTokens:
    """As many of the figures as can be told, each side by itself: what needs no price needs not all of them."""
    if not usage.says_something:
        return ToldTokens(None, None, None, None)
    told_in: tuple[int | None, int | None] = None, None
    told_out = told_in
    with suppress(CostUnknown):
        told_in = _parts(usage.input, usage.input_text, usage.input_image, "input")
    with suppress(CostUnknown):
        told_out = _outputs(usage)
    return ToldTokens(*told_in, *told_out)


def chat_tokens(usage: ChatUsage) -> Tokens:
    """The tokens by kind; silence about cached ones means that there were none. Raises CostUnknown."""
    if usage.input is None or usage.output is None:
        raise CostUnknown("The transcript does not say what the model used.")
    cached = usage.cached or 0
    if cached > usage.input:
        raise CostUnknown("The transcript counts more cached tokens than input tokens.")
    return _some(
        {Kind.TEXT_IN: usage.input - cached, Kind.CACHED_TEXT_IN: cached, Kind.TEXT_OUT: usage.output}
    )


def _some(tokens: Tokens) -> Tokens:
    return {kind: count for kind, count in tokens.items() if count}


def _parts(whole: int | None, text: int | None, image: int | None, side: str) -> tuple[int, int]:
    """Text and image tokens of one side, from as many of the three figures as are told."""
    if whole is not None and text is None and image is not None:
        text = whole - image
    elif whole is not None and image is None and text is not None:
        image = whole - text
    elif whole == 0 and text is None and image is None:
        text = image = 0
    if text is None or image is None:
        raise CostUnknown(
            f"The transcript does not say how many of the image model's {side} tokens are text."
        )
    if text < 0 or image < 0 or (whole is not None and text + image != whole):
        raise CostUnknown(f"The image model's {side} tokens do not add up in the transcript.")
    return text, image


def _outputs(usage: ImageUsage) -> tuple[int | None, int | None]:
    if usage.output_text is None and usage.output_image is None:
        return (None, None) if usage.output is None else (0, usage.output)
    return _parts(usage.output, usage.output_text, usage.output_image, "output")


def _cached(usage: ImageUsage, text_in: int, image_in: int) -> tuple[int, int]:
    """Cached text and image tokens. A sum alone can be told apart where there is only one kind of input."""
    text, image = usage.cached_text, usage.cached_image
    whole = usage.cached
    if not whole and not text and not image:
        return 0, 0
    if text is None and image is None:
        text = 0 if not text_in else whole if not image_in else None
        image = 0 if not image_in else whole if not text_in else None
    elif whole is not None:
        text = whole - image if text is None and image is not None else text
        image = whole - text if image is None and text is not None else image
    if text is None or image is None:
        raise CostUnknown("The transcript does not say which of the image model's input tokens were cached.")
    if not 0 <= text <= text_in or not 0 <= image <= image_in:
        raise CostUnknown("The image model's cached tokens do not add up in the transcript.")
    return text, image
