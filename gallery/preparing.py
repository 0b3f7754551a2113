"""The first half of ingesting: everything that takes time. Reads, decodes, renders and writes files; asks no database.

Files come before rows: whatever happens later, a row never names a file that was not written. What a crash leaves
behind are files that no row names; `manage.py fsck --repair` sweeps them.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from gallery import blobs
from gallery.archive import pack
from gallery.cleaning import fit_length
from gallery.imaging.probe import probe, probe_head
from gallery.imaging.renditions import render
from gallery.models import Blob
from gallery.outcomes import SVG
from gallery.snapshots import KeptPicture, Snapshot, clean_problem, take_snapshot
from gallery.transcripts import read_transcript
from gallery.transcripts.limits import Limits
from gallery.transcripts.records import Picture, Problem, Transcript

Raw = bytes | mmap.mmap
KnownBlobs = Callable[[Collection[str]], Mapping[str, Blob]]

# What decoding one pixel takes at most: four channels, and the same again while converting.
_DECODED_BYTES_PER_PIXEL = 8
_DECODING_ALLOWANCE = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """A transcript whose files are written and whose rows are not. `blobs` are unsaved rows, or known ones."""

    sha256: str
    size_bytes: int
    shape: str
    shape_detail: str
    encoding: str
    compression: str
    event_count: int
    problems: tuple[Problem, ...]
    snapshots: tuple[Snapshot, ...]
    blobs: Mapping[str, Blob]
    contents: Mapping[str, bytes]
    thumbnail_sizes: Mapping[str, int]
    skeleton: bytes


def open_source(source: bytes | Path) -> Raw:
    """The upload's bytes; a file is mapped, not read, so that a large one is not in memory twice."""
    if isinstance(source, bytes):
        return source
    with source.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def prepare(
    raw: Raw, *, sha256: str, known_blobs: KnownBlobs, threads: int | None = None, is_archived: bool = False
) -> Prepared:
    """Reads the transcript and writes its files. Raises `TranscriptError` where there is nothing to keep.

    One that `is_archived` is left as it stands in the archive: no skeleton is made.

    A picture that is in `known_blobs` is not decoded again. Distinct pictures are rendered by up to `threads` threads
    at a time (by default one per core), fewer where they would take much more memory than the upload itself.
    """
    limits = Limits(decompressed_bytes=settings.UPLOAD_LIMIT_BYTES)
    record = read_transcript(raw, limits=limits)
    hashes = _Hashes()
    contents = _distinct_contents(record, hashes)
    known = known_blobs(contents.keys())
    if skeleton := b"" if is_archived else pack(raw, record.payloads, contents.keys()):
        blobs.put("skeletons", sha256, skeleton)
    _let_go(raw)
    rows, thumbnail_sizes = {}, {}
    with ThreadPoolExecutor(_thread_count(len(raw), contents.values(), threads)) as pool:
        kept = pool.map(lambda sha256: _keep_picture(sha256, contents[sha256], known.get(sha256)), contents)
        for blob, thumbnail_size in kept:
            rows[blob.sha256] = blob
            thumbnail_sizes[blob.sha256] = thumbnail_size

    def keep(picture: Picture) -> KeptPicture:
        return _kept_picture(picture, rows, hashes)

    return Prepared(
        sha256=sha256,
        size_bytes=len(raw),
        shape=record.shape,
        shape_detail=record.shape_detail,
        encoding=record.encoding,
        compression=record.compression or "",
        event_count=record.event_count,
        problems=tuple(clean_problem(problem) for problem in record.problems),
        snapshots=tuple(take_snapshot(response, keep) for response in record.responses),
        blobs=rows,
        contents=contents,
        thumbnail_sizes=thumbnail_sizes,
        skeleton=skeleton,
    )


