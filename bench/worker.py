"""`python -m bench.worker SUBJECT`: measures one subject in this process and prints its figures as JSON."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from bench.gallery_here import set_up

if __name__ == "__main__":
    set_up()
    figures = import_module(f"bench.{sys.argv[1]}").measure()
    sys.stdout.write("\n" + json.dumps([figure.as_dict() for figure in figures]) + "\n")
