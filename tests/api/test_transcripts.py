"""Transcripts for programs: the list, one with what was wrong with it, and the upload back byte for byte."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import blobs
from gallery.ingest import ingest_upload
from gallery.models import Transcript
from tests.api.programs import body_of, problem
from tests.browser.surroundings import EXAMPLES
from tests.factories import make_response, make_transcript


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["items"]]


@pytest.fixture
def kept(alice: User) -> Transcript:
    """The first example, uploaded."""
    path = EXAMPLES[0]
    report = ingest_upload(path, name=path.name, uploader=alice, source_kind=Transcript.Source.API)
    return Transcript.objects.get(pk=report.transcript_id)


def test_the_latest_upload_comes_first(reader: Client) -> None:
    old, new = make_transcript(), make_transcript()
    assert ids(reader.get("/api/transcripts")) == [str(new.pk), str(old.pk)]


def test_following_next_urls_gives_every_transcript_once(reader: Client) -> None:
    made = [str(make_transcript().pk) for _ in range(5)]
    found: list[str] = []
    url = "/api/transcripts?limit=2"
    while url:
        response = reader.get(url)
        found += ids(response)
        url = (response.json()["next_url"] or "").removeprefix("http://testserver")
    assert found == made[::-1]


@pytest.mark.parametrize("query", ["cursor=x", "cursor=1", f"cursor={'9' * 18}-1", "limit=-1"])
def test_a_bad_place_is_said(reader: Client, query: str) -> None:
    assert problem(reader.get(f"/api/transcripts?{query}")) == "invalid"


def test_a_transcript_tells_its_problems_and_responses(reader: Client, alice: User) -> None:
    response = make_response()
    transcript = make_transcript(
        uploader=alice,
        responses=[response],
        problems=[{"code": "not-json", "message": "This line is not JSON.", "place": "line 7"}],
    )
    told = reader.get(f"/api/transcripts/{transcript.pk}").json()

    assert told["problems"] == [{"code": "not-json", "message": "This line is not JSON.", "place": "line 7"}]
    assert [held["id"] for held in told["responses"]] == [str(response.pk)]
    assert told["uploader"] == "alice"


def test_an_upload_is_given_back_byte_for_byte(reader: Client, kept: Transcript) -> None:
    response = reader.get(f"/api/transcripts/{kept.pk}/original")

    assert body_of(response) == EXAMPLES[0].read_bytes()
    assert response["ETag"] == f'"{kept.sha256}"'
    assert response["Content-Disposition"].startswith("attachment")


def test_an_upload_that_one_has_is_not_sent_again(reader: Client, kept: Transcript) -> None:
    response = reader.get(
        f"/api/transcripts/{kept.pk}/original", headers={"If-None-Match": f'"{kept.sha256}"'}
    )
    assert response.status_code == 304


def test_an_upload_that_is_not_whole_any_more_is_not_given_in_part(reader: Client, kept: Transcript) -> None:
    blobs.delete("skeletons", kept.sha256)
    response = reader.get(f"/api/transcripts/{kept.pk}/original")
    assert problem(response) == "not-found"
    assert "missing" in response.json()["detail"]


@pytest.mark.parametrize("number", ["0", "99", "x", "9" * 25])
def test_what_is_no_transcript_is_not_found(reader: Client, number: str) -> None:
    assert problem(reader.get(f"/api/transcripts/{number}")) == "not-found"
    assert problem(reader.get(f"/api/transcripts/{number}/original")) == "not-found"


def test_a_list_costs_the_same_at_any_length(reader: Client, alice: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get("/api/transcripts").status_code == 200
        return len(queries)

    make_transcript(uploader=alice)
    reader.get("/api/usage")
    few = asked()
    for _ in range(30):
        make_transcript(uploader=alice)
    assert asked() == few
