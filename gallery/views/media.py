"""Pictures and thumbnails by the hash of their bytes. For signed-in users; none of it can run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from gallery import blobs
from gallery.filenames import attachment, download_name, extension_of, inline
from gallery.models import Blob
from gallery.pages.words import INLINE_TYPES

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
# For all that a browser must not draw itself, SVG and HTML above all: only ever saved as a file.
OCTETS = "application/octet-stream"
CHUNK_BYTES = 64 * 1024
# A hash never means other bytes, so a browser may keep them; "private" because they are for signed-in eyes.
KEPT_HEADERS = {"Cache-Control": "private, max-age=31536000, immutable"}
SAFE_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


@require_safe
def thumb(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """A thumbnail. It asks the database nothing: the grid requests sixty at once."""
    if not blobs.is_sha256(sha256):
        return _missing()
    if _is_fresh(request, sha256):
        return _not_modified(sha256)
    try:
        file = blobs.open("thumbs", sha256)
    except blobs.BlobMissing:
        return _missing()
    return _whole(request, file, _size_of(file), "image/webp", sha256)


@require_safe
def blob(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """An original, byte for byte; a part of it for a single Range. `?name=` saves it under that name."""
    if not blobs.is_sha256(sha256):
        return _missing()
    media_type = Blob.objects.filter(pk=sha256).values_list("media_type", flat=True).first()
    if media_type is None:
        return _missing()
    if _is_fresh(request, sha256):
        return _not_modified(sha256)
    try:
        file = blobs.open("blobs", sha256)
    except blobs.BlobMissing:
        return _missing()
    size = _size_of(file)
    wanted = _range_asked_for(request, size, sha256)
    content_type = media_type if media_type in INLINE_TYPES else OCTETS
    if wanted is None:
        response = _whole(request, file, size, content_type, sha256)
    else:
        response = _part(request, file, size, wanted, content_type, sha256)
    response.headers["Accept-Ranges"] = "bytes"
    name = download_name(request.GET.get("name") or sha256[:16], extension=extension_of(media_type))
    is_saved = "name" in request.GET or content_type == OCTETS
    response.headers["Content-Disposition"] = attachment(name) if is_saved else inline(name)
    return response


def _whole(
    request: HttpRequest, file: IO[bytes], size: int, content_type: str, sha256: str
) -> HttpResponseBase:
    headers = {**SAFE_HEADERS, **KEPT_HEADERS, "ETag": f'"{sha256}"', "Content-Length": str(size)}
    if request.method == "HEAD":
        file.close()
        return HttpResponse(content_type=content_type, headers=headers)
    return FileResponse(file, content_type=content_type, headers=headers)


def _part(
    request: HttpRequest, file: IO[bytes], size: int, wanted: range, content_type: str, sha256: str
) -> HttpResponseBase:
    headers = {**SAFE_HEADERS, **KEPT_HEADERS, "ETag": f'"{sha256}"'}
    if not wanted:
        file.close()
        headers |= {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
        sentence = f"The picture has {size} bytes; the range asked for begins after its end."
        return HttpResponse(sentence, status=416, content_type="text/plain; charset=utf-8", headers=headers)
    headers |= {
        "Content-Range": f"bytes {wanted.start}-{wanted.stop - 1}/{size}",
        "Content-Length": str(len(wanted)),
    }
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=206, content_type=content_type, headers=headers)
    return StreamingHttpResponse(_Part(file, wanted), status=206, content_type=content_type, headers=headers)


class _Part:
    """A part of a file in chunks. Its response closes it, also if nobody has read it."""

    def __init__(self, file: IO[bytes], wanted: range) -> None:
        self.file = file
        self.wanted = wanted
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.wanted.start)
        remaining = len(self.wanted)
        while remaining and (chunk := self.file.read(min(CHUNK_BYTES, remaining))):
            remaining -= len(chunk)
            yield chunk


def _range_asked_for(request: HttpRequest, size: int, sha256: str) -> range | None:
    """The one range that is asked for; empty if it cannot be satisfied, None if the whole is to be sent.

    RFC 9110, 14.2: a server may ignore Range. It is ignored where it is malformed, names several ranges, or is
    meant for other bytes (If-Range).
    """
    match = RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or match[1] == match[2] == "":
        return None
    if request.headers.get("If-Range", f'"{sha256}"') != f'"{sha256}"':
        return None
    if match[1] == "":
        return range(max(0, size - int(match[2])), size)
    start = int(match[1])
    stop = min(size, int(match[2]) + 1) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    return range(start, stop)


def _size_of(file: IO[bytes]) -> int:
    file.seek(0, 2)
    size: int = file.tell()
    file.seek(0)
    return size


def _is_fresh(request: HttpRequest, sha256: str) -> bool:
    header = request.headers.get("If-None-Match")
    if header is None:
        return False
    # RFC 9110, 13.1.2: If-None-Match compares weakly.
    tags = {tag.removeprefix("W/") for tag in parse_etags(header)}
    return f'"{sha256}"' in tags or "*" in tags


def _not_modified(sha256: str) -> HttpResponse:
    return HttpResponse(status=304, headers={**SAFE_HEADERS, **KEPT_HEADERS, "ETag": f'"{sha256}"'})


def _missing() -> HttpResponse:
    return HttpResponse(
        "No such picture is kept here. If a page shows it, its file is lost: `manage.py fsck` lists such files.",
        status=404,
        content_type="text/plain; charset=utf-8",
        headers={**SAFE_HEADERS, "Cache-Control": "no-store"},
    )
