"""JSON text to values, whatever the text: no exception but `BrokenJson` leaves this file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Protocol, cast

_WHITE_SPACE = re.compile(r"[ \t\n\r]*")
_BETWEEN = re.compile(r"[ \t\n\r,;\x1e]*")
_MOST_DIGITS = 4000


class BrokenJson(Exception):
    """The text is not JSON at `position`. `reason` is one of broken, too_deep."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class HugeNumber(str):
    """An integer of thousands of digits, which Python refuses to convert. Kept as text, shortened."""

    __slots__ = ()


def _parse_int(digits: str) -> int | HugeNumber:
    if len(digits) < _MOST_DIGITS:
        return int(digits)
    return HugeNumber(f"{digits[:20]}… ({len(digits)} digits)")


class _Scanning(Protocol):
    """What the standard library's decoder has and its type stubs do not show."""

    @property
    def scan_once(self) -> Callable[[str, int], tuple[Any, int]]: ...


# Not strict: bare control characters inside strings are wrong JSON but do no harm here.
_scan = cast(_Scanning, json.JSONDecoder(strict=False)).scan_once
_scan_carefully = cast(_Scanning, json.JSONDecoder(strict=False, parse_int=_parse_int)).scan_once


def parse_at(text: str, position: int) -> tuple[Any, int]:
    """The value that begins exactly at `position`, and where it ends. Raises `BrokenJson`."""
    try:
        return _scan(text, position)
    except StopIteration as stop:
        raise BrokenJson("broken", stop.value if isinstance(stop.value, int) else position) from None
    except json.JSONDecodeError as error:
        raise BrokenJson("broken", error.pos) from None
    except (RecursionError, MemoryError):
        raise BrokenJson("too_deep", position) from None
    except ValueError:
        # An integer beyond Python's limit of digits: read again with a converter that keeps such as text.
        pass
    try:
        return _scan_carefully(text, position)
    except (StopIteration, ValueError):
        raise BrokenJson("broken", position) from None
    except (RecursionError, MemoryError):
        raise BrokenJson("too_deep", position) from None


def skip_space(text: str, position: int) -> int:
    match = _WHITE_SPACE.match(text, position)
    return match.end() if match else position


def skip_between(text: str, position: int) -> int:
    """Past what may stand between two values that follow one another: white space, commas, record separators."""
    match = _BETWEEN.match(text, position)
    return match.end() if match else position
