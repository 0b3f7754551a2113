"""The record of who did what that others may need to know. Written here, only ever added to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import models

from gallery.models import AuditEntry


class Action(StrEnum):
    SIGN_IN = "sign-in"
    SIGN_IN_FAILED = "sign-in-failed"
    LOCKED_OUT = "locked-out"
    SIGN_OUT = "sign-out"
    SIGN_OUT_EVERYWHERE = "sign-out-everywhere"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - no password
    INVITED = "invited"
    ROLE_CHANGED = "role-changed"
    ACCOUNT_CLOSED = "account-closed"
    UPLOAD = "upload"
    HIDE = "hide"
    SHOW = "show"
    TRASH = "trash"
    RESTORE = "restore"
    TOKEN_MADE = "token-made"  # noqa: S105 - no password
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - no password
    SHARE_MADE = "share-made"
    SHARE_REVOKED = "share-revoked"
    PRICE_ADDED = "price-added"
    REPRICED = "repriced"
    CHECKED = "checked"


def record(
    action: Action,
    actor: User | None,
    thing: models.Model | None = None,
    *,
    name: str = "",
    details: Mapping[str, object] | None = None,
    address: str | None = None,
) -> None:
    """One entry. `thing` is what it was done to, `name` what people call that; `details` is JSON without secrets."""
    AuditEntry.objects.create(
        action=action,
        actor=actor,
        actor_name=actor.get_username() if actor else "",
        object_type=thing._meta.model_name or "" if thing is not None else "",
        object_id=str(thing.pk) if thing is not None else "",
        object_name=(name or (str(thing) if thing is not None else "")).replace("\0", "")[:255],
        details=dict(details or {}),
        address=address,
    )
