"""What people wrote, marked and saved: looked at, and notes and saved searches deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery import notes, saved_searches
from gallery.admin import parts
from gallery.admin.base import FactAdmin
from gallery.admin.filters import FixedFilter, yes_or_no
from gallery.admin.parts import column
from gallery.models import ImageNote, Mark, SavedSearch


class OfPictureAdmin(FactAdmin):
    """Rows that hang on a picture, by somebody."""

    person = ""

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return parts.with_thumbnails(rows.select_related(self.person))

    @admin.display(description="picture")
    def picture(self, row: Any) -> SafeString | str:
        return parts.picture_of(row.image)


@admin.register(ImageNote)
class ImageNoteAdmin(OfPictureAdmin):
    """A note is its author's: nobody else puts words into it, but it can be deleted."""

    list_display = (
        "id",
        "picture",
        column("text"),
        "author",
        column("written_at", show=parts.when),
        column("edited_at", show=parts.when),
    )
    person = "author"
    search_fields = ("text", "author__username")
    search_help_text = "A number, or words of the note or its author's name."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "picture",
                    column("text", show=parts.prose),
                    "author",
                    column("written_at", show=parts.when),
                    column("edited_at", show=parts.when),
                )
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("gallery.delete_imagenote")

    def delete_model(self, request: HttpRequest, obj: ImageNote) -> None:
        notes.remove_notes([obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ImageNote]) -> None:
        notes.remove_notes(list(queryset.values_list("pk", flat=True)))


class RatingFilter(FixedFilter):
    title = "rating"
    parameter_name = field = "rating"
    values = ("1", "2", "3", "4", "5")


@admin.register(Mark)
class MarkAdmin(OfPictureAdmin):
    """Opinions, each a person's own."""

    list_display = (
        "id",
        "picture",
        "user",
        "is_favourite",
        "rating",
        column("marked_at", show=parts.when),
    )
    person = "user"
    list_filter = (yes_or_no("is_favourite", "favourite"), RatingFilter)
    search_fields = ("user__username",)
    search_help_text = "A number, or words of the user's name."
    fieldsets = (
        (
            None,
            {"fields": ("picture", "user", "is_favourite", "rating", column("marked_at", show=parts.when))},
        ),
    )


@admin.register(SavedSearch)
class SavedSearchAdmin(FactAdmin):
    """Those shared with the team, and the reader's own: what others keep private stays so here, too."""

    list_display = (
        "id",
        column("name"),
        column("query"),
        "owner",
        "is_shared",
        column("saved_at", show=parts.when),
    )
    list_filter = (yes_or_no("is_shared", "shared"),)
    search_fields = ("name", "query", "owner__username")
    search_help_text = "A number, or words of the name, the query or the owner's name."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    column("name"),
                    column("query", show=parts.words_said),
                    "sort",
                    "layout",
                    "is_stacked",
                    "see",
                    "owner",
                    "is_shared",
                    column("saved_at", show=parts.when),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(pk__in=saved_searches.seen_by(request.user.pk).values("pk")).select_related(
            "owner"
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("gallery.delete_savedsearch")

    def delete_model(self, request: HttpRequest, obj: SavedSearch) -> None:
        saved_searches.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SavedSearch]) -> None:
        for search in queryset:
            saved_searches.delete(search)

    @admin.display(description="see")
    def see(self, search: SavedSearch) -> SafeString:
        asked = saved_searches.parameters_of(search)
        parameters = urlencode({name: parts.encodable(value) for name, value in asked.items()})
        return format_html('<a href="{}?{}">In the gallery</a>', reverse("gallery:image_list"), parameters)
