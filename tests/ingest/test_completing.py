"""Several forms of one response: what each adds, and that their order does not matter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from gallery.grouping import twins_of
from gallery.models import Image, OutputItem, Response, ResponseTranscript
from tests.ingest.archive_state import forget, rows
from tests.ingest.transcripts import (
    CREATED,
    NOON,
    RESPONSE_ID,
    Json,
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

PICTURE, FIRST, SECOND = png(), png("red"), png("blue")
WHOLE = body(image_item(PICTURE), message_item("Here is a square."))


def without(response: Json, *names: str) -> Json:
    return {name: value for name, value in response.items() if name not in names}


def elided(response: Json) -> bytes:
    short = b64(PICTURE)[:160] + "..." + b64(PICTURE)[-20:]
    return as_json(response).replace(b64(PICTURE).encode(), short.encode())


FORMS: dict[str, list[bytes]] = {
    "json and stream": [as_json(WHOLE), stream(WHOLE, partials=[FIRST, SECOND])],
    "cut stream and json": [stream(WHOLE, partials=[FIRST], cut_after="partial_image"), as_json(WHOLE)],
    "cut stream and whole stream": [
        stream(WHOLE, partials=[FIRST], cut_after="partial_image"),
        stream(WHOLE, partials=[FIRST, SECOND]),
    ],
    "polled twice": [
        as_json(without(WHOLE, "usage", "tool_usage") | {"status": "in_progress", "output": []}),
        as_json(WHOLE),
    ],
    "elided and whole": [elided(WHOLE), as_json(WHOLE)],
    "all of them": [
        elided(WHOLE),
        stream(WHOLE, partials=[FIRST, SECOND], cut_after="partial_image"),
        stream(WHOLE, partials=[FIRST]),
    ],
    "no creation time on one side": [as_json(without(WHOLE, "created_at")), as_json(WHOLE)],
    "no model on one side": [as_json(without(WHOLE, "model")), as_json(WHOLE)],
    "seconds as a float": [as_json(WHOLE | {"created_at": CREATED + 0.0}), stream(WHOLE)],
    "emptied output": [stream(WHOLE, partials=[FIRST]), as_json(WHOLE | {"output": []})],
    "different encrypted reasoning": [
        as_json(body({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA" * 9})),
        stream(body({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gBBB" * 9})),
    ],
}


@pytest.mark.parametrize("forms", FORMS.values(), ids=FORMS.keys())
def test_forms_of_one_response_give_the_same_rows_in_every_order(forms: list[bytes]) -> None:
    states = []
    for order in permutations(forms):
        forget()
        for data in order:
            upload(data)
        states.append(rows())
    assert Response.objects.count() == 1
    assert ResponseTranscript.objects.count() == len(forms)
    assert all(state == states[0] for state in states[1:])


def test_the_json_of_a_known_stream_adds_a_transcript_and_nothing_else() -> None:
    upload(stream(WHOLE, partials=[FIRST, SECOND]))
    before = rows()
    report = upload(as_json(WHOLE))
    after = rows()
    assert "known already from another file" in report.sentence
    assert len(after["transcripts"]) == 2
    assert {name: part for name, part in after.items() if name != "transcripts"} == {
        name: part for name, part in before.items() if name != "transcripts"
    }


def test_a_whole_recording_completes_an_interrupted_one() -> None:
    upload(stream(WHOLE, partials=[FIRST], cut_after="partial_image"))
    interrupted = Image.objects.get(role="final")
    assert (interrupted.state, interrupted.response_status) == ("missing", "interrupted")
    assert interrupted.reason == "The recording ends before the picture came."
    upload(as_json(WHOLE))
    completed = Image.objects.get(role="final")
    assert (completed.state, completed.response_status) == ("stored", "completed")
    assert completed.pk == interrupted.pk
    assert Image.objects.filter(role="partial").count() == 1


def test_a_missing_picture_is_stood_in_for_by_its_last_partial() -> None:
    upload(stream(WHOLE, partials=[FIRST, SECOND], cut_after="partial_image"))
    final, best = Image.objects.get(role="final"), Image.objects.get(role="partial", index=1)
    assert final.stand_in_id == best.blob_id
    assert final.has_thumbnail
    assert final.placeholder == best.placeholder
    assert (final.width, final.height, final.partial_count) == (48, 48, 2)


def test_a_stored_picture_is_not_replaced_by_an_elided_one() -> None:
    upload(as_json(WHOLE))
    upload(elided(WHOLE))
    image = Image.objects.get()
    assert (image.state, image.reason) == ("stored", "")


def test_a_full_value_is_not_replaced_by_an_empty_one() -> None:
    upload(as_json(WHOLE | {"instructions": "Be brief."}))
    upload(as_json(WHOLE | {"instructions": None, "usage": None, "output": [], "text": {"verbosity": "low"}}))
    response = Response.objects.get()
    assert (response.instructions, response.total_tokens) == ("Be brief.", 120)
    assert response.rest["text"] == {"verbosity": "low"}
    assert response.items.count() == 2


def test_what_people_hid_stays_hidden_when_a_response_is_completed() -> None:
    upload(stream(WHOLE, partials=[FIRST], cut_after="partial_image"))
    Image.objects.update(is_hidden=True)
    upload(as_json(WHOLE))
    assert list(Image.objects.values_list("is_hidden", flat=True)) == [True, True]


def test_an_image_moves_to_its_time_once_that_is_known_and_stays_hidden() -> None:
    upload(as_json(without(WHOLE, "created_at")))
    Image.objects.update(is_hidden=True)
    before = Image.objects.get()
    upload(as_json(WHOLE))
    after = Image.objects.get()
    assert (before.generated_at, after.pk >> 31) == (None, CREATED)
    assert after.is_hidden
    assert OutputItem.objects.get(type="image_generation_call").images.get() == after


def test_the_first_to_bring_a_response_is_its_uploader() -> None:
    from tests.factories import make_user

    ann, bob = make_user(username="ann"), make_user(username="bob")
    upload(as_json(WHOLE), uploader=bob, uploaded_at=NOON + timedelta(hours=1))
    upload(stream(WHOLE), uploader=ann, uploaded_at=NOON)
    response = Response.objects.get()
    assert (response.uploader, response.first_uploaded_at) == (ann, NOON)
    assert Image.objects.get(role="final").uploader == ann


TWINS: dict[str, Json] = {
    "another picture": body(image_item(FIRST), message_item("Here is a square.")),
    "another text": body(image_item(PICTURE), message_item("Something else.")),
    "another type of item": body(message_item("Here is a square."), image_item(PICTURE)),
    "another end": WHOLE | {"status": "failed", "error": {"code": "server_error", "message": "Oh."}},
    "another time": WHOLE | {"created_at": CREATED + 1},
    "another model": WHOLE | {"model": "gpt-4o"},
}


@pytest.mark.parametrize("other", TWINS.values(), ids=TWINS.keys())
def test_an_id_that_comes_with_other_facts_is_another_response_and_both_say_so(other: Json) -> None:
    upload(as_json(WHOLE))
    report = upload(as_json(other))
    first, second = Response.objects.order_by("pk")
    assert first.response_id == second.response_id == RESPONSE_ID
    assert list(twins_of(first)) == [second]
    assert list(twins_of(second)) == [first]
    assert "shared-id" in [problem.code for problem in report.problems]


def test_a_third_form_joins_the_twin_that_it_agrees_with() -> None:
    upload(as_json(WHOLE))
    upload(as_json(TWINS["another picture"]))
    upload(stream(TWINS["another picture"], partials=[FIRST]))
    assert [response.holdings.count() for response in Response.objects.order_by("pk")] == [1, 2]


def test_an_id_alone_proves_nothing() -> None:
    upload(as_json(without(body(message_item("Yes.", id="msg_a")), "created_at")))
    upload(as_json(body(image_item(PICTURE))))
    assert Response.objects.count() == 2


def test_a_file_that_holds_a_response_twice_holds_it_once() -> None:
    running = WHOLE | {"status": "in_progress", "output": [], "usage": None}
    report = upload(as_json(running) + b"\n" + as_json(WHOLE) + b"\n", name="polled.jsonl")
    assert Response.objects.get().status == "completed"
    assert ResponseTranscript.objects.count() == 1
    assert report.response_count == 1


FAILURES: dict[str, tuple[Json, str, str]] = {
    "failed": (
        {"status": "failed", "error": {"code": "server_error", "message": "Try again."}},
        "missing",
        "The response failed: Try again. (server_error)",
    ),
    "moderated": (
        {"status": "failed", "error": {"code": "moderation_blocked", "message": "Not allowed."}},
        "refused",
        "Refused: Not allowed. (moderation_blocked)",
    ),
    "filtered": (
        {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
        "refused",
        "Refused: content_filter",
    ),
}


@pytest.mark.parametrize(("fields", "state", "reason"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_before_any_picture_is_a_card_with_its_reason(
    fields: Json, state: str, reason: str
) -> None:
    upload(as_json(body(**fields)))
    image = Image.objects.get()
    assert (image.is_card, image.position, image.state, image.reason) == (True, 0, state, reason)


def test_the_card_of_a_failure_gives_way_to_what_really_came() -> None:
    upload(as_json(WHOLE | {"status": "interrupted", "output": [], "error": {"code": "x", "message": "Oh."}}))
    assert Image.objects.get().state == "missing"
    upload(as_json(WHOLE))
    assert Image.objects.get().state == "stored"


def test_a_failure_that_asked_for_no_picture_is_no_card() -> None:
    upload(as_json(body(tools=[], status="failed", error={"code": "server_error", "message": "Try again."})))
    assert Response.objects.count() == 1
    assert Image.objects.count() == 0


def test_an_error_body_about_an_image_is_a_card() -> None:
    error: dict[str, Any] = {
        "message": "Your request was rejected by the safety system.",
        "type": "image_generation_user_error",
        "param": None,
        "code": "moderation_blocked",
    }
    upload(as_json({"error": error}))
    assert Image.objects.get().state == "refused"


def test_a_failed_item_has_its_own_reason() -> None:
    failed = image_item(
        None, status="failed", error={"type": "x", "code": "moderation_blocked", "message": "No."}
    )
    upload(as_json(body(image_item(PICTURE), failed | {"id": "ig_2"})))
    states: Callable[[int], str] = lambda position: Image.objects.get(position=position).state  # noqa: E731
    assert (states(0), states(1)) == ("stored", "refused")
