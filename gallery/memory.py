"""Memory that a process keeps for what it does next, where the C library is glibc."""

from __future__ import annotations


def keep_blocks(up_to_bytes: int) -> None:
    """Has this process keep blocks up to this size once they are free, twice as much altogether for each thread.

    glibc gives larger ones back to the system at once, and to get them again page by page takes a tenth of the time
    that ingesting a stream does. "Larger" means larger than the largest that was ever given back, from 128 KB on
    (mallopt(3), M_MMAP_THRESHOLD): so one is given back here.
    """
    bytes(up_to_bytes)
