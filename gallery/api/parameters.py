"""Parameters that several calls take, and what they are when they arrive."""

from __future__ import annotations

from typing import Annotated

from django.http import Http404
from ninja import Query

from gallery.api.problems import ApiProblem

LARGEST = 2**63 - 1
MOST = 200

Cursor = Annotated[
    str,
    Query(
        max_length=60, description="Where to go on: `next_cursor` of the page before. Empty: the beginning."
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many on a page.")]


def number_of(text: str, noun: str) -> int:
    """A key or number from an address. Raises Http404: what is none names nothing."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else 0
    if not 0 < number <= LARGEST:
        raise Http404(f"There is no such {noun} in the gallery.")
    return number


def bad_cursor() -> ApiProblem:
    detail = "The cursor is no place in this list. Take next_cursor of an answer, with the same q and sort."
    errors = [{"parameter": "cursor", "message": "Not a place in this list."}]
    return ApiProblem("invalid", detail, more={"errors": errors})
