"""The one-time links that let somebody in without a password."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from gallery.admin import parts
from gallery.admin.base import FactAdmin
from gallery.admin.parts import column
from gallery.models import SignInLink


@admin.register(SignInLink)
class SignInLinkAdmin(FactAdmin):
    """Made for a user by the action on users, or by `manage.py sign_in_link`. Deleting one takes it back."""

    list_display = (
        "id",
        "user",
        column("made_at", show=parts.when),
        column("expires_at", show=parts.when),
        column("used_at", show=parts.when),
        "state",
    )
    list_select_related = ("user",)
    search_fields = ("user__username",)
    search_help_text = "A number, or words of the user's name."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "user",
                    column("made_at", show=parts.when),
                    column("expires_at", show=parts.when),
                    column("used_at", show=parts.when),
                    "state",
                )
            },
        ),
    )
    deferred_in_list = ("token_sha256",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("gallery.delete_signinlink")

    @admin.display(description="state")
    def state(self, link: SignInLink) -> str:
        if link.used_at is not None:
            return "used"
        if link.expires_at <= timezone.now():
            return "expired"
        return "usable" if link.user.is_active else "the account is closed"
