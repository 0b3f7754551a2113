"""Taking files in: a row for each, in words, and nothing that is sent can cost more than its limit."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from gallery import ingest, upload_handlers
from gallery.models import Image, Transcript
from tests.views.pages import UPLOAD, is_whole_page, parsed, text_of

ADDRESS = "/upload"
EXAMPLES = "/upload/examples"


@pytest.fixture
def several_files() -> Iterator[None]:
    """Each file of a request is taken in by itself: that looks like one query per row, and is one per file."""
    with zeal_ignore([{"model": "gallery.Transcript", "field": "holdings"}]):
        yield


def transcript(number: int = 1, *, prompt: str = "A red kite.", picture: str = "") -> bytes:
    """A response as the API gives it, with one picture."""
    item = {
        "type": "image_generation_call",
        "id": f"ig_{number}",
        "result": picture,
        "revised_prompt": prompt,
    }
    body = {
        "id": f"resp_{number:048x}",
        "object": "response",
        "created_at": 1_770_000_000 + number,
        "model": "gpt-5.4-mini",
        "status": "completed",
        "output": [item],
    }
    return json.dumps(body).encode()


def a_file(content: bytes, name: str = "run.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/json")


def send(client: Client, *files: SimpleUploadedFile, text: str = "", **more: Any) -> Any:
    return client.post(ADDRESS, {"files": list(files), "text": text}, **more)


def rows(response: Any) -> list[Any]:
    return parsed(response).select("[data-upload-row]")


def outcomes(response: Any) -> list[str]:
    return [row["data-outcome"] for row in rows(response)]


def sentence(response: Any) -> str:
    (row,) = rows(response)
    return " ".join(row.select_one(".upload-sentence").get_text().split())


def test_the_page_has_a_form_that_works_without_script(alice_client: Client) -> None:
    page = parsed(alice_client.get(ADDRESS))

    form = page.select_one(f'form[action="{ADDRESS}"][enctype="multipart/form-data"]')
    assert form.select_one('input[type="file"][name="files"][multiple]')
    assert form.select_one('textarea[name="text"]')
    assert form.select_one('input[name="csrfmiddlewaretoken"]')
    assert form.select_one('label[for="upload-text"]')


def test_every_page_carries_what_dropping_and_pasting_need(alice_client: Client) -> None:
    tray = parsed(alice_client.get("/transcripts")).select_one(".upload-tray")

    assert tray["data-url"] == ADDRESS
    assert int(tray["data-limit-bytes"]) == 256 * 1024 * 1024


def test_a_file_is_kept_and_its_row_says_what_was_found(alice: User, alice_client: Client) -> None:
    response = send(alice_client, a_file(transcript()), headers=UPLOAD)

    assert response.status_code == 200
    assert not is_whole_page(response)
    assert outcomes(response) == ["stored"]
    assert sentence(response).startswith("1 response")
    kept = Transcript.objects.get()
    assert (kept.name, kept.uploader, kept.source) == ("run.json", alice, Transcript.Source.BROWSER)


def test_the_row_leads_to_the_pictures_the_response_and_the_transcript(alice_client: Client) -> None:
    (row,) = rows(send(alice_client, a_file(transcript()), headers=UPLOAD))

    kept = Transcript.objects.get()
    links = {link["href"] for link in row.select("a")}
    assert links == {
        Image.objects.get().get_absolute_url(),
        kept.responses.get().get_absolute_url(),
        kept.get_absolute_url(),
    }
    assert row["data-new-pictures"] == "1"


@pytest.mark.usefixtures("several_files")
def test_without_script_a_page_answers_with_a_row_per_file(alice_client: Client) -> None:
    response = send(alice_client, a_file(transcript(1), "a.json"), a_file(transcript(2), "b.json"))

    assert is_whole_page(response)
    assert [row.select_one(".upload-name").get_text() for row in rows(response)] == ["a.json", "b.json"]
    assert parsed(response).select_one("form[enctype]")


def test_pasted_text_is_taken_like_a_file(alice_client: Client) -> None:
    response = send(alice_client, text=transcript().decode())

    assert outcomes(response) == ["stored"]
    assert Transcript.objects.get().name == "pasted text"


@pytest.mark.usefixtures("several_files")
def test_one_bad_file_never_stops_the_rest(alice_client: Client) -> None:
    response = send(
        alice_client,
        a_file(transcript(1)),
        a_file(b"<html>", "page.html"),
        a_file(b"", "empty"),
        a_file(transcript(2)),
    )

    assert response.status_code == 200
    assert outcomes(response) == ["stored", "refused", "refused", "stored"]
    assert Transcript.objects.count() == 2


def test_the_same_file_again_is_known(alice_client: Client) -> None:
    send(alice_client, a_file(transcript()))

    response = send(alice_client, a_file(transcript(), "again.json"), headers=UPLOAD)

    assert response.status_code == 200
    assert outcomes(response) == ["known"]
    assert "you uploaded this" in sentence(response)
    assert rows(response)[0]["data-new-pictures"] == "0"


@pytest.mark.parametrize(
    "content",
    [b"", b"  \n", b"data: [DONE]\n\n", b"<!doctype html><p>hello", b"\x89PNG\r\n\x1a\n", b"\x00\x01"],
)
def test_what_is_no_transcript_is_refused_in_a_sentence(alice_client: Client, content: bytes) -> None:
    response = send(alice_client, a_file(content), headers=UPLOAD)

    assert response.status_code == 422
    assert outcomes(response) == ["refused"]
    assert len(sentence(response)) > 20
    assert not Transcript.objects.exists()


def test_problems_stand_in_the_row_with_their_place(alice_client: Client) -> None:
    lines = b'data: {"type": "response.created", "response": ' + transcript() + b"}\n\ndata: {broken\n\n"

    response = send(alice_client, a_file(lines, "capture.sse"), headers=UPLOAD)

    assert outcomes(response) == ["stored"]
    assert "line 3" in " ".join(problem.get_text() for problem in parsed(response).select(".problems li"))


@pytest.mark.parametrize("headers", [{}, UPLOAD])
def test_nothing_sent_is_an_error_of_the_form(alice_client: Client, headers: dict[str, str]) -> None:
    response = send(alice_client, text="  ", headers=headers)

    assert response.status_code == 422
    assert "no file and no text" in text_of(response)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff" * 100])
def test_a_body_that_is_no_form_is_an_error_of_the_form(alice_client: Client, body: bytes) -> None:
    assert alice_client.post(ADDRESS, body, content_type="application/json").status_code == 422


def test_a_form_that_is_cut_is_a_sentence(alice_client: Client) -> None:
    response = alice_client.post(
        ADDRESS, b"--x\r\n", content_type="multipart/form-data; boundary=", headers=UPLOAD
    )

    assert response.status_code == 400
    assert "not a whole form" in sentence(response)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\run.json", "run.json"),
        ("<img src=x onerror=alert(1)>.json", "<img src=x onerror=alert(1)>.json"),
        ("gpj.\u202enosj", "gpj.nosj"),
    ],
)
def test_a_hostile_name_is_shown_as_inert_text(alice_client: Client, sent: str, shown: str) -> None:
    boundary = "x" * 20
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{sent}"\r\n\r\n'.encode()
        + transcript()
        + f"\r\n--{boundary}--\r\n".encode()
    )

    response = alice_client.post(
        ADDRESS, body, content_type=f"multipart/form-data; boundary={boundary}", headers=UPLOAD
    )

    assert parsed(response).select_one(".upload-name").get_text() == shown
    assert not parsed(response).select("img[onerror]")


def test_a_name_of_ten_thousand_characters_is_clipped(alice_client: Client) -> None:
    response = send(alice_client, a_file(transcript(), "x." + "y" * 10_000), headers=UPLOAD)

    assert outcomes(response) == ["stored"]
    assert len(parsed(response).select_one(".upload-name").get_text()) <= 255


def test_a_body_over_the_limit_is_refused_before_it_is_read(alice_client: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 3 * 1024 * 1024

    response = alice_client.generic(
        "POST",
        ADDRESS,
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(9 * 1024 * 1024),
        HTTP_X_REQUESTED_WITH="XMLHttpRequest",
    )

    assert response.status_code == 413
    assert "larger than 3 MB" in sentence(response)


def test_files_over_the_limit_are_refused_while_they_stream_and_leave_nothing(
    alice_client: Client, settings: Any
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024

    response = send(alice_client, a_file(b"x" * (1024 * 1024 + 1)), headers=UPLOAD)

    assert response.status_code == 413
    assert "larger than 1 MB" in sentence(response)
    assert not Transcript.objects.exists()
    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())


def test_a_file_just_under_the_limit_is_read(alice_client: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 2 * 1024 * 1024
    content = transcript() + b" " * (2 * 1024 * 1024 - len(transcript()))

    assert outcomes(send(alice_client, a_file(content))) == ["stored"]


def test_an_upload_leaves_no_temporary_file(alice_client: Client, settings: Any) -> None:
    send(alice_client, a_file(transcript() + b" " * 3_000_000))

    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())


def test_an_upload_that_does_not_say_its_length_is_refused(alice_client: Client) -> None:
    response = alice_client.generic(
        "POST",
        ADDRESS,
        b"",
        CONTENT_LENGTH="",
        HTTP_TRANSFER_ENCODING="chunked",
        HTTP_X_REQUESTED_WITH="XMLHttpRequest",
    )

    assert response.status_code == 411


@pytest.mark.parametrize("content_type", ["multipart", "urlencoded"])
def test_too_much_pasted_text_is_refused_in_a_sentence(alice_client: Client, content_type: str) -> None:
    data: Any = {"text": "x" * 3_000_000}
    more: Any = {}
    if content_type == "urlencoded":
        data = b"text=" + b"x" * 3_000_000
        more = {"content_type": "application/x-www-form-urlencoded"}

    response = alice_client.post(ADDRESS, data, headers=UPLOAD, **more)

    assert response.status_code == 413
    assert "up to 2.5 MB" in sentence(response)


def test_too_many_files_at_once_are_refused_in_a_sentence(alice_client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2

    response = send(alice_client, *[a_file(transcript(number)) for number in range(3)])

    assert response.status_code == 413
    assert "at most 2 files" in sentence(response)


def test_too_many_fields_are_refused_in_a_sentence(alice_client: Client) -> None:
    response = alice_client.post(ADDRESS, {f"field{number}": "x" for number in range(1100)})

    assert response.status_code == 413


class UnreadBody(io.BytesIO):
    """A request's body that tells whether anybody has read of it."""

    was_read = False

    def read(self, *args: Any) -> bytes:
        self.was_read = True
        return super().read(*args)


