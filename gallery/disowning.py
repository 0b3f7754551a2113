"""What somebody brought in, once their account is deleted: it stays, and is nobody's."""

from __future__ import annotations

from django.contrib.auth.models import User

from gallery.chunks import chunked
from gallery.indexing import changing
from gallery.ingest import writing
from gallery.models import Image, Response, Transcript


def disown(user: User) -> None:
    """Index, facets and usage follow, in the same transaction: the database alone would only empty the columns."""
    with writing():
        Transcript.objects.filter(uploader=user).update(uploader=None)
        responses = set(Response.objects.filter(uploader=user).values_list("pk", flat=True))
        responses |= set(Image.objects.filter(uploader=user).values_list("response_id", flat=True))
        for chunk in chunked(sorted(responses)):
            with changing(response_ids=chunk):
                Response.objects.filter(pk__in=chunk, uploader=user).update(uploader=None)
                Image.objects.filter(response__in=chunk, uploader=user).update(uploader=None)
