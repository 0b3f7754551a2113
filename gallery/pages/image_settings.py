"""A picture's settings: what was asked for against what was used."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models.fields.json import KeyTextTransform

from gallery.models import Image
from gallery.pages.words import Json

SETTINGS = {
    "size": "Size",
    "quality": "Quality",
    "background": "Background",
    "output_format": "Format",
    "action": "Action",
}
FURTHER_SETTINGS = {
    "n": "Pictures",
    "partial_images": "Partials",
    "output_compression": "Compression",
    "input_fidelity": "Input fidelity",
    "moderation": "Moderation",
    "complexity": "Complexity",
    "frame_count": "Frames",
    "frame_duration_ms": "Frame duration",
    "seed": "Seed",
}
USED_SETTINGS = {f"used_{key}": KeyTextTransform(key, "item__payload") for key in SETTINGS}
"""What `settings_of` needs besides the picture's own columns, to annotate a query with."""


class Setting(NamedTuple):
    """What was asked for against what was used; None where the transcript does not say."""

    words: str
    asked: str | None
    used: str | None
    differs: bool


def settings_of(image: Image) -> tuple[Setting, ...]:
    """`image` comes from a query annotated with `USED_SETTINGS`."""
    requested: dict[str, Any] = image.requested if isinstance(image.requested, dict) else {}
    settings = []
    for key, words in SETTINGS.items():
        asked, used = _said(requested.get(key)), _said(getattr(image, f"used_{key}"))
        if image.role == Image.Role.PARTIAL:
            used = _said(getattr(image, key)) or used
        if asked or used:
            settings.append(Setting(words, asked, used, bool(asked and used and asked != used)))
    settings.extend(
        Setting(words, _said(requested[key]), None, differs=False)
        for key, words in FURTHER_SETTINGS.items()
        if _said(requested.get(key))
    )
    return tuple(settings)


def _said(value: Json) -> str | None:
    return str(value)[:100] if isinstance(value, str | int | float) and value != "" else None
