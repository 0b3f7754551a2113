"""How a line of the log looks: what was refused is said in one, what failed comes with its traceback."""

from __future__ import annotations

import copy
import logging


class LineFormatter(logging.Formatter):
    """Django logs the exception with every refusal that is made by raising one: a role that is missing, a host that is
    not ours. Where it was raised helps nobody."""

    def format(self, record: logging.LogRecord) -> str:
        if not _is_refusal(record):
            return super().format(record)
        alone = copy.copy(record)
        alone.exc_info = alone.exc_text = alone.stack_info = None
        return super().format(alone).replace("\r", "\\r").replace("\n", "\\n")


def _is_refusal(record: logging.LogRecord) -> bool:
    """Whether the request that it tells of was answered by 4xx."""
    status = getattr(record, "status_code", None)
    return isinstance(status, int) and 400 <= status < 500
