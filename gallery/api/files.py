"""The bytes of pictures, by the hash of what they are: the files and addresses that pages show, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Router

from gallery.api.declared import METHODS, declared
from gallery.views import media

router = Router(tags=["Files"])

BINARY = {"schema": {"type": "string", "format": "binary"}}


def _of(*types: str) -> dict[str, Any]:
    return {"content": dict.fromkeys(types, BINARY)}


FILE_TYPES = _of("image/png", "image/jpeg", "image/webp", "image/gif", "application/octet-stream")


@router.api_operation(
    METHODS,
    "/blobs/{sha256}",
    response=declared({200: None, 206: None}, 404, 416, 422),
    openapi_extra={"responses": {200: FILE_TYPES, 206: FILE_TYPES}},
)
def blob(
    request: HttpRequest,
    sha256: str,
    name: Annotated[str, Query(max_length=500, description="Saves it under that name.")] = "",  # noqa: ARG001 - read by the view
) -> HttpResponseBase:
    """A picture's file, or the part of it that a Range names. The type is that of its bytes."""
    return media.blob(request, sha256)


@router.api_operation(
    METHODS,
    "/thumbs/{sha256}",
    response=declared({200: None}, 404, 422),
    openapi_extra={"responses": {200: _of("image/webp")}},
)
def thumb(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The thumbnail of the picture with that hash, as WebP."""
    return media.thumb(request, sha256)
