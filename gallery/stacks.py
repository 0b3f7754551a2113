"""Stacks: pictures that fold into one tile. Which fold is kept with the pictures (`gallery.indexing`)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, OuterRef

from gallery.counting import CountUpTo
from gallery.models import Image

MOST_COUNTED = 1_000
"""Of one stack, where one picture of it is looked at: a page must not cost what a huge stack holds."""


def stack_counts(stacks: Collection[int]) -> dict[int, int]:
    """How many pictures that the grid shows are in each stack, for the stacks of one page."""
    rows = Image.objects.cards().filter(stack__in=stacks).order_by().values_list("stack")
    return dict(rows.annotate(Count("id")))


def stack_size() -> CountUpTo:
    """The same as a column for one picture, counted up to `MOST_COUNTED`."""
    return CountUpTo(Image.objects.cards().filter(stack=OuterRef("stack")).order_by("-id"), MOST_COUNTED)
