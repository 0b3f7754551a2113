"""Guessing a password: after so many wrong ones the gallery waits, for that name and from that address alone."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery import audit
from gallery.audit import Action
from gallery.models import AuditEntry
from tests.factories import make_user
from tests.views.pages import text_of

PASSWORD = "a long and winding password"
LIMIT = 3


@pytest.fixture(autouse=True)
def soon_locked(settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = LIMIT


@pytest.fixture
def dora(db: None) -> User:
    return make_user(username="dora", password=PASSWORD)


def attempt(
    client: Client, *, username: str = "dora", password: str = "wrong", address: str = "/sign-in", **more: Any
) -> Any:
    return client.post(address, {"username": username, "password": password}, **more)


def lock_out(client: Client, **more: Any) -> None:
    for _ in range(LIMIT):
        attempt(client, **more)


def test_after_so_many_wrong_passwords_even_the_right_one_has_to_wait(client: Client, dora: User) -> None:
    lock_out(client)
    answer = attempt(client, password=PASSWORD)
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


def test_all_addresses_of_one_machine_count_as_one(client: Client, dora: User) -> None:
    for number in range(LIMIT):
        attempt(client, REMOTE_ADDR=f"2001:db8::{number:x}")
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="2001:db8::ffff:1").status_code == 429
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


def test_the_page_says_when_to_try_again_and_what_to_do(client: Client, dora: User) -> None:
    lock_out(client)
    answer = attempt(client)
    assert answer["Retry-After"] == "900"
    assert answer["Cache-Control"] == "no-store"
    assert "waits 15 minutes" in text_of(answer)
    assert "one-time link" in text_of(answer)


def test_fewer_wrong_ones_are_forgiven_by_the_right_one(client: Client, dora: User) -> None:
    for _ in range(2):
        for _ in range(LIMIT - 1):
            assert attempt(client).status_code == 422
        assert attempt(client, password=PASSWORD).status_code == 302
        client.post("/sign-out")


def test_after_the_wait_one_may_try_again(client: Client, dora: User) -> None:
    lock_out(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert attempt(client, password=PASSWORD).status_code == 302


def test_trying_on_does_not_make_the_wait_longer(client: Client, dora: User) -> None:
    lock_out(client)
    locked_at = AccessAttempt.objects.get().attempt_time
    attempt(client)
    assert AccessAttempt.objects.get().attempt_time == locked_at


def test_others_and_other_places_are_not_locked_out(client: Client, dora: User) -> None:
    make_user(username="emil", password=PASSWORD)
    lock_out(client)
    assert attempt(Client(), username="emil", password=PASSWORD).status_code == 302
    assert attempt(Client(), password=PASSWORD, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_another_browser_at_the_same_address_is_no_way_around_it(client: Client, dora: User) -> None:
    for number in range(LIMIT):
        attempt(Client(), headers={"User-Agent": f"browser {number}"})
    assert attempt(client, password=PASSWORD).status_code == 429


def test_a_made_up_header_is_no_way_around_it(client: Client, dora: User) -> None:
    for number in range(LIMIT):
        attempt(client, headers={"X-Forwarded-For": f"198.51.100.{number}"})
    headers = {"X-Forwarded-For": "198.51.100.77"}
    assert attempt(client, password=PASSWORD, headers=headers).status_code == 429


def test_behind_a_trusted_proxy_people_are_told_apart(client: Client, dora: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    lock_out(client, headers={"X-Forwarded-For": "198.51.100.1"})
    other = {"X-Forwarded-For": "198.51.100.2"}
    assert attempt(client, password=PASSWORD, headers=other).status_code == 302


def test_the_admins_own_form_is_no_way_around_it(client: Client, dora: User) -> None:
    lock_out(client)
    answer = attempt(client, password=PASSWORD, address="/admin/login/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")
    assert "_auth_user_id" not in client.session


def test_the_admin_sends_people_to_the_one_sign_in_page_and_back(client: Client, db: None) -> None:
    make_user(username="carla", password=PASSWORD, is_staff=True)
    asked = client.get("/admin/login/?next=/admin/auth/user/")
    assert asked["Location"] == "/sign-in?next=/admin/auth/user/"
    sent = {"username": "carla", "password": PASSWORD, "next": "/admin/auth/user/"}
    assert client.post("/sign-in", sent)["Location"] == "/admin/auth/user/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_admins_form_sends_nobody_to_another_site(charlie_client: Client, elsewhere: str) -> None:
    assert charlie_client.get("/admin/login/", {"next": elsewhere})["Location"] == "/admin/"


def test_failures_and_the_lock_are_in_the_audit_once(client: Client, dora: User) -> None:
    lock_out(client)
    attempt(client)
    attempt(client)
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == [Action.SIGN_IN_FAILED] * LIMIT + [Action.LOCKED_OUT]
    assert {entry.object_name for entry in entries} == {"dora"}
    assert {entry.address for entry in entries} == {"127.0.0.1"}


def test_what_is_nobodys_name_is_not_kept(client: Client, db: None) -> None:
    """People type their password where their name belongs."""
    attempt(client, username="hunter2hunter2")
    assert "hunter2" not in str([vars(entry) for entry in AuditEntry.objects.all()])


def test_made_up_names_are_in_the_audit_once_an_hour_and_machine(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(LIMIT + 2):
        attempt(client, username=f"made up {number}")
        attempt(client, username="made up", REMOTE_ADDR=f"2001:db8::{number:x}")
    assert {entry.address for entry in AuditEntry.objects.all()} == {"127.0.0.1", "2001:db8::"}
    assert AuditEntry.objects.count() == 2
    an_hour_later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: an_hour_later)
    attempt(client, username="made up again")
    assert AuditEntry.objects.count() == 3


def test_made_up_names_from_very_many_machines_do_not_fill_the_audit(client: Client, db: None) -> None:
    for number in range(audit.MOST_STRANGERS + 3):
        attempt(client, username="made up", REMOTE_ADDR=f"203.0.113.{number}")
    assert AuditEntry.objects.count() == audit.MOST_STRANGERS


def test_made_up_names_hide_no_failure_of_a_real_one(client: Client, dora: User) -> None:
    attempt(client, username="made up")
    attempt(client)
    assert [entry.object_name for entry in AuditEntry.objects.order_by("pk")] == ["nobody's name", "dora"]


def test_no_password_is_kept_with_the_attempts(client: Client, dora: User) -> None:
    attempt(client, password="nearly the right one")
    assert "nearly" not in str([vars(each) for each in AccessAttempt.objects.all()])


def test_thumbnails_ask_nothing_more(alice_client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # the session and the user
        alice_client.get(f"/media/thumbs/{'0' * 64}.webp")
