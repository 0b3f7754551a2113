"""`manage.py fsck`: what it sees, what it repairs, and what it never does."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, load_command_class
from django.db import OperationalError
from django.utils import timezone

from gallery import blobs
from gallery.audit import Action
from gallery.check_reports import MOST_NAMED
from gallery.checking import Turn, running
from gallery.fsck import check
from gallery.models import AuditEntry, Blob, Image, Response, Transcript
from gallery.preparing import prepare
from tests.ingest.transcripts import as_json, body, image_item, png, stream, upload

pytestmark = pytest.mark.django_db

PICTURE = png()
SHA256 = hashlib.sha256(PICTURE).hexdigest()
STRAY = b"left by an upload that was interrupted"
STRAY_SHA256 = hashlib.sha256(STRAY).hexdigest()
TWO_HOURS = 7200


@pytest.fixture(autouse=True)
def archive(db: None) -> None:
    """One upload, whole."""
    upload(stream(body(image_item(PICTURE)), partials=[png("red")]))


def path_of(kind: blobs.Kind, sha256: str) -> Path:
    path = blobs.path_or_none(kind, sha256)
    assert path is not None
    return path


def age(path: Path) -> None:
    before = time.time() - TWO_HOURS
    os.utime(path, (before, before))


def codes(**options: Any) -> list[str]:
    return [finding.code for finding in check(**options)]


def fsck(**options: Any) -> tuple[int, str]:
    """Its exit code and what it printed."""
    out = io.StringIO()
    try:
        call_command("fsck", stdout=out, **options)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_whole_archive_is_well() -> None:
    assert fsck() == (0, "1 upload and 2 pictures checked: all is well.\n")


def test_a_missing_picture_is_damage_and_deletes_no_row() -> None:
    blobs.delete("blobs", SHA256)
    code, out = fsck(repair=True)
    assert code == 1
    assert "original-lost" in out
    assert f"blob-missing  {SHA256}" in out
    assert (Blob.objects.count(), Image.objects.count(), Transcript.objects.count()) == (2, 2, 1)


def test_what_is_damaged_still_is_said_last_and_ends_with_1() -> None:
    blobs.delete("thumbs", SHA256)
    blobs.delete("skeletons", Transcript.objects.get().sha256)
    code, out = fsck(repair=True)
    assert code == 1
    assert out.endswith("2 damaged, 0 left over from interrupted uploads, 1 repaired. 1 damaged still.\n")


def test_the_help_says_what_the_exit_codes_mean() -> None:
    said = " ".join(
        load_command_class("gallery", "fsck").create_parser("manage.py", "fsck").format_help().split()
    )
    assert "Ends with 0 if nothing is damaged, or all damage is repaired" in said
    assert (
        "Ends with 1 if anything is damaged still, with 2 if it was asked wrongly, or while another" in said
    )


def test_a_changed_picture_is_damage() -> None:
    path_of("blobs", SHA256).write_bytes(PICTURE[:-1] + b"?")
    assert codes() == ["original-lost", "blob-damaged"]


def test_a_cut_picture_is_damage() -> None:
    path_of("blobs", SHA256).write_bytes(PICTURE[:100])
    assert codes() == ["original-lost", "blob-damaged"]


def test_a_changed_skeleton_is_damage() -> None:
    path = path_of("skeletons", Transcript.objects.get().sha256)
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    assert codes() == ["original-lost"]


def test_a_missing_skeleton_is_damage() -> None:
    blobs.delete("skeletons", Transcript.objects.get().sha256)
    assert codes() == ["original-lost"]


def test_an_original_of_another_upload_is_damage() -> None:
    other = upload(as_json(body(image_item(PICTURE), id="resp_other")))
    first = Transcript.objects.exclude(pk=other.transcript_id).get()
    path_of("skeletons", first.sha256).write_bytes(path_of("skeletons", other.sha256).read_bytes())
    assert codes() == ["original-differs"]


def test_a_missing_thumbnail_is_damage_and_can_be_rendered_again() -> None:
    before = blobs.read("thumbs", SHA256)
    blobs.delete("thumbs", SHA256)
    assert fsck()[0] == 1
    assert fsck(repair=True)[0] == 0
    assert blobs.read("thumbs", SHA256) == before
    assert codes() == []


def test_a_stored_image_without_a_file_is_damage() -> None:
    Image.objects.filter(role="partial").update(blob=None)
    assert "image-hollow" in codes()


@pytest.mark.parametrize("kind", blobs.KINDS)
def test_files_that_no_row_names_are_left_over_and_can_be_swept(kind: blobs.Kind) -> None:
    blobs.put(kind, STRAY_SHA256, STRAY)
    age(path_of(kind, STRAY_SHA256))
    code, out = fsck()
    assert code == 0
    assert out.endswith(
        "1 left over from interrupted uploads, 0 repaired. Nothing is damaged; --repair sweeps what is left over.\n"
    )
    code, out = fsck(repair=True)
    assert code == 0
    assert out.endswith("1 repaired. All is well now.\n")
    assert not blobs.exists(kind, STRAY_SHA256)
    assert codes() == []


@pytest.mark.parametrize("kind", blobs.KINDS)
def test_files_of_an_upload_in_progress_stay(kind: blobs.Kind) -> None:
    blobs.put(kind, STRAY_SHA256, STRAY)
    assert codes(is_repairing=True) == []
    assert blobs.exists(kind, STRAY_SHA256)


def test_old_files_that_rows_name_stay() -> None:
    for kind in blobs.KINDS:
        for sha256 in blobs.names(kind):
            age(path_of(kind, sha256))
    Blob.objects.update(stored_at=timezone.now() - timedelta(days=9))
    assert codes(is_repairing=True) == []
    assert blobs.read("blobs", SHA256) == PICTURE


def test_half_written_files_are_left_over_and_can_be_swept() -> None:
    incoming = Path(settings.MEDIA_DIR) / ".incoming"
    half, young = incoming / "half", incoming / "young"
    half.write_bytes(b"half")
    young.write_bytes(b"just begun")
    age(half)
    assert codes() == ["file-half-written"]
    codes(is_repairing=True)
    assert [half.exists(), young.exists()] == [False, True]


def test_rows_of_files_that_nothing_needs_any_more_go_with_their_files() -> None:
    Transcript.objects.all().delete()
    Response.objects.all().delete()
    Blob.objects.update(stored_at=timezone.now() - timedelta(hours=2))
    for kind in blobs.KINDS:
        for sha256 in blobs.names(kind):
            age(path_of(kind, sha256))
    assert codes().count("row-unused") == 2
    codes(is_repairing=True)
    assert Blob.objects.count() == 0
    assert [list(blobs.names(kind)) for kind in blobs.KINDS] == [[], [], []]


def test_an_upload_finds_its_files_again_that_were_swept_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files are written, its rows are not: and just then somebody sweeps, the files being old ones."""
    picture = png("blue")
    sha256 = hashlib.sha256(picture).hexdigest()

    def prepare_and_lose(*args: Any, **options: Any) -> Any:
        prepared = prepare(*args, **options)
        for kind in blobs.KINDS:
            blobs.delete(kind, sha256)
            blobs.delete(kind, prepared.sha256)
        return prepared

    monkeypatch.setattr("gallery.ingest.prepare", prepare_and_lose)
    upload(as_json(body(image_item(picture), id="resp_unlucky")))
    assert codes() == []


