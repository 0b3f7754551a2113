"""What can be asked of the archive, in words a reader would use. Each is lazy and chainable."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from gallery.models import Image, Response, Transcript  # noqa: F401 - named in the bases below

SHOWN = models.Q(is_card=True, is_hidden=False, trashed_at__isnull=True)
"""What the grid shows: finals and plots that nobody has hidden or put into the trash."""


class ImageQuerySet(models.QuerySet["Image"]):
    def cards(self) -> ImageQuerySet:
        """Those the grid shows (`SHOWN`)."""
        return self.filter(SHOWN)

    def newest_first(self) -> ImageQuerySet:
        """By generation time: the key sorts by it."""
        return self.order_by("-id")

    def before(self, image_id: int) -> ImageQuerySet:
        """Those after `image_id` in newest-first order (keyset paging)."""
        return self.filter(id__lt=image_id)


class ResponseQuerySet(models.QuerySet["Response"]):
    def newest_first(self) -> ResponseQuerySet:
        return self.order_by("-first_uploaded_at", "-id")


class TranscriptQuerySet(models.QuerySet["Transcript"]):
    def newest_first(self) -> TranscriptQuerySet:
        return self.order_by("-uploaded_at", "-id")

    def before(self, uploaded_at: datetime, pk: int) -> TranscriptQuerySet:
        """Those after that one in newest-first order (keyset paging).

        Said as a range without its end, not as `a < x OR (a = x AND b < y)`: so both databases walk the index.
        """
        return self.filter(uploaded_at__lte=uploaded_at).exclude(uploaded_at=uploaded_at, id__gte=pk)
