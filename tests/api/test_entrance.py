"""The API costs a start nothing: it is read when somebody first asks for it."""

from __future__ import annotations

import subprocess
import sys

from tests.source import ROOT

PROGRAM = """
import sys
import django
django.setup()
from django.core import checks
from django.urls import reverse
assert not checks.run_checks(tags=["urls"])
reverse("gallery:image_list")
assert "gallery.rates" in sys.modules
sys.exit("ninja" in sys.modules or "pydantic" in sys.modules)
"""


def test_starting_reads_neither_the_api_nor_what_it_is_made_with() -> None:
    assert subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT).returncode == 0
