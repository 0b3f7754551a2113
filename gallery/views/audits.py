"""The audit, for administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from gallery.filenames import attachment
from gallery.htmx import render_page
from gallery.pages.audit import audit_csv_lines, audit_list_page, read_audit_filters
from gallery.roles import Role, requires


@require_safe
@requires(Role.ADMINISTRATOR)
def audit_list(request: HttpRequest) -> HttpResponse:
    """422 where a filter of the address is none."""
    filters = read_audit_filters(request.GET.dict())
    page = audit_list_page(filters, before=request.GET.get("before"))
    return render_page(request, "gallery/audit_list.html", page, status=422 if filters.problem else 200)


@require_safe
@requires(Role.ADMINISTRATOR)
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """All that the filters leave, sent while it is read."""
    filters = read_audit_filters(request.GET.dict())
    if filters.problem:
        return HttpResponse(filters.problem, status=422, content_type="text/plain; charset=utf-8")
    name = "-".join(["audit", *filters.parameters.values()])
    headers = {"Content-Disposition": attachment(f"{name}.csv"), "Cache-Control": "no-store"}
    return StreamingHttpResponse(
        audit_csv_lines(filters), content_type="text/csv; charset=utf-8", headers=headers
    )
