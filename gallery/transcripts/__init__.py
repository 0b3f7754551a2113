"""Reading transcripts: bytes to typed records. Standard library only: no Django, no Pillow, no clock, no settings."""

from __future__ import annotations

from gallery.transcripts.errors import NotATranscript, TooLarge, TranscriptError
from gallery.transcripts.limits import DEFAULT_LIMITS, Limits
from gallery.transcripts.read import read_transcript
from gallery.transcripts.records import (
    ImageUsage,
    Item,
    Payload,
    Picture,
    PictureValue,
    Problem,
    Response,
    TimelineRun,
    Transcript,
    Usage,
)

__all__ = [
    "DEFAULT_LIMITS",
    "ImageUsage",
    "Item",
    "Limits",
    "NotATranscript",
    "Payload",
    "Picture",
    "PictureValue",
    "Problem",
    "Response",
    "TimelineRun",
    "TooLarge",
    "Transcript",
    "TranscriptError",
    "Usage",
    "read_transcript",
]
