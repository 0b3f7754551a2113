"""Reading a kept transcript again: the archive is the truth, and what people added stays."""

from __future__ import annotations

import hashlib

import pytest

from gallery import blobs
from gallery.ingest import reread_transcript
from gallery.models import Image, OutputItem, Response, ResponseTranscript, Transcript
from tests.ingest.archive_state import rows
from tests.ingest.transcripts import CREATED, as_json, body, image_item, message_item, png, stream, upload

pytestmark = pytest.mark.django_db

PICTURE = png()
WHOLE = body(image_item(PICTURE), message_item("Here is a square."))


def test_reading_again_changes_nothing() -> None:
    upload(stream(WHOLE, partials=[png("red")]))
    upload(as_json(WHOLE))
    before, ids = rows(), list(Image.objects.values_list("pk", "is_hidden"))
    for transcript in Transcript.objects.all():
        assert reread_transcript(transcript).outcome == "stored"
    assert rows() == before
    assert list(Image.objects.values_list("pk", "is_hidden")) == ids


def test_reading_again_restores_what_rows_have_lost() -> None:
    upload(as_json(WHOLE))
    before = rows()
    Image.objects.update(prompt="Nonsense", state="missing", blob=None)
    OutputItem.objects.filter(type="message").delete()
    OutputItem.objects.update(text="Nonsense")
    Response.objects.update(model="nonsense", instructions="Nonsense")
    reread_transcript(Transcript.objects.get())
    assert rows() == before


def test_reading_again_keeps_hidden_images_hidden() -> None:
    upload(as_json(WHOLE))
    Image.objects.update(is_hidden=True)
    reread_transcript(Transcript.objects.get())
    assert Image.objects.get().is_hidden


def test_reading_again_removes_what_is_not_in_the_file() -> None:
    upload(as_json(WHOLE))
    response = Response.objects.get()
    OutputItem.objects.create(response=response, position=9, type="message")
    Image.objects.create(
        id=7,
        response=response,
        position=9,
        role="final",
        state="missing",
        is_card=True,
        added_at=response.first_uploaded_at,
    )
    reread_transcript(Transcript.objects.get())
    assert [item.position for item in response.items.all()] == [0, 1]
    assert Image.objects.get().position == 0


def test_a_response_that_was_read_under_another_identity_keeps_its_number() -> None:
    upload(as_json(WHOLE))
    response = Response.objects.get()
    # As a reader that understood less would have left it.
    Response.objects.update(response_id="made_0", is_id_made=True, created_at=None, key="0" * 64)
    Image.objects.update(id=1, is_hidden=True)
    reread_transcript(Transcript.objects.get())
    again = Response.objects.get()
    assert (again.pk, again.response_id) == (response.pk, WHOLE["id"])
    image = Image.objects.get()
    assert image.pk >> 31 == CREATED
    assert image.is_hidden


def test_a_response_that_nothing_holds_any_more_goes() -> None:
    upload(as_json(WHOLE) + b"\n" + as_json(WHOLE | {"id": "resp_2"}))
    holding = ResponseTranscript.objects.get(position=1)
    stray = Response.objects.create(
        key="1" * 64, response_id="resp_3", first_uploaded_at=holding.transcript.uploaded_at
    )
    ResponseTranscript.objects.create(transcript=holding.transcript, response=stray, position=2, snapshot=b"")
    reread_transcript(Transcript.objects.get())
    assert sorted(Response.objects.values_list("response_id", flat=True)) == sorted([WHOLE["id"], "resp_2"])


def test_a_damaged_archive_changes_no_row_and_says_so() -> None:
    upload(as_json(WHOLE))
    before = rows()
    blobs.delete("blobs", hashlib.sha256(PICTURE).hexdigest())
    report = reread_transcript(Transcript.objects.get())
    assert (report.outcome, report.code) == ("refused", "archive-damaged")
    assert rows() == before


def test_a_missing_skeleton_changes_no_row_and_says_so() -> None:
    upload(as_json(WHOLE))
    before = rows()
    blobs.delete("skeletons", Transcript.objects.get().sha256)
    assert reread_transcript(Transcript.objects.get()).code == "archive-damaged"
    assert rows() == before
