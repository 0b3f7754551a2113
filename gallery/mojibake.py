"""UTF-8 that was once read as Windows-1252 (`itâ€™s`): repaired for display, never in what is kept."""

from __future__ import annotations


def repaired(text: str) -> str | None:
    """What the text said before it was misread, or None where it was not, or the way back does not succeed whole."""
    if text.isascii():
        return None
    raw = bytearray()
    for character in text:
        try:
            raw += character.encode("cp1252")
        except UnicodeEncodeError:
            # The five bytes that Windows-1252 leaves undefined are passed through by those who misread.
            if ord(character) > 0xFF:
                return None
            raw.append(ord(character))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def repaired_beginning(text: str) -> str | None:
    """The same for the beginning of a longer text, which may end inside a misread character (at most four long)."""
    for end in (len(text), *range(len(text) - 1, max(0, len(text) - 4), -1)):
        better = repaired(text[:end])
        if better is not None:
            return better
    return None
