"""One fact out of an EXIF block: which way is up. Malformed blocks mean "as it is", never an error."""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
_SHORT = 3


def orientation(block: bytes) -> int:
    """1 to 8 as EXIF numbers them; 1 where the block does not say or says nonsense."""
    block = block.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(order + "I", block, 4)
        (count,) = struct.unpack_from(order + "H", block, at)
        for entry in range(at + 2, min(at + 2 + 12 * count, len(block) - 11), 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", block, entry)
            if tag == _ORIENTATION:
                return value if kind == _SHORT and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
