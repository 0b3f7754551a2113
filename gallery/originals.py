"""An upload given back, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from gallery import blobs
from gallery.archive import ArchiveDamaged, unpack
from gallery.models import Transcript


def original_chunks(transcript: Transcript) -> Iterator[bytes]:
    """The uploaded file in pieces.

    Raises `BlobMissing` where a file of the archive is not there, and `ArchiveDamaged` where one is not what was
    stored: at once for the skeleton, on the way for a blob.
    """
    skeleton = blobs.read("skeletons", transcript.sha256)
    return unpack(skeleton, lambda sha256: blobs.read("blobs", sha256))


def read_original(transcript: Transcript) -> bytes:
    """The whole uploaded file, compared with its hash. Raises `ArchiveDamaged` and `BlobMissing`."""
    original = b"".join(original_chunks(transcript))
    if hashlib.sha256(original).hexdigest() != transcript.sha256:
        raise ArchiveDamaged("The archive does not give back the bytes that were uploaded.")
    return original
