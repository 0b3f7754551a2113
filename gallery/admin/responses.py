"""Responses and the items of their output."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery.admin import parts, thumbnails
from gallery.admin.base import FactAdmin, FactInline
from gallery.admin.filters import (
    FirstUploadedFilter,
    KindFilter,
    UploaderFilter,
    recent_values,
    yes_or_no,
)
from gallery.admin.parts import column
from gallery.models import Image, OutputItem, Response, ResponseTranscript

HEAVY_FIELDS = (
    "instructions",
    "output_text",
    "error_message",
    "requested",
    "rest",
    "salvaged",
    "timeline",
    "problems",
)
EXCERPT = 300


class ItemInline(FactInline):
    """The items of a response's output, in order; texts by their beginning."""

    model = OutputItem
    fields = (
        "position",
        column("type"),
        column("status"),
        column("role"),
        column("excerpt", "text"),
        "is_salvaged",
    )
    ordering = ("position",)
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request).defer("text", "payload")
        return rows.annotate(excerpt=Left("text", EXCERPT))

    def all_rows(self, parent: Response) -> SafeString:
        return parts.list_link("outputitem", "All items", response__id__exact=parent.pk)


class ImageInline(FactInline):
    """The pictures of a response: finals, partials and plots."""

    model = Image
    verbose_name_plural = "pictures"
    fields = (
        "picture",
        "position",
        "role",
        "index",
        "state",
        column("reason"),
        "true_size",
        "size_in_words",
        column("prompt"),
    )
    ordering = ("position", "role", "index")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("blob", "stand_in")
        return rows.defer("placeholder", "requested", "blob__placeholder", "stand_in__placeholder")

    def all_rows(self, parent: Response) -> SafeString:
        return parts.list_link("image", "All pictures", response__id__exact=parent.pk)

    @admin.display(description="picture")
    def picture(self, image: Image) -> SafeString | str:
        url = parts.change_url("image", image.pk)
        return parts.thumbnail(parts.thumbnail_sha256(image), alt=image.prompt or "Picture", url=url)

    @admin.display(description="pixels")
    def true_size(self, image: Image) -> str:
        return parts.pixels(image.width, image.height)

    @admin.display(description="bytes")
    def size_in_words(self, image: Image) -> SafeString | str:
        return parts.size(image.size_bytes)


