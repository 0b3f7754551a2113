"""Libraries from elsewhere are what static/vendor/VENDOR.md says they are."""

from __future__ import annotations

import hashlib
import re

from tests.source import ROOT

VENDOR = ROOT / "static" / "vendor"
ROW = re.compile(r"^\| (\S+) \| \S+ \| [\d.]+ \| .+ \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def kept() -> dict[str, str]:
    """The files here, without their licences, and the hash of each."""
    return {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.glob("*/*")
        if path.name != "LICENSE"
    }


def test_every_file_is_listed_with_the_hash_it_has():
    assert dict(ROW.findall((VENDOR / "VENDOR.md").read_text("utf-8"))) == kept()


def test_every_library_has_its_licence():
    assert [
        folder.name for folder in VENDOR.iterdir() if folder.is_dir() and not (folder / "LICENSE").is_file()
    ] == []


def test_no_file_names_a_source_map():
    assert [name for name in kept() if b"sourceMappingURL" in (VENDOR / name).read_bytes()] == []
