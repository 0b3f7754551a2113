"""Pictures as one ZIP file, streamed: each under its date and prompt, with a JSON file beside it that says what is
known of it, and at the end the lines of the export for their responses (`docs/export.md`)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.utils import timezone

from gallery import blobs
from gallery.chunks import chunked
from gallery.exporting import export_lines
from gallery.filenames import download_name, extension_of, picture_name
from gallery.models import Image
from gallery.sidecars import Sidecar, sidecars_of

READ_BYTES = 256 * 1024
CHUNK = 100
LINES_NAME = "responses.jsonl"
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""That the format can tell."""


class _Sink(io.RawIOBase):
    """Where the archive is written to: what has come so far is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def bundle_name(count: int) -> str:
    """`2026-11-21 12 pictures.zip`"""
    return f"{timezone.now():%Y-%m-%d} {count} picture{'' if count == 1 else 's'}.zip"


def bundle(ids: Sequence[int]) -> Iterator[bytes]:
    """The bytes of the ZIP file, in pieces. Pictures that are gone by now are left out; one without a file has its JSON
    alone, which says why. Memory does not grow with the number of pictures, but for their names."""
    sink = _Sink()
    names: set[str] = {LINES_NAME}
    response_ids: dict[int, None] = {}
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
        for chunk in chunked(ids, CHUNK):
            images = {image.pk: image for image in _images(chunk)}
            sidecars = sidecars_of(images.values())
            for pk in chunk:
                if pk not in images:
                    continue
                response_ids[images[pk].response_id] = None
                for _ in _add_picture(archive, images[pk], sidecars[pk], names):
                    yield sink.taken()
                yield sink.taken()
        with archive.open(_entry(LINES_NAME, None, is_packed=True), "w", force_zip64=True) as file:
            for batch in chunked(response_ids):
                for line in export_lines(response_ids=batch):
                    file.write(line.encode("utf-8", "replace") + b"\n")
                    yield sink.taken()
    yield sink.taken()


def _images(ids: Sequence[int]) -> list[Image]:
    return list(
        Image.objects.filter(pk__in=ids)
        .select_related("response", "blob", "stand_in", "uploader")
        .defer("response__rest", "response__timeline", "response__instructions", "response__output_text")
    )


def _add_picture(archive: zipfile.ZipFile, image: Image, sidecar: Sidecar, names: set[str]) -> Iterator[None]:
    """Writes the picture and its JSON; gives way after each piece."""
    blob = image.blob or image.stand_in
    extension = extension_of(blob.media_type) if blob else ""
    words = picture_name(image.prompt, image.generated_at) + (" (partial)" if blob and not image.blob else "")
    stem = _unused(words, extension, names)
    if blob is not None:
        sidecar["file"] = stem + extension
        try:
            source = blobs.open("blobs", blob.sha256)
        except blobs.BlobMissing:
            sidecar["file"], sidecar["why_no_file"] = None, "The picture's file is missing from the storage."
        else:
            entry = _entry(stem + extension, image.generated_at)
            with source, archive.open(entry, "w", force_zip64=True) as file:
                while piece := source.read(READ_BYTES):
                    file.write(piece)
                    yield
    else:
        sidecar["why_no_file"] = image.reason or "The transcript holds no data for this picture."
    text = json.dumps(sidecar, ensure_ascii=False, indent=2, allow_nan=False)
    archive.writestr(
        _entry(f"{stem}.json", image.generated_at, is_packed=True), text.encode("utf-8", "replace")
    )


def _unused(words: str, extension: str, names: set[str]) -> str:
    """A stem that neither picture nor JSON of another one has, whatever the letters' case."""
    number = 1
    while True:
        suffix = "" if number == 1 else f" ({number})"
        stem = download_name(f"{words}{suffix}", extension=".json").removesuffix(".json")
        if not {f"{stem}{extension}".lower(), f"{stem}.json".lower()} & names:
            names |= {f"{stem}{extension}".lower(), f"{stem}.json".lower()}
            return stem
        number += 1


def _entry(name: str, moment: datetime | None, *, is_packed: bool = False) -> zipfile.ZipInfo:
    moment = max(moment or timezone.now(), _EARLIEST)
    entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
    # Pictures are compressed already.
    entry.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    return entry
