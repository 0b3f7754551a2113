"""Is everything there that the rows promise, and is it what was stored? Looks at every file once or twice.

A missing file never deletes a row: it is said, and uploading a transcript again that holds it brings it back. What no
row names is left over from an upload that was interrupted, and can be swept once it is old enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.core.files.storage import default_storage
from django.utils import timezone

from gallery import blobs
from gallery.archive import ArchiveDamaged
from gallery.blobs import BlobMissing, Kind
from gallery.chunks import chunked
from gallery.indexing import disagreements, rebuild
from gallery.ingest import UNUSED_BLOB, delete_unused_blob_rows, restore_thumbnail, writing
from gallery.models import Blob, Image, Transcript
from gallery.moment import one_moment
from gallery.originals import original_chunks

GRACE = timedelta(hours=1)
"""Younger files may belong to an upload that has not written its rows yet."""

Advance = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    `damage` is lost or wrong; a `leftover` is only in the way. `subject` is a hash, a file or an image's id.
    """

    code: str
    sentence: str
    subject: str
    severity: Literal["damage", "leftover"] = "damage"
    is_repaired: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether damage is still there."""
        return self.severity == "damage" and not self.is_repaired

    def as_dict(self) -> dict[str, object]:
        return {
            "code": self.code,
            "sentence": self.sentence,
            "subject": self.subject,
            "severity": self.severity,
            "is_repaired": self.is_repaired,
        }


def count_checks() -> int:
    """How often `check` will advance, but for files that are left over."""
    return Transcript.objects.count() + 2 * Blob.objects.count()


def check(
    *, is_repairing: bool = False, grace: timedelta = GRACE, advance: Advance = lambda: None
) -> Iterator[Finding]:
    """Every finding, as it is found.

    `is_repairing` renders missing thumbnails again and sweeps leftovers that are older than `grace`; younger ones are
    not spoken of. `advance` is called for each thing that was looked at.
    """
    yield from _check_originals(advance)
    yield from _check_blobs(advance, is_repairing=is_repairing)
    yield from _check_images()
    yield from _check_unused_blob_rows(advance, grace, is_repairing=is_repairing)
    for kind in blobs.KINDS:
        yield from _check_leftovers(kind, grace, is_repairing=is_repairing)
    yield from _check_temporary_files(grace, is_repairing=is_repairing)
    yield from _check_index(is_repairing=is_repairing)


def _check_index(*, is_repairing: bool) -> Iterator[Finding]:
    """What finds and counts pictures, compared with the pictures. Among a million that takes minutes, in which uploads
    go on."""
    with one_moment():
        found = list(disagreements())
    if found and is_repairing:
        with writing():
            for _ in rebuild():
                pass
    for code, sentence in found:
        yield Finding(code, f"{sentence} `manage.py reindex` makes it anew.", "", is_repaired=is_repairing)


def _check_originals(advance: Advance) -> Iterator[Finding]:
    """Every upload restored, and compared with its hash."""
    for transcript in Transcript.objects.only("sha256", "name").order_by("pk").iterator():
        finding = check_original(transcript)
        if finding is not None:
            yield finding
        advance()


def check_original(transcript: Transcript) -> Finding | None:
    """One upload restored, and compared with its hash; None if it comes back byte for byte."""
    digest = hashlib.sha256()
    try:
        for chunk in original_chunks(transcript):
            digest.update(chunk)
    except (BlobMissing, ArchiveDamaged) as error:
        return Finding(
            "original-lost", f"“{transcript.name}” cannot be given back. {error}", transcript.sha256
        )
    if digest.hexdigest() != transcript.sha256:
        sentence = f"“{transcript.name}” comes back with other bytes than were uploaded."
        return Finding("original-differs", sentence, transcript.sha256)
    return None


def _check_blobs(advance: Advance, *, is_repairing: bool) -> Iterator[Finding]:
    """Every blob read and compared with its hash; every thumbnail there."""
    for blob in Blob.objects.order_by("pk").iterator():
        advance()
        try:
            data = blobs.read("blobs", blob.sha256)
        except BlobMissing:
            sentence = "The file is not there. Upload a transcript that holds it again to bring it back."
            yield Finding("blob-missing", sentence, blob.sha256)
            continue
        if len(data) != blob.size_bytes or hashlib.sha256(data).hexdigest() != blob.sha256:
            yield Finding("blob-damaged", "The file is not what was stored.", blob.sha256)
            continue
        if blob.has_thumbnail and not blobs.exists("thumbs", blob.sha256):
            if is_repairing:
                restore_thumbnail(blob, data)
            sentence = "The thumbnail is not there."
            yield Finding("thumbnail-missing", sentence, blob.sha256, is_repaired=is_repairing)


def _check_images() -> Iterator[Finding]:
    """Images that promise a picture which no row holds."""
    hollow = Image.objects.filter(state=Image.State.STORED, blob=None)
    for pk in hollow.order_by("pk").values_list("pk", flat=True).iterator():
        yield Finding("image-hollow", "The image is said to be stored, but names no file.", str(pk))


def _check_unused_blob_rows(advance: Advance, grace: timedelta, *, is_repairing: bool) -> Iterator[Finding]:
    """Rows of files that nothing shows and no upload needs (any more)."""
    latest = timezone.now() - grace
    for blob_rows in chunked(Blob.objects.order_by("pk").values_list("pk", "stored_at").iterator()):
        old = [sha256 for sha256, stored_at in blob_rows if stored_at <= latest]
        unused = list(Blob.objects.filter(UNUSED_BLOB, pk__in=old).values_list("pk", flat=True))
        if unused and is_repairing:
            delete_unused_blob_rows(unused)
        for sha256 in unused:
            yield Finding(
                "row-unused",
                "No transcript needs this file.",
                sha256,
                severity="leftover",
                is_repaired=is_repairing,
            )
        for _ in blob_rows:
            advance()


def _check_leftovers(kind: Kind, grace: timedelta, *, is_repairing: bool) -> Iterator[Finding]:
    """Files that no row names."""
    words = {"blobs": "picture", "thumbs": "thumbnail", "skeletons": "archived upload"}
    latest = timezone.now() - grace
    for sha256s in chunked(blobs.names(kind)):
        named = _named(kind, sha256s)
        old = [sha256 for sha256 in sha256s if sha256 not in named and _is_older(kind, sha256, latest)]
        if old and is_repairing:
            with writing():
                # An upload that ended meanwhile may have named some; one that has not yet will look for its files.
                named = _named(kind, old)
                for sha256 in old:
                    if sha256 not in named:
                        blobs.delete(kind, sha256)
        for sha256 in old:
            sentence = f"No row names this {words[kind]}: an upload was interrupted."
            yield Finding(
                f"{kind}-left-over", sentence, sha256, severity="leftover", is_repaired=is_repairing
            )


def _is_older(kind: Kind, sha256: str, latest: datetime) -> bool:
    try:
        return default_storage.get_modified_time(blobs.name_of(kind, sha256)) <= latest
    except FileNotFoundError:
        return False


def _named(kind: Kind, sha256s: list[str]) -> set[str]:
    match kind:
        case "blobs":
            return set(Blob.objects.filter(pk__in=sha256s).values_list("pk", flat=True))
        case "thumbs":
            return set(Blob.objects.filter(pk__in=sha256s, has_thumbnail=True).values_list("pk", flat=True))
        case "skeletons":
            return set(Transcript.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True))


def _check_temporary_files(grace: timedelta, *, is_repairing: bool) -> Iterator[Finding]:
    """What writers left behind that were killed in the middle of a file. Other storages than ours have none."""
    leftovers = getattr(default_storage, "leftovers", None)
    if leftovers is None:
        return
    for path in leftovers(older_than=grace):
        if is_repairing:
            path.unlink(missing_ok=True)
        sentence = "A file was left half written: an upload was interrupted."
        yield Finding("file-half-written", sentence, path.name, severity="leftover", is_repaired=is_repairing)
