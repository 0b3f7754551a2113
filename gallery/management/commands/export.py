"""`manage.py export`: every response as a line of JSON (docs/export.md)."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import UTC, datetime, time
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from gallery.exporting import export_lines


class Command(BaseCommand):
    help = "Write every response as one line of JSON. docs/export.md describes the fields."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            metavar="WHEN",
            help="only responses of which a transcript came then or later: 2026-05-15, or 2026-05-15T10:30",
        )
        parser.add_argument("--output", metavar="FILE", type=Path, help="instead of the standard output")

    def handle(self, *, since: str | None, output: Path | None, **options: Any) -> None:
        moment = parse_moment(since) if since else None
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says: the export is JSON
        try:
            with output.open("w", encoding="utf-8") if output else nullcontext(sys.stdout) as file:
                for line in export_lines(moment):
                    file.write(line + "\n")
                file.flush()
        except BrokenPipeError:
            # The reader has enough (`| head`). Python would complain once more when it closes the pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            raise CommandError(
                f"{output or 'The standard output'} cannot be written: {error.strerror}."
            ) from error


def parse_moment(text: str) -> datetime:
    """A date (its beginning) or a date and time; in the gallery's time zone unless it says another."""
    try:
        moment = parse_datetime(text)
        day = parse_date(text) if moment is None else None
    except ValueError as error:
        raise CommandError(f"--since {text}: {error}.") from error
    if day is not None:
        moment = datetime.combine(day, time.min)
    if moment is None:
        raise CommandError(f"--since {text}: give a date like 2026-05-15 or a time like 2026-05-15T10:30.")
    try:
        return (moment if timezone.is_aware(moment) else timezone.make_aware(moment)).astimezone(UTC)
    except OverflowError as error:
        raise CommandError(f"--since {text}: that is beyond the calendar.") from error
