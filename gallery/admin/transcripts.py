"""Transcripts: who uploaded what, what was wrong with it, what came of it; and reading one again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery.admin import parts, thumbnails
from gallery.admin.base import FactAdmin, FactInline, record
from gallery.admin.filters import ProblemsFilter, ShapeFilter, UploadedFilter, UploaderFilter
from gallery.admin.parts import column
from gallery.fsck import check_original
from gallery.ingest import reread_transcript
from gallery.models import ResponseTranscript, Transcript
from gallery.reports import counted

AT_ONCE = 10
HEAVY_RESPONSE_FIELDS = (
    "instructions",
    "output_text",
    "error_message",
    "requested",
    "rest",
    "salvaged",
    "timeline",
    "problems",
)


class ResponseInline(FactInline):
    """The responses of a transcript, in the order of the file."""

    model = ResponseTranscript
    verbose_name_plural = "responses"
    fields = (
        "place",
        "picture",
        "response_link",
        column("response.status"),
        column("response.model"),
        column("response.image_model"),
        "created_at",
    )
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("response")
        heavy = (f"response__{name}" for name in HEAVY_RESPONSE_FIELDS)
        return rows.defer("snapshot", *heavy).annotate(thumbnail_sha256=thumbnails.of_response("response_id"))

    def all_rows(self, parent: Transcript) -> SafeString:
        return parts.list_link("responsetranscript", "All responses", transcript__id__exact=parent.pk)

    @admin.display(description="#")
    def place(self, holding: ResponseTranscript) -> int:
        return holding.position + 1

    @admin.display(description="picture")
    def picture(self, holding: Any) -> SafeString | str:
        url = parts.change_url("response", holding.response_id)
        return parts.thumbnail(holding.thumbnail_sha256, alt="A picture of the response", url=url)

    @admin.display(description="response")
    def response_link(self, holding: ResponseTranscript) -> SafeString:
        return parts.link(parts.change_url("response", holding.response_id), holding.response.response_id)

    @admin.display(description="generated")
    def created_at(self, holding: ResponseTranscript) -> SafeString | str:
        return parts.when(holding.response.created_at)


@admin.register(Transcript)
class TranscriptAdmin(FactAdmin):
    list_display = (
        "id",
        "picture",
        "name_and_size",
        "responses_found",
        "pictures_found",
        "problems_found",
        "uploaded",
    )
    list_display_links = ("id", "picture")
    list_select_related = ("uploader",)
    list_filter = (UploadedFilter, "source", ShapeFilter, ProblemsFilter, UploaderFilter)
    deferred_in_list = ("problems",)
    search_fields = ("name", "shape_detail")
    sha256_fields = ("sha256",)
    search_help_text = "A number, a sha256 (six digits are enough), or words of the file's name."
    inlines = (ResponseInline,)
    actions = ("read_again", "verify")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    column("name"),
                    "downloads",
                    "uploader",
                    column("uploaded_at", show=parts.when),
                    "source",
                )
            },
        ),
        (
            "What it is",
            {"fields": ("shape", column("shape_detail"), "encoding", "compression", "event_count", "sha256")},
        ),
        (
            "What came of it",
            {
                "fields": (
                    column("size_bytes", "size", show=parts.size),
                    column("kept_bytes", "kept of it", show=parts.size),
                    "response_count",
                    "picture_count",
                    "blob_count",
                )
            },
        ),
        (
            "Problems met while reading",
            {
                "fields": (
                    "problem_count",
                    column("problems", name="problems_in_words", show=parts.problem_list),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("uploader")

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        return rows.annotate(thumbnail_sha256=thumbnails.of_transcript("pk"))

    @admin.display(description="picture")
    def picture(self, transcript: Any) -> SafeString | str:
        return parts.thumbnail_alone(transcript.thumbnail_sha256, alt="A picture of the transcript")

    @admin.display(description="name")
    def name_and_size(self, transcript: Transcript) -> SafeString | str:
        facts = f"{transcript.shape}, {parts.size(transcript.size_bytes)}"
        return parts.lines(parts.isolated(transcript.name), facts)

    @admin.display(description="uploaded")
    def uploaded(self, transcript: Transcript) -> SafeString | str:
        by, source = parts.person(transcript.uploader), transcript.get_source_display()
        return parts.lines(parts.when(transcript.uploaded_at), by, source)

    @admin.display(description="responses")
    def responses_found(self, transcript: Transcript) -> int:
        return transcript.response_count

    @admin.display(description="pictures")
    def pictures_found(self, transcript: Transcript) -> int:
        return transcript.picture_count

    @admin.display(description="problems")
    def problems_found(self, transcript: Transcript) -> int:
        return transcript.problem_count

    @admin.display(description="see")
    def downloads(self, transcript: Transcript) -> SafeString:
        return format_html(
            '<a href="{}">In the gallery</a> · <a href="{}">Download the original</a>',
            transcript.get_absolute_url(),
            reverse("gallery:transcript_original", args=[transcript.pk]),
        )

    @admin.display(description="blobs")
    def blob_count(self, transcript: Transcript) -> SafeString:
        count = transcript.blobs.count()
        return parts.list_link(
            "blob", counted(count, "distinct picture"), transcripts__id__exact=transcript.pk
        )

    @admin.action(description="Read again from its archive", permissions=["care"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Each transcript's original is rebuilt and read as if it had just been uploaded."""
        read = []
        for transcript in self._a_few(request, queryset):
            report = reread_transcript(transcript)
            level = messages.SUCCESS if report.outcome != "refused" else messages.ERROR
            self.message_user(request, f"{parts.quoted(transcript.name)}: {report.sentence}", level)
            if report.outcome != "refused":
                read.append(transcript)
        record(request, read, "Read again from its archive.")

    @admin.action(description="Verify the original", permissions=["care"])
    def verify(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Each transcript's original is rebuilt and compared with the hash of what was uploaded."""
        for transcript in self._a_few(request, queryset):
            finding = check_original(transcript)
            if finding is None:
                words = f"{parts.quoted(transcript.name)} comes back byte for byte."
                self.message_user(request, words, messages.SUCCESS)
            else:
                self.message_user(
                    request, f"{parts.quoted(transcript.name)}: {finding.sentence}", messages.ERROR
                )

    def _a_few(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Transcript]:
        """Those chosen; none, and a word about it, where they are too many for one request."""
        transcripts = list(queryset[: AT_ONCE + 1])
        if len(transcripts) <= AT_ONCE:
            return transcripts
        self.message_user(request, f"Choose at most {AT_ONCE} at once; nothing was done.", messages.WARNING)
        return []


@admin.register(ResponseTranscript)
class ResponseTranscriptAdmin(FactAdmin):
    """Which transcript holds which response."""

    list_display = ("id", "place", "picture", "response_link", "transcript_link")
    list_display_links = ("id",)
    list_filter = ()
    search_fields = ("response__response_id", "transcript__name")
    id_fields = ("response__response_id",)
    sha256_fields = ("transcript__sha256",)
    search_help_text = "A number, a response's id, a transcript's sha256, or words of a file's name."
    list_select_related = ("response", "transcript")
    deferred_in_list = (
        "snapshot",
        "transcript__problems",
        *(f"response__{name}" for name in HEAVY_RESPONSE_FIELDS),
    )
    fieldsets = ((None, {"fields": ("place", "response_link", "transcript_link", "snapshot_size")}),)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("response", "transcript")

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        return rows.annotate(thumbnail_sha256=thumbnails.of_response("response_id"))

    @admin.display(description="# in the file")
    def place(self, holding: ResponseTranscript) -> int:
        return holding.position + 1

    @admin.display(description="picture")
    def picture(self, holding: Any) -> SafeString | str:
        return parts.thumbnail_alone(holding.thumbnail_sha256, alt="A picture of the response")

    @admin.display(description="response")
    def response_link(self, holding: ResponseTranscript) -> SafeString:
        return parts.link(parts.change_url("response", holding.response_id), holding.response.response_id)

    @admin.display(description="transcript")
    def transcript_link(self, holding: ResponseTranscript) -> SafeString:
        return parts.link(parts.change_url("transcript", holding.transcript_id), holding.transcript.name)

    @admin.display(description="its form, packed")
    def snapshot_size(self, holding: ResponseTranscript) -> SafeString | str:
        return parts.size(len(holding.snapshot))
