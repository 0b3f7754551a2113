"""A progress line for people at a terminal; nothing at all for everybody else."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

_WIDTH = 24
_SECONDS_BETWEEN = 0.1


class Progress:
    """`[########................] 12 of 40 files, 0:31 left`, rewritten in place. `total` 0: not known."""

    def __init__(self, stream: TextIO, *, total: int, noun: str) -> None:
        self._stream = stream
        self._is_shown = stream.isatty()
        self._total = total
        self._noun = noun
        self._done = 0
        self._began = time.monotonic()
        self._drawn_at = 0.0
        self._drawn = 0

    def advance(self, by: int = 1) -> None:
        self._done += by
        now = time.monotonic()
        if self._is_shown and (now - self._drawn_at >= _SECONDS_BETWEEN or self._done == self._total):
            self._drawn_at = now
            self._draw(now - self._began)

    def clear(self) -> None:
        """Makes room for a line of output; the next `advance` draws again."""
        if self._drawn:
            self._stream.write("\r" + " " * self._drawn + "\r")
            self._stream.flush()
            self._drawn, self._drawn_at = 0, 0.0

    def _draw(self, elapsed: float) -> None:
        words = f"{self._noun}: {self._done:,}"
        if self._total:
            share = min(1.0, self._done / self._total)
            filled = round(share * _WIDTH)
            left = int(elapsed / share - elapsed) if share else 0
            bar = "#" * filled + "." * (_WIDTH - filled)
            words = (
                f"[{bar}] {self._done:,} of {self._total:,} {self._noun}, {left // 60}:{left % 60:02} left"
            )
        words = words[: shutil.get_terminal_size().columns - 1]
        self._stream.write("\r" + words.ljust(self._drawn))
        self._stream.flush()
        self._drawn = max(self._drawn, len(words))
