"""Uploading: the same writer and the same sentences as the upload page, for programs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Annotated, Any

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.http import HttpRequest
from ninja import Query
from ninja.responses import Status

from gallery import audit, intake
from gallery.api import answers
from gallery.api.access import BearerToken, caller_of
from gallery.api.addresses import Addresses
from gallery.api.declared import declared
from gallery.api.problems import ApiProblem
from gallery.api.receiving import MULTIPART, name_in_headers, received_files
from gallery.api.transcripts import router as router  # the same address: ninja finds methods by router
from gallery.filenames import UNNAMED
from gallery.middleware import client_address
from gallery.models import Transcript
from gallery.pages.uploads import UNWRITTEN
from gallery.reports import IngestReport
from gallery.snapshots import problem_as_dict
from gallery.upload_handlers import IncomingFile

logger = logging.getLogger(__name__)

MOST = 1000
RETRY_SECONDS = 5

BODY = {
    "requestBody": {
        "required": True,
        "description": "The transcript itself under any other type, also in chunks without a length, or a form.",
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                    "required": ["files"],
                }
            },
        },
    }
}


@router.post(
    "/transcripts",
    auth=BearerToken(uploads=True),
    response=declared({201: answers.Upload, 200: answers.Upload}, 400, 403, 411, 413, 422, 503),
    openapi_extra=BODY,
)
def transcript_create(
    request: HttpRequest,
    name: Annotated[
        str,
        Query(max_length=500, description="What to call the file; else X-File-Name or Content-Disposition."),
    ] = "",
) -> Any:  # noqa: ANN401 - ninja reads it as the schema above
    """Takes in one transcript as the body, or several as a multipart form. The same bytes again write nothing.

    201 if anything was stored, 200 if everything was known already, 422 if no file was a transcript.
    """
    caller, addresses = caller_of(request), Addresses.of(request)
    try:
        with received_files(request, name=name or name_in_headers(request) or UNNAMED) as files:
            told = [_take_in(file, caller.user, addresses, client_address(request)) for file in files]
    except OSError:
        logger.exception("an upload could not be written")
        raise _unavailable([]) from None
    return _answer(told)


def _answer(told: Sequence[dict[str, Any]]) -> Status[dict[str, Any]]:
    """The best that came of any file is the answer's status: what came of the others stands with them."""
    outcomes = {file["outcome"] for file in told}
    if "stored" in outcomes:
        return Status(201, {"files": told})
    if "known" in outcomes:
        return Status(200, {"files": told})
    if "failed" in outcomes:
        raise _unavailable(told)
    slug = "too-large" if all(file["status"] == 413 for file in told) else "not-a-transcript"
    raise ApiProblem(slug, told[0]["sentence"], more={"files": told})


def _unavailable(told: Sequence[dict[str, Any]]) -> ApiProblem:
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return ApiProblem("unavailable", UNWRITTEN, headers=headers, more={"files": told} if told else None)


def _take_in(file: IncomingFile, user: User, addresses: Addresses, asked_from: str | None) -> dict[str, Any]:
    name = file.name or UNNAMED
    try:
        kind = Transcript.Source.API
        report = intake.take_in(file.source(), name=name, uploader=user, source_kind=kind)
        audit.record_uploads(user, [report], by="API", address=asked_from)
    except (OSError, DatabaseError):
        # One file's misfortune: the others are still taken in.
        logger.exception("an upload could not be kept")
        report = IngestReport(name=name, outcome="refused", code="unwritten", sentence=UNWRITTEN)
    finally:
        file.close()  # its temporary file need not wait for the others
    return _told(report, addresses)


def _told(report: IngestReport, addresses: Addresses) -> dict[str, Any]:
    outcome = "failed" if report.code == "unwritten" else report.outcome
    statuses = {"stored": 201, "known": 200, "failed": 503, "refused": 413 if report.is_too_large else 422}
    transcript = report.transcript_id
    return {
        "name": report.name,
        "outcome": outcome,
        "code": report.code,
        "sentence": report.sentence,
        "status": statuses[outcome],
        "size_bytes": report.size_bytes,
        "kept_bytes": report.kept_bytes,
        "sha256": report.sha256 or None,
        "transcript": (
            {"id": str(transcript), "url": addresses.page("transcript_detail", transcript)}
            if transcript is not None
            else None
        ),
        "responses": [
            {"id": str(pk), "url": addresses.page("response_detail", pk)} for pk in report.response_ids[:MOST]
        ],
        "response_count": report.response_count,
        "images": [
            {"key": str(pk), "url": addresses.page("image_detail", pk)} for pk in report.image_ids[:MOST]
        ],
        "final_count": report.final_count,
        "partial_count": report.partial_count,
        "plot_count": report.plot_count,
        "image_models": list(report.image_models),
        "problems": [problem_as_dict(problem) for problem in report.problems[:MOST]],
        "problem_count": len(report.problems),
    }
