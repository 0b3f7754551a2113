"""Pictures and thumbnails are served by hash: to signed-in users, unchanged, and nothing in them runs."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery import blobs
from tests.factories import make_blob
from tests.views.pages import fetch

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def original(db: None) -> str:
    make_blob(sha256=SHA256, size_bytes=len(PICTURE))
    blobs.put("blobs", SHA256, PICTURE)
    return reverse("gallery:blob", args=[SHA256])


@pytest.fixture
def thumbnail(db: None) -> str:
    blobs.put("thumbs", SHA256, b"RIFF....WEBPVP8 ")
    return reverse("gallery:thumb", args=[SHA256])


def stored(data: bytes, media_type: str) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    make_blob(sha256=sha256, media_type=media_type, size_bytes=len(data))
    blobs.put("blobs", sha256, data)
    return reverse("gallery:blob", args=[sha256])


def test_an_original_comes_back_byte_for_byte_with_the_type_of_its_bytes(
    bob_client: Any, original: str
) -> None:
    response = fetch(bob_client, original)

    assert response.status_code == 200
    assert response.body == PICTURE
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Length"] == str(len(PICTURE))
    assert response.headers["Content-Disposition"].startswith(f'inline; filename="{SHA256[:16]}.png"')


def test_a_thumbnail_is_webp(bob_client: Any, thumbnail: str) -> None:
    response = fetch(bob_client, thumbnail)

    assert response.body == b"RIFF....WEBPVP8 "
    assert response.headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize("kind", ["original", "thumbnail"])
def test_nothing_in_a_picture_can_run_and_only_its_reader_may_cache_it(
    bob_client: Any, kind: str, request: pytest.FixtureRequest
) -> None:
    response = fetch(bob_client, request.getfixturevalue(kind))

    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("kind", ["original", "thumbnail"])
def test_signed_out_nobody_gets_a_byte(client: Any, kind: str, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue(kind)

    response = client.get(address)

    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("gallery:sign_in"))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.content == b""


@pytest.mark.parametrize("kind", ["original", "thumbnail"])
def test_a_picture_that_the_browser_has_is_not_sent_again(
    bob_client: Any, kind: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(kind)
    tag = fetch(bob_client, address).headers["ETag"]

    response = fetch(bob_client, address, headers={"If-None-Match": f'"other", W/{tag}'})

    assert response.status_code == 304
    assert response.body == b""


@pytest.mark.parametrize("kind", ["original", "thumbnail"])
def test_head_tells_the_length_and_sends_no_body(
    bob_client: Any, kind: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(kind)
    whole = fetch(bob_client, address)

    response = bob_client.head(address)

    assert response.headers["Content-Length"] == whole.headers["Content-Length"]
    assert response.headers["Content-Type"] == whole.headers["Content-Type"]
    assert response.content == b""


@pytest.mark.parametrize("kind", ["original", "thumbnail"])
def test_pictures_are_only_read(bob_client: Any, kind: str, request: pytest.FixtureRequest) -> None:
    assert bob_client.post(request.getfixturevalue(kind)).status_code == 405


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, len(PICTURE)),
        ("bytes=-5", len(PICTURE) - 5, len(PICTURE)),
        ("bytes=70000-999999999", 70_000, len(PICTURE)),
        ("bytes=-999999999", 0, len(PICTURE)),
    ],
)
def test_a_part_of_an_original_can_be_asked_for(
    bob_client: Any, original: str, wanted: str, start: int, stop: int
) -> None:
    response = fetch(bob_client, original, headers={"Range": wanted})

    assert response.status_code == 206
    assert response.body == PICTURE[start:stop]
    assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(PICTURE)}"
    assert response.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "bytes=-0"])
def test_a_part_after_the_end_is_refused_with_the_length(bob_client: Any, original: str, wanted: str) -> None:
    response = fetch(bob_client, original, headers={"Range": wanted})

    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(PICTURE)}"


@pytest.mark.parametrize(
    "wanted", ["bytes=5-1", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=a-b", "bytes=\u0661-\u0662"]
)
def test_a_range_that_makes_no_sense_gets_the_whole(bob_client: Any, original: str, wanted: str) -> None:
    response = fetch(bob_client, original, headers={"Range": wanted})

    assert response.status_code == 200
    assert response.body == PICTURE


def test_a_part_of_other_bytes_gets_the_whole(bob_client: Any, original: str) -> None:
    response = fetch(bob_client, original, headers={"Range": "bytes=0-9", "If-Range": '"other"'})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("media_type", "data", "extension"),
    [
        ("image/svg+xml", b"<svg onload='alert(1)'/>", ".svg"),
        ("text/html", b"<script>alert(1)</script>", ".bin"),
        ("application/octet-stream", b"\x00\x01", ".bin"),
        ("image/tiff", b"II*\x00", ".bin"),
    ],
)
def test_what_a_browser_must_not_draw_is_only_saved(
    bob_client: Any, media_type: str, data: bytes, extension: str
) -> None:
    response = fetch(bob_client, stored(data, media_type))

    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Disposition"].endswith(extension)
    assert response.body == data


def test_an_original_is_saved_under_another_name_with_its_true_extension(
    bob_client: Any, original: str
) -> None:
    response = fetch(bob_client, original, {"name": "blue dot.exe"})

    assert response.headers["Content-Disposition"] == (
        "attachment; filename=\"blue dot.exe.png\"; filename*=UTF-8''blue%20dot.exe.png"
    )
    assert response.headers["Content-Type"] == "image/png"


def test_a_hostile_name_adds_no_header_and_no_path(bob_client: Any, original: str) -> None:
    response = fetch(bob_client, original, {"name": '../../x"\r\nSet-Cookie: a=b\u202egnp.exe'})

    assert "Set-Cookie" not in response.headers
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="x- Set-Cookie- a=bgnp.exe.png"; '
        "filename*=UTF-8''x-%20Set-Cookie-%20a%3Dbgnp.exe.png"
    )


def test_a_missing_file_is_not_found_and_not_cached(bob_client: Any) -> None:
    make_blob(sha256=SHA256)

    for name in ("blob", "thumb"):
        response = fetch(bob_client, reverse(f"gallery:{name}", args=[SHA256]))

        assert response.status_code == 404
        assert response.headers["Cache-Control"] == "no-store"
        assert "manage.py fsck" in response.content.decode()


@pytest.mark.parametrize(
    "wrong", [SHA256.upper(), SHA256[:-1], SHA256 + "0", "g" * 64, "..%2f..%2fsecret-key", "\u0660" * 64]
)
@pytest.mark.parametrize("folder", ["/media/blobs/{}", "/media/thumbs/{}.webp"])
def test_what_is_no_hash_is_not_found(
    bob_client: Any, original: str, thumbnail: str, wrong: str, folder: str
) -> None:
    assert fetch(bob_client, folder.format(wrong)).status_code == 404


def test_a_thumbnail_asks_the_database_only_who_is_asking(bob_client: Any, thumbnail: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        fetch(bob_client, thumbnail)

    assert len(queries) == 2  # the session and its user
