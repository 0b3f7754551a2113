"""The grid: cards of table `Image` alone, a page at a time, keyset by key."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db.models import Expression
from django.db.models.functions import Left
from django.urls import reverse

from gallery.curation import Marked
from gallery.models import Image
from gallery.mojibake import repaired_beginning
from gallery.pages.columns import Columns
from gallery.pages.words import INLINE_TYPES, dollars, parse_size, pixels, shortened
from gallery.prepared import Prepared, filled
from gallery.querysets import ImageQuerySet
from gallery.stacks import stack_size

UNMARKED = Marked()
CAPTION_CHARACTERS = 130
CAPTION_BYTES = 130
META_CHARACTERS = 100
LONGEST_PARAMETERS = 120

# What a card needs; the prompt's beginning is cut off in the database (a prompt may be megabytes long).
CARD_FIELDS = (
    "id",
    "role",
    "index",
    "state",
    "blob_id",
    "stand_in_id",
    "is_salvaged",
    "media_type",
    "width",
    "height",
    "has_c2pa",
    "has_alpha",
    "is_animated",
    "has_thumbnail",
    "placeholder",
    "model",
    "image_model",
    "response_status",
    "size",
    "quality",
    "action",
    "total_tokens",
    "cost_usd",
    "is_cost_estimated",
    "stack",
)

# Ratios a box can have, each a class of the stylesheet: a strict policy forbids inline styles. Neighbours are at most
# 7 % apart, so a picture that fills its box loses at most 3.5 % of one side.
RATIOS = (
    60, 63, 67, 71, 75, 80, 85, 90, 95, 100, 105, 111, 118, 125, 133, 141, 150, 160, 170, 178, 188, 200, 212, 225, 240,
)  # fmt: skip


class Badge(NamedTuple):
    words: str
    tone: str = ""
    reason: str = ""


class Addresses(NamedTuple):
    """Beginnings of the addresses on a card, looked up once for a page of them."""

    image: str
    thumb: str
    parameters: str = ""

    @classmethod
    def now(cls, parameters: str = "") -> Addresses:
        """`parameters` is the query that the cards were found by. A long one is left out: script adds it again."""
        is_short = 0 < len(parameters) <= LONGEST_PARAMETERS
        return cls(
            parameters=f"?{parameters}" if is_short else "",
            image=reverse("gallery:image_detail", args=[0]).removesuffix("0"),
            thumb=reverse("gallery:thumb", args=["x"]).removesuffix("x.webp"),
        )


class Trouble(NamedTuple):
    """Why a card has no picture to show."""

    icon: str
    words: str
    reason: str


TROUBLES = {
    Image.State.ELIDED: ("scissors", "Elided", "The picture's data was shortened before it was uploaded."),
    Image.State.MISSING: ("image-off", "Missing", "The transcript holds no data for this picture."),
    Image.State.BROKEN: ("triangle-alert", "Broken", "The data cannot be shown as a picture."),
    Image.State.REFUSED: ("ban", "Refused", "The picture was refused."),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One tile. `thumb` is the address of its thumbnail, empty where there is none and `trouble` says why.
    `stack_count` goes to `gallery.stacks.MOST_COUNTED` and one more."""

    key: int
    href: str
    ratio: str
    is_fit: bool
    has_alpha: bool
    width: int
    height: int
    thumb: str
    placeholder: str
    caption: str
    meta: str
    badges: tuple[Badge, ...]
    trouble: Trouble | None
    is_eager: bool = False
    stack_count: int = 1
    mark: Marked = UNMARKED
    columns: Columns | None = None


def card_rows(images: ImageQuerySet, *, limit: int) -> list[dict[str, Any]]:
    """The rows that `make_card` takes, in the order of `images`."""
    return list(images.values(*CARD_FIELDS, **_beginnings())[:limit])


def card_rows_by_key(
    keys: Collection[int], *, more_fields: tuple[str, ...] = (), is_folded: bool = False
) -> dict[int, dict[str, Any]]:
    """The same of a page's pictures, in one query whose SQL is written once. `is_folded`: with `stack_size`."""
    if not keys:
        return {}
    return {row["id"]: row for row in _rows_by_key(more_fields, is_folded=is_folded)(*filled(keys))}


@cache
def _rows_by_key(more_fields: tuple[str, ...], *, is_folded: bool) -> Prepared[Image]:
    columns = _beginnings() | ({"stack_size": stack_size()} if is_folded else {})
    return Prepared(
        lambda *keys: Image.objects.filter(id__in=keys).values(*CARD_FIELDS, *more_fields, **columns)
    )


