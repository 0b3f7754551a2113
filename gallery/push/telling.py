"""What the program says: what came of each file, and what it waits for."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import TextIO

BAD = frozenset({"refused", "failed"})


@dataclass
class Result:
    """What came of one file. `outcome`: stored, known, before (pushed by this program), would (be pushed), refused, or
    failed. `status` is the gallery's answer's, if it was asked."""

    path: str
    outcome: str
    sentence: str
    url: str | None = None
    sha256: str | None = None
    status: int | None = None
    transcript: str | None = None


class Teller:
    """Tells what came of files on standard output, or on standard error if nothing good; all else there, too."""

    def __init__(self, *, is_json: bool, is_quiet: bool) -> None:
        self.is_json, self.is_quiet = is_json, is_quiet
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A name must not end the program where a terminal lacks a letter.
                stream.reconfigure(errors="replace")

    def say(self, sentence: str) -> None:
        """Something that need not be known."""
        if not self.is_quiet:
            self.warn(sentence)

    def warn(self, sentence: str) -> None:
        _print(sentence, sys.stderr)

    def tell(self, result: Result) -> None:
        is_bad = result.outcome in BAD
        if self.is_json:
            _write(json.dumps(asdict(result)), sys.stdout)
        elif is_bad or not self.is_quiet:
            line = f"{result.path}: {result.sentence} {result.url or ''}"
            _print(line.rstrip(), sys.stderr if is_bad else sys.stdout)


def _print(line: str, stream: TextIO) -> None:
    """What a name or a server says must not move the cursor."""
    _write("".join(char if char.isprintable() else "?" for char in line), stream)


def _write(line: str, stream: TextIO) -> None:
    """That nobody reads any more, as in `| head`, is no reason to push no more."""
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
            os.dup2(nowhere.fileno(), stream.fileno())
