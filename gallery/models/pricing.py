"""What tokens cost. A price is not changed but followed by another, so that it stays known what a cost came from."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

RATE_FIELDS = (
    "text_in_usd",
    "cached_text_in_usd",
    "image_in_usd",
    "cached_image_in_usd",
    "image_out_usd",
    "text_out_usd",
)


def _rate(words: str) -> models.DecimalField[Decimal | str | None, Decimal | None]:
    return models.DecimalField(words, max_digits=12, decimal_places=6, null=True, blank=True)


class Price(models.Model):
    """Dollars per million tokens of a model, for what it makes from a day on (`gallery.pricing`).

    A rate that is null does not exist, or is not known: what used such tokens has no known cost.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", "image model"
        CHAT = "chat", "chat model"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.IMAGE)
    name = models.CharField(
        "model",
        max_length=255,
        help_text="The model's name, which its dated snapshots have too, or a beginning with a star: gpt-image-2.5-*",
    )
    valid_from = models.DateField(
        null=True,
        blank=True,
        help_text="The first day (UTC) on which it is the price. Empty: from the model's first day on.",
    )
    text_in_usd = _rate("text in")
    cached_text_in_usd = _rate("cached text in")
    image_in_usd = _rate("image in")
    cached_image_in_usd = _rate("cached image in")
    image_out_usd = _rate("image out")
    text_out_usd = _rate("text out")
    most_input_tokens = models.PositiveIntegerField(
        null=True, blank=True, help_text="Of one call. What a call with more of them costs is not known."
    )
    picture_tokens = models.JSONField(
        default=dict,
        blank=True,
        help_text='Image tokens of one picture by size and quality, for estimates: {"1024x1024": {"low": 272}}',
    )
    source = models.CharField(
        max_length=500, help_text="Where it was read: an address, or a document's name."
    )
    note = models.TextField(blank=True)
    is_retired = models.BooleanField(
        default=False,
        help_text="Not used for further pictures: it was wrong. Costs given by it stay until repriced.",
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-kind", "name", "-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "valid_from"],
                condition=models.Q(is_retired=False),
                name="price_once_per_day",
                violation_error_message="This model has a price from this day on already. Retire it first.",
            ),
            models.UniqueConstraint(
                fields=["kind", "name"],
                condition=models.Q(is_retired=False, valid_from__isnull=True),
                name="price_once_from_the_first_day",
                violation_error_message="This model has a price from its first day on already. Retire it first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.valid_from or 'its first day'}"
