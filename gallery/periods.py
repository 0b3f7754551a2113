"""Periods of whole days in UTC: by name, by month or year, or from one day to another.

PURE.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST, LATEST = date(1970, 1, 1), date(2106, 2, 7)
"""The days that keys of pictures can tell (`gallery.identity`)."""
NAMES = {
    "this-month": "This month",
    "last-month": "Last month",
    "30-days": "Last 30 days",
    "this-year": "This year",
    "last-year": "Last year",
}
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadPeriod(Exception):
    """No period; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included. `name` is one of `NAMES`, or empty."""

    first: date
    last: date
    name: str = ""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def each_day(self) -> list[str]:
        """As in ISO 8601, without those that nothing can fall on."""
        first, last = max(self.first, EARLIEST), min(self.last, LATEST)
        return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]

    def within(self, step: str) -> Period:
        """What of a day ("2026-05-15"), or of a month ("2026-05") that it touches, is in it."""
        is_month = len(step) == len("2026-05")
        first = date.fromisoformat(f"{step}-01" if is_month else step)
        last = _end_of_month(first) if is_month else first
        return Period(max(first, self.first), min(last, self.last))

    def in_parts(self) -> list[str]:
        """As few months ("2026-05") and days ("2026-05-15") as make it up, in order of time."""
        parts = []
        day, last = max(self.first, EARLIEST), min(self.last, LATEST)
        while day <= last:
            end = _end_of_month(day)
            if day.day == 1 and end <= last:
                parts.append(f"{day:%Y-%m}")
                day = end + timedelta(days=1)
            else:
                parts.append(day.isoformat())
                day += timedelta(days=1)
        return parts


def read_period(parameters: Mapping[str, str], *, today: date) -> Period:
    """From `period`, one of `NAMES`, a month or a year; or from the days `from` and `to`, the latter today if empty.

    This month, where nothing is asked for. Raises BadPeriod.
    """
    begin, end = parameters.get("from", "").strip(), parameters.get("to", "").strip()
    if begin or end:
        if not begin:
            raise BadPeriod("Say from which day on: a date such as 2026-05-15.")
        first, last = _day(begin), _day(end) if end else today
        if last < first:
            raise BadPeriod(f"The last day, {last}, is before the first, {first}.")
        return Period(first, last)
    return _named(parameters.get("period", "").strip() or "this-month", today)


def _named(name: str, today: date) -> Period:
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    found = {
        "this-month": (month, _end_of_month(month)),
        "last-month": (before.replace(day=1), before),
        "30-days": (today - timedelta(days=29), today),
        "this-year": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "last-year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }.get(name)
    if found is not None:
        return Period(*found, name)
    if _YEAR.fullmatch(name) and int(name) > 0:
        return Period(date(int(name), 1, 1), date(int(name), 12, 31))
    match = _MONTH.fullmatch(name)
    if match and int(match[1]) > 0 and 1 <= int(match[2]) <= 12:
        first = date(int(match[1]), int(match[2]), 1)
        return Period(first, _end_of_month(first))
    raise BadPeriod(f"“{name[:40]}” is no period. A month is written as 2026-05, a year as 2026.")


def as_day(text: str) -> str:
    """The text if it is a day, else nothing: a field for days holds nothing else."""
    try:
        return _day(text).isoformat()
    except BadPeriod:
        return ""


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadPeriod(f"“{text[:40]}” is no day. Write it as year, month and day: 2026-05-15.")


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
