"""Values made fit for both databases: PostgreSQL refuses NUL and lone surrogates, columns have lengths and ranges.

Nothing here fails on any value that JSON can hold; what cannot be kept as it is becomes the nearest thing that can.
"""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime
from typing import Any

BIGINT = 2**63 - 1
POSITIVE_INTEGER = 2**31 - 1
MOST_DEPTH = 100
MOST_DIGITS = 4_000  # Python refuses to write an integer of more than 4,300 digits

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
# The year before the last: shown in any time zone, a time must still be one that Python can hold.
LATEST = datetime(9998, 1, 1, tzinfo=UTC)


def clean_text(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD; halves of a pair that stand together are joined."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\ufffd")


def fit_text(text: str | None, length: int) -> str:
    """Clean, and no longer than its column: a longer one ends in a hash of the whole, so that two stay two."""
    if not text:
        return ""
    text = clean_text(text)
    if len(text) <= length:
        return text
    suffix = "~" + hashlib.sha256(text.encode()).hexdigest()[: min(16, length // 2)]
    return text[: length - len(suffix)] + suffix


def clean_json(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON is any of its types
    """The value as strict JSON with clean texts; `NaN` and infinities become their names, too deep parts a note."""
    match value:
        case str():
            return clean_text(value)
        case None | bool():
            return value
        case int():
            return (
                value
                if value.bit_length() < 3 * MOST_DIGITS
                else f"an integer of {value.bit_length():,} bits"
            )
        case float():
            return value if math.isfinite(value) else str(value)
        case dict() | list() | tuple() if depth >= MOST_DEPTH:
            return f"(nested deeper than {MOST_DEPTH} levels)"
        case dict():
            return {clean_text(str(key)): clean_json(part, depth + 1) for key, part in value.items()}
        case list() | tuple():
            return [clean_json(part, depth + 1) for part in value]
        case _:
            return clean_text(str(value))


def fit_count(value: int | None) -> int | None:
    """A count of tokens, or None where it is negative or larger than the databases can hold."""
    return value if value is not None and 0 <= value <= BIGINT else None


def fit_length(value: int | None) -> int | None:
    """A width or height, or None where no picture can have it."""
    return value if value is not None and 0 <= value <= POSITIVE_INTEGER else None


def fit_time(value: datetime | None) -> datetime | None:
    """The time, or None outside of 1970 to 9997."""
    return value if value is not None and EARLIEST <= value < LATEST else None


def is_empty(value: object) -> bool:
    """Whether the value says nothing: absent, `null`, `""`, `[]`, `{}`. Zero and false do say something."""
    return value is None or value == "" or (isinstance(value, (list, tuple, dict)) and not value)
