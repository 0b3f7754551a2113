"""Why an upload is refused as a whole. Everything less than that is a `Problem` inside a `Transcript`."""

from __future__ import annotations


class TranscriptError(Exception):
    """The upload cannot be kept. `code` is stable; `sentence` says what it looks like and what is expected."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class NotATranscript(TranscriptError):
    """Readable, but something else: a chat completion, a picture, an HTML page, nothing at all."""


class TooLarge(TranscriptError):
    """More bytes, once decompressed, than the limits allow."""
