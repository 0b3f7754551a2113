"""Which problems calls may answer with: what the document declares, and what schemathesis holds them to."""

from __future__ import annotations

from typing import Any

from gallery.api.answers import Problem

ALWAYS = (400, 401, 429, 500)
METHODS = ["GET", "HEAD"]


def declared(good: dict[int, Any], *problems: int) -> dict[int, Any]:
    """`good` answers by status, and the statuses of problems besides those that every call may have."""
    return {**good, **dict.fromkeys(sorted({*ALWAYS, *problems}), Problem)}
