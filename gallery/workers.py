"""How a process begins that ingests for another one. Imports no model: Django is not set up yet when this is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

from gallery.memory import keep_blocks

NICENESS = 15
_PICTURE_BYTES = 8 * 1024 * 1024  # of the usual sizes, decoded


def begin_worker() -> None:
    """Makes Django ready, and sees to it that the worker ends with the process that started it."""
    import django

    django.setup()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def begin_reader() -> None:
    """As `begin_worker`, beside a server: of lower priority than its pages. Whoever stops the server stops its process,
    which lets the uploads in work come to their end first; the signals that came here too are not for us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(NICENESS)
    keep_blocks(_PICTURE_BYTES)
    begin_worker()


def _end_with_parent() -> None:
    """A worker whose parent was killed would otherwise wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
