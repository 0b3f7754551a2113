"""How much of an upload is read before it is refused or cut. Plain numbers: no settings, no environment."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep a hostile file from costing more than a large honest one."""

    decompressed_bytes: int = 256 * MEBIBYTE
    responses: int = 50_000
    pictures: int = 10_000
    problems: int = 200


DEFAULT_LIMITS = Limits()
