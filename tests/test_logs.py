"""The log of a gallery that is served: a line for what was refused, a traceback for what failed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from logging.config import DictConfigurator
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests.views.shares import keep_image, share_of, state


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What is written from here on, as the settings say that it is written."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    line: Any = settings.LOGGING["formatters"]["line"]
    handler.setFormatter(DictConfigurator(settings.LOGGING).configure_formatter(line))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def lines(log: StringIO) -> list[str]:
    """Without their times."""
    return [line.split(" ", 2)[2] for line in log.getvalue().splitlines()]


def test_what_a_role_may_not_do_is_one_line(vera_client: Client, log: StringIO) -> None:
    assert vera_client.get("/audit").status_code == 403
    assert lines(log) == ["WARNING django.request: Forbidden (Permission denied): /audit"]


def test_a_form_from_before_the_sign_in_is_one_line(db: None, log: StringIO) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/sign-in", {"username": "x"}).status_code == 403
    assert lines(log) == ["WARNING django.security.csrf: Forbidden (CSRF cookie not set.): /sign-in"]


def test_what_is_not_there_is_one_line(alice_client: Client, log: StringIO) -> None:
    assert alice_client.get("/images/5").status_code == 404
    assert lines(log) == ["WARNING django.request: Not Found: /images/5"]


def test_a_share_that_is_gone_is_one_line(client: Client, alice: User, log: StringIO) -> None:
    share = share_of(keep_image(alice))
    state(share).delete()
    assert client.get(f"/s/{share.token}").status_code == 410
    assert lines(log) == [f"WARNING django.request: Gone: /s/{share.token}"]


def test_a_host_that_is_not_ours_is_one_line(client: Client, log: StringIO) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    (line,) = lines(log)
    assert line.startswith("ERROR django.security.DisallowedHost: Invalid HTTP_HOST header: 'evil.example'.")


def test_nobody_writes_lines_of_their_own_into_the_log(alice_client: Client, log: StringIO) -> None:
    alice_client.get("/nothing%0d%0a2026-11-21 ERROR made up")
    assert len(lines(log)) == 1


def test_what_failed_comes_with_its_traceback(
    alice_client: Client, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError("out of cheese")

    monkeypatch.setattr("gallery.views.audits.read_audit_filters", fails)
    alice_client.raise_request_exception = False
    User.objects.filter(username="alice").update(is_staff=True)
    assert alice_client.get("/audit").status_code == 500
    assert "ERROR django.request: Internal Server Error: /audit\nTraceback" in log.getvalue()
    assert log.getvalue().endswith("RuntimeError: out of cheese\n")
