"""The transcripts as a list, and one of them with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from gallery.forms import TranscriptCursor
from gallery.models import Image, Response, ResponseTranscript, Transcript
from gallery.pages.uploads import SmallPicture, for_small_pictures, small_picture

TRANSCRIPTS_PER_PAGE = 50
RESPONSES_PER_PAGE = 25
PICTURES_PER_RESPONSE = 12


@dataclass(frozen=True, slots=True)
class TranscriptListPage:
    """One page of the list. `next` is the cursor of the page after it, None on the last."""

    transcripts: Sequence[Transcript]
    next: TranscriptCursor | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class HeldResponse:
    """A response of the transcript, with its newest pictures."""

    response: Response
    position: int
    pictures: Sequence[SmallPicture]
    has_more_pictures: bool

    @property
    def name(self) -> str:
        return self.response.response_id


@dataclass(frozen=True, slots=True)
class TranscriptDetailPage:
    transcript: Transcript
    held: Sequence[HeldResponse]
    next_position: int | None
    is_first: bool

    @property
    def problems(self) -> list[dict[str, Any]]:
        problems: list[dict[str, Any]] = self.transcript.problems
        return problems

    @property
    def more_problems(self) -> int:
        return max(0, self.transcript.problem_count - len(self.transcript.problems))

    @property
    def admin_url(self) -> str:
        return reverse("admin:gallery_transcript_change", args=[self.transcript.pk])

    @property
    def kept_share(self) -> str:
        """Kept bytes per uploaded byte, as a percentage; empty for an upload too small to tell."""
        if self.transcript.size_bytes < 1000:
            return ""
        return f"{100 * self.transcript.kept_bytes / self.transcript.size_bytes:.0f} %"


def transcript_list_page(cursor: TranscriptCursor | None) -> TranscriptListPage:
    """The transcripts after `cursor`, newest first, at the cost of one page however many there are."""
    transcripts = Transcript.objects.newest_first().select_related("uploader")
    transcripts = transcripts.defer("problems")
    if cursor is not None:
        transcripts = transcripts.before(cursor.uploaded_at, cursor.pk)
    found = list(transcripts[: TRANSCRIPTS_PER_PAGE + 1])
    shown = found[:TRANSCRIPTS_PER_PAGE]
    is_more = len(found) > len(shown)
    return TranscriptListPage(
        transcripts=shown,
        next=TranscriptCursor(shown[-1].uploaded_at, shown[-1].pk) if is_more else None,
        is_first=cursor is None,
    )


def transcript_detail_page(transcript: Transcript, *, from_position: int = 0) -> TranscriptDetailPage:
    """The transcript, and its responses from `from_position` on in file order."""
    newest_cards = for_small_pictures(Image.objects.cards()).newest_first()
    holdings = (
        ResponseTranscript.objects.filter(transcript=transcript, position__gte=from_position)
        .select_related("response")
        .defer(
            "snapshot", "response__rest", "response__timeline", "response__problems", "response__instructions"
        )
        .prefetch_related(
            # One more than is shown tells that there are more.
            Prefetch("response__images", newest_cards[: PICTURES_PER_RESPONSE + 1], to_attr="newest_cards")
        )
        .order_by("position")
    )
    found = list(holdings[: RESPONSES_PER_PAGE + 1])
    shown = found[:RESPONSES_PER_PAGE]
    return TranscriptDetailPage(
        transcript=transcript,
        held=[_held(holding) for holding in shown],
        next_position=found[-1].position if len(found) > len(shown) else None,
        is_first=from_position == 0,
    )


def _held(holding: ResponseTranscript) -> HeldResponse:
    images: list[Image] = holding.response.newest_cards  # type: ignore[attr-defined] # set by the prefetch
    return HeldResponse(
        response=holding.response,
        position=holding.position,
        pictures=[small_picture(image) for image in images[:PICTURES_PER_RESPONSE]],
        has_more_pictures=len(images) > PICTURES_PER_RESPONSE,
    )
