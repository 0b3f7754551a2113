"""What was done to prices, and to costs by them, as the audit keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F

from gallery import audit
from gallery.audit import Action
from gallery.models import Price
from gallery.models.pricing import RATE_FIELDS

NOTE_CHARACTERS = 200
UNKNOWN = "none"


def record_added(price: Price, *, by: User, address: str | None) -> None:
    """With each rate, and what it was by the price that this one follows."""
    before = _followed_by(price)
    details: dict[str, object] = {"from": _day(price.valid_from), "source": price.source}
    for name in RATE_FIELDS:
        was, now = getattr(before, name, None), getattr(price, name)
        if was is None and now is None:
            continue
        details[_label(name)] = _change(was, now) if before is not None else _dollars(now)
    audit.record(Action.PRICE_ADDED, by, price, details=details, address=address)


def record_changed(price: Price, *, before: Price, by: User, address: str | None) -> None:
    """What of a price can be changed: whether it is in force, and its note."""
    details: dict[str, object] = {}
    if before.is_retired != price.is_retired:
        details["retired"] = "no → yes" if price.is_retired else "yes → no"
    if before.note != price.note:
        details["note"] = f"“{before.note[:NOTE_CHARACTERS]}” → “{price.note[:NOTE_CHARACTERS]}”"
    if not details:
        return
    is_now_retired = price.is_retired and not before.is_retired
    action = Action.PRICE_RETIRED if is_now_retired else Action.PRICE_CHANGED
    audit.record(action, by, price, details=details, address=address)


def record_repriced(
    names: Sequence[str],
    *,
    by: User | None,
    since: date | None,
    pictures: int,
    responses: int = 0,
    address: str | None = None,
) -> None:
    """How many costs were changed: of pictures, and of what responses' chat models did. No `names`: of all models."""
    details: dict[str, object] = {"pictures": pictures, "responses": responses}
    if since is not None:
        details["from"] = _day(since)
    audit.record(Action.REPRICED, by, name=", ".join(names) or "all models", details=details, address=address)


def _followed_by(price: Price) -> Price | None:
    """The one that was in force on the day before `price` is."""
    others: Any = Price.objects.filter(kind=price.kind, name=price.name, is_retired=False).exclude(
        pk=price.pk
    )
    if price.valid_from is None:
        return None
    earlier = others.filter(valid_from__lt=price.valid_from) | others.filter(valid_from=None)
    found: Price | None = earlier.order_by(F("valid_from").desc(nulls_last=True)).first()
    return found


def _label(name: str) -> str:
    return name.removesuffix("_usd").replace("_", " ")


def _change(was: Decimal | None, now: Decimal | None) -> str:
    return _dollars(now) if was == now else f"{_dollars(was)} → {_dollars(now)}"


def _dollars(rate: Decimal | None) -> str:
    return UNKNOWN if rate is None else f"${rate.normalize():f}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "the first day"
