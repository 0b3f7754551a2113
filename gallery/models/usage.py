"""What was generated and what it used, added up by day and by month, so that nobody has to count it.

All of it can be made again from the archive (`gallery.tallying`). A picture counts whether it is shown, hidden or in
the trash: it was made and paid for all the same.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class UsageKey(models.Model):
    """What a figure is of: a row of one of the tables. There are few; columns that its table does not tell are empty.

    Empty text where the table does tell it: the transcript does not say.
    """

    class Table(models.TextChoices):
        IMAGE_MODEL = "image-model", "by image model"
        SETTINGS = "settings", "by image model, quality and size"
        MODEL = "model", "by chat model"
        UPLOADER = "uploader", "by uploader"
        OUTCOME = "outcome", "pictures by outcome"
        STATUS = "status", "responses by status"
        DURATION = "duration", "responses by chat model and duration"

    table = models.CharField(max_length=12, choices=Table.choices)
    digest = models.CharField(max_length=32, unique=True, help_text="Of the table and the values below.")
    image_model = models.CharField(max_length=255, blank=True)
    quality = models.CharField(max_length=50, blank=True)
    size = models.CharField(max_length=50, blank=True, help_text="True pixels, else as declared: 1024x1536.")
    model = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(
        max_length=50, blank=True, help_text="The picture's state, or the response's status."
    )
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    bucket = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Of the duration (gallery.durations); null: the transcript does not say.",
    )

    def __str__(self) -> str:
        return f"{self.get_table_display()}: {self.digest}"


class PictureTally(models.Model):
    """Pictures of a key in a period, and what they used and cost.

    `period` is a day or a month as in ISO 8601 ("2026-05-15", "2026-05") of the image's key, in UTC. A `told_` count
    says of how many pictures the sum beside it is: the others' transcripts are silent. Dollars are kept in whole ones
    and billionths, which add up exactly on every database.
    """

    period = models.CharField(max_length=10)
    key = models.ForeignKey(UsageKey, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    count = models.BigIntegerField(default=0)
    known_count = models.BigIntegerField(default=0, help_text="Of pictures whose cost is known.")
    known_dollars = models.BigIntegerField(default=0)
    known_billionths = models.BigIntegerField(default=0)
    estimated_count = models.BigIntegerField(default=0, help_text="Of pictures whose cost is estimated.")
    estimated_dollars = models.BigIntegerField(default=0)
    estimated_billionths = models.BigIntegerField(default=0)
    told_input_count = models.BigIntegerField(default=0)
    text_in_tokens = models.BigIntegerField(default=0)
    image_in_tokens = models.BigIntegerField(default=0)
    told_output_count = models.BigIntegerField(default=0)
    text_out_tokens = models.BigIntegerField(default=0)
    image_out_tokens = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "picture tallies"
        constraints = [models.UniqueConstraint(fields=["period", "key"], name="pictures_once_per_period")]
        # The chart asks for a few keys on many days.
        indexes = [models.Index(fields=["key", "period"], name="pictures_of_key")]

    def __str__(self) -> str:
        return f"{self.count} pictures in {self.period}"


class ResponseTally(models.Model):
    """Responses of a key in a period, and what their chat models used and cost; as in `PictureTally`.

    The period is that of `created_at`, or else of the first upload. `chat_count` is of those that a chat model
    answered: what the Images API returns has none, and is not silent about it.
    """

    period = models.CharField(max_length=10)
    key = models.ForeignKey(UsageKey, on_delete=models.CASCADE, related_name="responses", db_index=False)
    count = models.BigIntegerField(default=0)
    failed_count = models.BigIntegerField(default=0)
    chat_count = models.BigIntegerField(default=0)
    known_count = models.BigIntegerField(
        default=0, help_text="Of responses whose chat model's cost is known."
    )
    known_dollars = models.BigIntegerField(default=0)
    known_billionths = models.BigIntegerField(default=0)
    told_input_count = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    told_cached_count = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    told_output_count = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    told_reasoning_count = models.BigIntegerField(default=0)
    reasoning_tokens = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "response tallies"
        constraints = [models.UniqueConstraint(fields=["period", "key"], name="responses_once_per_period")]

    def __str__(self) -> str:
        return f"{self.count} responses in {self.period}"
