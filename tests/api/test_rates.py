"""Each token has so many requests a minute, and is told how many are left."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import rates
from tests.api.programs import bearing, problem, secret_of


def left(response: Any) -> int:
    return int(response["RateLimit"].partition(";r=")[2].partition(";")[0])


def test_answers_say_how_many_requests_are_left(reader: Client, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 5
    first, second = reader.get("/api/images"), reader.get("/api/nope")

    assert first["RateLimit-Policy"] == '"token";q=5;w=60'
    assert (left(first), left(second)) == (4, 3)


def test_beyond_them_the_answer_is_when_to_go_on(reader: Client, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    reader.get("/api/images")
    response = reader.get("/api/images")

    assert response.status_code == 429
    assert problem(response) == "rate"
    assert 1 <= int(response["Retry-After"]) <= 60
    assert left(response) == 0


def test_one_token_takes_nothing_from_another(bob: User, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    programs = [bearing(secret_of(bob)[1]) for _ in range(3)]
    assert [program.get("/api/images").status_code for program in programs] == [200, 200, 200]


def test_counting_asks_and_writes_nothing_in_the_database(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        rates.spend(7, limit=10)
    assert len(asked) == 0


def test_a_new_minute_begins_anew() -> None:
    assert rates.spend(1, limit=1, now=600.0).is_exceeded is False
    assert rates.spend(1, limit=1, now=659.9).is_exceeded is True
    assert rates.spend(1, limit=1, now=660.0) == rates.Allowance(1, 0, 60, is_exceeded=False)


def test_processes_count_together() -> None:
    rates.spend(3, limit=10)
    child = os.fork()
    if child == 0:
        rates.spend(3, limit=10)
        os._exit(0)
    os.waitpid(child, 0)
    assert rates.spend(3, limit=10).remaining == 7


def test_more_callers_than_places_are_let_in() -> None:
    assert not any(rates.spend(caller, limit=1).is_exceeded for caller in range(1, 3 * rates.SLOTS))
