"""Forms of one response of which some leave out items that others have: one response, completed item by item."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from gallery.merging import merge
from gallery.models import Image, OutputItem, Response
from tests.factories import make_user
from tests.ingest.archive_state import forget, rows
from tests.ingest.test_merging import make_item, make_snapshot
from tests.ingest.transcripts import (
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

PICTURE, OTHER, DRAFT = png(), png("red"), png("blue")
THOUGHT: Json = {
    "id": "rs_1",
    "type": "reasoning",
    "summary": [{"type": "summary_text", "text": "A square."}],
}
IMAGE, WORDS = image_item(PICTURE), message_item("Here is a square.")
WHOLE = body(THOUGHT, IMAGE, WORDS)
SILENT: Json = {"id": "rs_1", "type": "reasoning", "summary": []}

FORMS: dict[str, list[bytes]] = {
    "reasoning left out of the body": [stream(WHOLE, partials=[DRAFT]), as_json(body(IMAGE, WORDS))],
    "silent reasoning left out": [stream(body(SILENT, IMAGE, WORDS)), as_json(body(IMAGE, WORDS))],
    "the picture shortened besides": [
        stream(WHOLE),
        as_json(body(IMAGE, WORDS)).replace(b64(PICTURE).encode(), b64(PICTURE)[:160].encode() + b"..."),
    ],
    "reasoning in the middle": [as_json(body(IMAGE, THOUGHT, WORDS)), as_json(body(IMAGE, WORDS))],
    "reasoning in two places": [as_json(body(SILENT, IMAGE, THOUGHT, WORDS)), as_json(body(IMAGE, WORDS))],
    "each leaves out something": [as_json(body(THOUGHT, IMAGE)), as_json(body(IMAGE, WORDS))],
    "null in its place": [stream(WHOLE), as_json(WHOLE | {"output": [None, IMAGE, WORDS]})],
    "a placeholder in its place": [stream(WHOLE), as_json(WHOLE | {"output": ["[REDACTED]", IMAGE, WORDS]})],
    "an empty object in its place": [stream(WHOLE), as_json(WHOLE | {"output": [{}, IMAGE, WORDS]})],
    "three forms": [
        stream(WHOLE, cut_after="partial_image", partials=[DRAFT]),
        as_json(body(IMAGE, WORDS)),
        as_json(body(IMAGE)),
    ],
}


@pytest.mark.parametrize("forms", FORMS.values(), ids=FORMS.keys())
def test_what_one_form_leaves_out_another_completes_in_every_order(forms: list[bytes]) -> None:
    states = []
    for order in permutations(forms):
        forget()
        for data in order:
            report = upload(data)
            assert "shared-id" not in [problem.code for problem in report.problems]
        states.append(rows())
    assert all(state == states[0] for state in states[1:])
    response = Response.objects.get()
    kinds = list(OutputItem.objects.order_by("position").values_list("type", flat=True))
    assert kinds.count("image_generation_call") == kinds.count("message") == 1
    assert "reasoning" in kinds
    assert "unknown" not in kinds
    picture = Image.objects.get(role="final")
    assert (picture.state, picture.item and picture.item.type) == ("stored", "image_generation_call")
    assert response.response_id == RESPONSE_ID


OTHERS: dict[str, Json] = {
    "another picture": body(image_item(OTHER), WORDS),
    "another text": body(IMAGE, message_item("Something else.")),
    "another order": body(WORDS, IMAGE),
    "another prompt": body(image_item(PICTURE, revised_prompt="A red circle"), WORDS),
    "other reasoning": body({**THOUGHT, "summary": [{"type": "summary_text", "text": "A circle."}]}, IMAGE),
    "an answer of another kind": body({"type": "function_call", "name": "f", "arguments": "{}"}, WORDS),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("is_first", [True, False])
def test_other_facts_at_the_same_place_are_another_response(other: Json, is_first: bool) -> None:
    both = [as_json(WHOLE), as_json(other)]
    for data in both if is_first else reversed(both):
        upload(data)
    assert Response.objects.count() == 2


def test_what_people_added_to_a_picture_stays_when_an_item_is_found_before_it() -> None:
    ann = make_user(username="ann")
    upload(as_json(body(IMAGE, WORDS)))
    before = Image.objects.get()
    before.marks.create(user=ann, is_favourite=True)
    upload(stream(WHOLE))
    after = Image.objects.get(role="final")
    assert (before.position, after.position) == (0, 1)
    assert after.marks.get().is_favourite


def test_marks_of_salvage_move_with_their_items() -> None:
    words = make_item(1, text="Here it is.")
    thought = make_item(0, type="reasoning", item_id="rs_1", text="Hm.")
    whole = make_snapshot(items=(thought, words))
    damaged = make_snapshot(
        items=(replace(words, position=0, is_salvaged=True),),
        salvaged=("output.0.phase", "output.0", "usage"),
    )
    assert merge([whole, damaged]).response.salvaged == ("output.1.phase", "usage")
