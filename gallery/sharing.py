"""Shares: one picture or one collection, shown by a link to somebody outside. Written here and nowhere else."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery import audit, blobs, proxies, rates
from gallery.imaging.stripping import STRIPPABLE, CannotStrip, strip
from gallery.ingest import writing
from gallery.models import Collection, CollectionImage, Image, Share
from gallery.roles import Role, is_active_at_least, is_at_least, require

logger = logging.getLogger(__name__)

DAYS = (1, 7, 30, 90)
RANDOM_BYTES = 24
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
LARGEST_NUMBER = 2**31 - 1
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
MOST_OPEN = 500
"""Shares of one person's that are open at once."""
TRIES = 10
TRIES_WITHIN = timedelta(minutes=10)
NAME_CHARACTERS = 80


class State(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    STOPPED = "stopped"
    """Its maker may not share any more: no link works longer than somebody answers for it."""


class NotShareable(ValueError):
    """That cannot be shared, or not so; the message says why."""


class Gone(Exception):
    """A link that shows nothing: unknown, expired, revoked, or to what is no longer there. Which it is, is not said."""


class TooManyTries(Exception):
    """Wrong passwords came too often; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Try again in {retry_after} seconds.")
        self.retry_after = retry_after


def make(
    user: User,
    thing: Image | Collection,
    *,
    shows: Share.Shows,
    days: int,
    password: str = "",
    is_stripped: bool = True,
    address: str | None = None,
) -> Share:
    """A new link. Raises NotShareable, and roles.NotAllowed for who may not share."""
    require(user, Role.CONTRIBUTOR)
    if days not in DAYS:
        raise NotShareable(f"A share lasts {', '.join(map(str, DAYS[:-1]))} or {DAYS[-1]} days.")
    if password and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise NotShareable(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if "\0" in password:
        raise NotShareable("A password has no control characters.")
    if isinstance(thing, Image):
        check_shareable(thing)
    share = Share(
        token=secrets.token_urlsafe(RANDOM_BYTES),
        image=thing if isinstance(thing, Image) else None,
        collection=thing if isinstance(thing, Collection) else None,
        shows=shows,
        is_stripped=is_stripped,
        password=make_password(password) if password else "",
        made_by=user,
        expires_at=timezone.now() + timedelta(days=days),
    )
    with writing():
        if Share.objects.filter(is_open(), made_by=user).count() >= MOST_OPEN:
            raise NotShareable(f"You have {MOST_OPEN} open shares, and there can be no more. Revoke some.")
        share.save(force_insert=True)
        details = {
            "shows": shows.value,
            "expires_at": share.expires_at.isoformat(),
            "has_password": bool(password),
            "is_stripped": is_stripped,
        }
        audit.record(
            audit.Action.SHARE_MADE, user, share, name=name_of(share), details=details, address=address
        )
    return share


def check_shareable(image: Image) -> None:
    """Raises NotShareable for a picture that a link would not show."""
    if image.is_hidden or image.trashed_at is not None:
        raise NotShareable(
            "The picture is hidden or in the trash, so there is nothing that a link could show."
        )
    if image.state == Image.State.STORED and image.media_type not in STRIPPABLE:
        raise NotShareable("Files of this type are never shared: they can carry scripts.")


def revoke(share: Share, *, by: User, address: str | None = None) -> bool:
    """From now on the link shows nothing. False if it was revoked before. Who may, is the caller's to ask."""
    with writing():
        is_new = Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=timezone.now()) == 1
        if is_new:
            audit.record(audit.Action.SHARE_REVOKED, by, share, name=name_of(share), address=address)
    return is_new


def shares_seen_by(user: User) -> QuerySet[Share]:
    """One's own; everybody's for curators and administrators. Newest first."""
    shares = Share.objects.order_by("-pk")
    return shares if is_at_least(user, Role.CURATOR) else shares.filter(made_by=user)


def is_open() -> Q:
    """Those whose links still show something, as far as the share and its maker decide it."""
    return in_state(State.OPEN)


def _has_sharer() -> Q:
    return is_active_at_least(Role.CONTRIBUTOR, "made_by")


def in_state(state: State) -> Q:
    """As `state_of` tells them apart."""
    lasts = Q(revoked_at=None, expires_at__gt=timezone.now())
    match state:
        case State.REVOKED:
            return Q(revoked_at__isnull=False)
        case State.EXPIRED:
            return Q(revoked_at=None, expires_at__lte=timezone.now())
        case State.STOPPED:
            return lasts & (Q(made_by=None) | ~_has_sharer())
        case State.OPEN:
            return lasts & _has_sharer()


def with_sharers(shares: QuerySet[Share]) -> QuerySet[Share]:
    """With what `state_of` and `why_stopped` ask of their makers, in the same query."""
    has_sharer = ExpressionWrapper(_has_sharer(), output_field=BooleanField())
    return shares.select_related("made_by").annotate(has_sharer=has_sharer)


