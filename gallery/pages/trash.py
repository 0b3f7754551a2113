"""The trash: what can still be restored, latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from gallery.listing import LARGEST_KEY
from gallery.pages.cards import Addresses, Card, card_rows_by_key, make_card
from gallery.roles import may_change
from gallery.shelving import TRASH_KEEPS, in_trash

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Trashed:
    card: Card
    by: str
    trashed_at: datetime
    days_left: int
    may_restore: bool


@dataclass(frozen=True, slots=True)
class TrashPage:
    pictures: tuple[Trashed, ...]
    next_before: int | None
    kept_days: int


def trash_page(*, before: str | None, reader: User) -> TrashPage:
    """After the picture with the key `before`; what is no picture in the trash gives the beginning."""
    images = in_trash()
    is_key = before is not None and before.isascii() and before.isdigit() and len(before) <= 19
    last = images.filter(pk=min(int(before or 0), LARGEST_KEY)).first() if is_key else None
    if last is not None and last.trashed_at is not None:
        images = images.filter(trashed_at__lte=last.trashed_at).exclude(
            trashed_at=last.trashed_at, id__gte=last.pk
        )
    facts = list(
        images.values_list("id", "trashed_at", "trashed_by__username", "uploader_id")[: PAGE_SIZE + 1]
    )
    ids = [pk for pk, *_ in facts[:PAGE_SIZE]]
    rows = card_rows_by_key(ids)
    addresses = Addresses.now()
    now = timezone.now()
    return TrashPage(
        pictures=tuple(
            Trashed(
                card=make_card(rows[pk], addresses),
                by=username or "",
                trashed_at=trashed_at,
                days_left=max(0, (trashed_at + TRASH_KEEPS - now).days),
                may_restore=may_change(reader, uploader_id),
            )
            for pk, trashed_at, username, uploader_id in facts[:PAGE_SIZE]
            if trashed_at is not None
        ),
        next_before=ids[-1] if len(facts) > PAGE_SIZE else None,
        kept_days=TRASH_KEEPS.days,
    )
