"""Periods as addresses name them, and what tallies make them up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.durations import BOUNDS, bucket_of, in_words, quantile
from gallery.periods import EARLIEST, LATEST, BadPeriod, Period, read_period
from tests.factories import LONG_AGO

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("parameters", "first", "last"),
    [
        ({}, "2026-03-01", "2026-03-31"),
        ({"period": "this-month"}, "2026-03-01", "2026-03-31"),
        ({"period": "last-month"}, "2026-02-01", "2026-02-28"),
        ({"period": "30-days"}, "2026-03-02", "2026-03-31"),
        ({"period": "this-year"}, "2026-01-01", "2026-12-31"),
        ({"period": "last-year"}, "2025-01-01", "2025-12-31"),
        ({"period": "2024-02"}, "2024-02-01", "2024-02-29"),
        ({"period": "2024"}, "2024-01-01", "2024-12-31"),
        ({"from": "2026-01-05", "to": "2026-01-05"}, "2026-01-05", "2026-01-05"),
        ({"from": "2026-01-05"}, "2026-01-05", "2026-03-31"),
        ({"from": "2026-01-05", "to": "2026-02-05", "period": "2024"}, "2026-01-05", "2026-02-05"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "0001-01-01", "9999-12-31"),
    ],
)
def test_period_is_read_from_an_address(parameters: dict[str, str], first: str, last: str):
    period = read_period(parameters, today=TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "parameters",
    [
        {"period": "yesterday"},
        {"period": "2026-13"},
        {"period": "0000"},
        {"period": "२०२६"},
        {"from": "2026-02-30"},
        {"from": "20260101"},
        {"from": "x" * 9_000},
        {"from": "2026-02-02", "to": "\x00"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"from": "2027-01-01"},
        {"to": "2026-02-01"},
    ],
)
def test_what_is_no_period_gets_a_sentence(parameters: dict[str, str]):
    with pytest.raises(BadPeriod, match=r"^.{10,120}\.$"):
        read_period(parameters, today=TODAY)


DAYS = st.dates(date(1969, 12, 1), date(2107, 1, 31))


@given(DAYS, st.integers(0, 800))
def test_parts_are_the_days_of_the_period_each_once(first: date, length: int):
    period = Period(first, first + timedelta(days=length))
    days = [
        day
        for part in period.in_parts()
        for day in ([part] if len(part) == 10 else read_period({"period": part}, today=TODAY).each_day())
    ]
    assert days == period.each_day()


def test_longest_period_has_one_part_for_each_month():
    assert (
        len(Period(date(1, 1, 1), date(9999, 12, 31)).in_parts())
        < 12 * (LATEST.year - EARLIEST.year + 1) + 31
    )


@given(st.lists(st.integers(0, 100_000), min_size=1), st.sampled_from([0.5, 0.95]))
def test_quantile_is_right_within_a_tenth(seconds: list[int], share: float):
    buckets = [bucket_of(LONG_AGO, LONG_AGO + timedelta(seconds=each)) for each in seconds]
    counts = {bucket: buckets.count(bucket) for bucket in buckets if bucket is not None}
    ordered = sorted(seconds)
    true = ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
    assert quantile(counts, share) == pytest.approx(true, rel=0.1, abs=0.05)


def test_nothing_has_no_median():
    assert quantile({}, 0.5) is None


def test_what_took_longest_has_a_bucket_too():
    assert bucket_of(LONG_AGO, LONG_AGO + timedelta(days=400)) == len(BOUNDS)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.0, "less than half a second"),
        (1.19, "about 1.2 s"),
        (14.7, "about 15 s"),
        (130.0, "about 2 min"),
        (7_000.0, "about 2 h"),
        (BOUNDS[-1], "more than a day"),
    ],
)
def test_seconds_are_said_as_what_is_known_of_them(seconds: float | None, words: str):
    assert in_words(seconds) == words
