"""Who uploaded what and when, what came of it, and the original back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery import blobs
from gallery.archive import pack
from gallery.forms import TranscriptCursor
from gallery.models import Image, Transcript
from gallery.pages.transcripts import RESPONSES_PER_PAGE, TRANSCRIPTS_PER_PAGE
from tests.factories import (
    LONG_AGO,
    make_blob,
    make_image,
    make_response,
    make_transcript,
    make_user,
    together,
)
from tests.views.pages import fetch, parsed, text_of

LIST = "/transcripts"


def listed_names(response: Any) -> list[str]:
    return [cell.get_text(strip=True) for cell in parsed(response).select("tbody th")]


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_newest_stand_first(bob_client: Client) -> None:
    make_transcript(name="older.sse", uploaded_at=LONG_AGO)
    make_transcript(name="newer.sse", uploaded_at=LONG_AGO + timedelta(days=1))

    assert listed_names(bob_client.get(LIST)) == ["newer.sse", "older.sse"]


def test_the_list_says_who_uploaded_what_and_what_came_of_it(alice: User, bob_client: Client) -> None:
    make_transcript(
        name="run.jsonl",
        shape="jsonl",
        uploader=alice,
        size_bytes=8_600_000,
        kept_bytes=2_900_000,
        problems=[{"code": "cut", "message": "The last line is cut off.", "place": "line 9"}],
        responses=[make_response()],
    )

    said = text_of(bob_client.get(LIST))

    for fact in ("run.jsonl", "by alice", "JSONL", "8.6 MB", "2.9 MB"):
        assert fact in said


def test_an_empty_list_says_where_to_begin(bob_client: Client) -> None:
    page = parsed(bob_client.get(LIST))

    assert "Nothing uploaded yet" in page.get_text()
    assert page.select_one(f'main a[href="{reverse("gallery:upload_create")}"]')


def test_next_links_reach_every_transcript_once(bob_client: Client) -> None:
    # Many uploaded in one moment: the time alone would not tell where a page ends.
    for number in range(2 * TRANSCRIPTS_PER_PAGE + 3):
        make_transcript(name=f"{number}.sse", uploaded_at=LONG_AGO)
    names: list[str] = []
    address: str | None = LIST
    pages = 0
    while address:
        response = bob_client.get(address)
        names += listed_names(response)
        pages += 1
        link = parsed(response).select_one('a[rel="next"]')
        address = LIST + str(link["href"]) if link else None

    assert pages == 3
    assert sorted(names) == sorted(f"{number}.sse" for number in range(2 * TRANSCRIPTS_PER_PAGE + 3))


def test_a_place_in_the_list_outlives_the_transcript_it_was_taken_from(bob_client: Client) -> None:
    make_transcript(name="older.sse", uploaded_at=LONG_AGO)
    gone = make_transcript(uploaded_at=LONG_AGO + timedelta(days=1))
    cursor = TranscriptCursor(gone.uploaded_at, gone.pk)
    gone.delete()

    assert listed_names(bob_client.get(LIST, {"before": str(cursor)})) == ["older.sse"]


def test_the_end_of_the_list_leads_back(bob_client: Client) -> None:
    response = bob_client.get(LIST, {"before": "1-1"})

    assert "no older transcripts" in text_of(response)
    assert "To the newest" in text_of(response)


@pytest.mark.parametrize(
    "wrong", ["x", "1", "-1-1", "1-1-1", "9" * 18 + "-1", "1-" + "9" * 19, "1-1\x00", "\u0661-1"]
)
def test_a_place_that_is_none_is_not_found(bob_client: Client, wrong: str) -> None:
    assert bob_client.get(LIST, {"before": wrong}).status_code == 404


def test_the_list_costs_the_same_however_long_it_is(alice: User, bob_client: Client) -> None:
    make_transcript(uploader=alice)
    few = queries_of(bob_client, LIST)
    with together():
        for number in range(100):
            make_transcript(uploader=make_user(username=f"uploader {number}"), responses=[make_response()])

    assert queries_of(bob_client, LIST) == few == 3  # session, user, transcripts


def test_hostile_names_are_inert_text(bob_client: Client) -> None:
    transcript = make_transcript(name="<script>alert(1)</script>\u202egnp.exe")

    for address in (LIST, transcript.get_absolute_url()):
        page = parsed(bob_client.get(address))
        assert not [script for script in page.find_all("script") if "alert" in script.get_text()]
        assert page.find("bdi", string=transcript.name)


def test_the_page_names_each_problem_with_its_place(bob_client: Client) -> None:
    transcript = make_transcript(
        problems=[
            {"code": "broken-line", "message": "Line 7 is not JSON.", "place": "line 7, event 7, byte 4433"}
        ]
    )

    assert "Line 7 is not JSON. (line 7, event 7, byte 4433)" in text_of(
        bob_client.get(transcript.get_absolute_url())
    )


def test_the_page_shows_each_response_with_its_pictures(bob_client: Client) -> None:
    response = make_response()
    image = make_image(prompt="A red kite.", response=response)
    hidden = make_image(response=response, position=1, is_hidden=True)
    make_image(response=response, position=2, role=Image.Role.PARTIAL)
    transcript = make_transcript(responses=[response])

    page = parsed(bob_client.get(transcript.get_absolute_url()))

    assert page.select_one(f'a[href="{response.get_absolute_url()}"]')
    thumbnails = page.select("main .strip img")
    assert [thumbnail["alt"] for thumbnail in thumbnails] == ["A red kite."]
    assert thumbnails[0]["src"] == reverse("gallery:thumb", args=[image.blob_id])
    assert not page.select(f'a[href="{hidden.get_absolute_url()}"]')


def test_a_picture_without_a_file_says_why_there_is_none(bob_client: Client) -> None:
    response = make_response()
    make_image(prompt="A red kite.", response=response, state=Image.State.ELIDED)
    transcript = make_transcript(responses=[response])

    page = parsed(bob_client.get(transcript.get_absolute_url()))

    assert "elided" in page.select_one("main .strip").get_text()
    assert not page.select("main .strip img")


def test_a_long_transcript_is_shown_a_page_at_a_time(bob_client: Client) -> None:
    with together():
        transcript = make_transcript(responses=[make_response() for _ in range(RESPONSES_PER_PAGE + 2)])

    first = parsed(bob_client.get(transcript.get_absolute_url()))
    second = parsed(
        bob_client.get(transcript.get_absolute_url() + str(first.select_one('a[rel="next"]')["href"]))
    )

    assert len(first.select("article")) == RESPONSES_PER_PAGE
    assert len(second.select("article")) == 2
    assert second.select_one('a[rel="next"]') is None


@pytest.mark.parametrize("wrong", ["x", "-1", "9" * 30])
def test_a_place_in_a_transcript_that_is_none_is_not_found(bob_client: Client, wrong: str) -> None:
    assert bob_client.get(make_transcript().get_absolute_url(), {"from": wrong}).status_code == 404


def test_the_page_costs_the_same_however_much_came_of_the_file(bob_client: Client) -> None:
    one = make_response()
    make_image(response=one)
    small = make_transcript(responses=[one])
    with together():
        many = [make_response() for _ in range(100)]
        for response in many:
            make_image(response=response)
    large = make_transcript(responses=many)

    assert queries_of(bob_client, large.get_absolute_url()) == queries_of(
        bob_client, small.get_absolute_url()
    )


def test_only_administrators_are_shown_the_way_to_the_admin(
    bob_client: Client, charlie_client: Client
) -> None:
    transcript = make_transcript()

    assert "Admin" not in parsed(bob_client.get(transcript.get_absolute_url())).select_one("main").get_text()
    assert "Admin" in parsed(charlie_client.get(transcript.get_absolute_url())).select_one("main").get_text()


@pytest.mark.parametrize("name", ["transcript_detail", "transcript_original"])
def test_an_unknown_transcript_is_not_found(bob_client: Client, name: str) -> None:
    assert bob_client.get(reverse(f"gallery:{name}", args=[999])).status_code == 404


@pytest.mark.parametrize("name", ["transcript_list", "transcript_detail", "transcript_original"])
def test_transcripts_are_only_read(bob_client: Client, name: str) -> None:
    arguments = [] if name == "transcript_list" else [make_transcript().pk]

    assert bob_client.post(reverse(f"gallery:{name}", args=arguments)).status_code == 405


def archived(data: bytes, *, name: str = "run.json") -> Transcript:
    transcript = make_transcript(name=name, size_bytes=len(data))
    transcript.sha256 = hashlib.sha256(data).hexdigest()
    transcript.save()
    blobs.put("skeletons", transcript.sha256, pack(data, [], set()))
    return transcript


def original_of(transcript: Transcript) -> str:
    return reverse("gallery:transcript_original", args=[transcript.pk])


def test_the_original_comes_back_byte_for_byte_as_a_file(bob_client: Client) -> None:
    data = b'\xef\xbb\xbf{"object": "response"}\r\n' * 5000

    response = fetch(bob_client, original_of(archived(data)))

    assert response.body == data
    assert response.headers["Content-Length"] == str(len(data))
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        response.headers["Content-Disposition"]
        == "attachment; filename=\"run.json\"; filename*=UTF-8''run.json"
    )


def test_head_tells_the_originals_length(bob_client: Client) -> None:
    response = bob_client.head(original_of(archived(b"{}")))

    assert response.headers["Content-Length"] == "2"
    assert response.content == b""


def test_the_original_of_a_hostile_name_gets_a_harmless_one(bob_client: Client) -> None:
    response = fetch(bob_client, original_of(archived(b"{}", name='../"\r\nSet-Cookie: a=b')))

    assert "Set-Cookie" not in response.headers
    assert "/" not in response.headers["Content-Disposition"].partition("filename*")[0]


def test_an_original_with_a_part_missing_is_a_sentence_and_not_a_part(bob_client: Client) -> None:
    transcript = archived(b"{}")
    transcript.blobs.add(make_blob())

    response = bob_client.get(original_of(transcript))

    assert response.status_code == 404
    assert "cannot be given back now" in text_of(response)
    assert "manage.py fsck" in text_of(response)
    assert "Content-Disposition" not in response.headers


def test_an_original_without_its_skeleton_is_a_sentence(bob_client: Client) -> None:
    response = bob_client.get(original_of(make_transcript()))

    assert response.status_code == 404
    assert "cannot be given back now" in text_of(response)
