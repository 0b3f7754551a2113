"""Something to share, and shares of it."""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import User

from gallery import blobs, collections, sharing
from gallery.imaging.renditions import render
from gallery.models import Blob, Collection, Image, Share
from tests.factories import make_blob, make_image, make_item, make_response, make_transcript, together
from tests.imaging.drawings import draw, encode, with_png_chunk

SECRET = b"Taken in Alice's kitchen"
PROMPT = "A harbour at night, in the rain."


def kept_blob() -> Blob:
    """A picture that is really there, with a word of metadata."""
    data = with_png_chunk(encode(draw(), "PNG"), b"tEXt", b"Comment\0" + SECRET)
    sha256 = hashlib.sha256(data).hexdigest()
    known = Blob.objects.filter(pk=sha256).first()
    if known is not None:
        return known
    rendered = render(data, limit_pixels=1_000_000)
    assert rendered.thumbnail
    blobs.put("blobs", sha256, data)
    blobs.put("thumbs", sha256, rendered.thumbnail)
    return make_blob(sha256=sha256, size_bytes=len(data), width=90, height=60)


def keep_image(alice: User) -> Image:
    """A picture of Alice's, with much else that is known of it."""
    response = make_response(
        uploader=alice,
        input_tokens=777,
        image_output_tokens=272,
        image_total_tokens=300,
        instructions="Hush.",
    )
    make_transcript(name="alices-capture.sse", uploader=alice, responses=[response])
    return make_image(response=response, item=make_item(response=response), blob=kept_blob(), prompt=PROMPT)


def keep_collection(alice: User) -> Collection:
    return collections.make_collection(alice, "Unreleased posters", "Not before May")


def fill(collection: Collection, count: int) -> list[Image]:
    blob = kept_blob()
    with together():
        images = [make_image(blob=blob, prompt=f"Take {number}") for number in range(1, count + 1)]
    collections.add(User.objects.get(username="alice"), collection, [image.pk for image in images])
    return images


def share_of(
    thing: Image | Collection,
    *,
    by: User | None = None,
    shows: Share.Shows = Share.Shows.PICTURE,
    password: str = "",
    is_stripped: bool = True,
) -> Share:
    maker = by or User.objects.get(username="alice")
    return sharing.make(maker, thing, shows=shows, days=7, password=password, is_stripped=is_stripped)


def address(share: Share, rest: str = "") -> str:
    return f"/s/{share.token}{rest}"


def state(share: Share) -> Share:
    return Share.objects.get(pk=share.pk)
