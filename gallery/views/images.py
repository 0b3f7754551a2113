"""The grid of pictures, and the page of one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.htmx import render_page
from gallery.pages.cards import image_list_page
from gallery.pages.pictures import image_detail_page


@require_safe
def image_list(request: HttpRequest) -> HttpResponse:
    page = image_list_page(before=request.GET.get("before"))
    return render_page(request, "gallery/image_list.html", page, fragment="gallery/_image_results.html")


@require_safe
def image_detail(request: HttpRequest, pk: int) -> HttpResponse:
    page = image_detail_page(pk)
    if page is None:
        raise Http404("There is no such picture in the gallery.")
    return render_page(request, "gallery/image_detail.html", page, fragment="gallery/_image.html")
