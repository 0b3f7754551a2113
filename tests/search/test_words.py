"""What counts as a word, and which words are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.search.words import LONGEST_WORD, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Blue  dot.", ["a", "blue", "dot"]),
        ("Café CAFÉ cafe\N{COMBINING ACUTE ACCENT}", ["cafe", "cafe", "cafe"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("ﬁne \N{FULLWIDTH DIGIT FOUR}K", ["fine", "4k"]),
        ("gpt-image-1.5", ["gpt", "image", "1", "5"]),
        ("snake_case", ["snake", "case"]),
        ("蓝色的点", ["蓝", "色", "的", "点"]),
        ("がんばれ", ["が", "ん", "ば", "れ"]),
        ("파란 점", ["파", "란", "점"]),
        ("blue蓝dot", ["blue", "蓝", "dot"]),
        ("हिन्दी", ["हिन्दी"]),
        ("", []),
        ("\x00 \ud800 🎨 — …", []),
    ],
)
def test_words_of_a_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text())
def test_words_are_their_own_words(text: str) -> None:
    for word in words(text):
        assert words(word) == [word]


@given(st.text())
def test_no_word_could_upset_a_database(text: str) -> None:
    for word in words(text):
        assert 0 < len(word) <= LONGEST_WORD
        assert not set(word) & set("_'\"\\\x00 ")
        word.encode()


@given(st.text(alphabet="abé蓝 -"))
def test_case_does_not_count(text: str) -> None:
    assert words(text.upper()) == words(text)
