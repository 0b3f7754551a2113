"""UTF-8 that was once read as Windows-1252 (`itâ€™s`): repaired for display, never in what is kept."""

from __future__ import annotations

import codecs


def repaired(text: str) -> str | None:
    """What the text said before it was misread, or None where it was not, or the way back does not succeed whole."""
    if text.isascii():
        return None
    try:
        # One call for the whole text: sixty prompts stand on a page, and character by character took half its time.
        return text.encode("cp1252", "misread").decode("utf-8")
    except UnicodeError:
        return None


def repaired_beginning(text: str) -> str | None:
    """The same for the beginning of a longer text, which may end inside a misread character (at most four long)."""
    for end in (len(text), *range(len(text) - 1, max(0, len(text) - 4), -1)):
        better = repaired(text[:end])
        if better is not None:
            return better
    return None


def _pass_undefined(error: UnicodeError) -> tuple[bytes, int]:
    """The five bytes that Windows-1252 leaves undefined are passed through by those who misread."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    try:
        return error.object[error.start : error.end].encode("latin-1"), error.end
    except UnicodeEncodeError:
        raise error from None


codecs.register_error("misread", _pass_undefined)
