"""Who uploaded what and when, what came of it, and the original back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from gallery import blobs
from gallery.filenames import attachment, download_name
from gallery.forms import TranscriptDetailForm, TranscriptListForm
from gallery.htmx import render_page
from gallery.models import Transcript
from gallery.originals import original_chunks
from gallery.pages.transcripts import transcript_detail_page, transcript_list_page


@require_safe
def transcript_list(request: HttpRequest) -> HttpResponse:
    form = TranscriptListForm(request.GET)
    if not form.is_valid():
        raise Http404("That is no place in the list of transcripts. Begin with the newest.")
    page = transcript_list_page(form.cleaned_data["before"])
    return render_page(request, "gallery/transcript_list.html", page)


@require_safe
def transcript_detail(request: HttpRequest, pk: int) -> HttpResponse:
    form = TranscriptDetailForm(request.GET)
    if not form.is_valid():
        raise Http404("That is no place in this transcript.")
    transcript: Transcript = get_object_or_404(Transcript.objects.select_related("uploader"), pk=pk)
    page = transcript_detail_page(transcript, from_position=form.cleaned_data["from"] or 0)
    return render_page(request, "gallery/transcript_detail.html", page)


@require_safe
def transcript_original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded, byte for byte, or a sentence: never a part of it."""
    transcript = get_object_or_404(Transcript, pk=pk)
    if not _is_whole(transcript):
        return render_page(request, "gallery/transcript_incomplete.html", transcript, status=404)
    headers = {
        "Content-Disposition": attachment(download_name(transcript.name)),
        "Content-Length": str(transcript.size_bytes),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if request.method == "HEAD":
        return HttpResponse(content_type="application/octet-stream", headers=headers)
    return StreamingHttpResponse(
        original_chunks(transcript), content_type="application/octet-stream", headers=headers
    )


def _is_whole(transcript: Transcript) -> bool:
    """Whether all files that the original is made of are there: asked before the first byte is sent."""
    parts = transcript.blobs.values_list("pk", flat=True)
    return blobs.exists("skeletons", transcript.sha256) and all(blobs.exists("blobs", part) for part in parts)
