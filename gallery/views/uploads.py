"""Taking files in. Reading and keeping them is `gallery.ingest`'s; this is its counter."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.db import DatabaseError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from gallery import audit, htmx, intake
from gallery.forms import UploadForm
from gallery.middleware import client_address, is_asked_by_script
from gallery.models import Transcript
from gallery.pages.push import Snippet, snippets_for
from gallery.pages.uploads import (
    UNWRITTEN,
    UploadPage,
    UploadRow,
    failed_row,
    over_limit_sentence,
    rows_of,
)
from gallery.roles import Role, requires
from gallery.upload_handlers import LimitedUploadHandler, tidy_once

logger = logging.getLogger(__name__)

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
PASTED_NAME = "pasted text"
# What the boundaries, headers and small fields around the files may add to the body.
ENVELOPE_BYTES = 1024 * 1024
MEBIBYTE = 1024 * 1024


@csrf_exempt  # checked in `_take_in`, after the size: the check itself reads the whole body
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Role.CONTRIBUTOR)
def upload_create(request: HttpRequest) -> HttpResponse:
    """The upload page. Our script sends a file at a time and gets its row; a plain form gets a page of rows."""
    if request.method != "POST":
        page = UploadPage(UploadForm(), snippets=_snippets(request))
        return htmx.render_page(request, "gallery/upload_create.html", page)
    refusal = _refusal_before_reading(request) or _receive(request)
    return _answer(request, [refusal]) if refusal is not None else _take_in(request)


@require_POST
@requires(Role.CONTRIBUTOR)
def examples_load(request: HttpRequest) -> HttpResponse:
    """Takes in the example transcripts that come with the gallery."""
    rows = [
        _ingest(request, path, path.name, Transcript.Source.EXAMPLES)
        for path in sorted(EXAMPLES.glob("*.txt"))
    ]
    return _answer(request, rows)


def _refusal_before_reading(request: HttpRequest) -> UploadRow | None:
    length = request.headers.get("Content-Length", "")
    if not length and request.headers.get("Transfer-Encoding"):
        return failed_row(
            "upload", "The upload does not say how long it is. Send it with its length.", status=411
        )
    if length.isascii() and length.isdigit() and int(length) > settings.UPLOAD_LIMIT_BYTES + ENVELOPE_BYTES:
        return _over_limit_row()
    return None


def _receive(request: HttpRequest) -> UploadRow | None:
    """Reads the body into `request.POST` and `request.FILES`; or a row that says why not."""
    tidy_once()
    handler = LimitedUploadHandler(request, limit_bytes=settings.UPLOAD_LIMIT_BYTES)
    handlers: list[FileUploadHandler] = [handler]
    request.upload_handlers = handlers
    try:
        _ = request.POST
    except RequestDataTooBig:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / MEBIBYTE
        sentence = f"Pasted text may have up to {limit:.3g} MB. Save it as a file and upload that."
        return failed_row(PASTED_NAME, sentence, status=413)
    except TooManyFilesSent:
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        sentence = f"Without script at most {limit} files can be sent at once. Send them in several goes."
        return failed_row("upload", sentence, status=413)
    except TooManyFieldsSent:
        return failed_row("upload", "The form has far too many fields. Send the files alone.", status=413)
    except MultiPartParserError:
        sentence = "What arrived is not a whole form. Reload the page and upload again."
        return failed_row("upload", sentence, status=400)
    except UnreadablePostError:
        return failed_row("upload", "The connection broke before all had arrived. Upload again.", status=400)
    except OSError:
        logger.exception("an upload could not be written to %s", settings.FILE_UPLOAD_TEMP_DIR)
        return _unwritten_row("upload")
    return _over_limit_row() if handler.is_over_limit else None


@csrf_protect
def _take_in(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, [], form=form)
    rows = []
    for file in form.cleaned_data["files"]:
        kind = Transcript.Source.BROWSER
        rows.append(_ingest(request, file.source(), file.name, kind))
        file.close()  # its temporary file need not wait for the others
    if form.cleaned_data["text"]:
        text = form.cleaned_data["text"].encode("utf-8", "surrogatepass")
        rows.append(_ingest(request, text, PASTED_NAME, Transcript.Source.BROWSER))
    return _answer(request, rows)


def _ingest(request: HttpRequest, source: bytes | Path, name: str, kind: Transcript.Source) -> UploadRow:
    uploader = request.user if request.user.is_authenticated else None
    try:
        report = intake.take_in(source, name=name, uploader=uploader, source_kind=kind)
    except (OSError, DatabaseError):
        # One file's misfortune: the others are still taken in.
        logger.exception("an upload could not be kept")
        return _unwritten_row(name)
    audit.record_uploads(uploader, [report], by="browser", address=client_address(request))
    return rows_of([report])[0]


def _answer(request: HttpRequest, rows: list[UploadRow], *, form: Form | None = None) -> HttpResponse:
    """One row answers with its own status; of several, the best one's: that one is bad is said in its row."""
    status = min((row.status for row in rows), default=422)
    template = "gallery/upload_create.html"
    page = UploadPage(form or UploadForm(), rows, _snippets(request))
    if is_asked_by_script(request):
        template = "gallery/_upload_rows.html"
    response = htmx.render_page(request, template, page, fragment="gallery/_upload_rows.html", status=status)
    patch_vary_headers(response, ("X-Requested-With",))
    return response


def _snippets(request: HttpRequest) -> tuple[Snippet, ...]:
    return snippets_for(request.build_absolute_uri("/").rstrip("/"))


def _over_limit_row() -> UploadRow:
    return failed_row("upload", over_limit_sentence(), status=413)


def _unwritten_row(name: str) -> UploadRow:
    return failed_row(name, UNWRITTEN, status=503)
