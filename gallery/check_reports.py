"""What a check of the archive found, added up: for whoever runs it, and for the audit, where a page reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gallery.fsck import Finding
from gallery.models import Blob, Transcript
from gallery.reports import counted

MOST_NAMED = 10
"""Of each kind. The audit keeps what it is told for ever."""


class CheckReport:
    """Counts every finding, and remembers the first few of each kind."""

    def __init__(self) -> None:
        self._tally: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._named: list[Finding] = []

    def add(self, finding: Finding) -> None:
        self._tally["damaged" if finding.severity == "damage" else "left_over"] += 1
        self._tally["repaired"] += finding.is_repaired
        self._tally["wrong"] += finding.is_wrong
        if not finding.is_repaired:
            self._kinds[finding.code] += 1
            if self._kinds[finding.code] <= MOST_NAMED:
                self._named.append(finding)

    @property
    def wrong(self) -> int:
        """How much is damaged still."""
        return self._tally["wrong"]

    def totals(self) -> dict[str, int]:
        return {
            "transcripts": Transcript.objects.count(),
            "blobs": Blob.objects.count(),
            **{name: self._tally[name] for name in ("damaged", "left_over", "repaired")},
        }

    def details(self) -> dict[str, Any]:
        """For the audit: what is left of each kind, by its number and its first few."""
        named = [
            {"code": finding.code, "subject": finding.subject, "sentence": finding.sentence}
            for finding in self._named
        ]
        return {"kinds": dict(self._kinds), "found": named} if named else {}


def in_words(totals: Mapping[str, int], *, wrong: int) -> str:
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
