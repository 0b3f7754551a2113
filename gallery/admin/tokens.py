"""API tokens: whose they are and when they were used. Only owners ever saw their secrets; here they are revoked."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from gallery import tokens
from gallery.admin import parts
from gallery.admin.base import FactAdmin, record
from gallery.admin.parts import column
from gallery.middleware import client_address
from gallery.models import ApiToken

TIMES = tuple(column(name, show=parts.when) for name in ("made_at", "expires_at", "used_at", "revoked_at"))


@admin.register(ApiToken)
class ApiTokenAdmin(FactAdmin):
    """Made by their owners in their account's menu."""

    list_display = ("id", "user", column("name"), column("beginning"), "scope", *TIMES, "state")
    list_select_related = ("user",)
    list_filter = (("scope", admin.ChoicesFieldListFilter),)
    search_fields = ("user__username", "name", "beginning")
    search_help_text = "A number, or words of the owner's or the token's name, or what it begins with."
    fieldsets = ((None, {"fields": ("user", column("name"), column("beginning"), "scope", *TIMES, "state")}),)
    deferred_in_list = ("secret_sha256",)
    actions = ("revoke",)

    def is_fitting(self, action: str, row: ApiToken) -> bool:
        return row.revoked_at is None

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
