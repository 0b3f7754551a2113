"""What the members of the team see of shares: the form that makes one, and the list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models.functions import Left
from django.urls import reverse

from gallery import sharing
from gallery.models import Collection, Image, Share
from gallery.pages.cards import caption
from gallery.roles import Role, is_at_least

LIST_SIZE = 48
BEGINNING = 200
WITHOUT_PROMPT = "a picture without a prompt"
DAY_WORDS = [(str(days), f"{days} day{'' if days == 1 else 's'}") for days in sharing.DAYS]


class ShareForm(forms.Form):
    """What whoever has the link is shown, for how long, and whether they need a password."""

    shows = forms.ChoiceField(label="Shows", choices=Share.Shows.choices, initial=Share.Shows.PICTURE)
    days = forms.TypedChoiceField(label="Works for", choices=DAY_WORDS, coerce=int, initial="7")
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        min_length=sharing.SHORTEST_PASSWORD,
        max_length=sharing.LONGEST_PASSWORD,
        help_text="Optional, at least 8 characters. Tell it by another way than the link; it is not shown again.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    is_stripped = forms.BooleanField(
        label="Take metadata out of the files",
        required=False,
        initial=True,
        help_text="Comments, camera data and provenance claims (C2PA) then stay here.",
    )


@dataclass(frozen=True, slots=True)
class ShareCreatePage:
    """`name` and `href` are of what is shared, `query` is what the form's address says of it."""

    form: ShareForm
    name: str
    href: str
    is_picture: bool
    query: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class ShareRow:
    """`what` is the share's picture or collection in words; `why` says why it is stopped, and is empty unless it is."""

    share: Share
    what: str
    href: str
    link: str
    state: sharing.State
    why: str

    @property
    def is_revocable(self) -> bool:
        return self.state in {sharing.State.OPEN, sharing.State.STOPPED}


@dataclass(frozen=True, slots=True)
class ShareListPage:
    """`made` is the one that was just made. `sees_all`: also others' shares."""

    rows: tuple[ShareRow, ...]
    next_before: str
    is_first: bool
    sees_all: bool
    made: ShareRow | None


def share_create_page(
    thing: Image | Collection, *, form: ShareForm | None = None, error: str = ""
) -> ShareCreatePage:
    is_picture = isinstance(thing, Image)
    name = caption(thing.prompt) or WITHOUT_PROMPT if isinstance(thing, Image) else thing.name
    return ShareCreatePage(
        form=form or ShareForm(),
        name=name,
        href=thing.get_absolute_url(),
        is_picture=is_picture,
        query=f"{'image' if is_picture else 'collection'}={thing.pk}",
        error=error,
    )


def share_list_page(
    user: User, *, before: str | None, made: str | None, absolute: Callable[[str], str]
) -> ShareListPage:
    """Newest first; what is no place in the list gives its beginning. `absolute` makes a path a whole address.

    In at most two queries.
    """
    shares: Any = (
        sharing.with_sharers(sharing.shares_seen_by(user))
        .select_related("collection", "made_by")
        .annotate(prompt_beginning=Left("image__prompt", BEGINNING))
    )
    place = _number(before)
    page = shares.filter(pk__lt=place) if place is not None else shares
    found = list(page[: LIST_SIZE + 1])
    made_number = _number(made)
    just_made = shares.filter(pk=made_number, made_by=user).first() if made_number is not None else None
    return ShareListPage(
        rows=tuple(_row(share, absolute) for share in found[:LIST_SIZE]),
        next_before=str(found[LIST_SIZE - 1].pk) if len(found) > LIST_SIZE else "",
        is_first=place is None,
        sees_all=is_at_least(user, Role.CURATOR),
        made=_row(just_made, absolute) if just_made is not None else None,
    )


def _row(share: Share, absolute: Callable[[str], str]) -> ShareRow:
    if share.collection is not None:
        what, href = share.collection.name, share.collection.get_absolute_url()
    else:
        what = caption(getattr(share, "prompt_beginning", None)) or WITHOUT_PROMPT
        href = reverse("gallery:image_detail", args=[share.image_id])
    state = sharing.state_of(share)
    is_open, is_stopped = state == sharing.State.OPEN, state == sharing.State.STOPPED
    link = absolute(reverse("gallery:share_open", args=[share.token])) if is_open else ""
    return ShareRow(share, what, href, link, state, sharing.why_stopped(share) if is_stopped else "")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None
