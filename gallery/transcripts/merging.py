"""One JSON value over another: the stronger one, with what it leaves empty filled from the weaker one."""

from __future__ import annotations

from typing import Any

from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.picture_values import CutText


def is_empty(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Nothing is said: null, "", [], {}. Zero and false say something."""
    return value is None or (type(value) in (str, list, dict) and not value)


def merge_values(strong: Any, weak: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON value
    """`strong`, with what it leaves empty filled from `weak`."""
    if is_empty(strong):
        return strong if is_empty(weak) and strong is not None else weak if not is_empty(weak) else strong
    if is_empty(weak) or depth > 20:
        return strong
    if isinstance(strong, CutText) and isinstance(weak, str):
        return weak
    if isinstance(strong, str) and isinstance(weak, LiftedPicture):
        return weak  # A whole picture under a shortened one, or under an address.
    if type(strong) is dict and type(weak) is dict:
        if strong.get("type") != weak.get("type"):
            return strong
        return {
            **weak,
            **{key: merge_values(value, weak.get(key), depth + 1) for key, value in strong.items()},
        }
    if type(strong) is list and type(weak) is list:
        if len(strong) == len(weak):
            return [merge_values(one, other, depth + 1) for one, other in zip(strong, weak, strict=True)]
        return strong if _says_something(strong) or not _says_something(weak) else weak
    return strong


def _says_something(parts: list[Any]) -> bool:
    """Whether a list of parts holds more than empty shells."""
    return any(
        not is_empty(value)
        for part in parts
        for key, value in (part.items() if type(part) is dict else [("", part)])
        if key != "type"
    )
