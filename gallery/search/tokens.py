"""Facts of a picture as tokens of its document, so that the full-text index answers `model:gpt-image-2` as it answers
words. They begin with "_", which no word does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from gallery.models import Image

BREAK = "_"
"""Stands between texts of one document, so that no phrase reaches from one into the next."""


def fact_token(key: str, value: str) -> str:
    """The token of a fact: `key` is one of `gallery.search.keys`, `value` compares without case."""
    digest = hashlib.blake2s(f"{key}:{value.casefold()}".encode(errors="surrogatepass"), digest_size=8)
    return f"_{digest.hexdigest()}"


def size_of(image: Image) -> str:
    """True pixels, else as declared, as `1024x1536`; empty where neither is known."""
    return true_or_declared_size(image.size, image.width, image.height)


def true_or_declared_size(size: str, width: int | None, height: int | None) -> str:
    """What `size_of` says of a picture with these."""
    return f"{width}x{height}" if width and height else size.lower()


def format_of(image: Image) -> str:
    """By the bytes, else as declared, as `png`; empty where neither is known."""
    kind = image.media_type or image.output_format
    return kind.lower().removeprefix("image/").removesuffix("+xml").replace("jpg", "jpeg")


def facts_of(image: Image) -> Iterator[tuple[str, str]]:
    """Key and value of everything about the picture that the index holds; a silent transcript gives ("quality", "")."""
    yield "state", image.state
    yield "status", image.response_status
    yield "image-model", image.image_model
    yield "model", image.model
    yield "size", size_of(image)
    yield "quality", image.quality
    yield "format", format_of(image)
    yield "background", image.background
    yield "by", str(image.uploader_id or "")
    yield "role", image.role
    yield "response", str(image.response_id)
    flags = {
        "edited": image.action == "edit",
        "animated": image.is_animated,
        "salvaged": image.is_salvaged,
        "partial": image.stand_in_id is not None and image.blob_id is None,
    }
    yield from (("is", name) for name, is_so in flags.items() if is_so)
    inside = {
        "c2pa": image.has_c2pa,
        "alpha": image.has_alpha,
        "prompt": bool(image.prompt),
        "partials": image.partial_count > 0,
        "tokens": image.total_tokens is not None,
        "cost": image.cost_usd is not None,
    }
    yield from (("has", name) for name, is_so in inside.items() if is_so)
