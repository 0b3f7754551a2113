"""Waiting for files that are whole."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from gallery.push.endings import is_unfinished_stream
from gallery.push.sources import files_in

RESTED_LOOKS = 2
# A picture takes a minute and more, in which its stream may say nothing: three minutes, at a look every two seconds.
RESTED_LOOKS_OF_STREAMS = 90
FAILED_AGAIN_SECONDS = 60.0


@dataclass
class Watcher:
    """Files in folders that have rested: of the same size and time in this look as in the two before it. A stream that
    has not come to its end rests longer."""

    folders: list[Path]
    looks: dict[Path, tuple[tuple[int, int], int]] = field(default_factory=dict)
    settled: dict[Path, tuple[int, int]] = field(default_factory=dict)
    later: dict[Path, float] = field(default_factory=dict)

    def look(self) -> list[Path]:
        """Files that have rested, and that were not settled as they are."""
        looks = {}
        for path in (path for folder in self.folders for path in files_in(folder, Counter())):
            try:
                facts = path.stat()
            except OSError:
                continue
            mark = (facts.st_size, facts.st_mtime_ns)
            before, rested = self.looks.get(path, (None, 0))
            looks[path] = (mark, rested + 1 if before == mark else 0)
        self.looks = looks
        now = time.monotonic()
        self.settled = {path: mark for path, mark in self.settled.items() if path in looks}
        self.later = {path: moment for path, moment in self.later.items() if path in looks and moment > now}
        return [
            path
            for path, (mark, rested) in looks.items()
            if rested >= RESTED_LOOKS
            and mark[0]
            and self.settled.get(path) != mark
            and path not in self.later
            and (rested >= RESTED_LOOKS_OF_STREAMS or not is_unfinished_stream(path))
        ]

    def settle(self, path: Path) -> None:
        """As it was when it was looked at, nothing is left to be done with it."""
        self.settled[path] = self.looks[path][0]

    def put_off(self, path: Path) -> None:
        """It is due again in a minute."""
        self.later[path] = time.monotonic() + FAILED_AGAIN_SECONDS