def state_of(share: Share) -> State:
    """Of a share out of `with_sharers`."""
    if share.revoked_at is not None:
        return State.REVOKED
    if share.expires_at <= timezone.now():
        return State.EXPIRED
    return State.OPEN if share.has_sharer else State.STOPPED  # type: ignore[attr-defined]


def why_stopped(share: Share) -> str:
    """`dora's account is closed`"""
    if share.made_by is None:
        return "its maker's account is gone"
    name = share.made_by.get_username()
    return f"{name} is no contributor any more" if share.made_by.is_active else f"{name}'s account is closed"


def name_of(share: Share) -> str:
    """What a member of the team calls it: the collection's name, or the beginning of the prompt."""
    if share.collection is not None:
        return share.collection.name
    words = " ".join((share.image.prompt or "").split()) if share.image else ""
    return words[:NAME_CHARACTERS] or "a picture without a prompt"


# What a visitor does.


def open(token: str) -> Share:  # noqa: A001 - used as sharing.open
    """The share of that link, with its collection. Raises Gone. In one query, or two for a picture."""
    if not TOKEN.fullmatch(token):
        raise Gone
    share = Share.objects.filter(is_open(), token=token).select_related("collection").first()
    if share is None or (share.image_id is not None and not pictures_of(share).exists()):
        raise Gone
    return share


def pictures_of(share: Share) -> QuerySet[Image]:
    """What a share of one picture shows now: it, or nothing once it is hidden or in the trash."""
    return Image.objects.filter(shares=share, is_hidden=False, trashed_at=None)


def places_of(share: Share) -> QuerySet[CollectionImage]:
    """What a share of a collection shows now, in its order: nothing hidden, in the trash, or taken out since.

    A place's `position` is the number of its picture in the share: it is found without counting those before it.
    """
    return CollectionImage.objects.filter(
        collection=share.collection_id,
        image__is_card=True,
        image__is_hidden=False,
        image__trashed_at__isnull=True,
    ).order_by("position", "id")


def picture_of(share: Share, number: int) -> Image | None:
    """The picture that the share shows under that number, with its blob, response and item; None if there is none.

    The picture of a share of one is number 1. In one query.
    """
    if number > LARGEST_NUMBER:
        return None
    parts = ("blob", "response", "item")
    if share.image_id is not None:
        return pictures_of(share).select_related(*parts).first() if number == 1 else None
    place = (
        places_of(share)
        .filter(position=number)
        .select_related("image", *(f"image__{part}" for part in parts))
        .first()
    )
    return place.image if place is not None else None


def is_drawable(image: Image) -> bool:
    """Whether there are bytes that a browser may draw."""
    return image.blob_id is not None and image.state == Image.State.STORED and image.media_type in STRIPPABLE


def stripped_file(image: Image) -> bytes:
    """The file of a drawable picture without metadata. Raises CannotStrip, and blobs.BlobMissing."""
    if image.blob is None:
        raise CannotStrip("There is no file.")
    return strip(blobs.read("blobs", image.blob.sha256))


def note_visit(share: Share) -> None:
    """One visit more. That it could not be counted is no reason to show nothing."""
    try:
        with transaction.atomic():
            Share.objects.filter(pk=share.pk).update(
                visit_count=F("visit_count") + 1, visited_at=timezone.now()
            )
    except DatabaseError:
        logger.warning("a visit of the share %s could not be counted", share.pk)


def unlock(share: Share, password: str, *, address: str | None) -> bool:
    """Whether that is its password. Raises TooManyTries, after `TRIES` wrong ones from one address."""
    caller = _caller(share, address)
    # Counted before it is looked at: else many at once would all be looked at.
    allowance = rates.spend(caller, limit=TRIES, window_seconds=int(TRIES_WITHIN.total_seconds()))
    if allowance.is_exceeded:
        raise TooManyTries(allowance.resets_in)
    is_right = len(password) <= LONGEST_PASSWORD and check_password(password, share.password)
    if is_right:
        rates.give_back(caller)
    return is_right


def key_of(share: Share) -> str:
    """What the browser of somebody who knew the password keeps: worth nothing for another share or password."""
    return salted_hmac("gallery.sharing.key", f"{share.pk} {share.password}", algorithm="sha256").hexdigest()


def mark_of(share: Share) -> str:
    """What a browser keeps that was counted as a visitor."""
    return salted_hmac("gallery.sharing.mark", str(share.pk), algorithm="sha256").hexdigest()


def _caller(share: Share, address: str | None) -> int:
    """Its number among those whose requests are counted, apart from those of API tokens."""
    machine = proxies.machine_of(address) if address else ""
    digest = hashlib.sha256(f"{share.pk} {machine}".encode()).digest()
    return int.from_bytes(digest[:8], "big") | 1 << 63
