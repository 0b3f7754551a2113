"""How a process of the bulk ingest begins. Imports no model: Django is not set up yet when this is."""

from __future__ import annotations

import multiprocessing
import os
import threading


def begin_worker() -> None:
    """Makes Django ready, and sees to it that the worker ends with the process that started it."""
    import django

    django.setup()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would otherwise wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
