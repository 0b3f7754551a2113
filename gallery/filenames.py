"""Names that came from outside, made safe to show and to give to a browser. Never used as paths."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from urllib.parse import quote

UNNAMED = "unnamed"
SHOWN_LENGTH = 255
DOWNLOAD_BYTES = 180
EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
}
BIDI_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
FORBIDDEN = frozenset('<>:"/\\|?*')
# Windows opens a device, not a file, for these names, whatever their extension.
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)


def shown_name(raw: str) -> str:
    """`raw` as one line of inert text: the last part of a path, without control and direction marks, at most
    255 characters. Never empty."""
    last = raw.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(" " if _breaks_a_line(char) else char for char in last if char not in BIDI_MARKS)
    name = " ".join(kept.split())
    if len(name) > SHOWN_LENGTH:
        stem, extension = _split_extension(name)
        name = stem[: SHOWN_LENGTH - len(extension) - 1] + "…" + extension
    return UNNAMED if name in {"", ".", ".."} else name


def download_name(raw: str, *, extension: str = "") -> str:
    """`raw` as a file name that is harmless on every system, and that ends in `extension` if one is given."""
    name = "".join("-" if char in FORBIDDEN else char for char in shown_name(raw))
    if extension and name.lower().endswith(extension):
        name = name[: -len(extension)]
    stem, own_extension = (name, extension) if extension else _split_extension(name)
    stem = _clip_bytes(stem.lstrip("."), DOWNLOAD_BYTES - len(own_extension.encode())).strip(" .") or UNNAMED
    if stem.partition(".")[0].lower() in DEVICES:
        stem = f"{stem}-file" if "." not in stem else f"file-{stem}"
    return (stem + own_extension).rstrip(" .")


def picture_name(prompt: str | None, generated_at: datetime | None) -> str:
    """What to call a picture without a name: `2026-05-15 A minimalist blue dot graphic`, no extension."""
    words = shown_name(" ".join((prompt or "picture").replace("/", " ").replace("\\", " ").split()[:10]))
    day = f"{generated_at:%Y-%m-%d} " if generated_at else ""
    return day + words[:80].strip(" .,;")


def extension_of(media_type: str) -> str:
    """By the type that the bytes have; `.bin` for what a browser must not open."""
    return EXTENSIONS.get(media_type, ".bin")


def attachment(name: str) -> str:
    """The Content-Disposition (RFC 6266) that saves a body as `name`; `name` cannot break out of it."""
    return f"attachment; {_both_names(name)}"


def inline(name: str) -> str:
    """The Content-Disposition that shows a body, and names it if the reader saves it."""
    return f"inline; {_both_names(name)}"


def _both_names(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(char if char.isprintable() and char not in '"\\%' else "_" for char in plain).strip()
    return f"filename=\"{plain or UNNAMED}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def _breaks_a_line(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _split_extension(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    return (stem, dot + extension) if stem and len(extension) <= 10 else (name, "")


def _clip_bytes(text: str, length: int) -> str:
    return text.encode("utf-8", "replace")[:length].decode("utf-8", "ignore")