def put_picture(sha256: str, data: bytes) -> tuple[Blob, int]:
    """Writes the picture and its thumbnail; gives its unsaved row and the thumbnail's size. One full decode."""
    blobs.put("blobs", sha256, data)
    rendered = render(data, limit_pixels=settings.PICTURE_LIMIT_PIXELS)
    if rendered.thumbnail is not None:
        blobs.put("thumbs", sha256, rendered.thumbnail)
    facts = rendered.facts
    blob = Blob(
        sha256=sha256,
        media_type=facts.media_type[:100],
        size_bytes=len(data),
        width=fit_length(facts.width),
        height=fit_length(facts.height),
        frame_count=fit_length(facts.frame_count) or 1,
        has_alpha=facts.has_alpha,
        has_c2pa=facts.has_c2pa,
        has_thumbnail=rendered.thumbnail is not None,
        placeholder=rendered.placeholder,
        flaw=facts.flaw or "",
    )
    return blob, len(rendered.thumbnail or b"")


class _Hashes:
    """The hash of each picture's bytes, taken once for each object: the reader shares equal ones."""

    def __init__(self) -> None:
        self._by_object: dict[int, tuple[bytes, str]] = {}

    def of(self, data: bytes) -> str:
        if id(data) not in self._by_object:
            self._by_object[id(data)] = data, hashlib.sha256(data).hexdigest()
        return self._by_object[id(data)][1]


def _distinct_contents(record: Transcript, hashes: _Hashes) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for response in record.responses:
        for picture in response.pictures:
            if picture.value.kind == "bytes" and picture.value.data is not None:
                contents.setdefault(hashes.of(picture.value.data), picture.value.data)
    for payload in record.payloads:
        if payload.is_canonical:
            contents.setdefault(hashes.of(payload.data), payload.data)
    return contents


def _let_go(raw: Raw) -> None:
    """A mapped file need not stay in memory while its pictures are rendered."""
    if isinstance(raw, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        raw.madvise(mmap.MADV_DONTNEED)


def _thread_count(upload_bytes: int, contents: Iterable[bytes], threads: int | None) -> int:
    most = min(threads or os.cpu_count() or 1, max(1, len(list(contents))))
    if most == 1:
        return 1
    limit = settings.PICTURE_LIMIT_PIXELS
    facts = [probe(data, limit_pixels=limit) for data in contents]
    largest = max(((fact.width or 0) * (fact.height or 0) for fact in facts if not fact.flaw), default=0)
    at_once = max(upload_bytes, _DECODING_ALLOWANCE) // max(1, largest * _DECODED_BYTES_PER_PIXEL)
    return max(1, min(most, at_once))


def _keep_picture(sha256: str, data: bytes, known: Blob | None) -> tuple[Blob, int]:
    if known is not None and known.has_thumbnail and blobs.exists("thumbs", sha256):
        blobs.put("blobs", sha256, data)
        return known, 0
    return put_picture(sha256, data)


def _kept_picture(picture: Picture, rows: Mapping[str, Blob], hashes: _Hashes) -> KeptPicture:
    value = picture.value
    kept = {
        "sha256": None,
        "is_whole": False,
        "media_type": "",
        "width": None,
        "height": None,
        "has_c2pa": False,
        "head_bytes": 0,
    }
    if value.kind == "bytes" and value.data is not None:
        blob = rows[hashes.of(value.data)]
        kept |= {
            "sha256": blob.sha256,
            "is_whole": not blob.flaw or blob.media_type == SVG,
            "media_type": blob.media_type,
            "width": blob.width,
            "height": blob.height,
            "has_c2pa": blob.has_c2pa,
        }
    elif value.head:
        kept["head_bytes"] = len(value.head)
        if (head := probe_head(value.head)) is not None:
            kept |= {
                "media_type": head.media_type,
                "width": fit_length(head.width),
                "height": fit_length(head.height),
                "has_c2pa": head.has_c2pa,
            }
    return KeptPicture(
        position=picture.position,
        role=picture.role,
        index=picture.index,
        kind=value.kind,
        text=value.text[:500],
        declared_type=value.declared_type or "",
        revised_prompt=picture.revised_prompt,
        size=picture.size,
        quality=picture.quality,
        background=picture.background,
        output_format=picture.output_format,
        action=picture.action,
        error_code=picture.error_code,
        error_message=picture.error_message,
        is_salvaged=picture.is_salvaged,
        **kept,  # type: ignore[arg-type]
    )
