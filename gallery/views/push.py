"""gallery-push, the program with which teammates push from their own machines, as a file to download."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.filenames import attachment
from gallery.push.assembling import program


@require_safe
def push_client(request: HttpRequest) -> HttpResponse:
    """The program, with this gallery's address as the reader's browser knows it."""
    address = request.build_absolute_uri("/").rstrip("/")
    text = program(address=address, limit_bytes=settings.UPLOAD_LIMIT_BYTES)
    response = HttpResponse(text.encode(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = attachment("gallery-push")
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response
