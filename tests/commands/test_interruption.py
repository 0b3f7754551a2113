"""Killed at any moment, the archive holds whole transcripts or none."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gallery.fsck import check
from gallery.models import Image, Response, ResponseTranscript, Transcript
from gallery.originals import read_original
from tests.commands.shell import run, start
from tests.ingest.transcripts import body, image_item, message_item, png, stream

FILES = 24
NOW = timedelta(0)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "captures"
    folder.mkdir()
    for number in range(FILES):
        whole = body(image_item(png(side=200)), message_item("Hello."), id=f"resp_{number}")
        (folder / f"{number:03}.sse").write_bytes(stream(whole, partials=[png("red", side=200)]))
    return folder


def everything_is_whole() -> None:
    for transcript in Transcript.objects.all():
        read_original(transcript)
    count = Transcript.objects.count()
    assert (Response.objects.count(), ResponseTranscript.objects.count()) == (count, count)
    assert Image.objects.filter(state="stored").count() == 2 * count
    assert [finding for finding in check(grace=NOW) if finding.severity == "damage"] == []


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_killed_ingest_leaves_whole_transcripts_and_can_be_taken_up_again(folder: Path, jobs: str) -> None:
    chance = random.Random(4)
    for _ in range(3):
        process = start("ingest", folder, "--jobs", jobs)
        assert process.stdout is not None
        # The first lines say that it is in the middle of its work; then at any moment after that.
        for _ in range(chance.randrange(2, 9)):
            process.stdout.readline()
        time.sleep(chance.random() / 20)
        process.kill()
        process.communicate(timeout=60)
        everything_is_whole()
    assert Transcript.objects.count() > 0
    code, out, _ = run("ingest", folder, "--jobs", "2")
    assert code == 0, out
    list(check(grace=NOW, is_repairing=True))
    assert list(check(grace=NOW)) == []
    assert Transcript.objects.count() == FILES
    everything_is_whole()
