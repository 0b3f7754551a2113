"""Collections, to look at: the gallery's own pages change them, for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery.admin import parts
from gallery.admin.base import FactAdmin, FactInline
from gallery.admin.parts import column
from gallery.counting import CountUpTo, counted_up_to
from gallery.models import Collection, CollectionImage

MOST_COUNTED = 1_000


class PlaceInline(FactInline):
    """The first pictures of a collection, in its order."""

    model = CollectionImage
    verbose_name_plural = "pictures"
    fields = ("position", "picture", column("image.prompt"), "added_by", column("added_at", show=parts.when))
    ordering = ("position", "id")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return parts.with_thumbnails(rows.select_related("added_by"))

    def all_rows(self, parent: Collection) -> SafeString:
        return parts.link(parent.get_absolute_url(), "All pictures")

    @admin.display(description="picture")
    def picture(self, place: CollectionImage) -> SafeString | str:
        return parts.picture_of(place.image)


@admin.register(Collection)
class CollectionAdmin(FactAdmin):
    list_display = (
        "id",
        "picture",
        column("name"),
        "owner",
        "pictures",
        column("changed_at", show=parts.when),
    )
    list_display_links = ("id", "picture")
    list_select_related = ("owner", "cover__blob", "cover__stand_in")
    deferred_in_list = ("note", *parts.heavy_fields("cover"))
    search_fields = ("name", "note")
    search_help_text = "A number, or words of the name or the note."
    inlines = (PlaceInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "picture",
                    column("name"),
                    column("note", show=parts.words_said),
                    "see",
                    "owner",
                    column("made_at", show=parts.when),
                    column("changed_at", show=parts.when),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("owner", "cover__blob", "cover__stand_in")

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        places = CollectionImage.objects.filter(collection=OuterRef("pk")).order_by()
        return rows.annotate(picture_count=CountUpTo(places, MOST_COUNTED))

    @admin.display(description="cover")
    def picture(self, collection: Collection) -> SafeString | str:
        if collection.cover is None:
            return parts.NOTHING
        return parts.thumbnail_alone(parts.thumbnail_sha256(collection.cover), alt=collection.name)

    @admin.display(description="pictures")
    def pictures(self, collection: Any) -> str:
        return counted_up_to(collection.picture_count, MOST_COUNTED)

    @admin.display(description="see")
    def see(self, collection: Collection) -> SafeString:
        return format_html('<a href="{}">In the gallery</a>', collection.get_absolute_url())
