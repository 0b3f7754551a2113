"""Finds the programs that the tests need beside Python's packages, and installs what is missing where it can.

Chromium (for the browser tests) and PostgreSQL (every test that touches the database runs on it too):

    python -m tools.programs

Ends with a sentence and exit code 1 where one is missing and cannot be installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.browser.chromium import ChromiumMissing, find_chromium
from tests.postgresql import PostgresqlMissing, find_binaries


def can_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(package: str) -> bool:
    print(f"Installing {package} with apt-get ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--quiet", "--quiet", "--no-install-recommends", package]
    for command in (["apt-get", "update", "--quiet", "--quiet"], install):
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode != 0:
            return False
    return True


def has_chromium() -> bool:
    try:
        find_chromium()
    except ChromiumMissing:
        return False
    return True


def ensure_chromium() -> None:
    """Raises ChromiumMissing where it is neither there nor to be had."""
    if has_chromium():
        return
    # Only newer Debian has the engine without its window as a package of its own.
    for package in ("chromium-headless-shell", "chromium"):
        if can_use_apt() and apt_install(package) and has_chromium():
            return
    print("Installing Playwright's own Chromium ...", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    find_chromium()


def ensure_postgresql() -> None:
    """Raises PostgresqlMissing where it is neither there nor to be had."""
    try:
        find_binaries()
    except PostgresqlMissing:
        if not (can_use_apt() and apt_install("postgresql")):
            raise
        find_binaries()


def main() -> None:
    try:
        ensure_chromium()
        ensure_postgresql()
    except (ChromiumMissing, PostgresqlMissing) as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
