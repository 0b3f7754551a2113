"""`python -m bench`: measures every subject, prints the figures and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sqlite3
import sys
import time
from importlib.metadata import version

from bench.figures import Figure
from bench.gallery_here import ROOT, fresh_environment, run

SUBJECTS = ("ingest", "memory", "reading", "pages", "find", "browser", "disk")
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "subjects", nargs="*", metavar="subject", help=f"one or more of {', '.join(SUBJECTS)}"
    )
    parser.add_argument("--strict", action="store_true", help="end with 1 if a target is missed")
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    start = time.monotonic()
    found: dict[str, list[Figure]] = {}
    for subject in options.subjects or SUBJECTS:
        sys.stdout.write(f"{subject} …\n")
        sys.stdout.flush()
        found[subject] = _measured(subject)
        for figure in found[subject]:
            told = (
                f"{figure.target_in_words}: {figure.verdict.strip('*')}" if figure.target is not None else ""
            )
            sys.stdout.write(f"  {figure.what}: {figure.value_in_words}   {told}\n")
    if not options.subjects:
        PAGE.write_text(_page(found, time.monotonic() - start), encoding="utf-8")
        sys.stdout.write(f"Written to {PAGE.relative_to(ROOT)}.\n")
    missed = [figure for figures in found.values() for figure in figures if figure.is_met is False]
    sys.stdout.write(f"{len(missed)} targets missed.\n" if missed else "All targets met.\n")
    return 1 if missed and options.strict else 0


def _measured(subject: str) -> list[Figure]:
    """In a process and a data folder of its own, so that no subject leaves anything for the next."""
    with fresh_environment() as environment:
        last_line = run(environment, "-m", "bench.worker", subject).splitlines()[-1]
    return [Figure(**figure) for figure in json.loads(last_line)]


def _page(found: dict[str, list[Figure]], took: float) -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    count = sum(figure.is_met is False for figures in found.values() for figure in figures)
    verdict = f"{count} target(s) missed." if count else "Every target was met."
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. What counts are ratios taken in one run, so that they hold",
        "on other machines too. How each is measured, and against what, stands at the top of its file in",
        "`bench/`.",
        "",
        f"Measured on {today.day} {today:%B %Y} in {took / 60:.0f} minutes: {os.cpu_count()} cores "
        f"({platform.machine()}), Python {platform.python_version()}, Django {version('django')}, "
        f"Pillow {version('pillow')}, SQLite {sqlite3.sqlite_version}. {verdict}",
    ]
    for subject, figures in found.items():
        lines += ["", f"## {subject.capitalize()}", "", "| what | figure | target | |", "|---|---:|---|---|"]
        lines += [
            f"| {figure.what} | {figure.value_in_words} | {figure.target_in_words} | {figure.verdict} |"
            for figure in figures
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
