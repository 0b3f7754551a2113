"""Where things stand, as whole addresses: a program need not know what an address is relative to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Addresses:
    """`base` is the gallery's own address as the request used it, without a final slash."""

    base: str
    path: str

    @classmethod
    def of(cls, request: HttpRequest) -> Addresses:
        return cls(request.build_absolute_uri("/").rstrip("/"), request.path)

    def page(self, name: str, pk: int) -> str:
        """The page for people of that thing."""
        return self.base + reverse(f"gallery:{name}", args=[pk])

    def file(self, sha256: str) -> str:
        return f"{self.base}/api/blobs/{sha256}"

    def thumbnail(self, sha256: str) -> str:
        return f"{self.base}/api/thumbs/{sha256}"

    def original(self, pk: int) -> str:
        return f"{self.base}/api/transcripts/{pk}/original"

    def more(self, **parameters: str | int | None) -> str:
        """This list from a cursor on."""
        given = {name: value for name, value in parameters.items() if value not in (None, "")}
        return f"{self.base}{self.path}?{urlencode(given)}"
