"""`manage.py ingest`: files and folders into the gallery, from the shell."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from gallery import audit
from gallery.bulk import find_files, ingest_files, refresh_statistics
from gallery.ingest import ingest_upload
from gallery.models import Transcript
from gallery.progress import Progress
from gallery.reports import IngestReport, counted, in_bytes, listed

STDIN = "-"
MANY = 50


class Command(BaseCommand):
    help = "Take transcripts in: files, folders with all that is below them, or - for the standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="a file, a folder, or - for the standard input"
        )
        parser.add_argument("--user", metavar="NAME", help="whose uploads these are")
        parser.add_argument(
            "--json", action="store_true", help="print one report per file, each a line of JSON"
        )
        parser.add_argument(
            "--jobs",
            type=_job_count,
            default=os.cpu_count() or 1,
            metavar="N",
            help="how many processes read and render (default: one per core, %(default)s here)",
        )

    def handle(self, *, paths: Sequence[str], user: str | None, jobs: int, **options: Any) -> None:
        uploader = self._uploader(user)
        for path in paths:
            if path != STDIN and not Path(path).exists():
                raise CommandError(f"There is no file or folder {_inert(path)}.")
        outcomes: Counter[str] = Counter()
        size_bytes = kept_bytes = 0
        stored: list[IngestReport] = []
        progress = Progress(sys.stderr, total=self._count(paths), noun="files")
        try:
            for label, report in self._reports(paths, uploader, jobs):
                progress.clear()
                self._print(label, report, as_json=options["json"], verbosity=options["verbosity"])
                progress.advance()
                outcomes[report.outcome] += 1
                if report.outcome == "stored":
                    stored.append(report)
                size_bytes += report.size_bytes if report.outcome == "stored" else 0
                kept_bytes += report.kept_bytes
        except BrokenProcessPool as error:
            raise CommandError(
                "A process ended before its time, perhaps for want of memory. What is listed above is kept; "
                "run the command again for the rest, with fewer --jobs."
            ) from error
        except BrokenPipeError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise CommandError("Nobody reads the output any more. The rest was not taken in.") from error
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'}: {error.strerror or error}.") from error
        finally:
            progress.clear()
            audit.record_uploads(uploader, stored, by="command")
        if outcomes["stored"] >= MANY:
            refresh_statistics()
        if not options["json"]:
            self.stdout.write(_totals(outcomes, size_bytes, kept_bytes))
        if outcomes["refused"]:
            raise SystemExit(1)

    def _uploader(self, username: str | None) -> User | None:
        if username is None:
            return None
        uploader = User.objects.filter(username=username).first()
        if uploader is None:
            raise CommandError(f"There is no user {_inert(username)}.")
        return uploader

    def _count(self, paths: Sequence[str]) -> int:
        """Only for the progress bar: a large tree is not walked twice for nobody."""
        if not sys.stderr.isatty():
            return 0
        return sum(1 for _ in find_files(Path(path) for path in paths if path != STDIN)) + paths.count(STDIN)

    def _reports(
        self, paths: Sequence[str], uploader: User | None, jobs: int
    ) -> Iterator[tuple[str, IngestReport]]:
        source_kind = Transcript.Source.COMMAND
        if STDIN in paths:
            # One byte more than allowed is enough to be refused.
            data = sys.stdin.buffer.read(settings.UPLOAD_LIMIT_BYTES + 1)
            yield (
                STDIN,
                ingest_upload(data, name="standard input", uploader=uploader, source_kind=source_kind),
            )
        files = find_files(Path(path) for path in paths if path != STDIN)
        for path, report in ingest_files(files, uploader=uploader, source_kind=source_kind, jobs=jobs):
            yield str(path), report

    def _print(self, label: str, report: IngestReport, *, as_json: bool, verbosity: int) -> None:
        if as_json:
            self.stdout.write(json.dumps({"path": _encodable(label), **report.as_dict()}, ensure_ascii=False))
            return
        problems = f" ({counted(len(report.problems), 'problem')})" if report.problems else ""
        self.stdout.write(f"{report.outcome}  {_inert(label)}: {_inert(report.sentence)}{problems}")
        if verbosity > 1:
            for problem in report.problems:
                place = f"{problem.place}: " if problem.place else ""
                self.stdout.write(f"        {place}{_inert(problem.message)}")


def _job_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 256):
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def _totals(outcomes: Counter[str], size_bytes: int, kept_bytes: int) -> str:
    """`3 files: 2 stored and 1 known; 8.6 MB kept in 2.9 MB.`"""
    parts = [
        f"{outcomes[outcome]:,} {outcome}" for outcome in ("stored", "known", "refused") if outcomes[outcome]
    ]
    if not parts:
        return "No files."
    sizes = f"; {in_bytes(size_bytes)} kept in {in_bytes(kept_bytes)}" if outcomes["stored"] else ""
    return f"{counted(outcomes.total(), 'file')}: {listed(parts)}{sizes}."


def _encodable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _inert(text: str) -> str:
    """Without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
