"""Who is let in: by a token that is sent exactly so, or for looking by a session. Everybody else is told why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery import tokens
from gallery.middleware import NEEDS_PASSWORD
from gallery.models import ApiToken, Transcript
from gallery.roles import Role, role_of
from tests.api.programs import bearing, problem, secret_of


def test_a_token_lets_its_program_look(reader: Client) -> None:
    assert reader.get("/api/images").status_code == 200


def test_a_token_its_owner_and_their_role_are_one_query(alice: User, bob: User) -> None:
    """Alice is a contributor, Bob a viewer."""
    for owner, role in ((alice, Role.CONTRIBUTOR), (bob, Role.VIEWER)):
        _, secret = secret_of(owner)
        tokens.check(secret)  # which writes that it was used
        with CaptureQueriesContext(connection) as queries:
            assert role_of(tokens.check(secret).user) == role
        assert len(queries) == 1


def test_without_a_token_nothing_is_told(db: None, client: Client) -> None:
    response = client.get("/api/images")

    assert response.status_code == 401
    assert problem(response) == "no-token"
    assert response["WWW-Authenticate"] == 'Bearer realm="gallery"'


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", "Basic YTpi", "Token {secret}", "{secret}", "Bearer  {secret}", "Bearer {secret} ",
        "Bearer {secret}, Bearer {secret}", "Bearer {secret}x", "Bearer gal_", "Bearer \u00e9", "Bearer " + "a" * 5000,
        "bearer\t{secret}", "Bearer {beginning}",
    ],
)  # fmt: skip
def test_what_is_not_exactly_a_token_is_refused(bob: User, header: str) -> None:
    token, secret = secret_of(bob)
    sent = header.replace("{secret}", secret).replace("{beginning}", token.beginning)
    response = Client().get("/api/images", headers={"Authorization": sent})

    assert response.status_code == 401
    assert problem(response) == "bad-token"
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_the_scheme_may_be_written_in_any_case(bob: User) -> None:
    _, secret = secret_of(bob)
    assert Client().get("/api/images", headers={"Authorization": f"BEARER {secret}"}).status_code == 200


def test_a_bad_token_is_not_made_good_by_a_session(bob: User, client_of: Callable[[Any], Client]) -> None:
    response = client_of(bob).get("/api/images", headers={"Authorization": "Bearer gal_wrong"})
    assert response.status_code == 401


def test_a_revoked_token_is_refused_and_told_so(bob: User) -> None:
    token, secret = secret_of(bob)
    tokens.revoke(token, by=bob)

    response = bearing(secret).get("/api/images")
    assert problem(response) == "bad-token"
    assert "revoked" in response.json()["detail"]


def test_an_expired_token_is_refused_and_told_so(bob: User) -> None:
    token, secret = secret_of(bob, lifetime=timedelta(days=30))
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())

    response = bearing(secret).get("/api/images")
    assert problem(response) == "bad-token"
    assert "expired" in response.json()["detail"]


def test_the_token_of_a_closed_account_is_refused(bob: User) -> None:
    _, secret = secret_of(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    response = bearing(secret).get("/api/images")
    assert problem(response) == "bad-token"
    assert "closed" in response.json()["detail"]


def test_a_token_that_reads_does_not_upload(alice: User) -> None:
    _, secret = secret_of(alice, scope=ApiToken.Scope.READ)
    response = bearing(secret).post("/api/transcripts", b"{}", content_type="application/json")

    assert response.status_code == 403
    assert problem(response) == "scope"
    assert 'error="insufficient_scope"' in response["WWW-Authenticate"]


def test_a_token_does_not_outlive_its_owners_role(alice: User) -> None:
    _, secret = secret_of(alice, scope=ApiToken.Scope.UPLOAD)
    alice.groups.clear()
    response = bearing(secret).post("/api/transcripts", b"{}", content_type="application/json")

    assert response.status_code == 403
    assert problem(response) == "role"


def test_a_session_may_look(bob: User, client_of: Callable[[Any], Client]) -> None:
    assert client_of(bob).get("/api/images").status_code == 200


def test_a_session_that_has_yet_to_set_its_password_does_not_look(
    bob: User, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(bob)
    session = client.session
    session[NEEDS_PASSWORD] = True
    session.save()
    assert client.get("/api/images").status_code == 401


def test_a_session_never_uploads(alice: User, client_of: Callable[[Any], Client]) -> None:
    """No form on another site can write with a reader's cookie, with or without a CSRF token."""
    client = client_of(alice)
    client.handler.enforce_csrf_checks = True
    response = client.post("/api/transcripts", b"{}", content_type="text/plain")

    assert response.status_code == 401
    assert problem(response) == "no-token"
    assert not Transcript.objects.exists()


def test_an_answer_may_not_be_given_to_others(reader: Client) -> None:
    response = reader.get("/api/images")
    assert {"Authorization", "Cookie"} <= set(response["Vary"].split(", "))
    assert response["Cache-Control"] == "private, no-cache"
    assert "Access-Control-Allow-Origin" not in response


def test_no_answer_sets_a_cookie(reader: Client) -> None:
    assert not reader.get("/api/images").cookies


def test_unknown_addresses_are_a_problem_and_no_page(reader: Client, client: Client) -> None:
    for address in ("/api/", "/api/nope", "/api/images/", "/api/images/1/2", "/api/%00", "/api/..%2f"):
        assert problem(reader.get(address)) == "not-found", address
    assert client.get("/api/nope").status_code == 401


def test_a_host_that_is_none_of_ours_is_a_problem_too(reader: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["gallery.example"]
    response = reader.get("/api/images", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert problem(response) == "bad-request"
    assert "GALLERY_ALLOWED_HOSTS" in response.json()["detail"]
    assert "elsewhere" not in response.content.decode()
    page = reader.get("/", headers={"host": "elsewhere.example"})
    assert page.status_code == 400
    assert page["Content-Type"].startswith("text/html")
    assert "GALLERY_ALLOWED_HOSTS" in page.content.decode()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST"])
def test_other_methods_are_a_problem_that_names_those_there_are(reader: Client, method: str) -> None:
    response = reader.generic(method, "/api/images")
    assert response.status_code == 405
    assert problem(response) == "method"
    assert "GET" in response["Allow"]


def test_a_token_is_checked_by_one_query_and_written_once_a_minute(bob: User) -> None:
    token, secret = secret_of(bob)
    tokens.check(secret)
    with CaptureQueriesContext(connection) as asked:
        tokens.check(secret)

    assert len(asked) == 1
    token.refresh_from_db()
    assert token.used_at is not None
    ApiToken.objects.filter(pk=token.pk).update(used_at=timezone.now() - timedelta(minutes=2))
    tokens.check(secret)
    assert timezone.now() - ApiToken.objects.get(pk=token.pk).used_at < timedelta(minutes=1)


def test_a_checked_token_knows_its_owner(charlie: User) -> None:
    _, secret = secret_of(charlie)
    owner = tokens.check(secret).user
    assert (owner, owner.is_superuser, owner.is_staff, owner.is_active) == (charlie, True, True, True)
    assert owner.email == charlie.email


def test_secrets_are_long_and_never_kept(bob: User) -> None:
    token, secret = secret_of(bob)
    _, other = secret_of(bob)

    assert secret.startswith("gal_")
    assert len(secret) >= 4 + 43  # 32 bytes in base64
    assert secret != other
    kept = ApiToken.objects.filter(pk=token.pk).values().get()
    assert all(secret not in str(value) and secret[12:] not in str(value) for value in kept.values())
