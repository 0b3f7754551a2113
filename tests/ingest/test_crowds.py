"""Ids that bear very many responses, as redacted and made-up ones do: what an upload costs does not grow with them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery import grouping
from gallery.candidates import MOST_COMPARED
from gallery.models import Response
from gallery.snapshots import Snapshot
from tests.ingest.transcripts import CREATED, Json, as_json, body, message_item, stream, upload

pytestmark = pytest.mark.django_db

CROWD = MOST_COMPARED * 3


def answer(number: int, *, later: int = 0, words: str | None = None) -> Json:
    said = message_item(words or f"Answer number {number}.", id=f"msg_{number}")
    usage = {"input_tokens": number, "output_tokens": 1, "total_tokens": number + 1}
    return body(said, usage=usage) | {"created_at": CREATED + later}


def upload_all(answers: list[Json]) -> None:
    upload(b"".join(as_json(each) + b"\n" for each in answers), name="log.jsonl")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for every two snapshots that are compared."""
    seen: list[int] = []
    really = grouping.belong_together

    def belong_together(first: Snapshot, second: Snapshot) -> bool:
        seen.append(len(seen))
        return really(first, second)

    monkeypatch.setattr(grouping, "belong_together", belong_together)
    return seen


def test_responses_of_other_times_are_not_even_looked_at(compared: list[int]) -> None:
    upload_all([answer(number, later=number) for number in range(CROWD)])
    upload(as_json(answer(0, later=CROWD)))
    assert Response.objects.count() == CROWD + 1
    assert compared == []


def test_of_very_many_with_one_id_and_time_few_are_compared(compared: list[int]) -> None:
    upload_all([answer(number) for number in range(CROWD)])
    del compared[:]
    upload(as_json(answer(CROWD)))
    assert Response.objects.count() == CROWD + 1
    assert len(compared) <= 3 * MOST_COMPARED


def test_queries_of_an_upload_do_not_grow_with_those_that_bear_its_id() -> None:
    counts = []
    for crowd in (CROWD, 2 * CROWD):
        upload_all([answer(number) for number in range(crowd - CROWD, crowd)])
        with CaptureQueriesContext(connection) as queries:
            upload(as_json(answer(9_000 + crowd)))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("number", [0, MOST_COMPARED + 5, CROWD - 1])
def test_another_form_finds_its_response_in_the_crowd(number: int) -> None:
    upload_all([answer(number) for number in range(CROWD)])
    upload(stream(answer(number)))
    assert Response.objects.count() == CROWD
    assert Response.objects.get(total_tokens=number + 1).holdings.count() == 2


def test_another_form_in_the_same_file_finds_its_response_in_the_crowd() -> None:
    answers = [answer(number) for number in range(CROWD)]
    upload_all([*answers, answers[MOST_COMPARED + 5] | {"metadata": {"seen": "twice"}}])
    assert Response.objects.count() == CROWD


def test_form_that_says_too_little_to_be_found_in_the_crowd_is_kept_on_its_own() -> None:
    upload_all([answer(number) for number in range(CROWD)])
    late = answer(CROWD - 1) | {"usage": None}
    late["output"][0]["content"][0]["text"] = f"Answer number {CROWD - 1}"
    upload(as_json(late | {"status": "in_progress"}))
    assert Response.objects.count() == CROWD + 1
