"""`manage.py fsck`: rows against files, files against hashes, uploads against what they give back."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from gallery import audit
from gallery.fsck import check, count_checks
from gallery.models import Blob, Transcript
from gallery.progress import Progress
from gallery.reports import counted


class Command(BaseCommand):
    help = (
        "Check that everything kept is there and is what was stored. Ends with 0 if nothing is damaged, or all damage "
        "is repaired: what interrupted uploads left is in nobody's way. Ends with 1 if anything is damaged still, with "
        "2 if it was asked wrongly."
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

    def handle(self, *, repair: bool, **options: Any) -> None:
        as_json = options["json"]
        tally: Counter[str] = Counter()
        progress = Progress(sys.stderr, total=count_checks(), noun="checks")
        for finding in check(is_repairing=repair, advance=progress.advance):
            progress.clear()
            tally["damaged" if finding.severity == "damage" else "left_over"] += 1
            tally["repaired"] += finding.is_repaired
            tally["wrong"] += finding.is_wrong
            if as_json:
                self.stdout.write(json.dumps(finding.as_dict(), ensure_ascii=False))
            else:
                mark = "repaired" if finding.is_repaired else finding.severity
                self.stdout.write(f"{mark}  {finding.code}  {finding.subject}: {finding.sentence}")
        progress.clear()
        totals = {
            "transcripts": Transcript.objects.count(),
            "blobs": Blob.objects.count(),
            **{name: tally[name] for name in ("damaged", "left_over", "repaired")},
        }
        audit.record(audit.Action.CHECKED, None, name="fsck", details=totals)
        self.stdout.write(
            json.dumps({"totals": totals}) if as_json else _in_words(totals, wrong=tally["wrong"])
        )
        if tally["wrong"]:
            raise SystemExit(1)


def _in_words(totals: dict[str, int], *, wrong: int) -> str:
    """`12 uploads and 40 pictures checked: all is well.`"""
    checked = f"{counted(totals['transcripts'], 'upload')} and {counted(totals['blobs'], 'picture')} checked"
    if not totals["damaged"] and not totals["left_over"]:
        return f"{checked}: all is well."
    found = f"{totals['damaged']:,} damaged, {totals['left_over']:,} left over from interrupted uploads"
    said = f"{checked}: {found}, {totals['repaired']:,} repaired."
    if wrong:
        return f"{said} {wrong:,} damaged still."
    left = totals["damaged"] + totals["left_over"] - totals["repaired"]
    return (
        f"{said} Nothing is damaged; --repair sweeps what is left over."
        if left
        else f"{said} All is well now."
    )
