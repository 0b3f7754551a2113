"""Finds the browser that the browser tests drive."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

# The headless shell comes first: it is the same engine without the window around the page, which nobody sees here and
# which costs as much again as the page.
NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
MISSING = (
    "The browser tests need Chromium and found none: no chromium, chromium-browser or google-chrome in PATH that "
    "runs, and none of Playwright's. Debian: apt-get install chromium. Elsewhere: python -m playwright install chromium"
)


class ChromiumMissing(Exception):
    """There is no browser to drive; the message says how to get one."""


def runs(program: str | Path) -> bool:
    """Whether it really starts: Ubuntu's chromium-browser may be a stub that only advertises a package."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def find_chromium() -> Path:
    """The browser's program. Raises ChromiumMissing."""
    for name in NAMES:
        if (program := shutil.which(name)) and runs(program):
            return Path(program)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = playwright.chromium.executable_path
    if Path(program).is_file() and runs(program):
        return Path(program)
    raise ChromiumMissing(MISSING)
