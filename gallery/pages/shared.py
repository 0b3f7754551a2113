"""What whoever has the link of a share is shown: what its maker chose, and nothing else of the archive.

No key, hash, name or id of the gallery stands in these pages: pictures go by their numbers within the share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Left
from django.urls import reverse

from gallery import sharing
from gallery.blobs import BlobMissing
from gallery.filenames import extension_of, picture_name
from gallery.imaging.stripping import CannotStrip
from gallery.models import Image, Share
from gallery.pages.image_settings import Setting, settings_of
from gallery.pages.prompts import PROMPT_CHARACTERS, shown_prompt
from gallery.pages.usage import Usage, chat_usage, image_usage
from gallery.pages.words import shortened

PAGE_SIZE = 48
CAPTION_CHARACTERS = 160
NOT_SENT = "This picture is not shown: its file cannot be rid of its metadata with certainty."
TROUBLES = {
    Image.State.ELIDED: "There is no picture here: its data was left out of what the gallery received.",
    Image.State.MISSING: "There is no picture here: the gallery never received it.",
    Image.State.BROKEN: "This picture is damaged and cannot be shown.",
    Image.State.REFUSED: "There is no picture here: it was refused when it was asked for.",
}
OTHER_TYPE = "This file is of a type that is not shared."
LOST = "This picture's file is lost."


@dataclass(frozen=True, slots=True)
class Tile:
    """`thumb` is the address of a small picture, empty where `trouble` says why there is none."""

    number: int
    href: str
    thumb: str
    words: str
    caption: str
    trouble: str


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """One picture in full. `src` is the address of its bytes, empty where `trouble` says why there are none.

    Without `has_prompt` nothing is told of the prompt, without `has_usage` nothing of settings, models and tokens.
    """

    number: int
    src: str
    words: str
    width: int | None
    height: int | None
    has_alpha: bool
    trouble: str
    has_prompt: bool
    prompt: str
    is_prompt_cut: bool
    has_usage: bool
    settings: tuple[Setting, ...]
    usages: tuple[Usage, ...]
    image_model: str
    model: str
    generated_at: datetime | None
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A share as it is opened: `picture` is the one shown in full, or else `tiles` are a page of its pictures.

    `is_absent`: the one asked for is not, or no longer, among them.
    """

    address: str
    title: str
    is_collection: bool
    picture: SharedPicture | None = None
    tiles: tuple[Tile, ...] = ()
    next_href: str = ""
    is_first: bool = True
    is_absent: bool = False


@dataclass(frozen=True, slots=True)
class LockedPage:
    """The form for the password, with what was wrong with the last one."""

    address: str
    error: str = ""
    title: str = "A password is needed"


def shared_page(share: Share, *, picture: str | None, after: str | None) -> SharedPage:
    """What is no place in a collection gives its beginning. In at most three queries."""
    address = address_of(share)
    if share.image_id is not None:
        shown = _picture(share, 1)
        return SharedPage(
            address, "A shared picture", is_collection=False, picture=shown, is_absent=shown is None
        )
    if picture is not None:
        shown = _picture(share, _number(picture) or 0)
        return SharedPage(
            address, "A shared picture", is_collection=True, picture=shown, is_absent=shown is None
        )
    return _tiles_page(share, after=_number(after))


def download_name_of(share: Share, image: Image, number: int) -> str:
    """What a file is called that leaves: by the prompt only where the prompt is shown."""
    stem = f"picture-{number}"
    if share.shows != Share.Shows.PICTURE:
        stem = picture_name(shown_prompt(image.prompt).text or None, image.generated_at)
    return stem + extension_of(image.media_type)


def address_of(share: Share) -> str:
    return reverse("gallery:share_open", args=[share.token])


