"""Every text is a query; what could not be understood is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.search.language import Any, Field, Not, Term, Value, Words, parse, quoted

pieces = st.sampled_from(
    ["blue", "dot*", '"a b"', '"', "-", "(", ")", "or", "|", "model:", "model:x|y", 'by:"a b"', "-tag:z", "tokens:>=5",
     "date:2026..", "foo:bar", "\0", "\ud800", "蓝色", "::", "a:b:c", "\\", "\n"]
)  # fmt: skip


def terms(text: str) -> list[Term]:
    return [part.term for part in parse(text).parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("blue dot ", [Words("blue"), Words("dot")]),
        ("blue dot", [Words("blue"), Words("dot", is_open=True)]),
        ("do* x ", [Words("do", is_open=True), Words("x")]),
        ('"blue dot"', [Words("blue dot")]),
        ("-dot ", [Not(Words("dot"))]),
        ("gpt-image ", [Words("gpt-image")]),
        ("cat or dog ", [Any((Words("cat"), Words("dog")))]),
        ("cat|dog* ", [Any((Words("cat"), Words("dog", is_open=True)))]),
        ("cat OR dog ", [Any((Words("cat"), Words("dog")))]),
        ("model:a|b", [Field("model", (Value("a"), Value("b")))]),
        ("MODEL:a", [Field("model", (Value("a"),))]),
        ("outcome:elided", [Field("state", (Value("elided"),))]),
        ("model:gpt-5*", [Field("model", (Value("gpt-5", is_beginning=True),))]),
        ('by:"a b"|c', [Field("by", (Value("a b"), Value("c")))]),
        ("tokens:>=5", [Field("tokens", (Value("5"),), ">=")]),
        ("blue model:", [Words("blue")]),
        ("blue -tokens:>=", [Words("blue")]),
        ("", []),
        ("   ", []),
    ],
)
def test_reading(text: str, expected: list[Term]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"open', "quotation mark"),
        ("(open", "not closed"),
        ("shut)", "no opening one"),
        ("colour:blue", "no key “colour”"),
        ("word " * 500, "first 100 terms"),
        ("x" * 10_000, "longer than 4,000"),
        ("(" * 40 + "a", "nested more than"),
        ("or", "between two terms"),
        ("model: blue", "“model:” has no value"),
    ],
)
def test_what_is_not_understood_is_said(text: str, words: str) -> None:
    assert any(words in notice for notice in parse(text).notices)


def test_unknown_key_is_searched_as_text() -> None:
    assert terms("colour:blue ") == [Words("colour:blue")]


def test_each_term_stands_in_the_text_as_it_was_written() -> None:
    parts = parse('blue "two words"  -model:a|b (x or y)').parts
    assert [part.text for part in parts] == ["blue", '"two words"', "-model:a|b", "(x or y)"]


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert all(isinstance(notice, str) for notice in parse(text).notices)


@given(st.lists(st.tuples(pieces, st.sampled_from(["", " "])), max_size=12))
def test_any_mixture_is_read_and_its_terms_are_read_again_alike(mixture: list[tuple[str, str]]) -> None:
    query = parse("".join(piece + gap for piece, gap in mixture))
    for part in query.parts:
        assert part.text in query.text


@given(st.text(min_size=1))
def test_quoted_value_is_read_back(value: str) -> None:
    readable = "".join(" " if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)
    assert terms(f"tag:{quoted(readable)}") == [Field("tag", (Value(readable),))]
