"""The grid as a table: what its columns hold, beside thumbnail, prompt and rating."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from gallery.pages.words import dollars, parse_size, pixels, shortened

COLUMN_FIELDS = ("output_format", "generated_at", "uploader__username")
"""What the columns take of a picture beyond what its card does."""

MOST_CHARACTERS = 32
"""Of a cell: two lines of it are seen."""

HEADINGS = (
    "Prompt", "Image model", "Asked by", "Size", "Quality", "Format", "Tokens", "Cost", "Rating", "Uploader",
    "Generated",
)  # fmt: skip


class Columns(NamedTuple):
    """`texts` in the order of the headings, from the image model to the uploader, without the rating; empty, or None,
    where the transcript does not say."""

    texts: tuple[str, ...]
    generated_at: datetime | None


def columns_of(row: dict[str, Any]) -> Columns:
    """Of a card's row with `COLUMN_FIELDS`."""
    says = parse_size(row["size"])
    kind = row["media_type"] or row["output_format"]
    amount = row["cost_usd"]
    cost = "" if amount is None else dollars(amount, is_estimated=row["is_cost_estimated"])
    return Columns(
        texts=(
            _short(row["image_model"]),
            _short(row["model"]),
            _short(pixels(row["width"], row["height"]) or (pixels(*says) if says else row["size"])),
            _short(row["quality"]),
            _short(kind.lower().removeprefix("image/").removesuffix("+xml")),
            "" if row["total_tokens"] is None else f"{row['total_tokens']:,}".replace(",", "\u202f"),
            cost,
            _short(row["uploader__username"] or ""),
        ),
        generated_at=row["generated_at"],
    )


def _short(text: str) -> str:
    return shortened(text, characters=MOST_CHARACTERS, escaped_bytes=2 * MOST_CHARACTERS) if text else ""
