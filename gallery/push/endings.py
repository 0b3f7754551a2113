"""Whether a stream that is being recorded has come to its end."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

# Lines of server-sent events begin with a field, or with a colon alone, which is a comment.
STREAM = re.compile(rb"\s*(?:\xef\xbb\xbf)?(?:event|data|id|retry)?:")
END = re.compile(
    rb"response\.(?:completed|failed|incomplete|cancelled)|image_(?:generation|edit)\.completed|\[DONE\]"
    rb'|event: ?error|"type" ?: ?"error"'
)
# How far a type stands from where its event begins or ends: between them may be megabytes of a picture.
NEAR_BYTES = 2000


def is_unfinished_stream(path: Path) -> bool:
    """Whether it looks like a stream whose last event is none of those that end one. False where it cannot be read."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if not STREAM.match(data):
                return False
            last = max(0, data.rfind(b"\ndata:"))
            around = data[max(0, last - NEAR_BYTES // 10) : last + NEAR_BYTES] + data[-NEAR_BYTES:]
    except (OSError, ValueError):  # nothing in it
        return False
    return not END.search(around)
