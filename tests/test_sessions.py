"""A session lets in whom Django's own would let in, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from gallery.sign_in_links import make_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def is_let_in(client: Client) -> bool:
    return client.get("/transcripts").status_code == 200


def test_signed_in_reader_is_let_in(alice_client: Client) -> None:
    assert is_let_in(alice_client)


def test_session_that_has_run_out_lets_nobody_in(alice_client: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_let_in(alice_client)


def test_session_that_is_gone_lets_nobody_in(alice_client: Client) -> None:
    Session.objects.all().delete()
    assert not is_let_in(alice_client)


def test_session_with_damaged_data_lets_nobody_in(alice_client: Client) -> None:
    Session.objects.update(session_data="none of ours")
    assert not is_let_in(alice_client)


def test_account_that_was_closed_is_not_let_in(alice_client: Client, alice: Any) -> None:
    alice.is_active = False
    alice.save()
    assert not is_let_in(alice_client)


def test_account_that_was_deleted_is_not_let_in(alice_client: Client, alice: Any) -> None:
    alice.delete()
    assert not is_let_in(alice_client)


def test_new_password_ends_other_sessions(alice_client: Client, alice: Any) -> None:
    alice.set_password("another password entirely")
    alice.save()
    assert not is_let_in(alice_client)


def test_link_lets_in_whoever_it_was_made_for(client: Client) -> None:
    dora = make_user(username="dora", password="a long and winding password")
    address = urlsplit(make_link(dora, "http://testserver/")).path
    client.post(address)
    assert is_let_in(client)
