"""The record of who did what that others may need to know. Written here, only ever added to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from gallery import proxies
from gallery.models import AuditEntry, Image, Transcript
from gallery.reports import IngestReport


class Action(StrEnum):
    SIGN_IN = "sign-in"
    SIGN_IN_FAILED = "sign-in-failed"
    LOCKED_OUT = "locked-out"
    SIGN_OUT = "sign-out"
    SIGN_OUT_EVERYWHERE = "sign-out-everywhere"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - no password
    LINK_MADE = "link-made"
    INVITED = "invited"
    ROLE_CHANGED = "role-changed"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_OPENED = "account-opened"
    ACCOUNT_REMOVED = "account-removed"
    UNLOCKED = "unlocked"
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
    PRICE_CHANGED = "price-changed"
    PRICE_RETIRED = "price-retired"
    REPRICED = "repriced"
    CHECK_STARTED = "check-started"
    CHECK_FAILED = "check-failed"
    CHECKED = "checked"


WORDS: Mapping[str, str] = {
    Action.SIGN_IN: "signed in",
    Action.SIGN_IN_FAILED: "wrong password",
    Action.LOCKED_OUT: "locked out",
    Action.SIGN_OUT: "signed out",
    Action.SIGN_OUT_EVERYWHERE: "signed out everywhere",
    Action.PASSWORD_CHANGED: "password changed",
    Action.LINK_MADE: "sign-in link made",
    Action.INVITED: "invited",
    Action.ROLE_CHANGED: "role changed",
    Action.ACCOUNT_CLOSED: "account closed",
    Action.ACCOUNT_OPENED: "account opened",
    Action.ACCOUNT_REMOVED: "account removed",
    Action.UNLOCKED: "let try again",
    Action.UPLOAD: "uploaded",
    Action.HIDE: "hid",
    Action.SHOW: "showed again",
    Action.TRASH: "deleted",
    Action.RESTORE: "restored",
    Action.TOKEN_MADE: "token made",
    Action.TOKEN_REVOKED: "token revoked",
    Action.SHARE_MADE: "share made",
    Action.SHARE_REVOKED: "share revoked",
    Action.PRICE_ADDED: "price added",
    Action.PRICE_CHANGED: "price changed",
    Action.PRICE_RETIRED: "price retired",
    Action.REPRICED: "repriced",
    Action.CHECK_STARTED: "started a check",
    Action.CHECK_FAILED: "check came to no end",
    Action.CHECKED: "checked",
}
MOST_KEYS = 100
NOBODY = "nobody's name"
MOST_STRANGERS = 20


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


def record_stranger(action: Action, *, address: str | None) -> None:
    """For what anybody outside can do as often as they like: one entry of a machine's within an hour, and so many of
    all machines', so that nobody fills what is never deleted."""
    lately = AuditEntry.objects.filter(done_at__gte=timezone.now() - timedelta(hours=1))
    found = lately.filter(action=action, object_name=NOBODY)[:MOST_STRANGERS]
    machines = [_machine(known) for known in found.values_list("address", flat=True)]
    if len(machines) < MOST_STRANGERS and _machine(address) not in machines:
        record(action, None, name=NOBODY, address=address)


def _machine(address: str | None) -> str:
    return proxies.machine_of(address) if address else ""


def record_pictures(
    action: Action, actor: User | None, ids: Sequence[int], *, count: int, address: str | None = None
) -> None:
    """One entry for all that was done at once to `count` of the pictures `ids`, of which it names a hundred."""
    if not count:
        return
    if len(ids) == 1:
        record(action, actor, Image(pk=ids[0]), name=f"picture {ids[0]}", address=address)
        return
    details = {"count": count, "images": [str(pk) for pk in ids[:MOST_KEYS]]}
    record(action, actor, name=f"{count:,} pictures", details=details, address=address)


def record_uploads(
    actor: User | None, reports: Sequence[IngestReport], *, by: str, address: str | None = None
) -> None:
    """One entry for those of the files that were kept. What was refused, or known before, changed nothing."""
    stored = [report for report in reports if report.outcome == "stored"]
    if len(stored) == 1:
        details = {"by": by, "pictures": stored[0].final_count}
        transcript = Transcript(pk=stored[0].transcript_id)
        record(Action.UPLOAD, actor, transcript, name=stored[0].name, details=details, address=address)
    elif stored:
        keys = [report.transcript_id for report in stored[:MOST_KEYS]]
        details = {"by": by, "count": len(stored), "transcripts": keys}
        record(Action.UPLOAD, actor, name=f"{len(stored):,} files", details=details, address=address)
