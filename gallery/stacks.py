"""Stacks: pictures that fold into one tile. Which fold is kept with the pictures (`gallery.indexing`)."""

from __future__ import annotations

from django.db.models import OuterRef

from gallery.counting import CountUpTo
from gallery.models import Image

MOST_COUNTED = 1_000
"""Of one stack: a page must not cost what a huge stack holds."""


def stack_size() -> CountUpTo:
    """How many pictures that the grid shows are in a picture's stack, as a column, counted up to `MOST_COUNTED`."""
    return CountUpTo(Image.objects.cards().filter(stack=OuterRef("stack")).order_by("-id"), MOST_COUNTED)
