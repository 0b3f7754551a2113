"""The page of one response, and the response as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from gallery.htmx import render_page
from gallery.pages import responses
from gallery.pages.response_list import response_list_page

ABSENT = "There is no such response in the gallery."


@require_safe
def response_list(request: HttpRequest) -> HttpResponse:
    """Of a period; 422 where what is asked for is none."""
    page = response_list_page(request.GET.dict(), today=datetime.now(tz=UTC).date())
    return render_page(request, "gallery/response_list.html", page, status=422 if page.error else 200)


@require_safe
def response_detail(request: HttpRequest, pk: int) -> HttpResponse:
    start = request.GET.get("from", "")
    from_position = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 0
    page = responses.response_detail_page(pk, from_position=from_position)
    if page is None:
        raise Http404(ABSENT)
    return render_page(request, "gallery/response_detail.html", page)


@require_safe
def response_json(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - the view's signature
    content = responses.response_json(pk)
    if content is None:
        raise Http404(ABSENT)
    return JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
