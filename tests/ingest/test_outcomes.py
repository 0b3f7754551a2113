"""Why a picture is not there, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from gallery.outcomes import outcomes_of
from gallery.snapshots import KeptPicture
from tests.ingest.test_merging import make_item, make_picture, make_snapshot


@dataclass
class Facts:
    flaw: str = ""
    media_type: str = "image/png"
    size_bytes: int = 9


WHOLE, CUT = "a" * 64, "c" * 64
FACTS = {WHOLE: Facts(), CUT: Facts(flaw="The file ends before the picture does.")}


def outcome(picture: KeptPicture | None = None, **fields: Any) -> tuple[str, str]:
    pictures = (make_picture(),) if picture is None else (picture,)
    (made,) = outcomes_of(make_snapshot(pictures=pictures, **fields), FACTS)
    return made.state, made.reason


@pytest.mark.parametrize(
    ("picture", "state", "reason"),
    [
        ({"kind": "bytes", "sha256": WHOLE}, "stored", ""),
        ({"kind": "bytes", "sha256": CUT}, "broken", "The file ends before the picture does."),
        (
            {"kind": "elided", "head_bytes": 1024},
            "elided",
            "The picture was shortened before the upload: only its first 1,024 bytes can be read.",
        ),
        ({"kind": "elided"}, "elided", "A placeholder stands where the picture was."),
        (
            {"kind": "undecodable", "text": "not base64!"},
            "broken",
            "The value is neither base64 nor a known placeholder; it begins “not base64!”.",
        ),
        (
            {"kind": "url", "text": "https://example.com/a.png"},
            "missing",
            "Only an address of the picture was recorded, and addresses are never fetched: https://example.com/a.png",
        ),
        (
            {"error_code": "server_error", "error_message": "Try again."},
            "missing",
            "The generation failed: Try again. (server_error)",
        ),
        ({"error_code": "moderation_blocked"}, "refused", "Refused: moderation_blocked"),
        (
            {"error_code": "image_content_policy_violation", "error_message": "No."},
            "refused",
            "Refused: No. (image_content_policy_violation)",
        ),
    ],
)
def test_a_picture_says_what_became_of_it(picture: dict[str, Any], state: str, reason: str) -> None:
    assert outcome(make_picture(**picture)) == (state, reason)


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({"status": "completed"}, "missing", "The response is complete, but it holds no picture."),
        ({"status": "interrupted"}, "missing", "The recording ends before the picture came."),
        ({"status": "in_progress"}, "missing", "The picture was still being made when this was recorded."),
        ({"status": "cancelled"}, "missing", "The response was cancelled before the picture came."),
        ({"status": "failed"}, "missing", "The response failed."),
        (
            {"status": "incomplete", "incomplete_reason": "max_output_tokens"},
            "missing",
            "The response ended early (max_output_tokens), before the picture came.",
        ),
        (
            {"status": "incomplete", "incomplete_reason": "content_filter"},
            "refused",
            "Refused: content_filter",
        ),
    ],
)
def test_a_picture_that_never_came_says_why(fields: dict[str, Any], state: str, reason: str) -> None:
    assert outcome(**fields) == (state, reason)


def test_the_best_partial_that_decodes_stands_in() -> None:
    partials = tuple(
        make_picture(role="partial", index=index, kind="bytes", sha256=sha256)
        for index, sha256 in enumerate([WHOLE, CUT])
    )
    final, *others = outcomes_of(make_snapshot(status="interrupted", pictures=partials), FACTS)
    assert (final.picture.role, final.stand_in, final.partial_count) == ("final", WHOLE, 2)
    assert [(partial.stand_in, partial.is_card) for partial in others] == [(None, False)] * 2


def test_a_stored_picture_needs_no_stand_in() -> None:
    final = make_picture(kind="bytes", sha256=WHOLE)
    partial = make_picture(role="partial", kind="bytes", sha256=WHOLE)
    made = outcomes_of(make_snapshot(pictures=(final, partial)), FACTS)
    assert [one.stand_in for one in made] == [None, None]


def test_a_failure_has_the_next_free_position() -> None:
    failed = make_snapshot(status="failed", requested={"size": "auto"}, items=(make_item(4, text="Well."),))
    (made,) = outcomes_of(failed, FACTS)
    assert (made.picture.position, made.is_card) == (5, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "failed", "requested": {}},
        {"status": "completed", "requested": {"size": "auto"}},
        {
            "kind": "error",
            "status": "failed",
            "error_code": "rate_limit_exceeded",
            "error_message": "Slow down.",
        },
    ],
)
def test_what_asked_for_no_picture_or_did_not_fail_has_none(fields: dict[str, Any]) -> None:
    assert outcomes_of(make_snapshot(**fields), FACTS) == []
