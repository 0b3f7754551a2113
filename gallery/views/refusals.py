"""What is not open to somebody: said as a page, as a part of one, or as a sentence for a script."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string

from gallery.htmx import render_page
from gallery.middleware import is_asked_by_script

UNSAID = "That needs rights that your account does not have. An administrator can grant them."
MALFORMED = "Something in what was sent is malformed. Go back, reload the page, and try again."
NOT_THIS_HOST = (
    "The gallery does not go by the name that this address calls it. Use its own address; whoever runs it can add "
    "this one to GALLERY_ALLOWED_HOSTS."
)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For what is refused before any view is asked: a page, or a problem where a program asks."""
    sentence = NOT_THIS_HOST if isinstance(exception, DisallowedHost) else MALFORMED
    if not request.path_info.startswith("/api/"):
        # Without the request: on a host that is none of ours, whose it is is not asked.
        return HttpResponseBadRequest(render_to_string("400.html", {"sentence": sentence}))
    # Here, because only programs need it: see `gallery.api.entrance`.
    from gallery.api.problems import ApiProblem, problem_response

    return problem_response(request, ApiProblem("bad-request", sentence))


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Says why in the words of the one who refused, if they were meant for readers."""
    sentence = str(exception or "") or UNSAID
    if is_asked_by_script(request):
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    return render_page(request, "403.html", sentence, fragment="gallery/_refused.html", status=403)
