"""Small pictures in a row: how a picture formed, its siblings, the turns of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Left
from django.urls import reverse

from gallery.models import Image
from gallery.pages.cards import TROUBLES, caption
from gallery.pages.words import INLINE_TYPES
from gallery.querysets import ImageQuerySet

MOST_STEPS = 300
_FIELDS = (
    "id",
    "response_id",
    "position",
    "role",
    "index",
    "state",
    "blob_id",
    "stand_in_id",
    "media_type",
    "has_alpha",
    "has_thumbnail",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One small picture. `full` is the address of its bytes if a browser may draw them."""

    key: int
    position: int
    role: str
    index: int
    href: str
    thumb: str
    full: str
    label: str
    caption: str
    icon: str
    has_alpha: bool
    blob_id: str


def image_steps(images: ImageQuerySet) -> Iterator[tuple[int, Step]]:
    """Each of `images` with the key of its response; one query, at most `MOST_STEPS`."""
    for row in step_rows(images):
        yield row["response_id"], make_step(row)


def step_rows(images: ImageQuerySet) -> QuerySet[Image, dict[str, Any]]:
    """What `make_step` takes, of the first `MOST_STEPS` of `images`."""
    rows: QuerySet[Image, dict[str, Any]] = images.values(*_FIELDS, prompt_beginning=Left("prompt", 400))
    return rows[:MOST_STEPS]


def make_step(row: dict[str, Any]) -> Step:
    shown = row["blob_id"] or row["stand_in_id"]
    can_draw = row["blob_id"] and row["state"] == Image.State.STORED and row["media_type"] in INLINE_TYPES
    return Step(
        key=row["id"],
        position=row["position"],
        role=row["role"],
        index=row["index"],
        href=reverse("gallery:image_detail", args=[row["id"]]),
        thumb=reverse("gallery:thumb", args=[shown]) if shown and row["has_thumbnail"] else "",
        full=reverse("gallery:blob", args=[row["blob_id"]]) if can_draw else "",
        label=_label(row),
        caption=caption(row["prompt_beginning"]),
        icon=TROUBLES[row["state"]][0] if row["state"] in TROUBLES else "image-off",
        has_alpha=row["has_alpha"],
        blob_id=row["blob_id"] or "",
    )


def _label(row: dict[str, Any]) -> str:
    if row["role"] == Image.Role.PARTIAL:
        words = f"partial {row['index']}"
    elif row["role"] == Image.Role.PLOT:
        words = f"plot {row['index'] + 1}"
    else:
        words = "final"
    return words if row["state"] == Image.State.STORED else f"{words}, {row['state']}"


def formation(steps: list[Step], *, position: int) -> tuple[Step, ...]:
    """How the final picture at `position` formed: partials in order, then the final one.

    The last partial is nearly always the final picture byte for byte: then it is not shown twice.
    """
    here = [step for step in steps if step.position == position]
    finals = [step for step in here if step.role == Image.Role.FINAL]
    same = {step.blob_id for step in finals if step.blob_id}
    partials = sorted((step for step in here if step.role == Image.Role.PARTIAL), key=lambda step: step.index)
    repeated = [step for step in partials if step.blob_id in same]
    shown = [step for step in partials if step.blob_id not in same]
    if not partials:
        return ()
    if repeated:
        finals = [replace(step, label=f"{step.label} (and {repeated[-1].label})") for step in finals]
    return (*shown, *finals)
