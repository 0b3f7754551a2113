"""Pictures: everything the grid shows, and what is decided by hand: whether it shows them, and what is in the trash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery.admin import parts
from gallery.admin.base import FactAdmin, record
from gallery.admin.filters import (
    GeneratedFilter,
    ImageUploaderFilter,
    TrashFilter,
    recent_values,
    yes_or_no,
)
from gallery.admin.parts import column
from gallery.audit import Action, record_pictures
from gallery.middleware import client_address
from gallery.models import Image
from gallery.pages.words import dollars
from gallery.shelving import put_in_trash, restore, set_hidden

RECORDED_AT_MOST = 200


@admin.register(Image)
class ImageAdmin(FactAdmin):
    list_display = (
        "picture",
        column("prompt"),
        "kind",
        "models",
        "size_and_quality",
        "cost",
        "generated",
    )
    list_display_links = ("picture",)
    list_select_related = ("uploader", "blob", "stand_in")
    list_filter = (
        GeneratedFilter,
        "role",
        "state",
        yes_or_no("is_hidden", "hidden"),
        TrashFilter,
        recent_values("image_model"),
        recent_values("model"),
        recent_values("quality"),
        recent_values("size"),
        recent_values("output_format"),
        ImageUploaderFilter,
        yes_or_no("has_c2pa", "C2PA"),
    )
    deferred_in_list = ("placeholder", "requested", "blob__placeholder", "stand_in__placeholder")
    search_fields = ("prompt", "image_model", "model", "reason")
    id_fields = ("response__response_id",)
    sha256_fields = ("blob__sha256",)
    search_help_text = (
        "A number, a response's id, a sha256 (six digits are enough), a model, or words of the prompt."
    )
    actions = ("hide", "show", "put_in_trash", "restore")
    fieldsets = (
        (None, {"fields": ("large_picture", "see", "id", "is_hidden", "trash")}),
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
                    column("cost_usd", "cost", show=parts.dollars),
                    "is_cost_estimated",
                    "cost_share",
                    "price",
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
                    "true_size",
                    column("size_bytes", "bytes", show=parts.size),
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
            super()
            .get_queryset(request)
            .select_related("response", "item", "blob", "stand_in", "uploader", "trashed_by", "price")
        )

    def is_fitting(self, action: str, row: Image) -> bool:
        fits = {
            "hide": not row.is_hidden,
            "show": row.is_hidden,
            "put_in_trash": row.is_card and row.trashed_at is None,
            "restore": row.trashed_at is not None,
        }
        return fits.get(action, True)

    def save_model(self, request: HttpRequest, obj: Image, form: ModelForm[Any], change: bool) -> None:  # noqa: FBT001
        changed = set_hidden([obj.pk], is_hidden=obj.is_hidden)
        self._audit(request, Action.HIDE if obj.is_hidden else Action.SHOW, [obj.pk], changed)

    @staticmethod
    def _audit(request: HttpRequest, action: Action, keys: list[int], changed: int) -> None:
        user = cast("User", request.user)
        record_pictures(action, user, keys, count=changed, address=client_address(request))

    @admin.display(description="picture")
    def picture(self, image: Image) -> SafeString | str:
        shown = parts.thumbnail_alone(parts.thumbnail_sha256(image), alt=image.prompt or "Picture")
        return shown if shown != parts.NOTHING else image.get_state_display()

    @admin.display(description="kind")
    def kind(self, image: Image) -> SafeString | str:
        """With what keeps it out of the grid."""
        hidden = "hidden" if image.is_hidden else ""
        trashed = "in the trash" if image.trashed_at is not None else ""
        return parts.lines(image.get_role_display(), image.get_state_display(), hidden, trashed)

    @admin.display(description="models")
    def models(self, image: Image) -> SafeString | str:
        return parts.lines(parts.isolated(image.image_model), parts.isolated(image.model))

    @admin.display(description="cost")
    def cost(self, image: Image) -> str:
        """In short; the picture's page has all digits."""
        if image.cost_usd is None:
            return parts.NOTHING
        return dollars(image.cost_usd, is_estimated=image.is_cost_estimated)

    @admin.display(description="generated")
    def generated(self, image: Image) -> SafeString | str:
        return parts.lines(parts.when(image.generated_at), parts.person(image.uploader))

    @admin.display(description="size")
    def size_and_quality(self, image: Image) -> SafeString | str:
        """In true pixels, or else as the transcript has it."""
        true_size = self.true_size(image)
        size = true_size if true_size != parts.NOTHING else parts.isolated(image.size)
        return parts.lines(size, parts.isolated(image.quality), parts.size(image.size_bytes))

    @admin.display(description="in the trash")
    def trash(self, image: Image) -> SafeString | str:
        if image.trashed_at is None:
            return "no"
        by = image.trashed_by.get_username() if image.trashed_by else "unknown"
        return format_html("since {}, by <bdi>{}</bdi>", parts.when(image.trashed_at), by)

    @admin.display(description="pixels")
    def true_size(self, image: Image) -> str:
        return parts.pixels(image.width, image.height)

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
        self._shelve(
            request,
            queryset.filter(is_hidden=False),
            lambda ids: set_hidden(ids, is_hidden=True),
            "hidden",
            Action.HIDE,
        )

    @admin.action(description="Show in the gallery", permissions=["care"])
    def show(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._shelve(
            request,
            queryset.filter(is_hidden=True),
            lambda ids: set_hidden(ids, is_hidden=False),
            "shown again",
            Action.SHOW,
        )

    @admin.action(description="Put in the trash", permissions=["care"])
    def put_in_trash(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = User.objects.get(username=request.user.get_username())
        self._shelve(
            request,
            queryset.filter(trashed_at=None, is_card=True),
            lambda ids: put_in_trash(ids, user),
            "put in the trash",
            Action.TRASH,
        )

    @admin.action(description="Restore from the trash, however long ago", permissions=["care"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._shelve(
            request,
            queryset.filter(trashed_at__isnull=False),
            lambda ids: restore(ids, is_any_age=True),
            "restored",
            Action.RESTORE,
        )

    def _shelve(
        self,
        request: HttpRequest,
        wanted: QuerySet[Any],
        change: Callable[[list[int]], int],
        done: str,
        action: Action,
    ) -> None:
        """Of more than `RECORDED_AT_MOST` the first ones, which is said."""
        images = list(wanted[: RECORDED_AT_MOST + 1])
        is_more = len(images) > RECORDED_AT_MOST
        images = images[:RECORDED_AT_MOST]
        keys = [image.pk for image in images]
        changed = change(keys)
        record(request, images, f"{done.capitalize()}.")
        self._audit(request, action, keys, changed)
        count = len(images)
        more = " There are more: do it again for the next ones." if is_more else ""
        self.message_user(
            request,
            f"{count} {'picture' if count == 1 else 'pictures'} {done}.{more}",
            messages.WARNING if is_more else messages.SUCCESS,
        )
