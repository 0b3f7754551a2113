"""What is shown to people outside, by a link."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from gallery.models.archive import Image
from gallery.models.curation import Collection


class Share(models.Model):
    """One picture or one collection, shown to whoever has the link, until it expires or is revoked."""

    class Shows(models.TextChoices):
        PICTURE = "picture", "the picture only"
        PROMPT = "prompt", "the picture with its prompt"
        USAGE = "usage", "the picture with its prompt, settings and usage"

    token = models.CharField(max_length=64, unique=True, help_text="The secret part of the address.")
    image = models.ForeignKey(Image, null=True, blank=True, on_delete=models.CASCADE, related_name="shares")
    collection = models.ForeignKey(
        Collection, null=True, blank=True, on_delete=models.CASCADE, related_name="shares"
    )
    shows = models.CharField(max_length=10, choices=Shows.choices, default=Shows.PICTURE)
    is_stripped = models.BooleanField(default=True, help_text="Files that leave carry no metadata.")
    password = models.CharField(max_length=128, blank=True, help_text="As a hash; empty: none is asked for.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="shares"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    visit_count = models.PositiveBigIntegerField(default=0)
    visited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(image__isnull=False, collection__isnull=True)
                | models.Q(image__isnull=True, collection__isnull=False),
                name="share_of_one_thing",
            )
        ]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="shares_of_person")]

    def __str__(self) -> str:
        return f"share of {self.collection or self.image_id}"
