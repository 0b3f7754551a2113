"""Taking pictures out of the grid, and back: hidden, or in the trash. Nothing is deleted by it, and nothing comes back
by being read again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from gallery.chunks import chunked
from gallery.indexing import changing_shown
from gallery.ingest import writing
from gallery.models import Image
from gallery.querysets import ImageQuerySet

TRASH_KEEPS = timedelta(days=30)


def set_hidden(image_ids: Collection[int], *, is_hidden: bool) -> int:
    """How many were changed by it."""
    return _change(image_ids, {"is_hidden": not is_hidden}, {"is_hidden": is_hidden})


def put_in_trash(image_ids: Collection[int], user: User | None) -> int:
    """How many were put there by it."""
    return _change(image_ids, {"trashed_at": None}, {"trashed_at": timezone.now(), "trashed_by": user})


def restore(image_ids: Collection[int], *, is_any_age: bool = False) -> int:
    """Out of the trash, with all that people added; how many came back. What has been there for longer than
    `TRASH_KEEPS` comes back only if asked for at any age, which is the administrators' to do."""
    where: dict[str, object] = {"trashed_at__isnull": False} if is_any_age else {"trashed_at__gte": _oldest()}
    return _change(image_ids, where, {"trashed_at": None, "trashed_by": None})


def in_trash() -> ImageQuerySet:
    """What everybody can restore, latest first."""
    return Image.objects.filter(is_card=True, trashed_at__gte=_oldest()).order_by("-trashed_at", "-id")


def days_left(image: Image) -> int | None:
    """For how many whole days more everybody can restore a picture; None where it is not, or no longer, so."""
    if image.trashed_at is None or image.trashed_at < _oldest():
        return None
    return (image.trashed_at - _oldest()).days


def _oldest() -> datetime:
    return timezone.now() - TRASH_KEEPS


def _change(image_ids: Collection[int], where: dict[str, object], values: dict[str, object]) -> int:
    count = 0
    with writing():
        for chunk in chunked(image_ids):
            with changing_shown(chunk):
                count += Image.objects.filter(pk__in=chunk, **where).update(**values)
    return count
