"""A picture's settings: what was asked for against what was used."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Setting(NamedTuple):
    """What was asked for against what was used; None where the transcript does not say."""

    words: str
    asked: str | None
    used: str | None
    differs: bool


def settings_of(image: Image) -> tuple[Setting, ...]:
    """Its item, where it has one, must be at hand."""
    requested: dict[str, Any] = image.requested if isinstance(image.requested, dict) else {}
    payload = image.item.payload if image.item else {}
    item: dict[str, Any] = payload if isinstance(payload, dict) else {}
    settings = []
    for key, words in SETTINGS.items():
        asked, used = _said(requested.get(key)), _said(item.get(key))
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
