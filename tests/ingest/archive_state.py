"""The archive's rows as plain values, to compare two archives with each other."""

from __future__ import annotations

from typing import Any

from gallery.models import Blob, Image, OutputItem, Response, Transcript

OWN_NUMBERS = {"id", "response_id", "item_id", "stored_at", "kept_bytes"}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything that was read. Not the databases' own numbers, nor who was first to bring a shared file."""
    keys = dict(Response.objects.values_list("pk", "key"))
    return {
        "transcripts": _plain(Transcript.objects.order_by("sha256").values()),
        "responses": [
            {**_without(row), "response_id": row["response_id"]}
            for row in Response.objects.order_by("key").values()
        ],
        "items": sorted(
            ({**_without(row), "of": keys[row["response_id"]]} for row in OutputItem.objects.values()),
            key=lambda row: (row["of"], row["position"]),
        ),
        "images": [
            {**_without(row), "id": row["id"], "of": keys[row["response_id"]]}
            for row in Image.objects.order_by("pk").values()
        ],
        "blobs": _plain(Blob.objects.order_by("sha256").values()),
    }


def forget() -> None:
    """Empties the archive's rows; the files stay."""
    Transcript.objects.all().delete()
    Response.objects.all().delete()
    Blob.objects.all().delete()


def _plain(values: Any) -> list[dict[str, Any]]:
    return [_without(row) for row in values]


def _without(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in OWN_NUMBERS}
