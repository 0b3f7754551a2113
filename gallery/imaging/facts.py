"""What can be said of a picture. Plain frozen records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """What the first bytes of a picture say, however few are left. None: they do not reach that far."""

    media_type: str
    width: int | None
    height: int | None
    has_c2pa: bool


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the bytes of a file say about themselves; never what somebody declared.

    media_type   sniffed from the bytes, also where they are no picture at all
    width        as shown: an EXIF orientation is already applied; None where the bytes do not tell
    frame_count  1 for a still picture; counted up to a bound
    has_alpha    has an alpha channel or a transparent colour
    has_c2pa     carries a C2PA manifest; whether its claims hold is not checked
    flaw         why it cannot be shown, in a sentence; None: nothing is wrong as far as was looked
    """

    media_type: str
    width: int | None = None
    height: int | None = None
    frame_count: int = 1
    has_alpha: bool = False
    has_c2pa: bool = False
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture, decoded once: its facts, a WebP thumbnail and a tiny `data:` URL (None and "" if flawed)."""

    facts: PictureFacts
    thumbnail: bytes | None = None
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What a container's structure says before any pixel is decoded. Width and height are as stored.

    `largest_frame` is the pixel count of the largest canvas that any frame asks for.
    """

    media_type: str
    width: int | None = None
    height: int | None = None
    frame_count: int = 1
    has_alpha: bool = False
    has_c2pa: bool = False
    orientation: int = 1
    colour_profile: bytes = b""
    largest_frame: int = 0
    is_cut: bool = False
    is_damaged: bool = False


CUT = "The file ends before the picture does."
DAMAGED = "The picture's data is damaged."
FRAME_BOUND = 10_000
PROFILE_BOUND = 1024 * 1024
