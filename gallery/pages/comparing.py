"""Where pictures are compared: the address that other pages link to."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

FEWEST = 2
MOST = 4


def compare_address(keys: Sequence[int], *, view: str = "") -> str:
    """Of these pictures side by side, in their order; empty where they are too few or too many to compare."""
    if not FEWEST <= len(keys) <= MOST:
        return ""
    parameters = [("image", str(key)) for key in keys] + ([("view", view)] if view else [])
    return f"{reverse('gallery:image_compare')}?{urlencode(parameters)}"
