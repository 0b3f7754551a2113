"""What people added to a picture outlives reading its transcript again."""

from __future__ import annotations

from typing import Any

import pytest

from gallery import shelving
from gallery.ingest import reread_transcript
from gallery.models import (
    Collection,
    CollectionImage,
    Image,
    ImageNote,
    ImageTag,
    Mark,
    Response,
    Tag,
    Transcript,
)
from tests.factories import make_user
from tests.ingest.transcripts import as_json, body, image_item, png, upload

pytestmark = pytest.mark.django_db


def curate(image: Image) -> None:
    user = make_user()
    Mark.objects.create(user=user, image=image, is_favourite=True, rating=5)
    ImageTag.objects.create(image=image, tag=Tag.objects.create(name="Blue", key="blue"))
    collection = Collection.objects.create(name="Best", cover=image)
    CollectionImage.objects.create(collection=collection, image=image, position=1)
    ImageNote.objects.create(image=image, author=user, text="This one.")


def holders() -> set[int | None]:
    """Every picture that something people added hangs on."""
    models: list[Any] = [Mark, ImageTag, CollectionImage, ImageNote]
    found: set[int | None] = {
        pk for model in models for pk in model.objects.values_list("image_id", flat=True)
    }
    return found | set(Collection.objects.values_list("cover_id", flat=True))


def stray_image(response: Response, **fields: Any) -> Image:
    """A picture that a former reader saw, and today's does not."""
    values = {"position": 9, "role": "final", "state": "missing", "is_card": True}
    return Image.objects.create(
        id=7, response=response, added_at=response.first_uploaded_at, **{**values, **fields}
    )


def test_reading_again_leaves_it_where_it_is() -> None:
    upload(as_json(body(image_item(png()))))
    image = Image.objects.get()
    curate(image)
    reread_transcript(Transcript.objects.get())
    assert holders() == {image.pk}


def test_it_follows_a_picture_whose_key_changes() -> None:
    picture = png()
    upload(as_json(body(image_item(picture), created_at=None)))
    curate(Image.objects.get())
    upload(as_json(body(image_item(picture))))
    assert holders() == {Image.objects.get().pk}


def test_it_goes_to_the_picture_with_the_same_bytes() -> None:
    upload(as_json(body(image_item(png()))))
    image = Image.objects.get()
    curate(stray_image(image.response, blob=image.blob, state="stored"))
    reread_transcript(Transcript.objects.get())
    assert holders() == {image.pk}
    assert not Image.objects.filter(pk=7).exists()


def test_picture_without_an_heir_stays_with_it() -> None:
    upload(as_json(body(image_item(png()))))
    curate(stray_image(Response.objects.get()))
    reread_transcript(Transcript.objects.get())
    assert holders() == {7}


def test_picture_nobody_cared_for_goes() -> None:
    upload(as_json(body(image_item(png()))))
    stray_image(Response.objects.get())
    reread_transcript(Transcript.objects.get())
    assert not Image.objects.filter(pk=7).exists()


def test_nothing_that_is_uploaded_brings_a_picture_back_from_the_trash() -> None:
    picture = png()
    data = as_json(body(image_item(picture)))
    upload(data)
    shelving.put_in_trash([Image.objects.get().pk], None)
    trashed_at = Image.objects.get().trashed_at
    upload(data)
    upload(as_json(body(image_item(picture), metadata={"again": "yes"})))
    assert Image.objects.get().trashed_at == trashed_at
    assert not Image.objects.cards().exists()


def test_trash_and_hiding_are_kept() -> None:
    upload(as_json(body(image_item(png()))))
    Image.objects.update(is_hidden=True, rating_rank=400)
    reread_transcript(Transcript.objects.get())
    image = Image.objects.get()
    assert (image.is_hidden, image.rating_rank) == (True, 400)