class TranscriptInline(FactInline):
    """The transcripts that hold a form of a response."""

    model = ResponseTranscript
    verbose_name_plural = "transcripts"
    fields = ("transcript_link", "place", column("transcript.shape"), "uploaded_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("transcript")
        return rows.defer("snapshot", "transcript__problems")

    def all_rows(self, parent: Response) -> SafeString:
        return parts.list_link("responsetranscript", "All transcripts", response__id__exact=parent.pk)

    @admin.display(description="transcript")
    def transcript_link(self, holding: ResponseTranscript) -> SafeString:
        return parts.link(parts.change_url("transcript", holding.transcript_id), holding.transcript.name)

    @admin.display(description="# in the file")
    def place(self, holding: ResponseTranscript) -> int:
        return holding.position + 1

    @admin.display(description="uploaded")
    def uploaded_at(self, holding: ResponseTranscript) -> SafeString | str:
        return parts.when(holding.transcript.uploaded_at)


@admin.register(Response)
class ResponseAdmin(FactAdmin):
    list_display = (
        "id",
        "picture",
        "response_and_status",
        "models",
        "tokens",
        column("created_at", "generated", show=parts.when),
        "uploaded",
    )
    list_display_links = ("id", "picture")
    list_select_related = ("uploader",)
    list_filter = (
        FirstUploadedFilter,
        recent_values("status"),
        recent_values("model"),
        recent_values("image_model"),
        KindFilter,
        UploaderFilter,
    )
    deferred_in_list = HEAVY_FIELDS
    search_fields = (
        "response_id",
        "custom_id",
        "model",
        "image_model",
        "instructions",
        "output_text",
        "error_message",
    )
    id_fields = ("response_id", "previous_response_id")
    sha256_fields = ("key",)
    search_help_text = (
        "A number, a response's id (its own or its predecessor's), a model, or words of its texts."
    )
    inlines = (ItemInline, ImageInline, TranscriptInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    column("response_id"),
                    "is_id_made",
                    "see",
                    column("status"),
                    column("model"),
                    column("image_model"),
                    "kind",
                    column("created_at", show=parts.when),
                    column("completed_at", show=parts.when),
                    "took",
                    "uploader",
                    column("first_uploaded_at", show=parts.when),
                )
            },
        ),
        (
            "Words",
            {
                "fields": (
                    column("instructions", show=parts.prose),
                    column("output_text", show=parts.prose),
                    column("error_code"),
                    column("error_message", show=parts.words_said),
                    column("incomplete_reason"),
                    "previous",
                    column("custom_id"),
                )
            },
        ),
        (
            "Tokens of the chat model",
            {
                "fields": (
                    "input_tokens",
                    "cached_tokens",
                    "output_tokens",
                    "reasoning_tokens",
                    "total_tokens",
                    column("chat_cost_usd", "cost", show=parts.dollars),
                    "chat_price",
                )
            },
        ),
        (
            "Tokens of the image model",
            {
                "fields": (
                    "image_input_tokens",
                    "image_input_text_tokens",
                    "image_input_image_tokens",
                    "image_output_tokens",
                    "image_output_text_tokens",
                    "image_output_image_tokens",
                    "image_total_tokens",
                    "image_cached_tokens",
                    "image_cached_text_tokens",
                    "image_cached_image_tokens",
                )
            },
        ),
        (
            "Reading",
            {
                "fields": (
                    column("problems", name="problems_in_words", show=parts.problem_list),
                    column("salvaged", show=parts.json_block),
                    "key",
                )
            },
        ),
        (
            "Settings asked for",
            {"classes": ("collapse",), "fields": (column("requested", show=parts.json_block),)},
        ),
        (
            "Everything else it said",
            {"classes": ("collapse",), "fields": (column("rest", show=parts.json_block),)},
        ),
        ("Events", {"classes": ("collapse",), "fields": (column("timeline", show=parts.json_block),)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("uploader", "chat_price")

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        return rows.annotate(thumbnail_sha256=thumbnails.of_response("pk"))

    @admin.display(description="picture")
    def picture(self, response: Any) -> SafeString | str:
        return parts.thumbnail_alone(response.thumbnail_sha256, alt="A picture of the response")

    @admin.display(description="response")
    def response_and_status(self, response: Response) -> SafeString | str:
        return parts.lines(parts.isolated(response.response_id), parts.isolated(response.status))

    @admin.display(description="models")
    def models(self, response: Response) -> SafeString | str:
        return parts.lines(parts.isolated(response.image_model), parts.isolated(response.model))

    @admin.display(description="tokens")
    def tokens(self, response: Response) -> SafeString | str:
        """The image model's stand first, as its name does."""
        image, chat = response.image_total_tokens, response.total_tokens
        return parts.lines(parts.number(image), parts.number(chat))

    @admin.display(description="uploaded")
    def uploaded(self, response: Response) -> SafeString | str:
        return parts.lines(parts.when(response.first_uploaded_at), parts.person(response.uploader))

    @admin.display(description="took")
    def took(self, response: Response) -> str:
        return parts.duration(response.created_at, response.completed_at)

    @admin.display(description="see")
    def see(self, response: Response) -> SafeString:
        return format_html('<a href="{}">In the gallery</a>', response.get_absolute_url())

    @admin.display(description="previous response")
    def previous(self, response: Response) -> SafeString | str:
        if not response.previous_response_id:
            return parts.NOTHING
        return parts.list_link("response", response.previous_response_id, q=response.previous_response_id)


@admin.register(OutputItem)
class OutputItemAdmin(FactAdmin):
    list_display = (
        "id",
        "type_and_role",
        "status_and_source",
        column("excerpt", "text"),
        "response_link",
    )
    list_display_links = ("id",)
    list_select_related = ("response",)
    list_filter = (recent_values("type"), recent_values("status"), yes_or_no("is_salvaged", "salvaged"))
    deferred_in_list = ("text", "payload", *(f"response__{name}" for name in HEAVY_FIELDS))
    search_fields = ("item_id", "type", "text")
    id_fields = ("response__response_id",)
    search_help_text = "A number, an item's or a response's id, or words of its text."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "response_link",
                    "position",
                    column("item_id"),
                    column("type"),
                    column("status"),
                    column("role"),
                    "is_salvaged",
                )
            },
        ),
        ("Text", {"fields": (column("text", show=parts.prose),)}),
        ("The item as JSON", {"fields": (column("payload", show=parts.json_block),)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("response")

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        return rows.annotate(excerpt=Left("text", EXCERPT))

    @admin.display(description="type")
    def type_and_role(self, item: OutputItem) -> SafeString | str:
        return parts.lines(parts.isolated(item.type), parts.isolated(item.role))

    @admin.display(description="status")
    def status_and_source(self, item: OutputItem) -> SafeString | str:
        return parts.lines(parts.isolated(item.status), "salvaged" if item.is_salvaged else "")

    @admin.display(description="response")
    def response_link(self, item: OutputItem) -> SafeString:
        return parts.link(parts.change_url("response", item.response_id), item.response.response_id)
