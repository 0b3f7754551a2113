"""Keys and ids: stable, sorted by time, and never two alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery import identity
from gallery.identity import ResponseKeys, Sameness, compare_identities, image_id, response_key

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
    known = ("resp_1", MADE_AT, "gpt-5")
    first, second, third = (response_key(*known, twin) for twin in range(3))
    assert ResponseKeys(()).settle(*known) == first
    assert ResponseKeys({first}).settle(*known) == second
    assert ResponseKeys({second}).settle(*known) == first
    keys = ResponseKeys({second})
    assert [keys.settle(*known), keys.settle(*known)] == [first, third]


def test_a_twin_keeps_its_number_when_the_first_goes() -> None:
    known = ("resp_1", MADE_AT, "gpt-5")
    first, second = response_key(*known), response_key(*known, 1)
    assert ResponseKeys({first, second}).settle(*known, current=second) == second
    assert ResponseKeys({second}).settle(*known, current=second) == second


def test_a_number_is_free_again_when_its_response_turns_out_to_be_another_one() -> None:
    silent, known = ("resp_1", None, "gpt-5"), ("resp_1", MADE_AT, "gpt-5")
    keys = ResponseKeys({response_key(*silent)})
    assert keys.settle(*known, current=response_key(*silent)) == response_key(*known)
    assert keys.settle(*silent) == response_key(*silent)


def test_keys_of_very_many_twins_are_each_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(response_id: str, created_at: datetime | None, model: str | None, twin: int = 0) -> str:
        made.append(twin)
        return response_key(response_id, created_at, model, twin)

    monkeypatch.setattr(identity, "response_key", counted)
    keys = ResponseKeys(())
    assert len({keys.settle("resp_1", MADE_AT, "gpt-5") for _ in range(500)}) == 500
    assert len(made) == 500
