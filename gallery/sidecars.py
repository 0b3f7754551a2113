"""What is known of one picture, as JSON to lie beside its file (`docs/export.md` describes every field)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from gallery.exporting import image_fields, iso_time, usage_of
from gallery.models import CollectionImage, Image, ImageNote, ImageTag, ResponseTranscript

Sidecar = dict[str, Any]


def sidecars_of(images: Iterable[Image]) -> dict[int, Sidecar]:
    """By key, in four queries for all of them; `response`, `blob` and `uploader` are fetched already."""
    images = list(images)
    ids = [image.pk for image in images]
    tags, collections = defaultdict(list), defaultdict(list)
    notes, transcripts = defaultdict(list), defaultdict(list)
    for pk, name in (
        ImageTag.objects.filter(image__in=ids).order_by("tag__key").values_list("image_id", "tag__name")
    ):
        tags[pk].append(name)
    for pk, name in (
        CollectionImage.objects.filter(image__in=ids)
        .order_by("collection__name")
        .values_list("image_id", "collection__name")
    ):
        collections[pk].append(name)
    for note in ImageNote.objects.filter(image__in=ids).select_related("author"):
        author = note.author.get_username() if note.author else None
        notes[note.image_id].append(
            {"author": author, "written_at": iso_time(note.written_at), "text": note.text}
        )
    holdings = ResponseTranscript.objects.filter(response__in={image.response_id for image in images})
    for response_id, name, sha256 in holdings.order_by("transcript__sha256").values_list(
        "response_id", "transcript__name", "transcript__sha256"
    ):
        transcripts[response_id].append({"name": name, "sha256": sha256})
    return {
        image.pk: {
            "file": None,
            "address": image.get_absolute_url(),
            "generated_at": iso_time(image.generated_at),
            "image_model": image.image_model or None,
            "model": image.model or None,
            "cost_usd": str(image.cost_usd) if image.cost_usd is not None else None,
            "is_cost_estimated": image.is_cost_estimated if image.cost_usd is not None else None,
            "uploader": image.uploader.get_username() if image.uploader else None,
            "image": image_fields(image),
            "response": {
                "response_id": image.response.response_id,
                "status": image.response.status or None,
                "created_at": iso_time(image.response.created_at),
                "completed_at": iso_time(image.response.completed_at),
                "previous_response_id": image.response.previous_response_id or None,
                **usage_of(image.response),
            },
            "tags": tags[image.pk],
            "collections": collections[image.pk],
            "notes": notes[image.pk],
            "transcripts": transcripts[image.response_id],
        }
        for image in images
    }
