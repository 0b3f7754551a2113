"""What people add to pictures. It hangs on images by key, and reading a transcript again never loses it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from gallery.models.archive import Image


class Mark(models.Model):
    """One person's opinion of one picture: a favourite, a rating from 1 to 5, or both."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="marks")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="marks")
    is_favourite = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    marked_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "image"], name="mark_once_per_person"),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)),
                name="rating_from_1_to_5",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-image"], name="mark_favourites", condition=models.Q(is_favourite=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.image_id}"


class Tag(models.Model):
    """A word of the team's, the same for everybody. `key` is the name as it is compared (`gallery.search.words`)."""

    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class ImageTag(models.Model):
    """A picture bears a tag."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="image_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="image_tags")
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tagged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "tag"], name="tag_once_per_image")]
        indexes = [models.Index(fields=["tag", "-image"], name="tagged_newest")]

    def __str__(self) -> str:
        return f"{self.tag} on {self.image_id}"


class Collection(models.Model):
    """Pictures in an order that somebody gave them, with a note and a cover. Shared by the team."""

    name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    cover = models.ForeignKey(Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="covers")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="collections"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["-changed_at", "-id"], name="collection_changed")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("gallery:collection_detail", args=[self.pk])


class CollectionImage(models.Model):
    """A picture stands in a collection, at a position."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="places")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveIntegerField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "image"], name="image_once_per_collection")
        ]
        indexes = [models.Index(fields=["collection", "position", "id"], name="collection_order")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.collection}"


class ImageNote(models.Model):
    """What somebody wrote under a picture."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="image_notes"
    )
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["written_at", "id"]

    def __str__(self) -> str:
        return self.text[:80]


class SavedSearch(models.Model):
    """A query under a name: its owner's, or the whole team's. `is_stacked`: repeats are folded in it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    sort = models.CharField(max_length=20, blank=True)
    layout = models.CharField(max_length=20, blank=True)
    is_stacked = models.BooleanField(default=True)
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="search_name_once_per_person")]
        ordering = ["name", "id"]
        verbose_name_plural = "saved searches"

    def __str__(self) -> str:
        return self.name


class Selection(models.Model):
    """All pictures that a query matched at one moment, chosen by one person, named by a token.

    `count` is what that person was told: where it is no longer so, the selection is stale.
    """

    token = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="selections")
    query = models.TextField(blank=True)
    count = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.count} pictures matching {self.query!r}"
