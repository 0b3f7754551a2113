"""One thumbnail per row of a list, as a column of the list's own query."""

from __future__ import annotations

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from gallery.models import Image


def of_response(response_pk: str) -> Subquery:
    """The blob whose thumbnail shows the response: of its first final or plot, else of its first partial."""
    images = Image.objects.filter(response=OuterRef(response_pk))
    return _first(images.order_by("-is_card", "position", "index"))


def of_transcript(transcript_pk: str) -> Subquery:
    """The same for a transcript: the first of its responses that has a picture to show."""
    images = Image.objects.filter(response__holdings__transcript=OuterRef(transcript_pk), is_card=True)
    # By holding only: its index delivers that order, so a file of ten thousand responses costs as one of two.
    return _first(images.order_by("response__holdings__position"))


def _first(images: QuerySet[Image]) -> Subquery:
    own = Q(blob__has_thumbnail=True)
    stand_in = Q(stand_in__has_thumbnail=True)
    return Subquery(
        images.filter(own | stand_in, has_thumbnail=True)
        .annotate(shown_sha256=Case(When(own, then="blob_id"), default="stand_in_id"))
        .values("shown_sha256")[:1]
    )
