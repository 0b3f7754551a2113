"""Files named by hash over Django's default storage: a local folder or S3, nobody else knows which.

Only save, open, exists, size, delete, url and listdir are asked of the storage, so any will do. A kind is a
folder: pictures (`blobs`) lie under their own hash, thumbnails (`thumbs`) under their picture's hash, and
skeletons (`skeletons`) under that of the uploaded file which they give back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

Kind = Literal["blobs", "thumbs", "skeletons"]
KINDS: tuple[Kind, ...] = ("blobs", "thumbs", "skeletons")

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobMissing(Exception):
    """The storage has no such file."""

    def __init__(self, kind: Kind, sha256: str) -> None:
        super().__init__(f"{kind}/{sha256} is not in the storage.")
        self.kind = kind
        self.sha256 = sha256


def is_sha256(text: str) -> bool:
    """Whether `text` is 64 lower-case hexadecimal digits, the only thing that becomes part of a path."""
    return _SHA256.fullmatch(text) is not None


def name_of(kind: Kind, sha256: str) -> str:
    """`blobs/ab/cd/abcd…`. Raises ValueError for anything but a known kind and a well-formed hash."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of file.")
    if not is_sha256(sha256):
        raise ValueError("A file's name is 64 lower-case hexadecimal digits.")
    return f"{kind}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def put(kind: Kind, sha256: str, data: bytes | memoryview) -> bool:
    """Store `data` unless it is there already; True if it was stored now.

    That `sha256` belongs to `data` is the caller's promise. A file of another length under that name is
    damaged or outdated, and is replaced.
    """
    name = name_of(kind, sha256)
    if default_storage.exists(name):
        if default_storage.size(name) == len(data):
            return False
        if default_storage.get_available_name(name) != name:
            default_storage.delete(name)
    # ContentFile shares the memory of bytes until somebody writes to it.
    saved = default_storage.save(name, ContentFile(data))
    if saved != name:
        # A storage that never overwrites: another writer was first, with the same bytes.
        default_storage.delete(saved)
        return False
    return True


def read(kind: Kind, sha256: str) -> bytes:
    """The whole file. Raises BlobMissing."""
    with open(kind, sha256) as file:
        data: bytes = file.read()
    return data


def open(kind: Kind, sha256: str) -> File[Any]:  # noqa: A001 - used as blobs.open
    """The file, open for reading in binary. Raises BlobMissing."""
    try:
        return default_storage.open(name_of(kind, sha256), "rb")
    except FileNotFoundError:
        raise BlobMissing(kind, sha256) from None


def exists(kind: Kind, sha256: str) -> bool:
    return default_storage.exists(name_of(kind, sha256))


def size(kind: Kind, sha256: str) -> int:
    """Its length in bytes. Raises BlobMissing."""
    try:
        return default_storage.size(name_of(kind, sha256))
    except FileNotFoundError:
        raise BlobMissing(kind, sha256) from None


def delete(kind: Kind, sha256: str) -> None:
    """Remove it; nothing happens if it is not there."""
    default_storage.delete(name_of(kind, sha256))


def url(kind: Kind, sha256: str) -> str:
    """The storage's own address for it (signed and short-lived on S3)."""
    return default_storage.url(name_of(kind, sha256))


def path_or_none(kind: Kind, sha256: str) -> Path | None:
    """Where it lies (or would lie) on this machine; None if the storage has no local paths."""
    try:
        return Path(default_storage.path(name_of(kind, sha256)))
    except NotImplementedError:
        return None


def names(kind: Kind) -> Iterator[str]:
    """The hashes of all stored files of a kind, in order. Strangers among the files are passed over."""
    for first in _folders(kind):
        for second in _folders(f"{kind}/{first}"):
            _, files = default_storage.listdir(f"{kind}/{first}/{second}")
            for name in sorted(files):
                if is_sha256(name) and name.startswith(first + second):
                    yield name


def _folders(path: str) -> list[str]:
    try:
        folders, _ = default_storage.listdir(path)
    except FileNotFoundError:
        return []
    return sorted(folders)


def takes_and_gives_back(data: bytes) -> bool:
    """Whether the storage keeps a small file as it is, and lets it go again. Raises OSError where it takes none."""
    name = default_storage.save("probe", ContentFile(data))
    try:
        with default_storage.open(name) as file:
            return bool(file.read() == data)
    finally:
        default_storage.delete(name)
