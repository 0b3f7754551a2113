"""The bytes of pictures for programs, whole and in part."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from gallery import blobs
from tests.api.programs import body_of, problem
from tests.factories import make_blob

DATA = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def address(db: None) -> str:
    make_blob(sha256=SHA256, size_bytes=len(DATA))
    blobs.put("blobs", SHA256, DATA)
    blobs.put("thumbs", SHA256, b"RIFF small")
    return f"/api/blobs/{SHA256}"


def test_a_file_is_given_with_the_type_of_its_bytes(reader: Client, address: str) -> None:
    response = reader.get(address)
    assert body_of(response) == DATA
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_part_of_a_file_is_given(reader: Client, address: str) -> None:
    response = reader.get(address, headers={"Range": "bytes=4-9"})
    assert response.status_code == 206
    assert body_of(response) == DATA[4:10]


def test_a_part_beyond_the_end_is_a_problem(reader: Client, address: str) -> None:
    response = reader.get(address, headers={"Range": "bytes=99999-"})
    assert response.status_code == 416
    assert problem(response) == "range"
    assert response["Content-Range"] == f"bytes */{len(DATA)}"


def test_a_file_that_one_has_is_not_sent_again(reader: Client, address: str) -> None:
    assert reader.get(address, headers={"If-None-Match": f'"{SHA256}"'}).status_code == 304


def test_a_thumbnail_is_given(reader: Client, address: str) -> None:
    response = reader.get(f"/api/thumbs/{SHA256}")
    assert body_of(response) == b"RIFF small"
    assert response["Content-Type"] == "image/webp"


def test_head_tells_the_size_without_the_bytes(reader: Client, address: str) -> None:
    response = reader.head(address)
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(len(DATA)), b"")


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "0" * 63, "A" * 64, "..", "%00"])
def test_what_is_not_kept_is_not_found(reader: Client, sha256: str) -> None:
    for kind in ("blobs", "thumbs"):
        assert problem(reader.get(f"/api/{kind}/{sha256}")) == "not-found"


def test_a_name_cannot_break_out_of_its_header(reader: Client, address: str) -> None:
    response = reader.get(address, {"name": 'x"\r\nSet-Cookie: a=b'})
    body_of(response)
    assert "\n" not in response["Content-Disposition"]
    assert "Set-Cookie" not in response.headers
