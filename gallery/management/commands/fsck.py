"""`manage.py fsck`: rows against files, files against hashes, uploads against what they give back."""

from __future__ import annotations

import io
import json
import os
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from gallery import audit, checking
from gallery.check_reports import CheckReport, in_words
from gallery.checking import AlreadyRunning, Turn
from gallery.fsck import check, count_checks
from gallery.progress import Progress
from gallery.workers import NICENESS

RUNNING = "A check is running already: the page Health of the gallery says how far it is."


class Command(BaseCommand):
    help = (
        "Check that everything kept is there and is what was stored. Ends with 0 if nothing is damaged, or all damage "
        "is repaired: what interrupted uploads left is in nobody's way. Ends with 1 if anything is damaged still, with "
        "2 if it was asked wrongly, or while another check is running."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="render missing thumbnails again and sweep what interrupted uploads left; no row is ever lost by it",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one finding per line as JSON, the totals last"
        )
        # The descriptor of the turn that the gallery has taken for the process it starts.
        parser.add_argument("--turn", type=int, help=SUPPRESS)

    def handle(self, *, repair: bool, **options: Any) -> None:
        inherited: int | None = options["turn"]
        if inherited is not None:
            os.nice(NICENESS)  # whoever looks at pages goes first
        try:
            with Turn.take() if inherited is None else Turn.inherit(inherited) as turn:
                # At a server's terminal stands what the server says.
                terminal = sys.stderr if inherited is None else io.StringIO()
                report = self._check(turn, terminal, is_repairing=repair, as_json=options["json"])
        except AlreadyRunning:
            raise CommandError(RUNNING, returncode=2) from None
        except Exception as error:
            checking.record_failure(error)
            raise
        if report.wrong:
            raise SystemExit(1)

    def _check(self, turn: Turn, terminal: TextIO, *, is_repairing: bool, as_json: bool) -> CheckReport:
        report = CheckReport()
        total = count_checks()
        turn.note(0, of=total)
        progress = Progress(terminal, total=total, noun="checks")

        def advance() -> None:
            progress.advance()
            turn.advance(of=total)

        for finding in check(is_repairing=is_repairing, advance=advance):
            progress.clear()
            report.add(finding)
            if as_json:
                self.stdout.write(json.dumps(finding.as_dict(), ensure_ascii=False))
            else:
                mark = "repaired" if finding.is_repaired else finding.severity
                self.stdout.write(f"{mark}  {finding.code}  {finding.subject}: {finding.sentence}")
        progress.clear()
        totals = report.totals()
        audit.record(audit.Action.CHECKED, None, name="fsck", details=totals | report.details())
        self.stdout.write(json.dumps({"totals": totals}) if as_json else in_words(totals, wrong=report.wrong))
        return report
