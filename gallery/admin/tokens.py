"""API tokens: whose they are and when they were used. Only owners ever saw their secrets; here they are revoked."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from gallery import tokens
from gallery.admin import parts
from gallery.admin.base import FactAdmin, record
from gallery.admin.parts import column
from gallery.middleware import client_address
from gallery.models import ApiToken

TIMES = tuple(column(name, show=parts.when) for name in ("made_at", "expires_at", "used_at", "revoked_at"))


class StateFilter(admin.SimpleListFilter):
    """Whether programs can use them."""

    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("usable", "usable"), ("ended", "not usable any more")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_usable = tokens.are_usable() & Q(user__is_active=True)
        match self.value():
            case "usable":
                return queryset.filter(is_usable)
            case "ended":
                return queryset.exclude(is_usable)
        return queryset


@admin.register(ApiToken)
class ApiTokenAdmin(FactAdmin):
    """Made by their owners in their account's menu."""

    list_display = ("id", "user", "name_and_beginning", "scope", *TIMES[:3], "state_and_since")
    list_select_related = ("user",)
    list_filter = (StateFilter, ("scope", admin.ChoicesFieldListFilter))
    search_fields = ("user__username", "name", "beginning")
    search_help_text = "A number, or words of the owner's or the token's name, or what it begins with."
    fieldsets = ((None, {"fields": ("user", column("name"), column("beginning"), "scope", *TIMES, "state")}),)
    deferred_in_list = ("secret_sha256",)
    actions = ("revoke",)

    def is_fitting(self, action: str, row: ApiToken) -> bool:
        return row.revoked_at is None

    @admin.display(description="name")
    def name_and_beginning(self, token: ApiToken) -> SafeString | str:
        return parts.lines(parts.isolated(token.name), parts.isolated(f"{token.beginning}…"))

    @admin.display(description="state")
    def state_and_since(self, token: ApiToken) -> SafeString | str:
        return parts.lines(self.state(token), parts.when(token.revoked_at))

    @admin.display(description="state")
    def state(self, token: ApiToken) -> str:
        if token.revoked_at is not None:
            return "revoked"
        if token.expires_at is not None and token.expires_at <= timezone.now():
            return "expired"
        return "usable" if token.user.is_active else "its owner's account is closed"

    @admin.action(description="Revoke", permissions=["care"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Programs that use them are refused from now on."""
        user, address = cast(User, request.user), client_address(request)
        chosen = queryset.select_related("user")
        revoked = [token for token in chosen if tokens.revoke(token, by=user, address=address)]
        record(request, revoked, "Revoked.")
        words = "1 token is" if len(revoked) == 1 else f"{len(revoked)} tokens are"
        self.message_user(request, f"{words} revoked.", messages.SUCCESS if revoked else messages.INFO)