def _tiles_page(share: Share, *, after: int | None) -> SharedPage:
    address = address_of(share)
    places: Any = sharing.places_of(share)
    if after is not None:
        places = places.filter(position__gt=after)
    rows = list(
        places.annotate(prompt_beginning=Left("image__prompt", 4 * CAPTION_CHARACTERS)).values(
            "position",
            "prompt_beginning",
            "image__state",
            "image__media_type",
            "image__blob_id",
            "image__has_thumbnail",
        )[: PAGE_SIZE + 1]
    )
    shown = rows[:PAGE_SIZE]
    return SharedPage(
        address,
        "Shared pictures",
        is_collection=True,
        tiles=tuple(_tile(share, row, address) for row in shown),
        next_href=f"{address}?after={shown[-1]['position']}" if len(rows) > PAGE_SIZE else "",
        is_first=after is None,
    )


def _tile(share: Share, row: dict[str, Any], address: str) -> Tile:
    number = row["position"]
    image = Image(
        state=row["image__state"], media_type=row["image__media_type"], blob_id=row["image__blob_id"]
    )
    trouble = _trouble_of(image)
    kind = "gallery:share_thumb" if row["image__has_thumbnail"] else "gallery:share_picture"
    caption = ""
    if share.shows != Share.Shows.PICTURE:
        text = shown_prompt(row["prompt_beginning"]).text
        caption = shortened(text, characters=CAPTION_CHARACTERS)
    return Tile(
        number=number,
        href=f"{address}?picture={number}",
        thumb="" if trouble else reverse(kind, args=[share.token, number]),
        words=f"Picture {number}",
        caption=caption,
        trouble=trouble,
    )


def _picture(share: Share, number: int) -> SharedPicture | None:
    image = sharing.picture_of(share, number)
    if image is None:
        return None
    trouble = _trouble_of(image) or _refusal(share, image)
    has_prompt = share.shows in {Share.Shows.PROMPT, Share.Shows.USAGE}
    has_usage = share.shows == Share.Shows.USAGE
    prompt = shown_prompt(image.prompt) if has_prompt else shown_prompt(None)
    before, behind = _beside(share, number)
    return SharedPicture(
        number=number,
        src="" if trouble else reverse("gallery:share_picture", args=[share.token, number]),
        words=shortened(prompt.text, characters=CAPTION_CHARACTERS) or "The shared picture",
        width=image.width,
        height=image.height,
        has_alpha=image.has_alpha,
        trouble=trouble,
        has_prompt=has_prompt,
        prompt=prompt.text[:PROMPT_CHARACTERS],
        is_prompt_cut=prompt.is_cut,
        has_usage=has_usage,
        settings=settings_of(image) if has_usage else (),
        usages=(chat_usage(image.response), image_usage(image.response)) if has_usage else (),
        image_model=image.image_model if has_usage else "",
        model=image.model if has_usage else "",
        generated_at=image.generated_at if has_usage else None,
        previous=before,
        next=behind,
    )


def _beside(share: Share, number: int) -> tuple[str, str]:
    """The addresses of the pictures before and after one in a collection; empty where there is none."""
    if share.collection_id is None:
        return "", ""
    numbers = sharing.places_of(share).values_list("position", flat=True)
    before = numbers.filter(position__lt=number).order_by("-position", "-id").first()
    behind = numbers.filter(position__gt=number).first()
    address = address_of(share)
    return tuple("" if each is None else f"{address}?picture={each}" for each in (before, behind))  # type: ignore[return-value]


def _trouble_of(image: Image) -> str:
    """Why there are no bytes to show; empty where there are."""
    if sharing.is_drawable(image):
        return ""
    return TROUBLES.get(Image.State(image.state), OTHER_TYPE)


def _refusal(share: Share, image: Image) -> str:
    """Why its bytes would not be sent; empty where they would be."""
    if not share.is_stripped:
        return ""
    try:
        sharing.stripped_file(image)
    except CannotStrip:
        return NOT_SENT
    except BlobMissing:
        return LOST
    return ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None
