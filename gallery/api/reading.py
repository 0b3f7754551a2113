"""Images, responses and transcripts as the API tells of them: a fixed number of queries for a page of any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from gallery.api.addresses import Addresses
from gallery.curation import Marked, marks_of
from gallery.exporting import image_fields, iso_time
from gallery.filters import ImageFilters
from gallery.listing import which_match
from gallery.models import Image, ImageTag, Response, Transcript
from gallery.pages.words import plain_decimal

# Of one response, when the newest of its pictures that a query finds is looked for.
MOST_SIBLINGS = 5_000

IMAGE_COLUMNS = (
    "response_id", "position", "role", "index", "state", "reason", "prompt", "model", "image_model", "size", "quality",
    "background", "output_format", "action", "media_type", "width", "height", "size_bytes", "blob_id", "stand_in_id",
    "has_thumbnail", "total_tokens", "cost_usd", "is_cost_estimated", "generated_at", "added_at", "uploader_id",
    "rating_rank", "is_hidden", "trashed_at", "response__response_id", "uploader__username",
)  # fmt: skip
RESPONSE_COLUMNS = (
    "response_id", "kind", "model", "image_model", "status", "created_at", "completed_at", "first_uploaded_at",
    "uploader__username", "input_tokens", "output_tokens", "total_tokens", "image_total_tokens", "error_code",
)  # fmt: skip


def images_told(images: QuerySet[Image], user_id: int, addresses: Addresses) -> dict[int, dict[str, Any]]:
    """By their keys."""
    rows = list(images.select_related("response", "uploader").only(*IMAGE_COLUMNS))
    keys = [row.pk for row in rows]
    marks = marks_of(user_id, keys)
    tags: dict[int, list[str]] = {}
    named = (
        ImageTag.objects.filter(image_id__in=keys).order_by("tag__key").values_list("image_id", "tag__name")
    )
    for key, name in named:
        tags.setdefault(key, []).append(name)
    return {row.pk: _image(row, marks.get(row.pk, Marked()), tags.get(row.pk, []), addresses) for row in rows}


def _image(row: Image, mark: Marked, tags: list[str], addresses: Addresses) -> dict[str, Any]:
    thumbnail = (row.blob_id or row.stand_in_id) if row.has_thumbnail else None
    return {
        **image_fields(row),
        "key": str(row.pk),
        "url": addresses.page("image_detail", row.pk),
        "response_id": str(row.response_id),
        "api_response_id": row.response.response_id,
        "reason": row.reason or None,
        "model": row.model or None,
        "image_model": row.image_model or None,
        "file_url": addresses.file(row.blob_id) if row.blob_id else None,
        "thumbnail_url": addresses.thumbnail(thumbnail) if thumbnail else None,
        "total_tokens": row.total_tokens,
        "cost_usd": _dollars(row.cost_usd),
        "is_cost_estimated": row.is_cost_estimated if row.cost_usd is not None else None,
        "generated_at": iso_time(row.generated_at),
        "added_at": iso_time(row.added_at),
        "uploader": row.uploader.get_username() if row.uploader else None,
        "tags": tags,
        "is_favourite": mark.is_favourite,
        "rating": mark.rating,
        "mean_rating": row.rating_rank / 100 if row.rating_rank else None,
        "is_hidden": row.is_hidden,
        "trashed_at": iso_time(row.trashed_at),
    }


def _dollars(amount: Decimal | None) -> str | None:
    return plain_decimal(amount) if amount is not None else None


def responses_told(responses: QuerySet[Response], addresses: Addresses) -> list[dict[str, Any]]:
    """In the queryset's order."""
    return [
        {
            "id": str(row.pk),
            "url": addresses.page("response_detail", row.pk),
            "response_id": row.response_id,
            "kind": row.kind,
            "model": row.model or None,
            "image_model": row.image_model or None,
            "status": row.status or None,
            "created_at": iso_time(row.created_at),
            "completed_at": iso_time(row.completed_at),
            "first_uploaded_at": iso_time(row.first_uploaded_at),
            "uploader": row.uploader.get_username() if row.uploader else None,
            "input_tokens": row.input_tokens,
            "output_tokens": row.output_tokens,
            "total_tokens": row.total_tokens,
            "image_total_tokens": row.image_total_tokens,
            "error_code": row.error_code or None,
        }
        for row in responses.select_related("uploader").only(*RESPONSE_COLUMNS)
    ]


def responses_of_images(filters: ImageFilters, keys: Sequence[int]) -> list[int]:
    """The responses of those pictures, in their order; a response stands at the newest of its pictures that the filters
    leave, and nowhere else, so that a list that goes on over many pages names it once."""
    of_key = dict(Image.objects.filter(pk__in=keys).values_list("pk", "response_id"))
    siblings = (
        Image.objects.filter(response_id__in=set(of_key.values()), is_card=True)
        .order_by("-pk")
        .values_list("pk", "response_id")[:MOST_SIBLINGS]
    )
    family = dict(siblings)
    newest: dict[int, int] = {}
    for key in sorted(which_match(filters, family), reverse=True):
        newest.setdefault(family[key], key)
    return [of_key[key] for key in keys if key in of_key and newest.get(of_key[key], key) == key]


def transcript_told(row: Transcript, addresses: Addresses) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "url": addresses.page("transcript_detail", row.pk),
        "original_url": addresses.original(row.pk),
        "name": row.name,
        "sha256": row.sha256,
        "shape": row.shape,
        "size_bytes": row.size_bytes,
        "kept_bytes": row.kept_bytes,
        "event_count": row.event_count,
        "response_count": row.response_count,
        "picture_count": row.picture_count,
        "problem_count": row.problem_count,
        "source": row.source,
        "uploader": row.uploader.get_username() if row.uploader else None,
        "uploaded_at": iso_time(row.uploaded_at),
    }


def problems_told(problems: Iterable[Any]) -> list[dict[str, Any]]:
    """Problems of a file, as they are kept."""
    return [
        {
            "code": str(problem.get("code") or ""),
            "message": str(problem.get("message") or ""),
            "place": str(problem["place"]) if problem.get("place") is not None else None,
        }
        for problem in problems
        if isinstance(problem, dict)
    ]
