"""The five examples, field by field against their golden records, and the facts that matter said once more in words.

Write the golden records anew with `python -m tests.transcripts.test_examples`, and read the difference.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gallery.transcripts import Response, Usage, read_transcript
from tests.transcripts.builders import pictures

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE / "examples").iterdir())


def golden_path(example: Path) -> Path:
    return HERE / "golden" / f"{example.stem[:3]}.json"


def plain(value: Any) -> Any:
    """A record as JSON: bytes by their length and hash."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes, sha256 {hashlib.sha256(value).hexdigest()}" if value else ""
    return value.isoformat() if isinstance(value, datetime) else value


def example(number: int) -> Response:
    (answer,) = read_transcript(EXAMPLES[number].read_bytes()).responses
    return answer


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem[:3])
def test_an_example_reads_as_its_golden_record(path: Path) -> None:
    expected = json.loads(golden_path(path).read_text(encoding="utf-8"))
    assert plain(read_transcript(path.read_bytes())) == expected


@pytest.mark.parametrize(
    ("number", "shape", "response_id", "created_at", "model", "image_model", "usage"),
    [
        (
            0,
            "json",
            "resp_0894cf2ef651c7d1016a06f4e560dc8196b918735bb38f5f4e",
            "2026-05-15T10:26:45+00:00",
            "gpt-5.4-mini",
            "gpt-image-2",
            Usage(1672, 0, 62, 0, 1734),
        ),
        (
            1,
            "jsonl",
            "resp_008a399cbc9774ef0068c97229713c819d96a9a5a20fd2c0f2",
            "2025-09-16T14:20:25+00:00",
            "gpt-5-2025-08-07",
            None,
            Usage(2409, 1408, 740, 512, 3149),
        ),
        (
            2,
            "sse",
            "resp_684eb11908b881a180caf1a8d0aadaed0c3243c98c3d50bb",
            "2025-06-15T11:40:09+00:00",
            "gpt-4.1-mini-2025-04-14",
            None,
            Usage(3902, 0, 46, 0, 3948),
        ),
        (
            3,
            "sse",
            "resp_05485ba3b81f2f7900690dd8c40af4819e810abf1f1b29b616",
            "2025-11-07T11:32:20+00:00",
            "gpt-4o-2024-08-06",
            "gpt-image-1",
            Usage(450, 0, 90, 0, 540),
        ),
        (
            4,
            "sse",
            "resp_67ccf18ef5fc8190b16dbee19bc54e5f087bb177ab789d5c",
            "2025-03-09T01:40:30+00:00",
            "gpt-5-nano-2025-08-07",
            "gpt-image-1",
            Usage(2048, 0, 2048, 2048, 4096),
        ),
    ],
)
def test_an_example_says_who_when_what_and_how_much(
    number: int,
    shape: str,
    response_id: str,
    created_at: str,
    model: str,
    image_model: str | None,
    usage: Usage,
) -> None:
    transcript = read_transcript(EXAMPLES[number].read_bytes())
    (answer,) = transcript.responses
    assert transcript.shape == shape
    assert (answer.response_id, answer.status) == (response_id, "completed")
    assert answer.created_at is not None
    assert answer.created_at.isoformat() == created_at
    assert (answer.model, answer.image_model, answer.usage) == (model, image_model, usage)


def test_000_is_an_elided_png_with_its_image_tool_usage() -> None:
    answer = example(0)
    (picture,) = answer.pictures
    assert answer.created_at is not None
    assert answer.completed_at is not None
    assert (answer.completed_at - answer.created_at).total_seconds() == 15
    assert answer.image_usage is not None
    assert (answer.image_usage.input_text_tokens, answer.image_usage.output_image_tokens) == (49, 196)
    assert answer.image_usage.total_tokens == 245
    assert picture.value.kind == "elided"
    assert picture.value.head.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0")
    assert b"caBX" in picture.value.head
    assert (picture.action, picture.quality, picture.background) == ("generate", "low", "opaque")
    assert answer.requested["quality"] == "auto"
    assert str(picture.revised_prompt).startswith("A minimalist blue dot graphic")


def test_001_is_salvaged_from_a_line_that_begins_as_a_partial_and_ends_as_the_response() -> None:
    answer = example(1)
    assert [item.type for item in answer.items] == ["reasoning", "image_generation_call", "message"]
    assert [item.is_salvaged for item in answer.items] == [False, True, True]
    assert {"usage", "status", "output.1.revised_prompt", "output.2"} <= set(answer.salvaged)
    assert [(one.role, one.value.kind, one.is_salvaged) for one in answer.pictures] == [
        ("partial", "elided", True),
        ("final", "elided", True),
    ]
    assert all(
        one.value.head[:4] == b"RIFF" and one.value.head[8:16] == b"WEBPVP8L" for one in answer.pictures
    )
    assert str(pictures(answer, "final")[0].revised_prompt).startswith("Photorealistic wildlife scene")
    (problem,) = answer.problems
    assert (problem.code, problem.place) == ("spliced_line", "line 8, event 7, byte 4359")


def test_002_has_its_picture_only_in_the_final_response() -> None:
    answer = example(2)
    cut, last, final = answer.pictures
    assert (cut.role, cut.index, len(cut.value.data or b"")) == ("partial", 0, 14)
    assert (cut.value.data or b"").startswith(b"GIF89a")
    assert (last.role, last.index) == ("partial", 1)
    assert last.value.data == final.value.data
    assert (final.value.data or b"")[12:24] == b"IHDR\0\0\0\x01\0\0\0\x01"
    assert final.size == "1024x1024"
    assert str(answer.output_text).startswith("Here is a single black line in a perfect circle. Let me know")
    assert answer.problems == ()


def test_003_is_salvaged_with_a_placeholder_for_its_picture() -> None:
    answer = example(3)
    (picture,) = answer.pictures
    assert (picture.value.kind, picture.value.head, picture.is_salvaged) == ("elided", b"", True)
    assert (picture.quality, picture.size) == ("high", "1536x1024")
    assert str(picture.revised_prompt).startswith("A photorealistic image of a cosmos")
    assert str(answer.output_text).startswith("Here is the image of a cosmos")
    assert [item.status for item in answer.items] == ["completed", "completed"]
    assert [problem.code for problem in answer.problems] == ["spliced_line"]


def test_004_keeps_both_reasoning_items_of_one_id() -> None:
    answer = example(4)
    assert [item.type for item in answer.items] == [
        "reasoning",
        "image_generation_call",
        "reasoning",
        "message",
    ]
    assert answer.items[0].item_id == answer.items[2].item_id
    assert [one.value.kind for one in answer.pictures] == ["elided", "elided"]
    final = pictures(answer, "final")[0]
    assert (final.quality, final.size, final.revised_prompt) == (
        "high",
        "1536x1024",
        "This is a revised prompt.",
    )
    assert answer.completed_at == answer.created_at
    assert answer.problems == ()


if __name__ == "__main__":
    for path in EXAMPLES:
        record = json.dumps(
            plain(read_transcript(path.read_bytes())), indent=1, ensure_ascii=False, sort_keys=True
        )
        golden_path(path).write_text(record + "\n", encoding="utf-8")
