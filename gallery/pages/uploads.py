"""The upload page, and the row that says what came of one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django import forms
from django.conf import settings
from django.db.models.functions import Left
from django.urls import reverse

from gallery.filenames import shown_name
from gallery.models import Image
from gallery.pages.cards import caption
from gallery.pages.push import Snippet
from gallery.querysets import ImageQuerySet
from gallery.reports import IngestReport
from gallery.transcripts.records import Problem

SHOWN_PICTURES = 12
SHOWN_RESPONSES = 5
SHOWN_PROBLEMS = 20
PROMPT_CHARACTERS = 400
UNWRITTEN = (
    "The gallery could not write this file, and nothing of it was kept. Try again; if it happens again, "
    "whoever runs the gallery finds the reason in the server's log."
)


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A picture as a thumbnail that links to its page; without a thumbnail, in a word why."""

    url: str
    prompt: str
    state: str
    thumbnail_url: str | None

    @property
    def name(self) -> str:
        return self.prompt or f"a picture without a prompt, {self.state}"


@dataclass(frozen=True, slots=True)
class UploadRow:
    """What came of one file. `status` is the HTTP status that this file alone would be answered with."""

    name: str
    outcome: str
    sentence: str
    status: int
    problems: Sequence[Problem] = ()
    problem_count: int = 0
    pictures: Sequence[SmallPicture] = ()
    picture_count: int = 0
    transcript_url: str | None = None
    response_urls: Sequence[str] = ()
    response_count: int = 0

    @property
    def more_problems(self) -> int:
        return self.problem_count - len(self.problems)

    @property
    def more_pictures(self) -> int:
        return self.picture_count - len(self.pictures)

    @property
    def more_responses(self) -> int:
        return self.response_count - len(self.response_urls)

    @property
    def new_pictures(self) -> int:
        return self.picture_count if self.outcome == "stored" else 0

    @property
    def is_bad(self) -> bool:
        return self.outcome in {"refused", "failed"}


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The form, a row for each file that was just sent, and how programs send them."""

    form: forms.Form
    rows: Sequence[UploadRow] = field(default=())
    snippets: Sequence[Snippet] = ()


def over_limit_sentence() -> str:
    return (
        f"This is larger than {settings.UPLOAD_LIMIT_BYTES // 2**20} MB, the most that is taken at once. Send fewer "
        "files at a time, or split the file; whoever runs the gallery can raise GALLERY_UPLOAD_LIMIT_MB."
    )


def failed_row(name: str, sentence: str, *, status: int) -> UploadRow:
    """A file that never came as far as being read."""
    return UploadRow(name=shown_name(name), outcome="failed", sentence=sentence, status=status)


def rows_of(reports: Iterable[IngestReport]) -> list[UploadRow]:
    """A row per report, their pictures fetched with one query for all."""
    reports = list(reports)
    wanted = [pk for report in reports for pk in report.image_ids[:SHOWN_PICTURES]]
    images = for_small_pictures(Image.objects.filter(pk__in=wanted)) if wanted else []
    pictures = {image.pk: small_picture(image) for image in images}
    return [
        UploadRow(
            name=shown_name(report.name),
            outcome=report.outcome,
            sentence=report.sentence,
            status=_status_of(report),
            problems=list(report.problems[:SHOWN_PROBLEMS]),
            problem_count=len(report.problems),
            pictures=[pictures[pk] for pk in report.image_ids[:SHOWN_PICTURES] if pk in pictures],
            picture_count=len(report.image_ids),
            transcript_url=(
                reverse("gallery:transcript_detail", args=[report.transcript_id])
                if report.transcript_id is not None
                else None
            ),
            response_urls=[
                reverse("gallery:response_detail", args=[pk]) for pk in report.response_ids[:SHOWN_RESPONSES]
            ],
            response_count=len(report.response_ids),
        )
        for report in reports
    ]


def for_small_pictures(images: ImageQuerySet) -> ImageQuerySet:
    """`images` with what `small_picture` reads and nothing more: a prompt may be megabytes long."""
    return images.only("response_id", "state", "blob_id", "stand_in_id", "has_thumbnail").annotate(
        prompt_beginning=Left("prompt", PROMPT_CHARACTERS)
    )


def small_picture(image: Image) -> SmallPicture:
    shown = (image.blob_id or image.stand_in_id) if image.has_thumbnail else None
    return SmallPicture(
        url=image.get_absolute_url(),
        prompt=caption(image.prompt_beginning),  # type: ignore[attr-defined] # set by for_small_pictures
        state=image.get_state_display(),
        thumbnail_url=reverse("gallery:thumb", args=[shown]) if shown else None,
    )


def _status_of(report: IngestReport) -> int:
    if report.outcome != "refused":
        return 200
    return 413 if report.is_too_large else 422
