"""Checks that every template is formatted as djade formats it; with --fix, formats them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(*options: str) -> int:
    templates = sorted((ROOT / "templates").rglob("*.html"))
    # Not in PATH: the environment that this runs in is called by its Python's path, not activated.
    djade = Path(sys.executable).parent / "djade"
    mode = [] if "--fix" in options else ["--check"]
    return subprocess.run([djade, *mode, "--target-version", "5.2", *templates]).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
