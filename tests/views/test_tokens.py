"""A person's own API tokens: made for a while, shown once, revoked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery import tokens
from gallery.models import ApiToken, AuditEntry
from tests.html import is_whole_page, parsed, words

LIST = "/account/tokens"
NEW = "/account/tokens/new"


@pytest.fixture
def alice(alice: User) -> User:
    """Contributes."""
    alice.groups.set([Group.objects.get_or_create(name="contributor")[0]])
    return User.objects.get(pk=alice.pk)


def make(
    client: Client, *, name: str = "laptop", scope: str = "read", lifetime: str = "90", **more: Any
) -> Any:
    return client.post(NEW, {"name": name, "scope": scope, "lifetime": lifetime}, **more)


def shown_secret(response: Any) -> str:
    field = parsed(response).select_one("#token-secret")
    secret: str = field["value"] if field else ""
    return secret


def revoke_url(token: ApiToken) -> str:
    return f"/account/tokens/{token.pk}/revoke"


def test_somebody_signed_out_is_sent_to_sign_in(db: None, client: Client) -> None:
    for response in (client.get(LIST), client.post(NEW), client.post("/account/tokens/1/revoke")):
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in")


def test_somebody_without_tokens_is_told_what_they_are_for(alice_client: Client) -> None:
    assert "None. Make one below" in words(alice_client.get(LIST))


def test_a_new_token_works_at_once(alice_client: Client, alice: User) -> None:
    response = make(alice_client, scope="upload")

    assert response.status_code == 201
    token = tokens.check(shown_secret(response))
    assert (token.user, token.name, token.scope) == (alice, "laptop", "upload")
    assert abs(token.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


def test_a_secret_is_shown_once_and_kept_nowhere(
    alice_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    response = make(alice_client)
    secret = shown_secret(response)

    assert "no-store" in response["Cache-Control"]
    assert parsed(response).select_one("main [hx-history=false] #token-secret")
    assert secret not in alice_client.get(LIST).content.decode()
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    assert all(secret not in str(cookie.value) for cookie in alice_client.cookies.values())
    assert secret not in caplog.text
    assert secret not in str(list(AuditEntry.objects.values()))


def test_a_token_may_last_until_it_is_revoked(alice_client: Client) -> None:
    make(alice_client, lifetime="never")
    assert ApiToken.objects.get().expires_at is None
    assert "never" in words(alice_client.get(LIST))


@pytest.mark.parametrize(
    "data",
    [{"name": ""}, {"name": "  "}, {"name": "x" * 81}, {"scope": "admin"}, {"scope": ""}, {"lifetime": "7"},
     {"lifetime": ""}, {"name": "a\0b"}],
)  # fmt: skip
def test_what_cannot_be_made_says_why_beside_its_field(alice_client: Client, data: dict[str, str]) -> None:
    response = make(alice_client, **data)
    assert response.status_code == 422
    assert parsed(response).select_one(".errorlist")
    assert not ApiToken.objects.exists()


def test_somebody_who_only_looks_makes_tokens_that_only_look(bob: User, bob_client: Client) -> None:
    bob.groups.clear()
    assert not parsed(bob_client.get(LIST)).select('option[value="upload"]')
    assert make(bob_client, scope="upload").status_code == 422
    assert make(bob_client, scope="read").status_code == 201


def test_there_is_an_end_to_making_tokens(
    alice_client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST_USABLE", 1)
    make(alice_client)
    response = make(alice_client)
    assert response.status_code == 422
    assert "there can be no more" in words(response)


def test_a_revoked_token_lets_nobody_in(alice_client: Client) -> None:
    secret = shown_secret(make(alice_client))
    response = alice_client.post(revoke_url(ApiToken.objects.get()), follow=True)

    assert "is revoked" in words(response)
    with pytest.raises(tokens.BadToken):
        tokens.check(secret)
    assert "No longer working" in words(response)


def test_nobody_revokes_anothers_token_or_sees_it(alice_client: Client, bob_client: Client) -> None:
    make(alice_client, name="of Alice's")
    token = ApiToken.objects.get()

    assert bob_client.post(revoke_url(token)).status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert "of Alice's" not in words(bob_client.get(LIST))


def test_looking_at_an_address_revokes_nothing(alice_client: Client) -> None:
    make(alice_client)
    assert alice_client.get(revoke_url(ApiToken.objects.get())).status_code == 405
    assert alice_client.get(NEW).status_code == 405


def test_no_other_site_makes_a_token(alice: User, client_of: Callable[[Any], Client]) -> None:
    client = client_of(alice)
    client.handler.enforce_csrf_checks = True
    assert make(client).status_code == 403
    assert not ApiToken.objects.exists()


def test_the_audit_says_who_made_and_revoked_it(alice_client: Client, alice: User) -> None:
    make(alice_client, scope="upload")
    alice_client.post(revoke_url(ApiToken.objects.get()))
    told = [(entry.action, entry.actor, entry.object_name) for entry in AuditEntry.objects.order_by("pk")]
    made, revoked = [entry for entry in told if entry[0].startswith("token-")]
    assert made == ("token-made", alice, "laptop")
    assert revoked == ("token-revoked", alice, "laptop")


def test_a_tokens_name_is_inert(alice_client: Client) -> None:
    response = make(alice_client, name="<b>bold</b>")
    assert not parsed(response).select("main bdi b, main script")


def test_the_list_says_when_a_token_was_used(alice_client: Client) -> None:
    secret = shown_secret(make(alice_client))
    assert "never" in words(alice_client.get(LIST))
    tokens.check(secret)
    assert ApiToken.objects.get().used_at is not None


@pytest.mark.parametrize(
    "headers",
    [{"HX-Request": "true"}, {"HX-Request": "true", "HX-Boosted": "true"},
     {"HX-Request": "true", "HX-History-Restore-Request": "true"}],
)  # fmt: skip
def test_it_is_always_a_whole_page(alice_client: Client, headers: dict[str, str]) -> None:
    assert is_whole_page(alice_client.get(LIST, headers=headers))


def test_the_menu_of_ones_account_leads_there(alice_client: Client) -> None:
    assert parsed(alice_client.get("/transcripts")).select_one(f'.menu a[href="{LIST}"]')


def test_the_list_costs_the_same_with_any_number_of_tokens(alice: User, alice_client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            alice_client.get(LIST)
        return len(queries)

    def more(count: int) -> None:
        for number in range(count):
            token, _ = tokens.make(alice, name=f"{number}", scope=ApiToken.Scope.READ, lifetime=None)
            if number % 2:
                tokens.revoke(token, by=alice)

    more(2)
    alice_client.get(LIST)
    few = asked()
    more(40)
    assert asked() == few


def test_the_docs_of_the_api_are_a_page_that_names_every_call(alice_client: Client) -> None:
    response = alice_client.get("/api/docs")
    assert response.status_code == 200
    text = words(response)
    for call in ("POST /api/transcripts", "GET /api/images/{key}", "GET /api/usage"):
        assert call in text
    assert parsed(response).select_one("#problem-bad-token")
    assert not parsed(response).select("main script, main style, main [style]")


def test_every_link_within_the_docs_leads_somewhere(alice_client: Client) -> None:
    page = parsed(alice_client.get("/api/docs"))
    places = {element["id"] for element in page.select("[id]")}
    assert {link["href"][1:] for link in page.select('main a[href^="#"]')} <= places


def test_the_docs_need_a_sign_in(db: None, client: Client) -> None:
    assert client.get("/api/docs").status_code == 302
