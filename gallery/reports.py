"""What came of one upload, for people (`sentence`) and for programs (`as_dict`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.contrib.auth.models import User
from django.utils import timezone

from gallery.cleaning import clean_text
from gallery.outcomes import BlobFacts, outcomes_of
from gallery.snapshots import Snapshot, problem_as_dict
from gallery.transcripts.errors import TooLarge, TranscriptError
from gallery.transcripts.records import Problem

IngestOutcome = Literal["stored", "known", "refused"]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What came of one upload.

    outcome      stored, known (these bytes were here before; nothing was written), refused (nothing was written)
    code         stable word for why: `stored`, `known`, or that of the refusal
    sentence     the same in words, as the upload page shows it
    kept_bytes   what keeping it added on disk: skeleton, new blobs and their thumbnails
    image_ids    the images that the grid shows, newest first
    *_count      what the file holds, whether it was known before or not
    """

    name: str
    outcome: IngestOutcome
    code: str
    sentence: str
    size_bytes: int = 0
    kept_bytes: int = 0
    sha256: str = ""
    transcript_id: int | None = None
    response_ids: tuple[int, ...] = ()
    image_ids: tuple[int, ...] = ()
    response_count: int = 0
    final_count: int = 0
    partial_count: int = 0
    plot_count: int = 0
    image_models: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_too_large: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As JSON. Image ids are texts: they exceed 2**53, beyond which JavaScript and jq lose digits."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "code": self.code,
            "sentence": self.sentence,
            "size_bytes": self.size_bytes,
            "kept_bytes": self.kept_bytes,
            "sha256": self.sha256 or None,
            "transcript_id": self.transcript_id,
            "response_ids": list(self.response_ids),
            "image_ids": [str(image_id) for image_id in self.image_ids],
            "response_count": self.response_count,
            "final_count": self.final_count,
            "partial_count": self.partial_count,
            "plot_count": self.plot_count,
            "image_models": list(self.image_models),
            "problems": [problem_as_dict(problem) for problem in self.problems],
            "is_too_large": self.is_too_large,
        }


def refused_report(name: str, size_bytes: int, sha256: str, error: TranscriptError) -> IngestReport:
    """Of an upload of which nothing is kept."""
    return IngestReport(
        name=name,
        outcome="refused",
        code=error.code,
        sentence=clean_text(error.sentence),
        size_bytes=size_bytes,
        sha256=sha256,
        is_too_large=isinstance(error, TooLarge),
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """What a transcript holds, counted."""

    response_count: int
    finals: Counter[str]
    partial_count: int
    plot_count: int
    image_models: tuple[str, ...]

    @property
    def final_count(self) -> int:
        return self.finals.total()

    def in_words(self) -> str:
        """`1 response, 1 picture and 3 partials from gpt-image-1`."""
        pictures = [
            counted(self.finals[state], "picture" if state == "stored" else f"{state} picture")
            for state in ("stored", "elided", "missing", "broken", "refused")
            if self.finals[state]
        ]
        pictures += [counted(self.plot_count, "plot")] if self.plot_count else []
        pictures += [counted(self.partial_count, "partial")] if self.partial_count else []
        if not pictures:
            return f"{counted(self.response_count, 'response')}, no picture"
        source = f" from {listed(self.image_models)}" if self.image_models else ""
        return f"{counted(self.response_count, 'response')}, {listed(pictures)}{source}"


def count_findings(snapshots: Iterable[Snapshot], facts: Mapping[str, BlobFacts]) -> Findings:
    """Of a transcript's responses. `facts` knows each of their blobs."""
    finals: Counter[str] = Counter()
    others: Counter[str] = Counter()
    image_models: set[str] = set()
    response_count = 0
    for snapshot in snapshots:
        response_count += 1
        image_models |= {snapshot.response.image_model or ""} - {""}
        for outcome in outcomes_of(snapshot, facts):
            if outcome.picture.role == "final":
                finals[outcome.state] += 1
            else:
                others[outcome.picture.role] += 1
    return Findings(response_count, finals, others["partial"], others["plot"], tuple(sorted(image_models)))


def stored_sentence(findings: Findings, *, size_bytes: int, kept_bytes: int, known_count: int) -> str:
    """`1 response, 1 picture and 3 partials from gpt-image-1, 8.6 MB kept in 2.9 MB`."""
    sizes = f"{in_bytes(size_bytes)} kept in {in_bytes(kept_bytes)}"
    if not known_count:
        return f"{findings.in_words()}, {sizes}"
    if known_count == findings.response_count:
        known = "known already from another file"
    else:
        known = f"{known_count:,} of the responses known already from other files"
    return f"{findings.in_words()}, {known}, {sizes}"


def known_sentence(*, uploader: User | None, uploaded_at: datetime, reader: User | None) -> str:
    """`nothing new, you uploaded this on 3 May`."""
    day = day_in_words(uploaded_at)
    if uploader is None:
        return f"nothing new, this was uploaded on {day}"
    who = (
        "you"
        if reader is not None and reader.pk == uploader.pk
        else uploader.get_full_name() or uploader.get_username()
    )
    return f"nothing new, {who} uploaded this on {day}"


def day_in_words(moment: datetime) -> str:
    """`3 May`, with the year unless it is this one."""
    day = timezone.localtime(moment)
    year = "" if day.year == timezone.localtime().year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    *firsts, last = parts
    return f"{', '.join(firsts)} and {last}" if firsts else last


def in_bytes(number: int) -> str:
    """`8.6 MB`: decimal units, as file managers count."""
    if number < 1000:
        return counted(number, "byte")
    size = float(number)
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        if size < 999.5 or unit == "TB":
            return f"{size:.1f} {unit}" if size < 9.95 else f"{size:.0f} {unit}"
    raise AssertionError("the last unit returns")
