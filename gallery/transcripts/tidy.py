"""Parsed JSON made fit to be kept as JSON: strict, not too deep, long base64 described instead of repeated."""

from __future__ import annotations

import math
from typing import Any

from gallery.transcripts.payloads import MAX_DEPTH, LiftedPicture
from gallery.transcripts.picture_values import CutText, describe, is_long_picture

PICTURE_KEYS = frozenset({"result", "partial_image_b64", "b64_json"})
_DEEPEST = MAX_DEPTH // 2
_LARGEST_INTEGER = 2**63
TOO_DEEP = "[nested too deeply to be kept]"


def tidy(value: Any, key: str = "", depth: int = 0) -> Any:  # noqa: ANN401 - any JSON value
    """A strict JSON copy: NaN and infinities as words, pictures as `[base64, 1,403,222 characters]`.

    Integers beyond 64 bits become text, as a database refuses them. Lone surrogates and NUL stay in strings, as JSON
    allows them; who writes to a database cleans them.
    """
    kind = type(value)
    if kind is str:
        if (
            len(value) >= 512
            and (key in PICTURE_KEYS or value.startswith("data:"))
            and is_long_picture(value)
        ):
            return describe(len(value))
        return value
    if kind is dict:
        if depth >= _DEEPEST:
            return TOO_DEEP
        return {
            str(name): tidy(inner, name, depth + 1)
            for name, inner in value.items()
            if name not in ("obfuscation",) or not isinstance(inner, str)
        }
    if kind is list:
        return TOO_DEEP if depth >= _DEEPEST else [tidy(inner, key, depth + 1) for inner in value]
    if kind is bool or value is None:
        return value
    if kind is int:
        return value if -_LARGEST_INTEGER <= value < _LARGEST_INTEGER else str(value)
    if kind is float:
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, LiftedPicture):
        return describe(value.characters)
    if isinstance(value, CutText):
        text = str(value)
        return describe(len(text)) if key in PICTURE_KEYS and is_long_picture(text) else text
    return str(value)
