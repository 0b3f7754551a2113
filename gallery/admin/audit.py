"""The audit in the admin: to look at. The page `/audit` filters it, too."""

from __future__ import annotations

from django.contrib import admin

from gallery.admin import parts
from gallery.admin.base import FactAdmin
from gallery.admin.parts import column
from gallery.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(FactAdmin):
    list_display = (
        "id",
        column("done_at", "when", show=parts.when),
        column("actor_name", "who"),
        "action",
        column("object_name", "what"),
        "address",
    )
    search_fields = ("actor_name", "action", "object_name")
    search_help_text = "A number, or words of who, what was done, or to what."
    deferred_in_list = ("details",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    column("done_at", "when", show=parts.when),
                    column("actor_name", "who"),
                    "action",
                    "object_type",
                    "object_id",
                    column("object_name", "what"),
                    column("details", show=parts.json_block),
                    "address",
                )
            },
        ),
    )
