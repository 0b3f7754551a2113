"""Stacks: pictures that fold into one tile. Which fold is kept with the pictures (`gallery.indexing`)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from gallery.models import Image


def stack_counts(stacks: Collection[int]) -> dict[int, int]:
    """How many pictures that the grid shows are in each stack, for the stacks of one page."""
    rows = Image.objects.cards().filter(stack__in=stacks).order_by().values_list("stack")
    return dict(rows.annotate(Count("id")))
