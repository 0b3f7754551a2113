"""The pages for coming in, and for changing the password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from gallery.sign_in_links import State


@dataclass(frozen=True, slots=True)
class SignInPage:
    """`next` is a local address, or empty."""

    form: forms.Form
    next: str


@dataclass(frozen=True, slots=True)
class LockedOutPage:
    """After `failures` wrong passwords nobody signs in under that name from that address for the time of `wait`."""

    failures: int
    wait: timedelta

    @property
    def seconds(self) -> int:
        return int(self.wait.total_seconds())

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def again_at(self) -> datetime:
        return timezone.now() + self.wait


@dataclass(frozen=True, slots=True)
class SignInLinkPage:
    """What a one-time link does; `username` only if it works."""

    state: State
    username: str | None

    @property
    def is_usable(self) -> bool:
        return self.state == State.USABLE

    @property
    def title(self) -> str:
        return {
            State.USABLE: "Sign in",
            State.USED: "This link was used already",
            State.EXPIRED: "This link has expired",
            State.CLOSED: "This account is switched off",
            State.UNKNOWN: "This link is not known here",
        }[self.state]

    @property
    def explanation(self) -> str:
        return {
            State.USABLE: "",
            State.USED: "Each link signs in once. If that was you, you may still be signed in.",
            State.EXPIRED: "Links work for a day, and those of an invitation for a week.",
            State.CLOSED: "An administrator can switch it on again.",
            State.UNKNOWN: "Perhaps a part of the address is missing; copy the whole line.",
        }[self.state]


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """Changing the password, or setting the first one for a user who came in through a link."""

    form: forms.Form
    has_password: bool

    @property
    def title(self) -> str:
        return "Change your password" if self.has_password else "Set a password"
