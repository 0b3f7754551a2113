"""What was generated, what it used and what it cost; the same as CSV."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.filenames import attachment
from gallery.htmx import render_page
from gallery.pages.usage_page import usage_csv, usage_page
from gallery.periods import BadPeriod


@require_safe
def usage(request: HttpRequest) -> HttpResponse:
    """With `period`, or `from` and perhaps `to`; 422 where they are no period."""
    page = usage_page(request.GET.dict(), today=_today())
    status = 422 if page.picker.error else 200
    return render_page(
        request, "gallery/usage.html", page, fragment="gallery/_usage_figures.html", status=status
    )


@require_safe
def usage_table(request: HttpRequest, name: str) -> HttpResponse:
    """One of the tables as CSV."""
    try:
        found = usage_csv(name, request.GET.dict(), today=_today())
    except BadPeriod as error:
        raise Http404(str(error)) from None
    if found is None:
        raise Http404("There is no such table of usage.")
    text, file_name = found
    headers = {"Content-Disposition": attachment(file_name), "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _today() -> date:
    return datetime.now(tz=UTC).date()
