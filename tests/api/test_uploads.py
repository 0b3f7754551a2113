"""Uploading by programs: the writer and the sentences of the page, and nothing that costs more than its limit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from zeal import zeal_ignore

from gallery import intake
from gallery.models import AuditEntry, Transcript
from tests.api.programs import problem
from tests.browser.surroundings import EXAMPLES
from tests.views.test_uploads import transcript

ADDRESS = "/api/transcripts"


def send(client: Client, content: bytes, query: str = "", **headers: str) -> Any:
    return client.post(ADDRESS + query, content, content_type="application/octet-stream", headers=headers)


def the_file(response: Any) -> dict[str, Any]:
    """The one file that an answer tells of."""
    (told,) = response.json()["files"]
    found: dict[str, Any] = told
    return found


def incoming(settings: Any) -> list[Path]:
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    return list(folder.iterdir()) if folder.exists() else []


def test_a_transcript_is_kept_and_the_answer_says_what_was_found(uploader: Client, alice: User) -> None:
    response = send(uploader, transcript(), "?name=run.json")

    assert response.status_code == 201
    told = the_file(response)
    kept = Transcript.objects.get()
    assert (kept.name, kept.uploader, kept.source) == ("run.json", alice, Transcript.Source.API)
    assert (told["outcome"], told["code"], told["status"]) == ("stored", "stored", 201)
    assert told["sentence"].startswith("1 response")
    assert told["transcript"] == {"id": str(kept.pk), "url": f"http://testserver/transcripts/{kept.pk}"}
    assert [each["id"] for each in told["responses"]] == [str(kept.responses.get().pk)]
    assert told["images"][0]["url"].startswith("http://testserver/images/")


@pytest.mark.parametrize("size_bytes", [0, 1_500_000])
def test_what_arrives_in_pieces_is_known_by_the_hash_of_all_its_bytes(
    uploader: Client, size_bytes: int
) -> None:
    alone, of_a_form = (transcript(number).ljust(size_bytes) for number in (1, 2))

    told = [
        the_file(send(uploader, alone)),
        the_file(uploader.post(ADDRESS, {"files": [SimpleUploadedFile("b.json", of_a_form)]})),
    ]
    assert [each["sha256"] for each in told] == [
        hashlib.sha256(each).hexdigest() for each in (alone, of_a_form)
    ]


def test_the_same_bytes_again_write_nothing(uploader: Client) -> None:
    first = the_file(send(uploader, transcript()))
    again = send(uploader, transcript(), "?name=other.json")

    assert again.status_code == 200
    assert the_file(again)["outcome"] == "known"
    assert the_file(again)["transcript"] == first["transcript"]
    assert the_file(again)["sentence"].startswith("nothing new, you uploaded this on")
    assert Transcript.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"{}", "an empty JSON object"), (b"\x89PNG\r\n\x1a\n123456", "picture")],
)
def test_what_is_no_transcript_is_refused_in_the_words_of_the_page(
    uploader: Client, content: bytes, words: str
) -> None:
    response = send(uploader, content)

    assert response.status_code == 422
    assert problem(response) == "not-a-transcript"
    assert words in response.json()["detail"]
    assert the_file(response)["outcome"] == "refused"
    assert not Transcript.objects.exists()


@pytest.mark.parametrize(
    ("query", "headers", "name"),
    [
        ("?name=caf%C3%A9.json", {}, "café.json"),
        ("", {"X-File-Name": "caf%C3%A9.json"}, "café.json"),
        ("", {"X-File-Name": "plain name.json"}, "plain name.json"),
        ("", {"Content-Disposition": 'attachment; filename="a b.json"'}, "a b.json"),
        ("", {"Content-Disposition": "attachment; filename*=UTF-8''caf%C3%A9.json"}, "café.json"),
        ("?name=first.json", {"X-File-Name": "second.json"}, "first.json"),
        ("", {"Content-Disposition": "attachment; filename*=nonsense''x"}, None),
        ("", {"Content-Disposition": "\x00;;;=="}, None),
        ("?name=%00%0A", {}, None),
        ("", {}, "unnamed"),
    ],
)
def test_a_file_is_called_what_its_sender_calls_it(
    uploader: Client, query: str, headers: dict[str, str], name: str | None
) -> None:
    assert send(uploader, transcript(), query, **headers).status_code == 201
    if name is not None:
        assert Transcript.objects.get().name == name


def test_curl_need_not_name_a_type(uploader: Client) -> None:
    """`curl --data-binary` says that it sends a form; it is taken for the file that it is."""
    response = uploader.post(ADDRESS, transcript(), content_type="application/x-www-form-urlencoded")
    assert response.status_code == 201


def test_several_files_of_a_form_are_each_told_of(uploader: Client) -> None:
    files = [
        SimpleUploadedFile("a.json", transcript(1)),
        SimpleUploadedFile("b.html", b"<p>"),
        SimpleUploadedFile("c.json", transcript(2)),
    ]
    with zeal_ignore([{"model": "gallery.Transcript", "field": "holdings"}]):
        response = uploader.post(ADDRESS, {"files": files})

    assert response.status_code == 201
    told = response.json()["files"]
    assert [(file["name"], file["outcome"]) for file in told] == [
        ("a.json", "stored"),
        ("b.html", "refused"),
        ("c.json", "stored"),
    ]


def test_a_form_without_a_file_is_a_problem(uploader: Client) -> None:
    assert problem(uploader.post(ADDRESS, {"text": "no file"})) == "bad-request"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_form_that_is_none_is_a_problem(uploader: Client, body: bytes, kind: str) -> None:
    response = uploader.generic("POST", ADDRESS, body, content_type=kind)
    assert response.status_code in {400, 422}
    assert problem(response) in {"bad-request", "not-a-transcript"}


def test_an_upload_over_the_limit_is_refused_before_it_is_read(uploader: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100
    response = send(uploader, b"x" * 101)

    assert response.status_code == 413
    assert problem(response) == "too-large"
    assert "GALLERY_UPLOAD_LIMIT_MB" in response.json()["detail"]
    assert not incoming(settings)


def test_the_files_of_a_form_share_the_limit(uploader: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    files = [SimpleUploadedFile("a", b"x" * 600), SimpleUploadedFile("b", b"y" * 600)]
    response = uploader.post(ADDRESS, {"files": files})

    assert problem(response) == "too-large"
    assert not incoming(settings)


def test_nothing_is_left_on_disk(uploader: Client, settings: Any) -> None:
    send(uploader, transcript())
    send(uploader, b"nonsense")
    uploader.post(ADDRESS, {"files": [SimpleUploadedFile("a", b"x")]})
    assert not incoming(settings)


def test_a_body_that_ends_too_soon_is_not_kept(uploader: Client) -> None:
    content = transcript()
    response = uploader.generic(
        "POST", ADDRESS, content, content_type="application/json", CONTENT_LENGTH=str(len(content) + 10)
    )
    assert response.status_code == 400
    assert problem(response) == "bad-request"
    assert not Transcript.objects.exists()


@pytest.mark.parametrize("length", ["x", "-1", "1e3", "٣"])
def test_a_length_that_is_none_is_a_problem(uploader: Client, length: str) -> None:
    response = uploader.generic(
        "POST", ADDRESS, transcript(), content_type="application/json", CONTENT_LENGTH=length
    )
    assert problem(response) == "bad-request"


def test_a_full_disk_says_to_come_again(
    uploader: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    settings.FILE_UPLOAD_TEMP_DIR = blocked
    response = send(uploader, transcript())

    assert response.status_code == 503
    assert problem(response) == "unavailable"
    assert int(response["Retry-After"]) > 0


def test_a_database_that_takes_nothing_says_to_come_again(
    uploader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(intake, "ingest_upload", locked)
    response = send(uploader, transcript())

    assert problem(response) == "unavailable"
    assert the_file(response)["outcome"] == "failed"
    assert "database is locked" not in response.content.decode()


def test_what_fails_is_told_without_its_inside(uploader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(intake, "ingest_upload", fail)
    response = send(uploader, transcript())

    assert problem(response) == "fault"
    assert "inside" not in response.content.decode()


def test_what_was_uploaded_is_in_the_audit(uploader: Client, alice: User) -> None:
    send(uploader, transcript())
    send(uploader, transcript())
    (entry,) = AuditEntry.objects.filter(action="upload")
    assert (entry.actor, entry.object_type) == (alice, "transcript")
    assert entry.object_id == str(Transcript.objects.get().pk)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_told_as_the_page_tells_them(uploader: Client, path: Path) -> None:
    told = the_file(send(uploader, path.read_bytes(), f"?name={path.name}"))
    assert told["outcome"] == "stored"
    assert told["final_count"] + told["partial_count"] + told["plot_count"] > 0


def test_a_file_that_is_kept_in_part_says_what_was_wrong(uploader: Client) -> None:
    lines = [json.dumps({"type": "response.completed", "response": json.loads(transcript())}), "{broken"]
    told = the_file(send(uploader, "\n".join(lines).encode()))
    assert told["outcome"] == "stored"
    assert told["problem_count"] == len(told["problems"]) > 0
    assert {"code", "message", "place"} == set(told["problems"][0])
