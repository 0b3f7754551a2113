"""What is not open to somebody: said as a page, as a part of one, or as a sentence for a script."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from gallery.htmx import render_page
from gallery.middleware import is_asked_by_script

UNSAID = "That needs rights that your account does not have. An administrator can grant them."


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Says why in the words of the one who refused, if they were meant for readers."""
    sentence = str(exception or "") or UNSAID
    if is_asked_by_script(request):
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    return render_page(request, "403.html", sentence, fragment="gallery/_refused.html", status=403)
