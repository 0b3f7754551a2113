"""Whether the gallery is well: for administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.htmx import render_page
from gallery.pages.health import health_page
from gallery.roles import Role, requires


@requires(Role.ADMINISTRATOR)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    return render_page(request, "gallery/health.html", health_page())
