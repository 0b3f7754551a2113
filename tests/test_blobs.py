"""Files by hash: stored once, found by hash alone, never outside their folder."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from gallery import blobs
from gallery.storage import INCOMING, AtomicFileSystemStorage

DATA = b"the bytes of a picture"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Iterator[Path]:
    """An empty file store."""
    backend = {
        "BACKEND": "gallery.storage.AtomicFileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    with override_settings(STORAGES={"default": backend, "staticfiles": backend}):
        yield tmp_path / "files"


def test_bytes_are_stored_once() -> None:
    assert blobs.put("blobs", SHA256, DATA)
    assert not blobs.put("blobs", SHA256, DATA)
    assert blobs.read("blobs", SHA256) == DATA
    assert blobs.size("blobs", SHA256) == len(DATA)


def test_a_file_cut_short_is_replaced() -> None:
    blobs.put("blobs", SHA256, DATA[:5])
    assert blobs.put("blobs", SHA256, DATA)
    assert blobs.read("blobs", SHA256) == DATA


def test_kinds_are_apart() -> None:
    blobs.put("thumbs", SHA256, b"small")
    assert not blobs.exists("blobs", SHA256)


def test_missing_files_say_so() -> None:
    with pytest.raises(blobs.BlobMissing, match=SHA256):
        blobs.read("blobs", SHA256)
    with pytest.raises(blobs.BlobMissing):
        blobs.size("skeletons", SHA256)


def test_deleting_what_is_not_there_is_no_error() -> None:
    blobs.delete("blobs", SHA256)
    blobs.put("blobs", SHA256, DATA)
    blobs.delete("blobs", SHA256)
    assert not blobs.exists("blobs", SHA256)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", SHA256.upper(), SHA256[:-1], SHA256 + "0", SHA256[:-1] + "/", "é" * 64]
)
def test_nothing_but_a_hash_becomes_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="64 lower-case"):
        blobs.exists("blobs", name)


def test_names_lists_hashes_and_passes_strangers_over() -> None:
    hashes = sorted(hashlib.sha256(bytes([number])).hexdigest() for number in range(5))
    for sha256 in hashes:
        blobs.put("blobs", sha256, b"x")
    default_storage.save(f"blobs/{hashes[0][:2]}/{hashes[0][2:4]}/notes.txt", ContentFile(b"x"))
    assert list(blobs.names("blobs")) == hashes
    assert list(blobs.names("thumbs")) == []


def test_a_failed_write_leaves_nothing_behind(files: Path) -> None:
    def half() -> Iterator[bytes]:
        yield b"half"
        raise OSError("no space left")

    content = ContentFile(DATA)
    content.chunks = lambda chunk_size=None: half()  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no space left"):
        default_storage.save(blobs.name_of("blobs", SHA256), content)
    assert not blobs.exists("blobs", SHA256)
    assert list((files / INCOMING).iterdir()) == []


def test_many_writers_of_one_name_leave_one_whole_file() -> None:
    writers = [threading.Thread(target=blobs.put, args=("blobs", SHA256, DATA)) for _ in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert blobs.read("blobs", SHA256) == DATA
    assert list(blobs.names("blobs")) == [SHA256]


def test_leftovers_of_killed_writers_are_found_once_they_are_old(files: Path) -> None:
    storage = AtomicFileSystemStorage(files)
    (files / INCOMING).mkdir(parents=True)
    (files / INCOMING / "tmp1").write_bytes(b"half")
    assert list(storage.leftovers()) == []
    assert storage.sweep(older_than=timedelta(0)) == 1
    assert list(storage.leftovers(older_than=timedelta(0))) == []


def test_files_are_the_servers_alone(files: Path) -> None:
    blobs.put("blobs", SHA256, DATA)
    path = blobs.path_or_none("blobs", SHA256)
    assert path is not None
    assert path.is_relative_to(files)
    assert path.stat().st_mode & 0o777 == 0o600
