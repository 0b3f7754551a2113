"""One-time links that sign a user in without a password: made on the command line, used in a browser."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import models
from django.urls import reverse
from django.utils import timezone

from gallery.models import SignInLink

LIFETIME = timedelta(hours=24)
KEPT_AFTER_EXPIRY = timedelta(days=30)


class State(models.TextChoices):
    """Whether a link still works and, if not, why."""

    USABLE = "usable"
    USED = "used"
    EXPIRED = "expired"
    CLOSED = "closed"  # the account is switched off
    UNKNOWN = "unknown"


def make_link(user: User, base_url: str, *, lifetime: timedelta = LIFETIME) -> str:
    """The address below `base_url` that signs `user` in once within `lifetime`. The token is not kept."""
    now = timezone.now()
    SignInLink.objects.filter(expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(token_sha256=_hash(token), user=user, expires_at=now + lifetime)
    return base_url.rstrip("/") + reverse("gallery:sign_in_with_link", args=[token])


def look_up(token: str) -> tuple[State, User | None]:
    """What `token` would do, without using it up; with the user only if it would sign them in."""
    link = SignInLink.objects.select_related("user").filter(token_sha256=_hash(token)).first()
    if link is None:
        return State.UNKNOWN, None
    if link.used_at is not None:
        return State.USED, None
    if link.expires_at <= timezone.now():
        return State.EXPIRED, None
    if not link.user.is_active:
        return State.CLOSED, None
    return State.USABLE, link.user


def consume(token: str) -> User | None:
    """The user whom `token` signs in, or None if it does not (any more). One of several callers gets it."""
    state, user = look_up(token)
    if state is not State.USABLE:
        return None
    now = timezone.now()
    # One UPDATE with its condition: the database decides who comes first.
    won = SignInLink.objects.filter(
        token_sha256=_hash(token), used_at__isnull=True, expires_at__gt=now
    ).update(used_at=now)
    return user if won else None


def take_back(user: User) -> None:
    """Ends the links of `user` that are not used yet: whoever has a new password needs none that was made before it."""
    now = timezone.now()
    SignInLink.objects.filter(user=user, used_at__isnull=True, expires_at__gt=now).update(expires_at=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
