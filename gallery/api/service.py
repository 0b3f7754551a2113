"""The API itself: its errors are problems, its calls stand in the modules of `gallery.api` named after nouns."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from gallery.api import files, images, responses, uploads, usage
from gallery.api.access import BearerToken
from gallery.api.problems import ApiProblem, problem_of_status, problem_response

logger = logging.getLogger(__name__)

api = NinjaAPI(
    title="Gallery",
    version="1",
    description="Upload transcripts of image generations, and look at what the gallery keeps.",
    openapi_url=None,  # served by gallery.api.urls, as gallery.api.document completes it
    docs_url=None,
    urls_namespace="api",
    auth=BearerToken(),
)
api.add_router("", uploads.router)  # of transcripts: taking them in is one of its calls
api.add_router("", images.router)
api.add_router("", responses.router)
api.add_router("", files.router)
api.add_router("", usage.router)


@api.exception_handler(ApiProblem)
def tell_problem(request: HttpRequest, problem: ApiProblem) -> HttpResponse:
    return problem_response(request, problem)


@api.exception_handler(Http404)
def tell_missing(request: HttpRequest, missing: Http404) -> HttpResponse:
    detail = str(missing.args[0]) if missing.args and isinstance(missing.args[0], str) else ""
    return problem_response(
        request, ApiProblem("not-found", detail or "There is no such thing in the gallery.")
    )


@api.exception_handler(PermissionDenied)
def tell_forbidden(request: HttpRequest, refusal: PermissionDenied) -> HttpResponse:
    return problem_response(request, ApiProblem("role", str(refusal) or "Your role does not allow that."))


@api.exception_handler(ValidationError)
def tell_invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    errors = [_error(error) for error in invalid.errors]
    names = ", ".join(dict.fromkeys(error["parameter"] for error in errors))
    return problem_response(request, ApiProblem("invalid", f"Not valid: {names}.", more={"errors": errors}))


@api.exception_handler(HttpError)
def tell_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem_response(request, problem_of_status(error.status_code, error.message))


@api.exception_handler(Exception)
def tell_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("the API failed at %s", request.path, exc_info=error)
    return problem_response(
        request, ApiProblem("fault", "The gallery failed. The reason is in the server's log.")
    )


def _error(error: dict[str, Any]) -> dict[str, str]:
    where = [str(part) for part in error.get("loc", ())]
    return {"parameter": ".".join(where[1:] or where), "message": str(error.get("msg", ""))}
