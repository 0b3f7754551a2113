"""Uploading a transcript: what is kept of it, and what is said about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery import blobs
from gallery.fsck import check
from gallery.models import Blob, Image, OutputItem, Response, Transcript
from gallery.originals import original_chunks
from tests.factories import make_user
from tests.ingest.transcripts import (
    CREATED,
    RESPONSE_ID,
    as_json,
    b64,
    body,
    image_item,
    message_item,
    png,
    stream,
    upload,
)

pytestmark = pytest.mark.django_db


def test_a_picture_is_kept_with_its_prompt_models_settings_and_usage() -> None:
    picture = png()
    upload(as_json(body(image_item(picture), message_item("Here it is."))))
    image = Image.objects.get()
    assert (image.state, image.role, image.is_card) == ("stored", "final", True)
    assert image.blob_id == hashlib.sha256(picture).hexdigest()
    assert (image.prompt, image.model, image.image_model) == ("A teal square", "gpt-5.4-mini", "gpt-image-1")
    assert (image.size, image.quality, image.width, image.height) == ("1024x1024", "high", 48, 48)
    assert (image.requested["size"], image.total_tokens) == ("auto", 120 + 245)
    assert image.generated_at == datetime.fromtimestamp(CREATED, UTC)
    assert image.has_thumbnail
    assert image.placeholder.startswith("data:image/")


def test_the_picture_and_its_thumbnail_are_in_the_store() -> None:
    picture = png()
    upload(as_json(body(image_item(picture))))
    sha256 = hashlib.sha256(picture).hexdigest()
    assert blobs.read("blobs", sha256) == picture
    assert blobs.read("thumbs", sha256)[8:12] == b"WEBP"


def test_items_stand_in_their_order_without_base64() -> None:
    picture = png()
    upload(as_json(body(image_item(picture), message_item("Here it is."))))
    items = list(OutputItem.objects.order_by("position"))
    assert [item.type for item in items] == ["image_generation_call", "message"]
    assert items[1].text == "Here it is."
    assert b64(picture)[:200] not in json.dumps(items[0].payload)
    assert Image.objects.get().item == items[0]


def test_the_original_comes_back_byte_for_byte() -> None:
    data = stream(body(image_item(png()), message_item("Done.")), partials=[png("red"), png("blue")])
    report = upload(data)
    assert b"".join(original_chunks(Transcript.objects.get(pk=report.transcript_id))) == data


def test_a_stream_says_what_was_found_in_words() -> None:
    report = upload(stream(body(image_item(png(side=320))), partials=[png(side=320) for _ in range(3)]))
    words, sizes = report.sentence.rsplit(", ", 1)
    assert words == "1 response, 1 picture and 3 partials from gpt-image-1"
    assert " kept in " in sizes
    assert (report.outcome, report.final_count, report.partial_count) == ("stored", 1, 3)


def test_a_picture_that_comes_three_times_is_one_blob() -> None:
    picture = png()
    upload(stream(body(image_item(picture)), partials=[png("red"), picture]))
    assert Blob.objects.count() == 2
    final, last = Image.objects.get(role="final"), Image.objects.get(role="partial", index=1)
    assert final.blob_id == last.blob_id


def test_a_stream_with_partials_takes_less_than_two_fifths_of_its_size() -> None:
    picture = png(side=700)
    report = upload(stream(body(image_item(picture)), partials=[picture]))
    on_disk = sum(blobs.size(kind, sha256) for kind in blobs.KINDS for sha256 in blobs.names(kind))
    assert report.kept_bytes == on_disk
    assert on_disk <= 0.4 * report.size_bytes


def test_a_response_without_pictures_is_kept() -> None:
    report = upload(as_json(body(message_item("Only words."), tools=[])))
    assert Response.objects.get().output_text == "Only words."
    assert Image.objects.count() == 0
    assert report.sentence.startswith("1 response, no picture, ")


def test_the_report_lists_the_cards_newest_first() -> None:
    older = body(image_item(png()), id="resp_older", created_at=CREATED - 60)
    newer = body(image_item(png("red")), id="resp_newer")
    report = upload(as_json(older) + b"\n" + as_json(newer) + b"\n")
    assert list(report.image_ids) == list(Image.objects.newest_first().values_list("pk", flat=True))
    assert Image.objects.get(pk=report.image_ids[0]).response.response_id == "resp_newer"


def test_image_ids_travel_as_text_in_json() -> None:
    report = upload(as_json(body(image_item(png()))))
    told = json.loads(json.dumps(report.as_dict()))
    assert [int(image_id) for image_id in told["image_ids"]] == list(report.image_ids)
    assert report.image_ids[0] > 2**53


def test_the_same_bytes_again_are_known_to_whom_uploaded_them() -> None:
    alice = make_user(username="alice")
    data = as_json(body(image_item(png())))
    first = upload(data, uploader=alice, uploaded_at=datetime(2025, 5, 3, 12, tzinfo=UTC))
    again = upload(data, uploader=alice)
    assert (again.outcome, again.sentence) == ("known", "nothing new, you uploaded this on 3 May 2025")
    assert (again.transcript_id, again.image_ids) == (first.transcript_id, first.image_ids)


def test_the_same_bytes_from_somebody_else_name_who_was_first() -> None:
    data = as_json(body(image_item(png())))
    upload(data, uploader=make_user(username="ann"), uploaded_at=datetime(2025, 5, 3, 12, tzinfo=UTC))
    again = upload(data, uploader=make_user(username="bob"))
    assert again.sentence == "nothing new, ann uploaded this on 3 May 2025"


def test_the_same_bytes_again_write_nothing() -> None:
    data = as_json(body(image_item(png())))
    upload(data)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        upload(data)
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def test_files_that_got_lost_come_back_with_the_same_upload() -> None:
    picture = png()
    data = as_json(body(image_item(picture)))
    upload(data)
    sha256 = hashlib.sha256(picture).hexdigest()
    blobs.delete("blobs", sha256)
    blobs.delete("thumbs", sha256)
    assert upload(data).outcome == "known"
    assert blobs.read("blobs", sha256) == picture
    assert blobs.exists("thumbs", sha256)


def flip_a_bit(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


@pytest.mark.parametrize(
    "damage", [flip_a_bit, lambda data: data[:40], lambda data: b""], ids=["flipped", "cut", "empty"]
)
@pytest.mark.parametrize("kind", ["blobs", "skeletons"])
def test_files_that_were_damaged_are_replaced_by_the_same_upload(
    kind: blobs.Kind, damage: Callable[[bytes], bytes]
) -> None:
    data = as_json(body(image_item(png())))
    upload(data)
    (sha256,) = blobs.names(kind)
    path = blobs.path_or_none(kind, sha256)
    path.write_bytes(damage(path.read_bytes()))
    assert list(check()) != []
    assert upload(data).outcome == "known"
    assert list(check()) == []


def test_a_thumbnail_that_got_lost_is_drawn_anew_by_the_same_upload() -> None:
    data = as_json(body(image_item(png())))
    upload(data)
    (sha256,) = blobs.names("thumbs")
    blobs.delete("thumbs", sha256)
    assert upload(data).outcome == "known"
    assert blobs.exists("thumbs", sha256)


def test_what_is_no_transcript_is_refused_and_leaves_nothing() -> None:
    report = upload(b"<!doctype html><title>Hello</title>", name="page.html")
    assert (report.outcome, report.name) == ("refused", "page.html")
    assert report.sentence
    assert Transcript.objects.count() == 0
    assert [list(blobs.names(kind)) for kind in blobs.KINDS] == [[], [], []]


def test_a_file_over_the_limit_is_refused_with_the_limit(settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 2**20
    report = upload(b"{" + b" " * 2**20)
    assert (report.outcome, report.is_too_large) == ("refused", True)
    assert "the limit is 1 MB" in report.sentence


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    data = as_json(body(image_item(png())))
    path = tmp_path / "call.json"
    path.write_bytes(data)
    report = upload(path, name="call.json")
    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert b"".join(original_chunks(Transcript.objects.get())) == data


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    path.touch()
    assert upload(path, name="nothing").outcome == "refused"


def test_a_known_picture_is_not_decoded_again() -> None:
    picture = png()
    upload(as_json(body(image_item(picture))))
    sha256 = hashlib.sha256(picture).hexdigest()
    Blob.objects.update(placeholder="as it was found first")
    upload(as_json(body(image_item(picture), id="resp_other")))
    assert Blob.objects.get(pk=sha256).placeholder == "as it was found first"
    assert Image.objects.filter(blob_id=sha256).count() == 2


def test_queries_do_not_grow_with_items_and_pictures() -> None:
    def queries_for(count: int, identifier: str) -> int:
        items = [image_item(png(), id=f"ig_{number}", revised_prompt=identifier) for number in range(count)]
        data = as_json(body(*items, id=identifier))
        with CaptureQueriesContext(connection) as queries:
            assert upload(data).final_count == count
        return len(queries)

    queries_for(1, "resp_first")  # what it has in common with the others is there from then on
    assert queries_for(12, "resp_many") == queries_for(2, "resp_few")


def test_an_unnamed_upload_has_a_name() -> None:
    upload(as_json(body(message_item("Hello."))), name="\0")
    assert Transcript.objects.get().name


def test_a_name_is_only_ever_shown() -> None:
    upload(as_json(body(message_item("Hello."))), name="../../etc/\u202epasswd<script>")
    assert Transcript.objects.get().name == "../../etc/\u202epasswd<script>"


def test_sizes_and_shape_stand_on_the_transcript() -> None:
    data = stream(body(image_item(png())), partials=[png("red")])
    upload(data, name="call.sse")
    transcript = Transcript.objects.get()
    assert (transcript.shape, transcript.size_bytes, transcript.encoding) == ("sse", len(data), "utf-8")
    assert (transcript.response_count, transcript.picture_count) == (1, 1)
    assert transcript.event_count > 4
    assert Response.objects.get().response_id == RESPONSE_ID
