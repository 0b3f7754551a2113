"""Who did what, and who was here when."""

from __future__ import annotations

from typing import NoReturn

from django.conf import settings
from django.db import models


class AppendOnly(Exception):
    """The record of what happened is added to, never changed."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **_: object) -> NoReturn:
        raise AppendOnly("Entries of the audit are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Entries of the audit are never deleted.")


class AuditEntry(models.Model):
    """Something that somebody did and others may need to know: see `gallery.audit`.

    Names are kept as they were: the account, and what it was done to, may be gone by the time one reads of it.
    """

    done_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False,
        related_name="+",
    )  # fmt: skip
    actor_name = models.CharField(max_length=150, blank=True, help_text="Empty: nobody who was signed in.")
    action = models.CharField(max_length=40, help_text="Such as sign-in, upload, trash, token-made.")
    object_type = models.CharField(
        max_length=40, blank=True, help_text="Such as image, transcript, user, token."
    )
    object_id = models.CharField(max_length=64, blank=True)
    object_name = models.CharField(max_length=255, blank=True)
    details = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True, help_text="Where it was asked from.")

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-done_at", "-id"], name="audit_latest"),
            models.Index(fields=["actor", "-id"], name="audit_of_person"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
        ]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name or 'somebody'}: {self.action} {self.object_name}".strip()

    def save(self, *, force_insert: bool = False, using: str | None = None, **_: object) -> None:  # type: ignore[override]
        if not self._state.adding:
            raise AppendOnly("Entries of the audit are never changed.")
        super().save(force_insert=force_insert, using=using)

    def delete(self, *_: object, **__: object) -> NoReturn:
        raise AppendOnly("Entries of the audit are never deleted.")


class LastSeen(models.Model):
    """When somebody last asked for anything, to within a few minutes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="last_seen")
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} at {self.seen_at}"
