"""Whatever JSON can hold becomes something that both databases take."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.cleaning import clean_json, clean_text, fit_count, fit_text, fit_time

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=12,
)


@given(any_text)
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    assert "\0" not in cleaned


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_good_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


def test_halves_of_a_pair_that_stand_together_are_joined() -> None:
    assert clean_text("\ud83e\udd8a \ud83e") == "🦊 \ufffd"


@given(any_json)
def test_clean_json_is_strict_json(value: Any) -> None:
    json.dumps(clean_json(value), allow_nan=False).encode()


def test_what_json_has_no_word_for_is_named() -> None:
    assert clean_json([float("nan"), float("inf"), float("-inf")]) == ["nan", "inf", "-inf"]


def test_a_very_long_integer_becomes_a_note() -> None:
    assert clean_json(10**5000) == f"an integer of {(10**5000).bit_length():,} bits"


def test_very_deep_json_ends_in_a_note() -> None:
    value: Any = "bottom"
    for _ in range(5000):
        value = [value]
    assert "deeper" in json.dumps(clean_json(value))


def test_two_long_ids_stay_two() -> None:
    first, second = fit_text("r" * 300 + "a", 255), fit_text("r" * 300 + "b", 255)
    assert (len(first), len(second)) == (255, 255)
    assert first != second


@given(any_text, st.integers(2, 60))
def test_fitted_text_fits(text: str, length: int) -> None:
    assert len(fit_text(text, length)) <= length


@pytest.mark.parametrize(
    ("given_count", "kept"), [(0, 0), (7, 7), (2**63 - 1, 2**63 - 1), (2**63, None), (-1, None)]
)
def test_counts_beyond_the_column_are_left_out(given_count: int, kept: int | None) -> None:
    assert fit_count(given_count) == kept


def test_times_at_the_edge_of_the_calendar_are_left_out() -> None:
    assert fit_time(datetime(9999, 12, 31, tzinfo=UTC)) is None
    assert fit_time(datetime(1969, 12, 31, tzinfo=UTC)) is None
    assert fit_time(datetime(1970, 1, 1, tzinfo=UTC)) is not None
