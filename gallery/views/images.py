"""The grid of pictures, its facets, and the page of one picture."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.filters import ImageFilters, read_filters
from gallery.htmx import render_page, wants_fragment
from gallery.pages.dates import dates_page
from gallery.pages.facets import facets_page
from gallery.pages.freshness import new_images_page
from gallery.pages.image_list import continuation_size, image_list_page
from gallery.pages.pictures import image_detail_page
from gallery.pages.search import search_help_page


@require_safe
def image_list(request: HttpRequest) -> HttpResponse:
    """The front page. Script gets the next tiles where it says after which, else all below the search box."""
    before = request.GET.get("before")
    is_continuation = before is not None and wants_fragment(request)
    more = continuation_size(request.GET) if is_continuation else 0
    page = image_list_page(_filters(request), before=before, more=more)
    fragment = "gallery/_image_region.html" if before is None else "gallery/_image_results.html"
    return render_page(request, "gallery/image_list.html", page, fragment=fragment)


@require_safe
def images_new(request: HttpRequest) -> HttpResponse:
    """What came since the page that asks was read; no content if nothing."""
    asked = request.GET
    page = new_images_page(_filters(request), since=asked.get("since", ""), known=asked.get("known", ""))
    if page is None:
        return HttpResponse(status=204)
    return render_page(request, "gallery/images_new.html", page, fragment="gallery/_new_images.html")


@require_safe
def image_facets(request: HttpRequest) -> HttpResponse:
    page = facets_page(_filters(request))
    return render_page(request, "gallery/image_facets.html", page, fragment="gallery/_facets.html")


@require_safe
def image_dates(request: HttpRequest) -> HttpResponse:
    page = dates_page(_filters(request))
    return render_page(request, "gallery/image_dates.html", page, fragment="gallery/_dates.html")


@require_safe
def image_detail(request: HttpRequest, pk: int) -> HttpResponse:
    page = image_detail_page(pk, _filters(request), reader=cast("User", request.user))
    if page is None:
        raise Http404("There is no such picture in the gallery.")
    return render_page(request, "gallery/image_detail.html", page, fragment="gallery/_image.html")


@require_safe
def search_help(request: HttpRequest) -> HttpResponse:
    return render_page(request, "gallery/search_help.html", search_help_page())


def _filters(request: HttpRequest) -> ImageFilters:
    return read_filters(request.GET, user_id=request.user.pk)
