"""The five examples and every generated scenario, from bytes to rows and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gallery
from gallery.demo.generator import make_transcripts
from gallery.fsck import check
from gallery.ingest import reread_transcript
from gallery.models import Image, Response, Transcript
from tests.ingest.archive_state import rows
from tests.ingest.transcripts import upload

pytestmark = pytest.mark.django_db

EXAMPLES = Path(gallery.__file__).parent / "examples"
FACTS: dict[str, dict[str, Any]] = {
    "000": {
        "shape": "json",
        "created_at": datetime(2026, 5, 15, 10, 26, 45, tzinfo=UTC),
        "models": ("gpt-5.4-mini", "gpt-image-2"),
        "usage": (1672, 0, 62, 0, 1734),
        "image_usage": (49, 196, 245),
        "final": ("elided", "image/png", 1024, 1024, "low"),
        "prompt": "A minimalist blue dot graphic",
        "partials": 0,
    },
    "001": {
        "shape": "jsonl",
        "created_at": datetime(2025, 9, 16, 14, 20, 25, tzinfo=UTC),
        "models": ("gpt-5-2025-08-07", ""),
        "usage": (2409, 1408, 740, 512, 3149),
        "image_usage": (None, None, None),
        "final": ("elided", "image/webp", 1536, 1024, None),
        "prompt": "Photorealistic wildlife scene",
        "partials": 1,
    },
    "002": {
        "shape": "sse",
        "created_at": datetime(2025, 6, 15, 11, 40, 9, tzinfo=UTC),
        "models": ("gpt-4.1-mini-2025-04-14", ""),
        "usage": (3902, 0, 46, 0, 3948),
        "image_usage": (None, None, None),
        "final": ("stored", "image/png", 1, 1, "low"),
        "prompt": "A single black line",
        "partials": 2,
    },
    "003": {
        "shape": "sse",
        "created_at": datetime(2025, 11, 7, 11, 32, 20, tzinfo=UTC),
        "models": ("gpt-4o-2024-08-06", "gpt-image-1"),
        "usage": (450, 0, 90, 0, 540),
        "image_usage": (None, None, None),
        "final": ("elided", "", None, None, "high"),
        "prompt": "A photorealistic image of a cosmos",
        "partials": 0,
    },
    "004": {
        "shape": "sse",
        "created_at": datetime(2025, 3, 9, 1, 40, 30, tzinfo=UTC),
        "models": ("gpt-5-nano-2025-08-07", "gpt-image-1"),
        "usage": (2048, 0, 2048, 2048, 4096),
        "image_usage": (None, None, None),
        "final": ("elided", None, None, None, "high"),
        "prompt": "This is a revised prompt.",
        "partials": 1,
    },
}


def example(number: str) -> Path:
    (path,) = EXAMPLES.glob(f"{number}*")
    return path


@pytest.mark.parametrize("number", FACTS)
def test_an_example_stands_in_the_archive_with_its_facts(number: str) -> None:
    facts = FACTS[number]
    upload(example(number).read_bytes(), name=example(number).name)
    response, final = Response.objects.get(), Image.objects.get(role="final")
    assert Transcript.objects.get().shape == facts["shape"]
    assert (response.status, response.created_at) == ("completed", facts["created_at"])
    assert (response.model, response.image_model) == (final.model, final.image_model) == facts["models"]
    assert facts["usage"] == (
        response.input_tokens,
        response.cached_tokens,
        response.output_tokens,
        response.reasoning_tokens,
        response.total_tokens,
    )
    assert facts["image_usage"] == (
        response.image_input_text_tokens,
        response.image_output_image_tokens,
        response.image_total_tokens,
    )
    for told, expected in zip(
        (final.state, final.media_type, final.width, final.height, final.quality), facts["final"], strict=True
    ):
        assert expected is None or told == expected
    assert (final.prompt or "").startswith(facts["prompt"])
    assert Image.objects.filter(role="partial").count() == final.partial_count == facts["partials"]


def test_the_first_example_was_asked_for_otherwise_than_it_came() -> None:
    upload(example("000").read_bytes())
    image = Image.objects.get()
    assert (image.requested["quality"], image.quality, image.background) == ("auto", "low", "opaque")
    assert (image.action, image.has_c2pa, image.total_tokens) == ("generate", True, 1734 + 245)


def test_the_third_example_has_a_cut_partial_and_one_like_the_final() -> None:
    upload(example("002").read_bytes())
    final, cut, same = Image.objects.order_by("role", "index")
    assert (cut.state, cut.media_type, cut.size_bytes) == ("broken", "image/gif", 14)
    assert same.blob_id == final.blob_id
    assert (final.size, final.width, final.height) == ("1024x1024", 1, 1)


@pytest.mark.parametrize("number", ["001", "003"])
def test_a_spliced_line_leaves_its_marks(number: str) -> None:
    upload(example(number).read_bytes())
    assert Response.objects.get().salvaged
    assert Transcript.objects.get().problem_count > 0


def test_the_last_example_has_two_items_of_one_id() -> None:
    upload(example("004").read_bytes())
    items = list(Response.objects.get().items.all())
    assert [item.type for item in items] == ["reasoning", "image_generation_call", "reasoning", "message"]
    assert items[0].item_id == items[2].item_id


def test_every_generated_transcript_is_kept_whole_and_reads_again_to_the_same_rows() -> None:
    for made in make_transcripts(5, 60, longest_side=96):
        assert upload(made.data, name=made.name).outcome in {"stored", "known"}, made.name
    assert [finding.sentence for finding in check()] == []
    before = rows()
    for transcript in Transcript.objects.all():
        assert reread_transcript(transcript).outcome == "stored"
    assert rows() == before
