"""An upload as a skeleton and back: the same bytes, or a plain refusal."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.archive import ArchiveDamaged, pack, referenced_blobs, unpack
from gallery.blobs import BlobMissing
from gallery.transcripts.records import Payload

PICTURE = random.Random(1).randbytes(30_000)
SHA256 = hashlib.sha256(PICTURE).hexdigest()
TEXT = base64.b64encode(PICTURE)
UPLOAD = b'{"result": "' + TEXT + b'", "again": "' + TEXT + b'"}'
FIRST = UPLOAD.index(TEXT)
SECOND = UPLOAD.rindex(TEXT)
PAYLOADS = [Payload(at, at + len(TEXT), PICTURE, is_canonical=True) for at in (FIRST, SECOND)]


def read_picture(sha256: str) -> bytes:
    if sha256 != SHA256:
        raise BlobMissing("blobs", sha256)
    return PICTURE


def given_back(skeleton: bytes) -> bytes:
    return b"".join(unpack(skeleton, read_picture))


def test_a_picture_sent_twice_is_kept_as_two_references_to_one_blob() -> None:
    skeleton = pack(UPLOAD, PAYLOADS, {SHA256})
    assert referenced_blobs(skeleton) == [SHA256]
    assert len(skeleton) < 500
    assert given_back(skeleton) == UPLOAD


def test_a_payload_whose_picture_is_not_stored_stays_literal() -> None:
    skeleton = pack(UPLOAD, PAYLOADS, set())
    assert referenced_blobs(skeleton) == []
    assert given_back(skeleton) == UPLOAD


def test_base64_that_is_not_canonical_stays_literal() -> None:
    wrapped = UPLOAD.replace(b"A", b"\n", 1)
    payloads = [Payload(FIRST, FIRST + len(TEXT), PICTURE, is_canonical=False)]
    assert given_back(pack(wrapped, payloads, {SHA256})) == wrapped


def test_a_payload_that_breaks_its_promise_of_being_canonical_stays_literal() -> None:
    other = UPLOAD.replace(TEXT[:1], b"+" if TEXT[:1] != b"+" else b"/", 1)
    skeleton = pack(other, PAYLOADS, {SHA256})
    assert given_back(skeleton) == other


@pytest.mark.parametrize("upload", [gzip.compress(UPLOAD), UPLOAD.decode().encode("utf-16"), b"", b"\n"])
def test_any_other_upload_comes_back_as_it_was(upload: bytes) -> None:
    assert given_back(pack(upload, [], {SHA256})) == upload


@given(
    st.binary(max_size=2_000),
    st.lists(
        st.tuples(st.integers(-5, 2_100), st.integers(-5, 2_100), st.binary(max_size=40), st.booleans()),
        max_size=6,
    ),
)
def test_whatever_is_claimed_of_its_payloads_a_file_comes_back(
    raw: bytes, claims: list[tuple[int, int, bytes, bool]]
) -> None:
    payloads = [Payload(start, end, data, is_canonical=said) for start, end, data, said in claims]
    blobs = {hashlib.sha256(payload.data).hexdigest(): payload.data for payload in payloads}
    assert b"".join(unpack(pack(raw, payloads, set(blobs)), blobs.__getitem__)) == raw


@given(st.lists(st.tuples(st.binary(max_size=30), st.binary(min_size=1, max_size=90)), max_size=6))
def test_true_payloads_come_back_from_their_blobs(parts: list[tuple[bytes, bytes]]) -> None:
    raw, payloads, blobs = b"x", [], {}
    for text, data in parts:
        encoded = base64.b64encode(data)
        raw += text
        payloads.append(Payload(len(raw), len(raw) + len(encoded), data, is_canonical=True))
        blobs[hashlib.sha256(data).hexdigest()] = data
        raw += encoded
    skeleton = pack(raw, payloads, set(blobs))
    assert set(referenced_blobs(skeleton)) == set(blobs)
    assert b"".join(unpack(skeleton, blobs.__getitem__)) == raw


@pytest.mark.parametrize("at", [0, 25, 90, -1])
def test_a_skeleton_with_one_changed_byte_is_refused(at: int) -> None:
    damaged = bytearray(pack(UPLOAD, PAYLOADS, {SHA256}))
    damaged[at] ^= 1
    with pytest.raises(ArchiveDamaged):
        given_back(bytes(damaged))


@pytest.mark.parametrize("kept", [0, 10, 84, 100])
def test_a_cut_skeleton_is_refused(kept: int) -> None:
    with pytest.raises(ArchiveDamaged):
        given_back(pack(UPLOAD, PAYLOADS, {SHA256})[:kept])


def test_a_missing_picture_is_said_to_be_missing() -> None:
    def read_nothing(sha256: str) -> bytes:
        raise BlobMissing("blobs", sha256)

    with pytest.raises(BlobMissing, match=SHA256):
        b"".join(unpack(pack(UPLOAD, PAYLOADS, {SHA256}), read_nothing))


def test_a_picture_with_other_bytes_than_its_hash_is_never_given_out() -> None:
    with pytest.raises(ArchiveDamaged):
        b"".join(unpack(pack(UPLOAD, PAYLOADS, {SHA256}), lambda _: PICTURE[:-1] + b"?"))


def test_a_large_file_comes_back_in_pieces() -> None:
    upload = b"abc" * 2_000_000
    pieces = list(unpack(pack(upload, [], set()), read_picture))
    assert b"".join(pieces) == upload
    assert max(map(len, pieces)) <= 1024 * 1024
