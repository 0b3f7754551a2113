"""Whether the gallery is well, and a check of everything: for administrators."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gallery import checking
from gallery.htmx import render_page, wants_fragment
from gallery.middleware import client_address
from gallery.pages.health import check_part, health_page
from gallery.roles import Role, requires

TEMPLATE = "gallery/health.html"


@requires(Role.ADMINISTRATOR)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    return render_page(request, TEMPLATE, health_page())


@never_cache
@requires(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def health_check(request: HttpRequest) -> HttpResponse:
    """How the check of everything stands; posted to, it begins, unless one is running. It changes nothing."""
    is_asked_for = request.method == "POST"
    problem = _start(request) if is_asked_for else ""
    if wants_fragment(request):
        part = check_part(is_asked_for=is_asked_for, problem=problem)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
        return render_page(request, TEMPLATE, part, fragment="gallery/_check_answer.html", status=status)
    if problem:
        messages.error(request, problem)
    return redirect("gallery:health")


def _start(request: HttpRequest) -> str:
    """Why it could not; empty where one is running now, be it this one or another."""
    try:
        checking.start(cast("User", request.user), address=client_address(request))
    except checking.AlreadyRunning:
        pass
    except OSError as error:
        return f"The check could not be started: {error.strerror or error}."
    return ""
