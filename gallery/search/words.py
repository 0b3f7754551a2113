"""THE normaliser: the words of a text as they are compared. Documents and queries both go through it, so what two
databases find cannot differ by their own ideas of a word.

Case, accents and width do not count (Unicode's compatibility forms, case folding, no combining diacritics). Chinese,
Japanese and Korean characters are words of their own, because those texts have no spaces to go by.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 64
"""Characters; the rest of a longer word does not count."""

_ASCII_WORD = re.compile(r"[a-z0-9]+")
_MARKS = dict.fromkeys(range(768, 880))
_PIECE = re.compile(r"[^\W_]+|[^\x00-\x7f]")
"""Letters and digits, or one character that may be a mark."""
_APART = re.compile(
    "([\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff])"
)


def words(text: str) -> list[str]:
    """The words in order, with repeats. None is longer than `LONGEST_WORD`, none holds "_"."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in _ASCII_WORD.findall(text.lower())]
    return [word[:LONGEST_WORD] for word in _split(_folded(text))]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFKC", plain.translate(_MARKS))


def _split(text: str) -> list[str]:
    found: list[str] = []
    start = end = -1
    for piece in _PIECE.finditer(text):
        first = piece[0][0]
        # Vowel signs and the like of other scripts are marks, not letters, but make other words.
        if not first.isalnum() and unicodedata.category(first)[0] != "M":
            continue
        if piece.start() != end:
            if start >= 0:
                found += _apart(text[start:end])
            start = piece.start()
        end = piece.end()
    if start >= 0:
        found += _apart(text[start:end])
    return found


def _apart(run: str) -> list[str]:
    return [run] if run.isascii() else [part for part in _APART.split(run) if part]
