"""A person's API tokens: those that work, those that no longer do, and the form that makes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.contrib.auth.models import User

from gallery import tokens
from gallery.models import ApiToken

LIFETIMES = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365), "never": None}
LIFETIME_WORDS = [("30", "30 days"), ("90", "90 days"), ("365", "365 days"), ("never", "never expires")]
MOST_ENDED = 20


class TokenForm(forms.Form):
    """What a new token is called, may do, and how long it lasts. `scopes` are those that its maker may give."""

    name = forms.CharField(
        label="Name", max_length=80, help_text="Where it will be used: laptop, nightly job."
    )
    scope = forms.ChoiceField(label="What it may do")
    lifetime = forms.ChoiceField(label="Works for", choices=LIFETIME_WORDS, initial="90")

    def __init__(self, data: object = None, *, scopes: Sequence[ApiToken.Scope]) -> None:
        super().__init__(data)  # type: ignore[arg-type] # a QueryDict, or nothing
        choices = [(scope.value, scope.label) for scope in scopes]
        self.fields["scope"] = forms.ChoiceField(
            label="What it may do", choices=choices, initial=choices[-1][0]
        )
        self.fields["name"].widget.attrs["autocomplete"] = "off"


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its owner sees it. `ended` says why it no longer works; empty while it does."""

    token: ApiToken
    ended: str

    @property
    def scope(self) -> str:
        return ApiToken.Scope(self.token.scope).label


@dataclass(frozen=True, slots=True)
class TokenListPage:
    """`made` and `secret`: the token that was just made, to be copied now or never."""

    form: TokenForm
    usable: tuple[TokenRow, ...]
    ended: tuple[TokenRow, ...]
    may_upload: bool
    base_url: str
    made: ApiToken | None = None
    secret: str = ""
    error: str = ""


def token_list_page(
    user: User,
    *,
    base_url: str,
    form: TokenForm | None = None,
    made: ApiToken | None = None,
    secret: str = "",
    error: str = "",
) -> TokenListPage:
    scopes = tokens.scopes_for(user)
    return TokenListPage(
        form=form or TokenForm(scopes=scopes),
        usable=tuple(TokenRow(token, "") for token in tokens.usable_tokens(user)[: tokens.MOST_USABLE]),
        ended=tuple(
            TokenRow(token, "revoked" if token.revoked_at else "expired")
            for token in tokens.ended_tokens(user)[:MOST_ENDED]
        ),
        may_upload=ApiToken.Scope.UPLOAD in scopes,
        base_url=base_url,
        made=made,
        secret=secret,
        error=error,
    )
