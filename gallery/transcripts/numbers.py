"""Counts and times as the API writes them, and as others do: nothing here raises."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from gallery.transcripts.records import ImageUsage, Usage

_LARGEST = 2**63 - 1
_EARLIEST_SECOND = 946_684_800  # 2000-01-01
_LATEST_SECOND = 4_102_444_800  # 2100-01-01


class Doubtful(Exception):
    """A value that stands there and cannot be true."""


def read_count(value: Any) -> int | None:  # noqa: ANN401 - any JSON value
    """A number of tokens. Raises `Doubtful` for what is a number but no count."""
    if type(value) is float and math.isfinite(value) and value == int(value):
        value = int(value)
    if type(value) is int:
        if 0 <= value <= _LARGEST:
            return value
        raise Doubtful
    if value is None or type(value) in (dict, list, bool) or value == "":
        return None
    raise Doubtful


def read_time(value: Any) -> datetime | None:  # noqa: ANN401 - any JSON value
    """Unix seconds, or an ISO 8601 text, as an aware UTC time. Zero is what redacted fixtures write for nothing.

    Raises `Doubtful` for a time outside this century.
    """
    if type(value) is str and value:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            value = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        if type(value) is str:
            try:
                value = float(value)
            except ValueError:
                raise Doubtful from None
    if value is None or value == "" or type(value) in (dict, list, bool) or value == 0:
        return None
    if type(value) not in (int, float) or not _EARLIEST_SECOND <= value <= _LATEST_SECOND:
        raise Doubtful
    return datetime.fromtimestamp(value, UTC)


class Counter:
    """Reads counts out of a usage object by dotted paths, and remembers the paths of doubtful ones."""

    def __init__(self, usage: dict[str, Any], name: str) -> None:
        self._usage = usage
        self._name = name
        self.doubtful: list[str] = []

    def first(self, *paths: str) -> int | None:
        """The first of the paths where a count stands."""
        for path in paths:
            value: Any = self._usage
            for key in path.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            try:
                count = read_count(value)
            except Doubtful:
                self.doubtful.append(f"{self._name}.{path}")
                continue
            if count is not None:
                return count
        return None


def read_usage(usage: Any, doubtful: list[str]) -> Usage | None:  # noqa: ANN401 - any JSON value
    """The chat model's tokens, under the names of the Responses API or of the chat APIs."""
    if not isinstance(usage, dict) or not usage:
        return None
    count = Counter(usage, "usage")
    read = Usage(
        input_tokens=count.first("input_tokens", "prompt_tokens"),
        cached_tokens=count.first(
            "input_tokens_details.cached_tokens", "prompt_tokens_details.cached_tokens", "cached_input_tokens"
        ),
        output_tokens=count.first("output_tokens", "completion_tokens"),
        reasoning_tokens=count.first(
            "output_tokens_details.reasoning_tokens",
            "completion_tokens_details.reasoning_tokens",
            "reasoning_output_tokens",
        ),
        total_tokens=count.first("total_tokens"),
    )
    doubtful += count.doubtful
    return read if read != Usage() else None


def read_image_usage(usage: Any, name: str, doubtful: list[str]) -> ImageUsage | None:  # noqa: ANN401
    """The image model's tokens. Where the output is not split, all of it is image tokens (before 2026)."""
    if not isinstance(usage, dict) or not usage:
        return None
    count = Counter(usage, name)
    output = count.first("output_tokens", "completion_tokens")
    output_image = count.first("output_tokens_details.image_tokens", "completion_tokens_details.image_tokens")
    output_text = count.first("output_tokens_details.text_tokens", "completion_tokens_details.text_tokens")
    if output_image is None and output_text is None:
        output_image = output
    read = ImageUsage(
        input_tokens=count.first("input_tokens", "prompt_tokens"),
        input_text_tokens=count.first(
            "input_tokens_details.text_tokens", "prompt_tokens_details.text_tokens"
        ),
        input_image_tokens=count.first(
            "input_tokens_details.image_tokens", "prompt_tokens_details.image_tokens"
        ),
        output_tokens=output,
        output_text_tokens=output_text,
        output_image_tokens=output_image,
        total_tokens=count.first("total_tokens"),
        cached_tokens=count.first(
            "cached_tokens", "input_tokens_details.cached_tokens", "prompt_tokens_details.cached_tokens"
        ),
        cached_text_tokens=count.first("cached_tokens_details.cached_text_tokens"),
        cached_image_tokens=count.first("cached_tokens_details.cached_image_tokens"),
    )
    doubtful += count.doubtful
    return read if read != ImageUsage() else None


def sum_image_usages(usages: Iterable[ImageUsage | None]) -> ImageUsage | None:
    """What several pictures used together. A count about which one of them is silent is not known."""
    told = list(usages)
    if not told or None in told:
        return None
    summed: dict[str, int | None] = {}
    for name in (field.name for field in fields(ImageUsage)):
        counts = [getattr(usage, name) for usage in told]
        summed[name] = None if None in counts or sum(counts) > _LARGEST else sum(counts)
    read = ImageUsage(**summed)
    return read if read != ImageUsage() else None
