"""Keys and ids: stable, sorted by time, and never two alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.identity import Sameness, compare_identities, free_response_key, image_id, response_key

MADE_AT = datetime(2026, 5, 15, 10, 26, 45, tzinfo=UTC)


@given(st.integers(), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 3))
def test_every_id_fits_a_bigint(second: int, position: int, index: int, attempt: int) -> None:
    made = image_id(key="k", second=second, position=position, role="final", index=index, attempt=attempt)
    assert 0 <= made < 2**63


@given(st.integers(0, 2**32 - 2), st.text(), st.text())
def test_a_later_second_is_a_larger_id(second: int, first_key: str, second_key: str) -> None:
    earlier = image_id(key=first_key, second=second, position=0, role="final", index=0)
    assert earlier < image_id(key=second_key, second=second + 1, position=0, role="final", index=0)


def test_an_id_is_the_same_whenever_it_is_made() -> None:
    made = image_id(key="key", second=1_778_840_805, position=1, role="partial", index=2)
    assert made == 3820031541193719327


def test_places_of_one_response_have_different_ids() -> None:
    places = [
        (position, role, index)
        for position in range(9)
        for role in ("final", "partial")
        for index in range(9)
    ]
    made = {image_id(key="k", second=7, position=at, role=role, index=index) for at, role, index in places}
    assert len(made) == len(places)


@pytest.mark.parametrize(
    ("other", "sameness"),
    [
        (("resp_1", MADE_AT, "gpt-5"), Sameness.SAME),
        (("resp_1", MADE_AT + timedelta(microseconds=9), "gpt-5"), Sameness.SAME),
        (("resp_1", MADE_AT, None), Sameness.SAME),
        (("resp_1", None, "gpt-5"), Sameness.POSSIBLE),
        (("resp_1", None, None), Sameness.POSSIBLE),
        (("resp_2", MADE_AT, "gpt-5"), Sameness.DIFFERENT),
        (("resp_1", MADE_AT + timedelta(seconds=1), "gpt-5"), Sameness.DIFFERENT),
        (("resp_1", MADE_AT, "gpt-4"), Sameness.DIFFERENT),
        (("resp_1", None, "gpt-4"), Sameness.DIFFERENT),
    ],
)
def test_identities_agree_as_far_as_they_go(
    other: tuple[str, datetime | None, str | None], sameness: Sameness
) -> None:
    one = ("resp_1", MADE_AT, "gpt-5")
    assert compare_identities(one, other) is sameness
    assert compare_identities(other, one) is sameness


def test_twins_get_the_lowest_free_number() -> None:
    identity = ("resp_1", MADE_AT, "gpt-5")
    first, second = response_key(*identity), response_key(*identity, 1)
    assert free_response_key(*identity, taken=set()) == first
    assert free_response_key(*identity, taken={first}) == second
    assert free_response_key(*identity, taken={second}) == first


def test_a_twin_keeps_its_number_when_the_first_goes() -> None:
    identity = ("resp_1", MADE_AT, "gpt-5")
    second = response_key(*identity, 1)
    assert free_response_key(*identity, taken={response_key(*identity)}, current=second) == second
    assert free_response_key(*identity, taken=set(), current=second) == second
