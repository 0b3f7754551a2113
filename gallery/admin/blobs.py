"""Blobs: the distinct files, and which pictures use them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gallery.admin import parts
from gallery.admin.base import INLINE_ROWS, SHA256, FactAdmin
from gallery.admin.filters import MediaTypeFilter, yes_or_no
from gallery.admin.parts import column
from gallery.models import Blob


@admin.register(Blob)
class BlobAdmin(FactAdmin):
    list_display = (
        "short_name",
        "picture",
        "media_type",
        "pixels",
        "size_in_words",
        "has_c2pa",
        column("stored_at", show=parts.when),
    )
    list_display_links = ("short_name", "picture")
    list_filter = (
        MediaTypeFilter,
        yes_or_no("has_c2pa", "C2PA"),
        yes_or_no("has_thumbnail", "thumbnail"),
    )
    is_numbered = False
    deferred_in_list = ("placeholder", "flaw")
    search_fields = ("flaw",)
    sha256_fields = ("sha256",)
    search_help_text = "A sha256 (six digits are enough), or words of what is wrong with it."
    fieldsets = (
        (None, {"fields": ("large_picture", "original", "used_by", "held_by")}),
        (
            "What the bytes say",
            {
                "fields": (
                    "sha256",
                    "media_type",
                    column("size_bytes", "size", show=parts.size),
                    "pixels",
                    "frame_count",
                    "has_alpha",
                    "has_c2pa",
                    "has_thumbnail",
                    column("flaw"),
                    column("stored_at", show=parts.when),
                )
            },
        ),
    )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Blob | None:
        # Anything else cannot be a key, and PostgreSQL refuses to look for a NUL.
        return super().get_object(request, object_id, from_field) if SHA256.fullmatch(object_id) else None

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "transcripts__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="sha256")
    def short_name(self, blob: Blob) -> SafeString:
        return format_html('<code title="{}">{}</code>', blob.sha256, blob.sha256[:12])

    @admin.display(description="picture")
    def picture(self, blob: Blob) -> SafeString | str:
        return parts.thumbnail_alone(
            blob.sha256 if blob.has_thumbnail else None, alt=f"Blob {blob.sha256[:12]}"
        )

    @admin.display(description="pixels")
    def pixels(self, blob: Blob) -> str:
        return parts.pixels(blob.width, blob.height)

    @admin.display(description="size")
    def size_in_words(self, blob: Blob) -> SafeString | str:
        return parts.size(blob.size_bytes)

    @admin.display(description="picture")
    def large_picture(self, blob: Blob) -> SafeString | str:
        return parts.preview(blob, alt=f"Blob {blob.sha256[:12]}")

    @admin.display(description="file")
    def original(self, blob: Blob) -> SafeString:
        return format_html('<a href="{}">Original bytes</a>', reverse("gallery:blob", args=[blob.sha256]))

    @admin.display(description="used by")
    def used_by(self, blob: Blob) -> SafeString | str:
        # In no order: SQLite would walk all pictures by key to find the few in that order.
        images = list(blob.images.order_by().only("blob", "role", "state", "prompt")[: INLINE_ROWS + 1])
        images += list(
            blob.stand_in_images.order_by().only("stand_in", "role", "state", "prompt")[: INLINE_ROWS + 1]
        )
        if not images:
            return "no picture"
        rows = format_html_join(
            "",
            "<li>{} ({}, {})</li>",
            (
                (
                    parts.link(parts.change_url("image", image.pk), image.prompt or "picture"),
                    image.role,
                    image.state,
                )
                for image in images[:INLINE_ROWS]
            ),
        )
        more = parts.list_link("image", "All pictures made of it", blob__sha256__exact=blob.sha256)
        return format_html("<ul>{}</ul>{}", rows, more)

    @admin.display(description="held by")
    def held_by(self, blob: Blob) -> SafeString | str:
        transcripts = blob.transcripts.order_by().only("pk", "name")[:INLINE_ROWS]
        rows = format_html_join(
            "",
            "<li>{}</li>",
            ((parts.link(parts.change_url("transcript", row.pk), row.name),) for row in transcripts),
        )
        return format_html("<ul>{}</ul>", rows) if rows else "no transcript"
