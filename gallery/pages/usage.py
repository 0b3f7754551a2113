"""A response's tokens by kind: in numbers, and as bars of one scale."""

from __future__ import annotations

from typing import NamedTuple

from gallery.models import Response


class Amount(NamedTuple):
    """`share` is the bar's length of 100; None of both where the transcript is silent. Parts are of the line above."""

    words: str
    tokens: int | None
    share: float
    is_part: bool = False


class Usage(NamedTuple):
    """One model's tokens. `is_silent` where the transcript names none of them."""

    heading: str
    model: str
    amounts: tuple[Amount, ...]
    total: int | None
    is_silent: bool


def chat_usage(response: Response) -> Usage:
    return _usage(
        "Chat model",
        response.model,
        [
            ("Input", response.input_tokens, False),
            ("of which cached", response.cached_tokens, True),
            ("Output", response.output_tokens, False),
            ("of which reasoning", response.reasoning_tokens, True),
        ],
        response.total_tokens,
    )


def image_usage(response: Response) -> Usage:
    return _usage(
        "Image model",
        response.image_model,
        [
            ("Input", response.image_input_tokens, False),
            ("of which text", response.image_input_text_tokens, True),
            ("of which pictures", response.image_input_image_tokens, True),
            ("Output", response.image_output_tokens, False),
            ("of which text", response.image_output_text_tokens, True),
            ("of which pictures", response.image_output_image_tokens, True),
        ],
        response.image_total_tokens,
    )


def _usage(heading: str, model: str, lines: list[tuple[str, int | None, bool]], total: int | None) -> Usage:
    known = [tokens for _, tokens, _ in lines if tokens is not None]
    whole = max([*known, 1])
    amounts = tuple(
        Amount(words, tokens, round(100 * max(tokens, 0) / whole, 2) if tokens else 0, is_part)
        for words, tokens, is_part in lines
    )
    return Usage(heading, model, amounts, total, is_silent=not known and total is None)