def test_json_gives_a_finding_on_each_line_and_the_totals_last() -> None:
    blobs.delete("thumbs", SHA256)
    code, out = fsck(json=True)
    finding, totals = (json.loads(line) for line in out.splitlines())
    assert code == 1
    assert (finding["code"], finding["subject"], finding["is_repaired"]) == (
        "thumbnail-missing",
        SHA256,
        False,
    )
    assert totals == {"totals": {"transcripts": 1, "blobs": 2, "damaged": 1, "left_over": 0, "repaired": 0}}


def audited(action: Action) -> dict[str, Any]:
    details: dict[str, Any] = AuditEntry.objects.filter(action=action).latest("id").details
    return details


def test_the_audit_keeps_what_was_found_by_kind_and_the_first_of_each_by_name() -> None:
    for number in range(MOST_NAMED + 2):
        stray = f"{number:064x}"
        blobs.put("blobs", stray, STRAY)
        age(path_of("blobs", stray))
    blobs.delete("thumbs", SHA256)
    fsck()
    told = audited(Action.CHECKED)
    assert told["kinds"] == {"thumbnail-missing": 1, "blobs-left-over": MOST_NAMED + 2}
    assert [each["subject"] for each in told["found"] if each["code"] == "thumbnail-missing"] == [SHA256]
    assert len([each for each in told["found"] if each["code"] == "blobs-left-over"]) == MOST_NAMED


def test_what_was_repaired_is_not_named_any_more() -> None:
    blobs.delete("thumbs", SHA256)
    fsck(repair=True)
    told = audited(Action.CHECKED)
    assert (told["damaged"], told["repaired"]) == (1, 1)
    assert not {"kinds", "found"} & set(told)


def test_a_second_check_at_once_is_refused_with_2() -> None:
    with Turn.take(by="charlie"), pytest.raises(CommandError, match="running already") as refused:
        fsck()
    assert refused.value.returncode == 2
    assert not AuditEntry.objects.exists()
    assert fsck()[0] == 0


def test_while_it_runs_others_see_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    read = blobs.read

    def read_and_look(kind: blobs.Kind, sha256: str) -> bytes:
        seen.append(running())
        return read(kind, sha256)

    monkeypatch.setattr(blobs, "read", read_and_look)
    fsck()
    assert {each.total for each in seen if each} == {1 + 2 * 2}
    assert running() is None


def test_a_check_that_cannot_go_on_says_why_in_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("the disk is gone")

    monkeypatch.setattr(blobs, "read", refuse)
    with pytest.raises(OperationalError):
        fsck()
    assert audited(Action.CHECK_FAILED) == {"because": "OperationalError: the disk is gone"}
    assert running() is None
