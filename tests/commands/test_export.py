"""`manage.py export`: exactly the documented fields, one response on a line."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.exporting import CHUNK, export_lines
from gallery.management.commands.export import parse_moment
from tests.commands.shell import ROOT, run, start
from tests.factories import make_response, together
from tests.ingest.transcripts import NOON, as_json, body, image_item, message_item, png, stream, upload

pytestmark = pytest.mark.django_db


def exported(**options: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_lines(**options)]


def test_a_response_is_exported_whole() -> None:
    picture, partial = png(), png("red")
    whole = body(image_item(picture), message_item("Here is a square."), instructions="Be brief.")
    data = stream(whole, partials=[partial])
    upload(data, name="call.sse")
    assert exported() == [
        {
            "transcripts": [{"name": "call.sse", "sha256": hashlib.sha256(data).hexdigest(), "shape": "sse"}],
            "response_id": whole["id"],
            "model": "gpt-5.4-mini",
            "image_model": "gpt-image-1",
            "status": "completed",
            "created_at": "2026-05-15T10:26:45Z",
            "completed_at": "2026-05-15T10:27:00Z",
            "previous_response_id": None,
            "instructions": "Be brief.",
            "usage": {
                "input_tokens": 100,
                "cached_tokens": 0,
                "output_tokens": 20,
                "reasoning_tokens": 0,
                "total_tokens": 120,
            },
            "image_usage": {
                "input_tokens": 49,
                "input_text_tokens": None,
                "input_image_tokens": None,
                "output_tokens": 196,
                "output_text_tokens": None,
                "output_image_tokens": 196,
                "total_tokens": 245,
            },
            "output_text": "Here is a square.",
            "items": [
                {
                    "position": 0,
                    "id": "ig_1",
                    "type": "image_generation_call",
                    "status": "completed",
                    "role": None,
                    "text": None,
                },
                {
                    "position": 1,
                    "id": "msg_1",
                    "type": "message",
                    "status": "completed",
                    "role": "assistant",
                    "text": "Here is a square.",
                },
            ],
            "images": [
                {
                    "position": 0,
                    "role": "final",
                    "index": 0,
                    "state": "stored",
                    "sha256": hashlib.sha256(picture).hexdigest(),
                    "bytes": len(picture),
                    "width": 48,
                    "height": 48,
                    "media_type": "image/png",
                    "prompt": "A teal square",
                    "size": "1024x1024",
                    "quality": "high",
                    "background": "opaque",
                    "output_format": "png",
                    "action": "generate",
                },
                {
                    "position": 0,
                    "role": "partial",
                    "index": 0,
                    "state": "stored",
                    "sha256": hashlib.sha256(partial).hexdigest(),
                    "bytes": len(partial),
                    "width": 48,
                    "height": 48,
                    "media_type": "image/png",
                    "prompt": "A teal square",
                    "size": None,
                    "quality": None,
                    "background": None,
                    "output_format": None,
                    "action": None,
                },
            ],
            "problems": [],
        }
    ]


def test_what_is_absent_is_null() -> None:
    upload(as_json({"id": "resp_bare", "object": "response", "output": []}))
    response = exported()[0]
    silent = {name for name, value in response.items() if value is None}
    assert silent >= {
        "model",
        "image_model",
        "created_at",
        "completed_at",
        "usage",
        "image_usage",
        "instructions",
    }


def test_the_size_of_a_stand_in_is_not_the_pictures() -> None:
    upload(stream(body(image_item(png())), partials=[png("red")], cut_after="partial_image"))
    final = exported()[0]["images"][0]
    assert (final["state"], final["sha256"], final["width"], final["height"]) == ("missing", None, None, None)


def test_every_exported_field_is_documented_and_nothing_else() -> None:
    upload(stream(body(image_item(png()), message_item("Hello.")), partials=[png("red")])[:-300])
    text = (ROOT / "docs" / "export.md").read_text()
    response = exported()[0]
    parts = {"## A response": response}
    for name in ("transcripts", "items", "images", "problems"):
        assert response[name], name
        parts[f"## `{name}[]`"] = response[name][0]
    for heading, fields in parts.items():
        section = text.partition(heading + "\n")[2].partition("\n## ")[0]
        rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
        assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(fields), heading


def test_since_keeps_responses_of_which_a_transcript_came_later() -> None:
    whole = body(image_item(png()))
    upload(as_json(whole), uploaded_at=NOON)
    upload(as_json(body(message_item("Old."), id="resp_old")), uploaded_at=NOON)
    upload(stream(whole), uploaded_at=NOON + timedelta(days=2))
    since = NOON + timedelta(days=1)
    assert [response["response_id"] for response in exported(since=since)] == [whole["id"]]
    assert len(exported(since=NOON)) == 2


def test_lines_stand_in_the_order_of_upload() -> None:
    for number in (3, 1, 2):
        data = as_json(body(message_item("Hello."), id=f"resp_{number}"))
        upload(data, uploaded_at=NOON + timedelta(minutes=number))
    assert [response["response_id"] for response in exported()] == ["resp_1", "resp_2", "resp_3"]


def test_queries_do_not_grow_with_responses() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(export_lines())
        return len(captured)

    upload(as_json(body(image_item(png()))))
    few = queries()
    upload(b"\n".join(as_json(body(image_item(png()), id=f"resp_{number}")) for number in range(30)))
    assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_responses() -> None:
    measure = (
        "import tracemalloc; from gallery.exporting import export_lines; tracemalloc.start();"
        "print(sum(len(line) for line in export_lines()) and tracemalloc.get_traced_memory()[1])"
    )

    def peak() -> int:
        return int(run("shell", "--verbosity", "0", "--command", measure)[1])

    def make_responses(count: int) -> None:
        with together():
            for _ in range(count):
                make_response(output_text="word " * 2_000, chat_cost_usd=None)

    make_responses(2 * CHUNK)
    few = peak()
    make_responses(2 * CHUNK)
    assert peak() < 1.2 * few


def test_the_command_writes_to_a_file(tmp_path: Path) -> None:
    upload(as_json(body(message_item("Grüße 🦊"))))
    call_command("export", output=tmp_path / "all.jsonl")
    assert "Grüße 🦊" in (tmp_path / "all.jsonl").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("export", output=tmp_path / "nowhere" / "all.jsonl")


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_stops_early_is_no_error() -> None:
    with together():
        for number in range(60):
            make_response(output_text="word " * 5000, response_id=f"resp_{number}")
    with start("export", stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-15", datetime(2026, 5, 15, tzinfo=UTC)),
        ("2026-05-15T10:30", datetime(2026, 5, 15, 10, 30, tzinfo=UTC)),
        ("2026-05-15T10:30:00+02:00", datetime(2026, 5, 15, 8, 30, tzinfo=UTC)),
    ],
)
def test_since_takes_dates_and_times(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["yesterday", "2026-13-40", "", "2026", "0001-01-01T00:00+14:00"])
def test_other_words_for_since_are_refused(text: str) -> None:
    with pytest.raises(CommandError, match="--since"):
        parse_moment(text)
