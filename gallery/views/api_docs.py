"""The API's docs as a page for people."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.htmx import render_page
from gallery.pages.api_docs import ProblemKind, api_docs_page


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    # Read when it is first asked for, as the API itself is (`gallery.api.entrance`).
    from gallery.api.document import document
    from gallery.api.problems import KINDS

    page = api_docs_page(
        document(),
        [
            ProblemKind(f"problem-{kind.slug}", kind.status, kind.title, kind.explanation)
            for kind in KINDS.values()
        ],
        base_url=request.build_absolute_uri("/").rstrip("/"),
        requests_per_minute=settings.API_REQUESTS_PER_MINUTE,
        upload_limit_mb=settings.UPLOAD_LIMIT_BYTES // 2**20,
    )
    return render_page(request, "gallery/api_docs.html", page)
