"""What the gallery that gives the program away fills in."""

from __future__ import annotations

ADDRESS = ""
LIMIT_BYTES = 0  # the largest upload; 0: not known
