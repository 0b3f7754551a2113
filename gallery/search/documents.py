"""What the index holds of a picture: facts first, then the words of its texts, in tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from gallery.models import Image
from gallery.search.tokens import BREAK, fact_token, facts_of
from gallery.search.words import words

MOST_WORDS = 16_000
"""Of a picture's texts together. PostgreSQL counts positions to 16,383."""
MOST_REPEATS = 255
"""Of one word in a document: PostgreSQL keeps no more positions of it. Further ones are left out for both databases."""
_LONGEST_TEXT = 400_000


def document_tokens(image: Image, texts: Iterable[str | None]) -> list[str]:
    """The tokens in order. `BREAK` is in every document, and between any two of its texts."""
    tokens = [fact_token(key, value) for key, value in facts_of(image)]
    counts: Counter[str] = Counter()
    left = MOST_WORDS
    for text in texts:
        tokens.append(BREAK)
        if not text:
            continue
        for word in words(text[:_LONGEST_TEXT])[:left]:
            left -= 1
            counts[word] += 1
            tokens.append(word if counts[word] <= MOST_REPEATS else BREAK)
    tokens.append(BREAK)
    return tokens


def texts_of(image: Image, output_text: str | None, instructions: str | None) -> tuple[str | None, ...]:
    """The texts in which a picture is found."""
    return image.prompt, output_text, instructions


def distinct_words(tokens: Iterable[str]) -> Iterator[str]:
    """The words among tokens, each once."""
    return (token for token in dict.fromkeys(tokens) if not token.startswith("_"))