def test_signed_out_nothing_of_the_body_is_read(client: Client, db: None) -> None:
    body = UnreadBody(b"x" * 1000)
    environ = {
        "wsgi.input": body,
        "CONTENT_LENGTH": "1000",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }

    response = client.post(ADDRESS, **environ, headers=UPLOAD)

    assert response.status_code == 401
    assert not body.was_read


def test_an_upload_needs_its_token(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    response = send(client, a_file(transcript()), headers=UPLOAD)

    assert response.status_code == 403
    assert "Reload it" in response.content.decode()
    assert not Transcript.objects.exists()


def test_the_token_may_come_in_a_header(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    token = parsed(client.get(ADDRESS)).select_one("[name=csrfmiddlewaretoken]")["value"]

    response = send(client, a_file(transcript()), headers={**UPLOAD, "X-CSRFToken": token})

    assert outcomes(response) == ["stored"]


def test_a_file_sent_to_any_other_form_is_written_nowhere(client: Client, db: None, settings: Any) -> None:
    client.post("/sign-in", {"username": "x", "password": "x", "file": a_file(b"x" * 3_000_000)})

    assert not Path(settings.FILE_UPLOAD_TEMP_DIR).exists()


@pytest.mark.parametrize("failure", [OSError("disk full"), OperationalError("disk is full")])
def test_a_file_that_cannot_be_written_says_what_to_do(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise failure

    monkeypatch.setattr(ingest, "_write", fail)

    response = send(alice_client, a_file(transcript()), headers=UPLOAD)

    assert response.status_code == 503
    assert "Try again" in sentence(response)


def test_what_a_killed_process_left_is_removed_and_what_is_arriving_is_not(
    settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    for name in ("upload-old", "upload-new", "other-old"):
        (tmp_path / name).touch()
    for name in ("upload-old", "other-old"):
        os.utime(tmp_path / name, (time.time() - 2 * 86_400,) * 2)

    assert upload_handlers.remove_leftovers() == 1
    assert {path.name for path in tmp_path.iterdir()} == {"upload-new", "other-old"}


def test_the_rows_pictures_cost_one_query_however_many(alice_client: Client) -> None:
    def queries_for(content: bytes) -> int:
        known = send(alice_client, a_file(content))
        assert outcomes(known) == ["stored"]
        with CaptureQueriesContext(connection) as queries:
            assert outcomes(send(alice_client, a_file(content))) == ["known"]
        return len(queries)

    few = queries_for(transcript(1))
    many = queries_for(b"\n".join(transcript(number) for number in range(100, 200)))

    assert many == few


@pytest.mark.usefixtures("several_files")
def test_the_examples_are_taken_in(alice: User, alice_client: Client) -> None:
    response = alice_client.post(EXAMPLES)

    assert outcomes(response) == ["stored"] * 5
    assert is_whole_page(response)
    assert set(Transcript.objects.values_list("source", "uploader")) == {
        (Transcript.Source.EXAMPLES, alice.pk)
    }


@pytest.mark.usefixtures("several_files")
def test_the_examples_can_be_loaded_twice(alice_client: Client) -> None:
    alice_client.post(EXAMPLES)

    assert outcomes(alice_client.post(EXAMPLES, headers=UPLOAD)) == ["known"] * 5


def test_the_examples_take_a_form(alice_client: Client, client: Client) -> None:
    assert alice_client.get(EXAMPLES).status_code == 405
    assert client.post(EXAMPLES).headers["Location"].startswith(reverse("gallery:sign_in"))
    assert alice_client.put(ADDRESS).status_code == 405


def test_a_fragment_is_answered_with_rows_and_says_so_to_caches(alice_client: Client) -> None:
    fragment = send(alice_client, a_file(transcript()), headers={"HX-Request": "true"})
    boosted = send(alice_client, a_file(transcript()), headers={"HX-Request": "true", "HX-Boosted": "true"})

    assert not is_whole_page(fragment)
    assert is_whole_page(boosted)
    assert {"HX-Request", "X-Requested-With"} <= {
        name.strip() for name in fragment.headers["Vary"].split(",")
    }