def _beginnings() -> dict[str, Expression]:
    return {
        "prompt_beginning": Left("prompt", CAPTION_CHARACTERS * 4 + 1),
        "reason_beginning": Left("reason", 200),
    }


def make_card(
    row: dict[str, Any],
    addresses: Addresses,
    *,
    is_eager: bool = False,
    mark: Marked = UNMARKED,
    columns: Columns | None = None,
) -> Card:
    sides = (row["width"], row["height"]) if row["width"] and row["height"] else parse_size(row["size"])
    width, height = sides or (1, 1)
    ratio, is_fit = box(width, height)
    shown = row["blob_id"] or row["stand_in_id"]
    thumb = f"{addresses.thumb}{shown}.webp" if shown and row["has_thumbnail"] else ""
    return Card(
        key=row["id"],
        href=f"{addresses.image}{row['id']}{addresses.parameters}",
        ratio=ratio,
        is_fit=is_fit,
        has_alpha=row["has_alpha"] and bool(thumb),
        width=width,
        height=height,
        thumb=thumb,
        placeholder=row["placeholder"] if thumb and not row["has_alpha"] else "",
        caption=caption(row["prompt_beginning"]),
        meta=_meta(row),
        badges=_badges(row, has_picture=bool(thumb)),
        trouble=None if thumb else trouble(row),
        is_eager=is_eager,
        stack_count=row.get("stack_size", 1),
        mark=mark,
        columns=columns,
    )


def caption(prompt: str | None) -> str:
    """The prompt's beginning as it is read: whole characters, one line, misread UTF-8 repaired."""
    if not prompt or not prompt.strip():
        return ""
    return shortened(
        repaired_beginning(prompt) or prompt, characters=CAPTION_CHARACTERS, escaped_bytes=CAPTION_BYTES
    )


@lru_cache(maxsize=1024)
def box(width: int, height: int) -> tuple[str, bool]:
    """The ratio class, and whether the picture's own ratio lies outside all of them and so needs margins."""
    percent = 100 * width / height
    nearest = min(RATIOS, key=lambda ratio: abs(ratio - percent))
    return str(nearest), not 0.96 * RATIOS[0] <= percent <= 1.04 * RATIOS[-1]


def _meta(row: dict[str, Any]) -> str:
    parts = [row["image_model"] or (f"asked by {row['model']}" if row["model"] else "model unknown")]
    true, says = pixels(row["width"], row["height"]), parse_size(row["size"])
    if true and says and says != (row["width"], row["height"]):
        parts.append(f"{true} (says {pixels(*says)})")
    elif true or says:
        parts.append(true or pixels(*says or (0, 0)))
    if row["quality"]:
        parts.append(row["quality"])
    if row["cost_usd"] is not None:
        parts.append(dollars(row["cost_usd"], is_estimated=row["is_cost_estimated"]))
    elif row["total_tokens"] is not None:
        parts.append(f"{row['total_tokens']:,} tokens".replace(",", "\u202f"))
    return " · ".join(parts)[:META_CHARACTERS]


def _badges(row: dict[str, Any], *, has_picture: bool) -> tuple[Badge, ...]:
    """What is unusual. A box without a picture says its state itself."""
    badges = []
    if has_picture and not row["blob_id"]:
        badges.append(Badge("partial", "warn", "The last partial picture stands for the final one."))
    if has_picture and row["state"] != Image.State.STORED:
        tone = "warn" if row["state"] == Image.State.ELIDED else "bad"
        badges.append(Badge(row["state"], tone, row["reason_beginning"]))
    if row["response_status"] in {"failed", "incomplete", "interrupted", "cancelled"}:
        badges.append(Badge(row["response_status"], "bad" if row["response_status"] == "failed" else "warn"))
    if row["role"] == Image.Role.PLOT:
        badges.append(Badge("plot"))
    if row["action"] == "edit":
        badges.append(Badge("edited"))
    if row["is_animated"]:
        badges.append(Badge("animated"))
    if row["has_c2pa"]:
        badges.append(Badge("C2PA"))
    if row["is_salvaged"]:
        badges.append(Badge("salvaged", "warn"))
    return tuple(badges)


def trouble(row: dict[str, Any]) -> Trouble:
    """What stands in a box without a picture: the state, and the reason that was kept or else the state's own."""
    if row["state"] in TROUBLES:
        icon, words, reason = TROUBLES[row["state"]]
        return Trouble(icon, words, row["reason_beginning"] or reason)
    kind = row["media_type"] or "unknown type"
    if kind not in INLINE_TYPES:
        return Trouble("image-off", f"A file of type {kind}", "Kept as a download, not shown here.")
    return Trouble("image-off", "No thumbnail", row["reason_beginning"] or "Open it to see the picture.")
