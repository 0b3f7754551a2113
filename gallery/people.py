"""Looking after accounts: inviting people, closing accounts, signing people out. What is done is kept in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction

from gallery import audit, sign_in_links
from gallery.audit import Action
from gallery.roles import Role, role_of, set_role
from gallery.sessions import end_sessions

INVITATION = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Doer:
    """Who looks after the accounts, and from where."""

    user: User
    address: str | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """`link` is shown once and kept nowhere. `mailed_to` is empty where no mail went out, and `trouble` says why if one
    should have."""

    user: User
    link: str
    mailed_to: str = ""
    trouble: str = ""


def invite(by: Doer, *, username: str, email: str, role: Role, base_url: str) -> Invitation:
    """A new account without a password, and the link that leads into it."""
    with transaction.atomic():
        user = User(username=username, email=email)
        user.set_unusable_password()
        user.save()
        set_role(user, role)
    return _invitation(by, user, base_url)


def invite_again(by: Doer, user: User, *, base_url: str) -> Invitation:
    """Another link into an account that is there already."""
    return _invitation(by, user, base_url)


def _invitation(by: Doer, user: User, base_url: str) -> Invitation:
    link = sign_in_links.make_link(user, base_url, lifetime=INVITATION)
    details = {"role": role_of(user)}
    audit.record(Action.INVITED, by.user, user, details=details, address=by.address)
    if not settings.MAIL_HOST or not user.email:
        return Invitation(user, link)
    site = urlsplit(base_url).netloc
    text = (
        f"{by.user.get_username()} invites you to the gallery at {site}.\n\n"
        f"This link signs you in as {user.get_username()}. It works once, within {INVITATION.days} days:\n\n"
        f"  {link}\n\n"
        "The page it leads to asks you for a password of your own.\n"
    )
    try:
        send_mail(f"Your way into the gallery at {site}", text, settings.DEFAULT_FROM_EMAIL, [user.email])
    except (SMTPException, OSError) as error:
        return Invitation(user, link, trouble=f"The mail to {user.email} could not be sent ({error}).")
    return Invitation(user, link, mailed_to=user.email)


def welcomed(by: Doer, user: User) -> None:
    """What is kept of an account that was made with all its particulars."""
    audit.record(Action.INVITED, by.user, user, details={"role": role_of(user)}, address=by.address)


def change_role(by: Doer, user: User, role: Role, *, was: Role) -> None:
    set_role(user, role)
    audit.record(Action.ROLE_CHANGED, by.user, user, details={"from": was, "to": role}, address=by.address)


def close_account(by: Doer, user: User) -> bool:
    """Nobody comes in by it any longer, in no browser and by no token. What they brought in stays."""
    changed = User.objects.filter(pk=user.pk, is_active=True).update(is_active=False)
    if changed:
        closed(by, user)
    return bool(changed)


def closed(by: Doer, user: User) -> None:
    """What follows from an account's being closed."""
    ended = end_sessions(user.pk)
    audit.record(Action.ACCOUNT_CLOSED, by.user, user, details={"sessions": ended}, address=by.address)


def open_account(by: Doer, user: User) -> bool:
    changed = User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
    if changed:
        opened(by, user)
    return bool(changed)


def opened(by: Doer, user: User) -> None:
    audit.record(Action.ACCOUNT_OPENED, by.user, user, address=by.address)


def sign_out(by: Doer, user: User) -> int:
    """In every browser; in how many."""
    ended = end_sessions(user.pk)
    audit.record(Action.SIGN_OUT_EVERYWHERE, by.user, user, details={"ended": ended}, address=by.address)
    return ended


def let_try_again(by: Doer, user: User) -> None:
    """Forgets the wrong passwords that were tried for that name."""
    AccessAttempt.objects.filter(username=user.get_username()).delete()
    audit.record(Action.UNLOCKED, by.user, user, address=by.address)
