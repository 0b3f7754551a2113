"""The difference between two prompts: nothing of either is lost, words stay whole, and it is never slow."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gallery import worddiff
from gallery.worddiff import word_diff

SHORT = "a lighthouse, a lamp. "
ALPHABET = "ab ,.\n\t点色のか\u3099\ufe0fé-'\u0915\u093f\U0001f600"
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=ALPHABET, max_size=60),
    st.lists(st.sampled_from(["a", "red", "cat", "的", "点", ",", " ", "  ", "\n"]), max_size=40).map(
        "".join
    ),
)


def shown(first: str, second: str) -> str:
    """The difference as one line: [-removed-] and {+added+}."""
    marks = {"kept": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[run.change].format(run.text) for run in word_diff(first, second).runs)


@given(TEXTS, TEXTS)
@example("", "")
@example("a b", "a  b ")
@example("か", "か\u3099")
@example("w " * 40, "w x " * 40)
def test_both_texts_can_be_read_off_the_difference(first: str, second: str) -> None:
    runs = word_diff(first, second).runs
    assert "".join(run.text for run in runs if run.change != "added") == first
    assert "".join(run.text for run in runs if run.change != "removed") == second
    assert all(run.text for run in runs)
    assert all(run.change != after.change for run, after in pairwise(runs))


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ("A red cat on a mat.", "A blue cat on a mat.", "A [-red-]{+blue+} cat on a mat."),
        ("a cat", "a cat in a hat", "a cat{+ in a hat+}"),
        ("red cat", "big red dog", "{+big +}red [-cat-]{+dog+}"),
        ("a lamp, lit", "a lamp; lit", "a lamp[-,-]{+;+} lit"),
        ("cat", "cats", "[-cat-]{+cats+}"),
        ("one", "", "[-one-]"),
        ("", "one", "{+one+}"),
    ],
)
def test_words_are_compared_whole(first: str, second: str, difference: str) -> None:
    assert shown(first, second) == difference


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ("白色背景上的蓝点", "白色背景上的红点", "白色背景上的[-蓝-]{+红+}点"),
        ("青い点", "青い大きな点", "青い{+大きな+}点"),
        ("파란 점", "빨간 점", "[-파란-]{+빨간+} 점"),
    ],
)
def test_scripts_without_spaces_are_compared_by_character(first: str, second: str, difference: str) -> None:
    assert shown(first, second) == difference


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ("हिन्दी में लिखा", "हिन्दी में लिखी", "हिन्दी में [-लिखा-]{+लिखी+}"),
        ("か\u3099き", "かき", "[-か\u3099-]{+か+}き"),
    ],
)
def test_letters_keep_their_marks(first: str, second: str, difference: str) -> None:
    assert shown(first, second) == difference


def test_same_texts_differ_in_nothing() -> None:
    assert word_diff("a cat", "a cat").is_same
    assert not word_diff("a cat", "a dog").is_same


def test_white_space_counts() -> None:
    assert shown("a b", "a\nb") == "a[- -]{+\n+}b"


def test_long_texts_that_share_little_are_not_compared() -> None:
    first, second = ("".join(f"{mark}{number} " for number in range(20_000)) for mark in "ab")
    difference = word_diff(first, second)
    assert difference.is_too_long
    assert not difference.is_same
    assert difference.runs == ()


def test_one_word_is_found_in_a_hundred_thousand_characters() -> None:
    first = SHORT * 5_000
    second = f"{first[:50_006]}stork{first[50_011:]}"
    assert [run.change for run in word_diff(first, second).runs] == ["kept", "removed", "added", "kept"]


HARD = {
    "every second word is another": ("a{0} b{0} ", "a{0} c{0} "),
    "one word again and again": ("w ", "w x "),
    "nothing in common": ("a{0} ", "b{0} "),
    "no white space": ("a", "b"),
    "characters of their own": ("点", "点的"),
    "nothing but space": (" ", "\n "),
    "few words in any order": ("w{1} ", "w{2} "),
}


MOST_STEPS = 200_000


def lines_run(act: Callable[[], object]) -> int:
    """How many lines of the comparison's own code it takes."""
    count = 0

    def follow(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        nonlocal count
        if frame.f_code.co_filename != worddiff.__file__:
            return None
        count += event == "line"
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("length", [1_000, 9_000, 100_000])
@pytest.mark.parametrize("kind", HARD)
def test_comparing_takes_a_bounded_number_of_steps(kind: str, length: int) -> None:
    dice = random.Random(1)
    first, second = (
        "".join(part.format(n, dice.randrange(40), dice.randrange(40)) for n in range(length))[:length]
        for part in HARD[kind]
    )
    steps = lines_run(lambda: word_diff(first, second))
    assert steps < MOST_STEPS
