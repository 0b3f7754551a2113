"""The body of an upload to temporary files as it comes: never whole in memory, and no further than the limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Protocol
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from gallery.api.problems import ApiProblem
from gallery.cleaning import clean_text
from gallery.pages.uploads import over_limit_sentence
from gallery.upload_handlers import (
    CHUNK_BYTES,
    IncomingFile,
    LimitedUploadHandler,
    incoming_folder,
    tidy_once,
)

# What boundaries and headers may add to the files of a multipart body.
ENVELOPE_BYTES = 1024 * 1024
MULTIPART = "multipart/form-data"
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)


class Stream(Protocol):
    def read(self, size: int) -> bytes: ...


class Body:
    """The request's body, read no further than `limit_bytes`; `expected_bytes` None if it comes in chunks.

    Reading raises ApiProblem where it is too large, or where the connection broke before its end.
    """

    def __init__(self, stream: Stream, expected_bytes: int | None, limit_bytes: int) -> None:
        self.stream = stream
        self.expected_bytes = expected_bytes
        self.limit_bytes = limit_bytes
        self.received_bytes = 0

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        if self.expected_bytes is not None:
            size = min(size, self.expected_bytes - self.received_bytes)
        if not size:
            return b""
        try:
            chunk = self.stream.read(size)
        except (
            Exception
        ) as error:  # the server's reader has its own kinds, for each way that chunks can be wrong
            raise _broken() from error
        self.received_bytes += len(chunk)
        if self.received_bytes > self.limit_bytes:
            raise _too_large()
        if not chunk and self.expected_bytes is not None:
            raise _broken()
        return chunk


@contextmanager
def received_files(request: HttpRequest, *, name: str) -> Iterator[list[IncomingFile]]:
    """The files that a request brings; they are gone afterwards. `name` is for a body that is one file.

    Raises ApiProblem, and OSError where the disk takes nothing.
    """
    tidy_once()
    files: list[IncomingFile] = []
    try:
        if request.content_type == MULTIPART:
            files = _files_of_form(request, _body_of(request, settings.UPLOAD_LIMIT_BYTES + ENVELOPE_BYTES))
        else:
            files = [IncomingFile(name, incoming_folder())]
            _fill(files[0], _body_of(request, settings.UPLOAD_LIMIT_BYTES))
        yield files
    finally:
        for file in files:
            file.close()


def name_in_headers(request: HttpRequest) -> str:
    """What X-File-Name (percent-encoded, if it is) or Content-Disposition call the file; empty if neither does."""
    name = _utf8(request.headers.get("X-File-Name", ""))
    if name:
        return clean_text(unquote(name, errors="replace"))
    header = Message()
    header["Content-Disposition"] = " ".join(_utf8(request.headers.get("Content-Disposition", "")).split())
    try:
        return clean_text(header.get_filename() or "")
    except (LookupError, ValueError):  # an encoding that does not exist
        return ""


def _utf8(header: str) -> str:
    """WSGI hands over the bytes of headers as Latin-1."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace")


def _fill(file: IncomingFile, body: Body) -> None:
    while chunk := body.read():
        file.write(chunk)
    file.complete(body.received_bytes)


def _files_of_form(request: HttpRequest, body: Body) -> list[IncomingFile]:
    handler = LimitedUploadHandler(request, limit_bytes=settings.UPLOAD_LIMIT_BYTES)
    handlers: list[FileUploadHandler] = [handler]
    length = body.limit_bytes if body.expected_bytes is None else body.expected_bytes
    meta = {**request.META, "CONTENT_LENGTH": str(length)}
    try:
        _, files = MultiPartParser(meta, body, handlers).parse()  # type: ignore[arg-type] # `read` is all it calls
    except MultiPartParserError as error:
        raise ApiProblem("bad-request", "The body is not a whole multipart form.") from error
    except (RequestDataTooBig, TooManyFieldsSent) as error:
        raise ApiProblem(
            "too-large", "The form has far too many or too large fields. Send files alone."
        ) from error
    except TooManyFilesSent as error:
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        raise ApiProblem("too-large", f"At most {limit} files at once. Send them in several goes.") from error
    found = [file for name in files for file in files.getlist(name) if isinstance(file, IncomingFile)]
    if handler.is_over_limit:
        for file in found:
            file.close()
        raise _too_large()
    if not found:
        raise ApiProblem("bad-request", "The form brought no file. Each file is a part with a file name.")
    return found


def _body_of(request: HttpRequest, limit_bytes: int) -> Body:
    """Django stops at Content-Length; a body in chunks has none, and its end is known to the server alone."""
    length = request.META.get("CONTENT_LENGTH") or ""
    stream: Stream = request.META["wsgi.input"]
    if request.headers.get("Transfer-Encoding"):
        if not request.META.get("wsgi.input_terminated"):
            raise ApiProblem("length-required", "This server takes no body in chunks. Send Content-Length.")
        return Body(stream, None, limit_bytes)
    if length and not _LENGTH.fullmatch(length):
        raise ApiProblem("bad-request", "Content-Length is not a number.")
    expected = int(length or 0)
    if expected > limit_bytes:
        raise _too_large()
    return Body(stream, expected, limit_bytes)


def _too_large() -> ApiProblem:
    return ApiProblem("too-large", over_limit_sentence())


def _broken() -> ApiProblem:
    return ApiProblem(
        "bad-request", "The connection broke before all had arrived; nothing was kept. Send it again."
    )
