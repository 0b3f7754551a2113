"""The team's tags: how often each is used, another name for one, one for several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery.admin import parts
from gallery.admin.base import FactAdmin, FactInline, record
from gallery.admin.parts import column
from gallery.counting import CountUpTo, counted_up_to
from gallery.curation import BadTag
from gallery.models import ImageTag, Tag
from gallery.tagging import check_name, merge_tags, rename_tag
from gallery.templatetags.gallery import tag_query

MOST_COUNTED = 1_000
MERGED_AT_ONCE = 50

if TYPE_CHECKING:
    TagFormBase = forms.ModelForm[Tag]
else:
    TagFormBase = forms.ModelForm


class TagForm(TagFormBase):
    def clean_name(self) -> str:
        try:
            return check_name(self.instance, self.cleaned_data["name"])[0]
        except BadTag as error:
            raise forms.ValidationError(str(error)) from None


class TaggedInline(FactInline):
    """The newest pictures that bear a tag."""

    model = ImageTag
    verbose_name_plural = "newest pictures that bear it"
    fields = ("picture", column("image.prompt"), "tagged_by", column("tagged_at", show=parts.when))
    ordering = ("-image_id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return parts.with_thumbnails(rows.select_related("tagged_by"))

    def all_rows(self, parent: Tag) -> SafeString:
        return parts.link(_gallery_url(parent), "All pictures")

    @admin.display(description="picture")
    def picture(self, bearing: ImageTag) -> SafeString | str:
        return parts.picture_of(bearing.image)


@admin.register(Tag)
class TagAdmin(FactAdmin):
    """A tag goes by itself with the last picture that bears it, and so cannot be deleted here."""

    form = TagForm
    list_display = (column("name"), "pictures")
    search_fields = ("name",)
    search_help_text = "A number, or words of the tag's name."
    actions = ("merge",)
    inlines = (TaggedInline,)
    fieldsets = ((None, {"fields": ("name", column("key", "compared as"), "see")}),)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_care_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for name in super().get_readonly_fields(request, obj) if name != "name"]

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        # Rows to look at are no part of the form that is sent.
        return [] if request.method == "POST" else super().get_inline_instances(request, obj)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # One tag alone cannot be merged.
        return super().change_view(
            request, object_id, form_url, {"page_actions": [], **(extra_context or {})}
        )

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        bearing = ImageTag.objects.filter(tag=OuterRef("pk")).order_by()
        return rows.annotate(picture_count=CountUpTo(bearing, MOST_COUNTED))

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:  # noqa: FBT001
        rename_tag(obj, obj.name)

    @admin.display(description="pictures")
    def pictures(self, tag: Any) -> SafeString:
        return parts.link(_gallery_url(tag), counted_up_to(tag.picture_count, MOST_COUNTED))

    @admin.display(description="see")
    def see(self, tag: Tag) -> SafeString:
        return format_html('<a href="{}">In the gallery</a>', _gallery_url(tag))

    @admin.action(description="Merge into one", permissions=["care"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Asks which of the chosen ones stays, and then takes it for the others wherever they are."""
        tags = list(queryset.order_by("key")[: MERGED_AT_ONCE + 1])
        if not 2 <= len(tags) <= MERGED_AT_ONCE:
            self.message_user(
                request, f"Choose from 2 to {MERGED_AT_ONCE} tags; nothing was done.", messages.WARNING
            )
            return None
        wanted = request.POST.get("into", "")
        into = next((tag for tag in tags if str(tag.pk) == wanted), None)
        if into is None:
            context = {
                **self.admin_site.each_context(request),
                "title": "Merge tags into one",
                "opts": self.opts,
                "tags": tags,
            }
            return TemplateResponse(request, "admin/gallery/merge_tags.html", context)
        others = [tag for tag in tags if tag is not into]
        moved = merge_tags(into, others)
        names = ", ".join(parts.quoted(tag.name) for tag in others)
        record(request, [into], f"Merged with {names}.")
        more = f"{moved:,} more picture{' bears' if moved == 1 else 's bear'} it"
        self.message_user(
            request, f"{names} merged into {parts.quoted(into.name)}: {more}.", messages.SUCCESS
        )
        return None


def _gallery_url(tag: Tag) -> str:
    return f"{reverse('gallery:image_list')}?q={tag_query(tag)}"
