"""Many uploads at one moment: nothing twice, nothing lost, nobody locked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connections

from gallery.fsck import check
from gallery.models import Blob, Image, Response, ResponseTranscript, Transcript
from gallery.reports import IngestReport
from tests.commands.shell import start
from tests.ingest.archive_state import rows
from tests.ingest.transcripts import Json, as_json, body, image_item, message_item, png, stream, upload

MANY = 32

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(uploads: Sequence[bytes]) -> list[IngestReport]:
    together = Barrier(len(uploads))

    def one(data: bytes) -> IngestReport:
        together.wait()
        try:
            return upload(data)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(uploads)) as pool:
        return list(pool.map(one, uploads))


def call(number: int, picture: bytes) -> Json:
    return body(image_item(picture), message_item(f"Square {number}."), id=f"resp_{number}")


def test_one_file_uploaded_many_times_at_once_is_stored_once() -> None:
    outcomes = Counter(report.outcome for report in all_at_once([as_json(call(0, png()))] * MANY))
    assert outcomes == {"stored": 1, "known": MANY - 1}
    assert (Transcript.objects.count(), Response.objects.count(), Image.objects.count()) == (1, 1, 1)
    assert list(check()) == []


def test_many_files_uploaded_at_once_are_all_stored() -> None:
    shared = png()
    reports = all_at_once([as_json(call(number, shared if number % 2 else png())) for number in range(MANY)])
    assert Counter(report.outcome for report in reports) == {"stored": MANY}
    assert (Transcript.objects.count(), Response.objects.count()) == (MANY, MANY)
    assert Blob.objects.count() == MANY // 2 + 1
    assert sum(report.kept_bytes for report in reports) == sum(
        Transcript.objects.values_list("kept_bytes", flat=True)
    )
    assert list(check()) == []


def test_many_forms_of_one_response_uploaded_at_once_are_one_response() -> None:
    whole, partial = call(0, png()), png("red")
    forms = [stream(whole, partials=[partial] * (number % 3)) + b"\n" * number for number in range(MANY)]
    all_at_once(forms)
    assert Response.objects.count() == 1
    assert ResponseTranscript.objects.count() == MANY
    assert len(rows()["items"]) == 2


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[[Sequence[bytes]], Path]:
    def make(uploads: Sequence[bytes]) -> Path:
        folder = tmp_path / "uploads"
        folder.mkdir()
        for number, data in enumerate(uploads):
            (folder / f"{number:03}.json").write_bytes(data)
        return folder

    return make


def test_several_processes_on_the_same_files_store_each_once(
    folder_of: Callable[[Sequence[bytes]], Path],
) -> None:
    count = 12
    folder = folder_of([as_json(call(number, png())) for number in range(count)])
    processes = [start("ingest", folder, "--jobs", "1") for _ in range(4)]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outputs
    words = Counter(line.split()[0] for out, _ in outputs for line in out.decode().splitlines()[:-1])
    assert words == {"stored": count, "known": 3 * count}
    assert Transcript.objects.count() == Response.objects.count() == count
    assert list(check()) == []
