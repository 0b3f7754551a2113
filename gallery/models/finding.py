"""What is kept to find and count pictures quickly. All of it can be made again from the archive (`gallery.indexing`).

The full-text index itself is a table of each database's own kind: see `gallery.search.engine`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class FacetSet(models.Model):
    """One combination of what the facets ask about. Pictures point to theirs; there are few of them.

    Empty text: the transcript does not say.
    """

    digest = models.CharField(max_length=32, unique=True, help_text="Of the values below.")
    state = models.CharField(max_length=10)
    image_model = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)
    size = models.CharField(max_length=50, blank=True, help_text="True pixels, else as declared: 1024x1536.")
    quality = models.CharField(max_length=50, blank=True)
    output_format = models.CharField(
        max_length=50, blank=True, help_text="By the bytes, else as declared: png."
    )
    background = models.CharField(max_length=50, blank=True)
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.image_model} {self.size} {self.quality} {self.state}"


class FacetTally(models.Model):
    """How many pictures that the grid shows have a facet set, in a period.

    `period` is a day, a month or a year as in ISO 8601 ("2026-05-15", "2026-05", "2026"), or empty for all time. The
    time is that of the image's key, in UTC: when it was generated, or else first uploaded.
    """

    period = models.CharField(max_length=10, blank=True)
    facet_set = models.ForeignKey(FacetSet, on_delete=models.CASCADE, related_name="tallies")
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "facet_set"], name="tally_once_per_period")]

    def __str__(self) -> str:
        return f"{self.count} in {self.period or 'all time'}"


class SearchGeneration(models.Model):
    """A single row, whose number grows with every change of what searches find (`gallery.search.generation`)."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class SearchTerm(models.Model):
    """A word that some document of the index has had: a word being typed is completed from here."""

    term = models.CharField(primary_key=True, max_length=64)

    def __str__(self) -> str:
        return self.term
