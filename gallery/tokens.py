"""API tokens: what lets a program act for a person. The secret is shown once, to whoever makes it; its hash is kept."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery import audit
from gallery.cleaning import clean_text
from gallery.models import ApiToken
from gallery.roles import RANK_OF_USER, Role, is_at_least, remember_rank

logger = logging.getLogger(__name__)

PREFIX = "gal_"
RANDOM_BYTES = 32
BEGINNING_LENGTH = 10
LONGEST_SECRET = 100
MOST_USABLE = 50
"""Of one person's, so that a program that makes them in a loop is noticed."""
USED_EVERY = timedelta(minutes=1)

# In the order of the model, as `from_db` takes them.
_OWNER = ("is_superuser", "username", "first_name", "last_name", "is_staff", "is_active")
_QUESTION = (
    f"SELECT token.*, {', '.join(f'owner.{name} AS owner_{name}' for name in _OWNER)}, "  # noqa: S608 - our own names
    f"{RANK_OF_USER.format(user='owner')} AS role_rank "
    f"FROM {ApiToken._meta.db_table} token JOIN {User._meta.db_table} owner ON owner.id = token.user_id "
    "WHERE token.secret_sha256 = %s"
)


class Fault(StrEnum):
    """Why a secret lets nobody in."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    CLOSED = "closed"  # the account


class BadToken(Exception):
    """A secret that lets nobody in, and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class NotAllowed(Exception):
    """A token that its maker may not have; the message says why."""


def scopes_for(user: User) -> list[ApiToken.Scope]:
    """What tokens this person may make: uploading is for contributors and above."""
    may_upload = is_at_least(user, Role.CONTRIBUTOR)
    return [ApiToken.Scope.READ, ApiToken.Scope.UPLOAD] if may_upload else [ApiToken.Scope.READ]


def make(
    user: User,
    *,
    name: str,
    scope: ApiToken.Scope,
    lifetime: timedelta | None,
    address: str | None = None,
) -> tuple[ApiToken, str]:
    """The token and its secret, which nobody can look up again. `lifetime` None: until it is revoked.

    Raises NotAllowed.
    """
    if scope not in scopes_for(user):
        raise NotAllowed(
            "Only contributors can make a token that uploads. Ask an administrator for that role."
        )
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    with transaction.atomic():
        if usable_tokens(user).count() >= MOST_USABLE:
            raise NotAllowed(
                f"You have {MOST_USABLE} tokens, and there can be no more. Revoke those not in use."
            )
        token = ApiToken.objects.create(
            user=user,
            name=clean_text(name)[:80],
            secret_sha256=hash_of(secret),
            beginning=secret[:BEGINNING_LENGTH],
            scope=scope,
            expires_at=timezone.now() + lifetime if lifetime else None,
        )
        details = {"scope": scope.value, "expires_at": token.expires_at and token.expires_at.isoformat()}
        audit.record(audit.Action.TOKEN_MADE, user, token, name=token.name, details=details, address=address)
    return token, secret


def revoke(token: ApiToken, *, by: User, address: str | None = None) -> bool:
    """From now on the token lets nobody in. False if it was revoked before."""
    with transaction.atomic():
        is_new = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()) == 1
        if is_new:
            details = {"owner": token.user.get_username()}
            audit.record(
                audit.Action.TOKEN_REVOKED, by, token, name=token.name, details=details, address=address
            )
    return is_new


def check(secret: str) -> ApiToken:
    """The token of that secret, with its user, who knows their role, in one query. Raises BadToken.

    When it was used is written at most once a minute.
    """
    now = timezone.now()
    token = _token_of(secret) if secret.startswith(PREFIX) and len(secret) <= LONGEST_SECRET else None
    if token is None:
        raise BadToken(Fault.UNKNOWN)
    if token.revoked_at is not None:
        raise BadToken(Fault.REVOKED)
    if token.expires_at is not None and token.expires_at <= now:
        raise BadToken(Fault.EXPIRED)
    if not token.user.is_active:
        raise BadToken(Fault.CLOSED)
    if token.used_at is None or now - token.used_at >= USED_EVERY:
        _note_use(token, now)
    return token


def usable_tokens(user: User) -> QuerySet[ApiToken]:
    """A person's tokens that let programs in, newest first."""
    return ApiToken.objects.filter(are_usable(), user=user).order_by("-made_at", "-pk")


def ended_tokens(user: User) -> QuerySet[ApiToken]:
    """Those that no longer do, newest first."""
    return ApiToken.objects.filter(~are_usable(), user=user).order_by("-made_at", "-pk")


def hash_of(secret: str) -> str:
    # A secret of 32 random bytes needs no slow hash: there is no guessing it.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _token_of(secret: str) -> ApiToken | None:
    """In plain SQL, like sessions: building the query anew would take longer than the database does."""
    found: Any = next(iter(ApiToken.objects.raw(_QUESTION, [hash_of(secret)])), None)
    if found is None:
        return None
    values = [found.user_id, *(getattr(found, f"owner_{name}") for name in _OWNER)]
    token: ApiToken = found
    token.user = User.from_db(found._state.db, ["id", *_OWNER], values)
    remember_rank(token.user, found.role_rank)
    return token


def are_usable() -> Q:
    """A condition on tokens: neither revoked nor expired. Whether their owner's account is open is another question."""
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def _note_use(token: ApiToken, now: datetime) -> None:
    """One of several requests at once writes it. That it could not be written is no reason to refuse a request."""
    stale = Q(used_at=None) | Q(used_at__lte=now - USED_EVERY)
    try:
        with transaction.atomic():
            ApiToken.objects.filter(stale, pk=token.pk).update(used_at=now)
    except DatabaseError:
        logger.warning("when the token %s was used could not be written", token.pk)
