"""Small wordings that several pages share."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Any, TypeAlias

# Whatever JSON can hold: uploads put any type anywhere.
Json: TypeAlias = Any

INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
# Full-width ones are read as the others where such are typed.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these a cell begins that a spreadsheet takes for a formula."""
_SIZE = re.compile(r"\s*(\d{1,6})\s*[xX×]\s*(\d{1,6})\s*", re.ASCII)


def parse_size(size: str) -> tuple[int, int] | None:
    """`1536x1024` as numbers; None for `auto` and everything else."""
    match = _SIZE.fullmatch(size)
    if match is None or not int(match[1]) or not int(match[2]):
        return None
    return int(match[1]), int(match[2])


def pixels(width: int | None, height: int | None) -> str:
    return f"{width}×{height}" if width and height else ""


def dollars(amount: Decimal, *, is_estimated: bool = False) -> str:
    """To the cent from a dollar up, else to two digits that count: `$1.25`, `$0.0061`; `≈ $0.042` by estimate."""
    places = 2 if amount >= 1 or not amount else max(2, 1 - amount.adjusted())
    words = f"${amount:,.{places}f}".replace(",", "\u202f")
    return f"≈ {words}" if is_estimated else words


def plain_decimal(amount: Decimal) -> str:
    """Every digit that counts, and no exponent: `0.006125`."""
    return f"{amount.normalize():f}"


def shortened(text: str, *, characters: int, escaped_bytes: int | None = None) -> str:
    """One line of at most so many characters, and at most so many bytes once escaped for HTML."""
    line = " ".join(text[: characters * 4].split())
    is_cut = len(line) > characters or len(text) > characters * 4
    line = line[:characters]
    if escaped_bytes is not None:
        while len(escape(line).encode("utf-8", "replace")) > escaped_bytes:
            line = line[: -max(1, len(line) // 16)]
            is_cut = True
    return f"{line.rstrip()}…" if is_cut else line


def duration(start: datetime | None, end: datetime | None) -> str | None:
    """`15 s`, `2 min 5 s`; None where either end is unknown or they contradict each other."""
    if start is None or end is None or end < start:
        return None
    seconds = int((end - start).total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
