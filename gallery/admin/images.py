"""Pictures: everything the grid shows, and the one thing to change by hand: whether it shows them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery.admin import parts
from gallery.admin.base import FactAdmin, record
from gallery.admin.filters import GeneratedFilter, ImageUploaderFilter, recent_values
from gallery.admin.parts import column
from gallery.models import Image
from gallery.shelving import set_hidden

RECORDED_AT_MOST = 200


@admin.register(Image)
class ImageAdmin(FactAdmin):
    list_display = (
        "id",
        "picture",
        column("prompt"),
        "role",
        "state",
        column("image_model"),
        column("model"),
        column("size"),
        column("quality"),
        "pixels",
        "size_in_words",
        "uploader",
        "is_shown",
        column("generated_at", show=parts.when),
    )
    list_display_links = ("id", "picture")
    list_select_related = ("uploader", "blob", "stand_in")
    list_filter = (
        GeneratedFilter,
        "role",
        "state",
        "is_hidden",
        recent_values("image_model"),
        recent_values("model"),
        recent_values("quality"),
        recent_values("size"),
        recent_values("output_format"),
        ImageUploaderFilter,
        "has_c2pa",
    )
    deferred_in_list = ("placeholder", "requested", "blob__placeholder", "stand_in__placeholder")
    search_fields = ("prompt", "image_model", "model", "reason")
    id_fields = ("response__response_id",)
    sha256_fields = ("blob__sha256",)
    search_help_text = (
        "A number, a response's id, a sha256 (six digits are enough), a model, or words of the prompt."
    )
    actions = ("hide", "show")
    fieldsets = (
        (None, {"fields": ("large_picture", "see", "is_hidden")}),
        (
            "What the transcript says",
            {
                "fields": (
                    column("prompt", show=parts.prose),
                    "response_link",
                    "item_link",
                    "position",
                    "role",
                    "index",
                    "partial_count",
                    column("image_model"),
                    column("model"),
                    column("response_status"),
                    column("size"),
                    column("quality"),
                    column("background"),
                    column("output_format"),
                    column("action"),
                    column("requested", "asked for", show=parts.json_block),
                    "total_tokens",
                    column("generated_at", show=parts.when),
                    "uploader",
                    "is_salvaged",
                )
            },
        ),
        (
            "What the bytes say",
            {
                "fields": (
                    "state",
                    column("reason"),
                    "blob_link",
                    "stand_in_link",
                    "media_type",
                    column("declared_type"),
                    "pixels",
                    "size_bytes",
                    "has_c2pa",
                    "has_alpha",
                    "is_animated",
                    "has_thumbnail",
                )
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_care_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for name in super().get_readonly_fields(request, obj) if name != "is_hidden"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super().get_queryset(request).select_related("response", "item", "blob", "stand_in", "uploader")
        )

    def save_model(self, request: HttpRequest, obj: Image, form: ModelForm[Any], change: bool) -> None:  # noqa: FBT001
        set_hidden([obj.pk], is_hidden=obj.is_hidden)

    @admin.display(description="picture")
    def picture(self, image: Image) -> SafeString | str:
        return parts.thumbnail_alone(parts.thumbnail_sha256(image), alt=image.prompt or "Picture")

    @admin.display(description="shown", boolean=True)
    def is_shown(self, image: Image) -> bool:
        return image.is_card and not image.is_hidden

    @admin.display(description="pixels")
    def pixels(self, image: Image) -> str:
        return parts.pixels(image.width, image.height)

    @admin.display(description="bytes")
    def size_in_words(self, image: Image) -> SafeString | str:
        return parts.size(image.size_bytes)

    @admin.display(description="picture")
    def large_picture(self, image: Image) -> SafeString | str:
        for blob in (image.blob, image.stand_in):
            if blob is not None and blob.has_thumbnail:
                return parts.preview(blob, alt=image.prompt or "Picture")
        return parts.isolated(image.reason or image.get_state_display(), limit=1000)

    @admin.display(description="see")
    def see(self, image: Image) -> SafeString:
        return format_html('<a href="{}">In the gallery</a>', image.get_absolute_url())

    @admin.display(description="response")
    def response_link(self, image: Image) -> SafeString:
        return parts.link(parts.change_url("response", image.response_id), image.response.response_id)

    @admin.display(description="item")
    def item_link(self, image: Image) -> SafeString | str:
        if image.item is None:
            return parts.NOTHING
        return parts.link(parts.change_url("outputitem", image.item.pk), str(image.item))

    @admin.display(description="blob")
    def blob_link(self, image: Image) -> SafeString | str:
        return (
            parts.link(parts.change_url("blob", image.blob_id), image.blob_id)
            if image.blob_id
            else parts.NOTHING
        )

    @admin.display(description="stand-in")
    def stand_in_link(self, image: Image) -> SafeString | str:
        if not image.stand_in_id:
            return parts.NOTHING
        return parts.link(parts.change_url("blob", image.stand_in_id), image.stand_in_id)

    @admin.action(description="Hide from the gallery", permissions=["care"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_hidden(request, queryset, is_hidden=True)

    @admin.action(description="Show in the gallery", permissions=["care"])
    def show(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_hidden(request, queryset, is_hidden=False)

    def _set_hidden(self, request: HttpRequest, queryset: QuerySet[Any], *, is_hidden: bool) -> None:
        images = list(queryset.filter(is_hidden=not is_hidden)[:RECORDED_AT_MOST])
        set_hidden([image.pk for image in images], is_hidden=is_hidden)
        word = "hidden" if is_hidden else "shown again"
        record(request, images, f"{word.capitalize()}.")
        count = len(images)
        self.message_user(
            request, f"{count} {'picture' if count == 1 else 'pictures'} {word}.", messages.SUCCESS
        )
