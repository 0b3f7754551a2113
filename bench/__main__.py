"""`python -m bench [subject …]`: measures them, or all, prints the figures and writes their parts of
docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version

from bench.figures import MISSED, Figure
from bench.gallery_here import ROOT, fresh_environment, run

SUBJECTS = ("ingest", "memory", "reading", "pages", "find", "usage", "browser", "disk", "api")
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "subjects", nargs="*", metavar="subject", help=f"one or more of {', '.join(SUBJECTS)}; else all"
    )
    parser.add_argument("--strict", action="store_true", help="end with 1 if a target is missed")
    parser.add_argument("--print-only", action="store_true", help="leave docs/benchmarks.md as it is")
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    sections = _sections()
    missed = 0
    for subject in options.subjects or SUBJECTS:
        sys.stdout.write(f"{subject} …\n")
        sys.stdout.flush()
        start = time.monotonic()
        figures = _measured(subject)
        sections[subject.capitalize()] = _section(figures, time.monotonic() - start)
        missed += sum(figure.is_met is False for figure in figures)
        for figure in figures:
            told = (
                f"{figure.target_in_words}: {figure.verdict.strip('*')}" if figure.target is not None else ""
            )
            sys.stdout.write(f"  {figure.what}: {figure.value_in_words}   {told}\n")
    if not options.print_only:
        PAGE.write_text(_page(sections), encoding="utf-8")
        sys.stdout.write(f"Written to {PAGE.relative_to(ROOT)}.\n")
    sys.stdout.write(f"{missed} targets missed.\n" if missed else "All targets met.\n")
    return 1 if missed and options.strict else 0


def _measured(subject: str) -> list[Figure]:
    """In a process and a data folder of its own, so that no subject leaves anything for the next."""
    with fresh_environment() as environment:
        last_line = run(environment, "-m", "bench.worker", subject).splitlines()[-1]
    return [Figure(**figure) for figure in json.loads(last_line)]


def _sections() -> dict[str, str]:
    """What the page says of each subject until now: what is not measured again stays."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    parts = (part.partition("\n") for part in text.split("\n## ")[1:])
    return {title: content.strip() for title, _, content in parts}


def _section(figures: list[Figure], took: float) -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    lines = [
        f"Measured on {today.day} {today:%B %Y} in {_duration(took)}: {os.cpu_count()} cores "
        f"({platform.machine()}), Python {platform.python_version()}, Django {version('django')}, "
        f"Pillow {version('pillow')}, SQLite {sqlite3.sqlite_version}. The machine's load was "
        f"{os.getloadavg()[1]:.1f}: times are those of a quiet machine only where it is below the number of cores.",
        "",
        "| what | figure | target | |",
        "|---|---:|---|---|",
        *(
            f"| {figure.what} | {figure.value_in_words} | {figure.target_in_words} | {figure.verdict} |"
            for figure in figures
        ),
    ]
    return "\n".join(lines)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def _page(sections: Mapping[str, str]) -> str:
    count = sum(content.count(MISSED) for content in sections.values())
    verdict = f"{count} target(s) missed." if count else "Every target was met."
    known = [subject.capitalize() for subject in SUBJECTS if subject.capitalize() in sections]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`; do not edit. What counts are ratios taken in one run, so that they hold",
            "on other machines too. How each is measured, and against what, stands at the top of its file in",
            f"`bench/`. {verdict}",
            "",
            "\n\n".join(f"## {title}\n\n{sections[title]}" for title in known),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
