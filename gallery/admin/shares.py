"""Shares: what people outside are shown, by whom, how often they looked. Made in the gallery; revoked here, too."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from gallery import sharing
from gallery.admin import parts
from gallery.admin.base import FactAdmin, record
from gallery.admin.parts import column
from gallery.middleware import client_address
from gallery.models import Share

TIMES = tuple(column(name, show=parts.when) for name in ("made_at", "expires_at", "revoked_at"))
STATES = set(sharing.State)
VISITS = ("visit_count", column("visited_at", "last visit", show=parts.when))


class StateFilter(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, state) for state in sharing.State]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        state = self.value()
        return queryset.filter(sharing.in_state(sharing.State(state))) if state in STATES else queryset


@admin.register(Share)
class ShareAdmin(FactAdmin):
    """Links stand in the gallery's own list of shares."""

    list_display = ("id", "what", "shows", "made_by", "state", TIMES[1], *VISITS)
    list_select_related = ("collection", "made_by")
    list_filter = (StateFilter, ("shows", admin.ChoicesFieldListFilter))
    search_fields = ("made_by__username", "collection__name")
    search_help_text = "A number, or words of its maker's or the collection's name."
    fieldsets = (
        (
            None,
            {"fields": ("what", "shows", "is_stripped", "has_password", "made_by", *TIMES, *VISITS, "state")},
        ),
    )
    deferred_in_list = ("token", "collection__note")
    actions = ("revoke",)

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        return rows.annotate(prompt_beginning=Left("image__prompt", sharing.NAME_CHARACTERS))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return sharing.with_sharers(super().get_queryset(request))

    def is_fitting(self, action: str, row: Share) -> bool:
        return row.revoked_at is None

    @admin.display(description="what")
    def what(self, share: Any) -> SafeString | str:
        if share.collection is not None:
            return parts.link(share.collection.get_absolute_url(), share.collection.name)
        prompt = share.prompt_beginning if hasattr(share, "prompt_beginning") else sharing.name_of(share)
        address = reverse("gallery:image_detail", args=[share.image_id])
        return parts.link(address, " ".join((prompt or "").split()) or "a picture without a prompt")

    @admin.display(description="password", boolean=True)
    def has_password(self, share: Share) -> bool:
        return bool(share.password)

    @admin.display(description="state")
    def state(self, share: Share) -> str:
        state = sharing.state_of(share)
        return f"{state}: {sharing.why_stopped(share)}" if state == sharing.State.STOPPED else state

    @admin.action(description="Revoke", permissions=["care"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Share]) -> None:
        """Their links show nothing from now on."""
        user, address = cast("User", request.user), client_address(request)
        chosen = queryset.select_related("collection", "image")
        revoked = [share for share in chosen if sharing.revoke(share, by=user, address=address)]
        record(request, revoked, "Revoked.")
        words = "1 share is" if len(revoked) == 1 else f"{len(revoked)} shares are"
        self.message_user(request, f"{words} revoked.", messages.SUCCESS if revoked else messages.INFO)
