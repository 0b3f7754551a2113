"""What was pushed already, from one run to the next."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Memory:
    """Which bytes a gallery has: hashes, and the transcripts that came of them, in the order of pushing.

    Each is appended as a line of JSON, so that a crash spoils one line at most, and several may write at once.
    """

    def __init__(self, path: Path, address: str, *, say: Callable[[str], None]) -> None:
        self.path, self.address, self.say = path, address, say
        self.known: dict[str, str] = {}
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError:
            return
        for line in lines:
            try:
                said = json.loads(line)
                if said["gallery"] == address:
                    self._take(said)
            except (ValueError, KeyError, TypeError):
                continue

    def add(self, sha256: str, transcript: str) -> None:
        self._write({"gallery": self.address, "sha256": sha256, "transcript": transcript})

    def forget(self) -> None:
        """All that this gallery was said to have."""
        self._write({"gallery": self.address, "sha256": None, "transcript": None})

    def _take(self, said: dict[str, Any]) -> None:
        if said["sha256"] is None:
            self.known.clear()
            return
        self.known.pop(said["sha256"], None)  # what was pushed last stands last
        self.known[said["sha256"]] = str(said["transcript"])

    def _write(self, said: dict[str, Any]) -> None:
        self._take(said)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                # A line that was cut off before must not take this one with it.
                file.write(b"\n" + json.dumps(said).encode() + b"\n")
        except OSError as error:
            self.say(f"{self.path} cannot be written ({error.strerror}): next time, this is sent again.")


def state_folder() -> Path:
    """As the XDG base directories have it."""
    given = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state"
    return folder / "gallery-push"
