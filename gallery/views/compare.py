"""Pictures beside each other. The address says which, and how: it can be shared."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.htmx import render_page
from gallery.pages.compare import image_compare_page


@require_safe
def image_compare(request: HttpRequest) -> HttpResponse:
    page = image_compare_page(request.GET.getlist("image"), view=request.GET.get("view", ""))
    return render_page(
        request,
        "gallery/image_compare.html",
        page,
        fragment="gallery/_comparison.html",
        status=200 if page.is_found else 404,
    )
