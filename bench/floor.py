"""The least that keeping a stream of pictures can cost: no checks, no database, no archive, straight down.

JSON of every event, base64 and SHA-256 of every distinct picture, one full decode and a thumbnail of each,
and the files written: plainly, under their own name, not waiting for the disk. Nothing is decoded twice.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path

from PIL import Image

SIDE = 512


def keep_stream(stream: bytes, folder: Path) -> dict[str, bytes]:
    """Writes the stream's pictures, thumbnails and text below `folder`; gives the thumbnails by hash."""
    texts: set[str] = set()
    rest: list[bytes] = []
    for line in stream.split(b"\n"):
        if line.startswith(b"data: "):
            event = json.loads(line[6:])
            found = _pictures(event)
            texts.update(found)
            rest.append(json.dumps(event).encode())
    hashlib.sha256(stream).hexdigest()
    thumbnails = {}
    for text in texts:
        data = base64.b64decode(text)
        sha256 = hashlib.sha256(data).hexdigest()
        (folder / sha256).write_bytes(data)
        thumbnails[sha256] = _thumbnail(data)
        (folder / f"{sha256}.webp").write_bytes(thumbnails[sha256])
    (folder / hashlib.sha256(stream).hexdigest()).write_bytes(b"\n".join(rest))
    return thumbnails


def _pictures(event: dict[str, object]) -> list[str]:
    """The event's pictures, taken out of it."""
    found = []
    for holder in (event, event.get("item"), *_output(event.get("response"))):
        if isinstance(holder, dict):
            for key in ("partial_image_b64", "result"):
                if isinstance(text := holder.get(key), str):
                    found.append(text)
                    holder[key] = ""
    return found


def _output(response: object) -> list[object]:
    return response.get("output") or [] if isinstance(response, dict) else []


def _thumbnail(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        longest = max(image.size)
        if longest % SIDE == 0:
            small = image.reduce(longest // SIDE)
        else:
            size = (round(image.width * SIDE / longest), round(image.height * SIDE / longest))
            small = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
