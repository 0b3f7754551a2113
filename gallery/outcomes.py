"""What became of each picture that a response should have: stored, elided, missing, broken or refused, and why.

Failures are cards like any other. A response that asked for a picture and got none has one place for it all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from gallery.snapshots import KeptPicture, Snapshot
from gallery.transcripts.records import Response

State = Literal["stored", "elided", "missing", "broken", "refused"]

SVG = "image/svg+xml"
_REFUSAL_WORDS = (
    "moderation",
    "content_policy",
    "content_filter",
    "policy_violation",
    "safety",
    "refus",
    "blocked",
)
_IMAGE_WORDS = ("image", *_REFUSAL_WORDS)
_UNFINISHED = {"queued", "in_progress"}


class BlobFacts(Protocol):
    """What must be known of a blob's bytes; `models.Blob` is one."""

    media_type: str
    size_bytes: int
    flaw: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture's place in a response. `stand_in` is the hash of the best partial where the picture is not there."""

    picture: KeptPicture
    state: State
    reason: str = ""
    stand_in: str | None = None
    partial_count: int = 0

    @property
    def is_card(self) -> bool:
        return self.picture.role != "partial"


def outcomes_of(snapshot: Snapshot, facts: Mapping[str, BlobFacts]) -> list[Outcome]:
    """Every picture of the response, in the order of their places. `facts` knows each blob by its hash."""
    pictures = {picture.place: picture for picture in snapshot.pictures}
    partials: defaultdict[int, list[KeptPicture]] = defaultdict(list)
    for picture in snapshot.pictures:
        if picture.role == "partial":
            partials[picture.position].append(picture)
    for position, formed in partials.items():
        if not any(place[:2] == (position, "final") for place in pictures):
            pictures[position, "final", 0] = _never_came(position, formed[-1])
    if not any(role != "partial" for _, role, _ in pictures) and _failed_at_a_picture(snapshot.response):
        position = max((item.position for item in snapshot.response.items), default=-1) + 1
        pictures[position, "final", 0] = KeptPicture(position=position, role="final", index=0, kind="absent")
    return [
        _outcome(pictures[place], snapshot.response, partials[place[0]], facts) for place in sorted(pictures)
    ]


def is_refusal(*words: str | None) -> bool:
    """Whether an error's code, type or reason tells of moderation or of a content policy."""
    return any(word and any(sign in word.lower() for sign in _REFUSAL_WORDS) for word in words)


def _outcome(
    picture: KeptPicture, response: Response, partials: list[KeptPicture], facts: Mapping[str, BlobFacts]
) -> Outcome:
    state, reason = _state(picture, response, facts)
    if picture.role != "final":
        return Outcome(picture, state, reason)
    whole = [partial for partial in partials if partial.sha256 and not facts[partial.sha256].flaw]
    best = max(whole, key=lambda partial: partial.index, default=None)
    return Outcome(
        picture,
        state,
        reason,
        stand_in=best.sha256 if best and state != "stored" else None,
        partial_count=len(partials),
    )


def _state(picture: KeptPicture, response: Response, facts: Mapping[str, BlobFacts]) -> tuple[State, str]:
    match picture.kind:
        case "bytes":
            fact = facts[picture.sha256 or ""]
            if fact.media_type == SVG:
                return "stored", "SVG is active content: it is kept as a download and never shown inline."
            return ("broken", fact.flaw) if fact.flaw else ("stored", "")
        case "elided" if picture.head_bytes:
            return "elided", (
                f"The picture was shortened before the upload: only its first {picture.head_bytes:,} bytes can be read."
            )
        case "elided":
            return "elided", "A placeholder stands where the picture was."
        case "undecodable":
            return (
                "broken",
                f"The value is neither base64 nor a known placeholder; it begins “{picture.text[:60]}”.",
            )
        case "url":
            return "missing", (
                f"Only an address of the picture was recorded, and addresses are never fetched: {picture.text[:500]}"
            )
        case _:
            return _why_absent(picture, response)


def _why_absent(picture: KeptPicture, response: Response) -> tuple[State, str]:
    code = picture.error_code or response.error_code
    message = picture.error_message or response.error_message
    detail = f"{message} ({code})" if message and code else message or code
    if is_refusal(picture.error_code, response.error_code, response.incomplete_reason):
        return "refused", f"Refused: {detail or response.incomplete_reason}"
    match response.status:
        case _ if picture.error_code or picture.error_message:
            return "missing", f"The generation failed: {detail}"
        case "failed":
            return "missing", f"The response failed: {detail}" if detail else "The response failed."
        case "cancelled":
            return "missing", "The response was cancelled before the picture came."
        case "incomplete":
            why = f" ({response.incomplete_reason})" if response.incomplete_reason else ""
            return "missing", f"The response ended early{why}, before the picture came."
        case "interrupted":
            return "missing", "The recording ends before the picture came."
        case status if status in _UNFINISHED:
            return "missing", "The picture was still being made when this was recorded."
        case _ if detail:
            return "missing", f"The generation failed: {detail}"
        case _:
            return "missing", "The response is complete, but it holds no picture."


def _never_came(position: int, partial: KeptPicture) -> KeptPicture:
    return KeptPicture(
        position=position,
        role="final",
        index=0,
        kind="absent",
        revised_prompt=partial.revised_prompt,
        size=partial.size,
        quality=partial.quality,
        background=partial.background,
        output_format=partial.output_format,
        action=partial.action,
    )


def _failed_at_a_picture(response: Response) -> bool:
    """Whether a response without any image item asked for a picture and failed or was refused."""
    error = response.rest.get("error")
    error_type = error.get("type") if isinstance(error, dict) else response.rest.get("type")
    signs = [response.error_code, response.error_message, error_type if isinstance(error_type, str) else None]
    failed = (
        response.status == "failed"
        or response.kind == "error"
        or bool(response.error_code or response.error_message)
        or is_refusal(response.incomplete_reason)
    )
    asked = (
        bool(response.requested)
        or response.kind == "images"
        or any(sign and any(word in sign.lower() for word in _IMAGE_WORDS) for sign in signs)
    )
    return failed and asked
