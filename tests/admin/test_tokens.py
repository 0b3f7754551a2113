"""API tokens in the admin: looked at and revoked, never made, changed or read."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery import tokens
from gallery.models import ApiToken, AuditEntry
from tests.admin.archive import act, add_url, list_url, listed, page_url, parsed, said


def make(user: User, name: str = "laptop") -> tuple[ApiToken, str]:
    return tokens.make(user, name=name, scope=ApiToken.Scope.READ, lifetime=None)


def test_an_administrator_revokes_tokens_and_the_audit_says_whose(
    charlie_client: Client, charlie: User, bob: User
) -> None:
    token, secret = make(bob)
    response = act(charlie_client, "revoke", token)

    assert said(response) == ["1 token is revoked."]
    with pytest.raises(tokens.BadToken, match="revoked"):
        tokens.check(secret)
    entry = AuditEntry.objects.get(action="token-revoked")
    assert (entry.actor, entry.details["owner"]) == (charlie, "bob")


def test_revoking_again_changes_nothing(charlie_client: Client, bob: User) -> None:
    token, _ = make(bob)
    act(charlie_client, "revoke", token)
    first = ApiToken.objects.get().revoked_at
    assert said(act(charlie_client, "revoke", token)) == ["0 tokens are revoked."]
    assert ApiToken.objects.get().revoked_at == first


def test_nobody_reads_a_secret_or_its_hash(charlie_client: Client, bob: User) -> None:
    token, secret = make(bob)
    for url in (list_url(ApiToken), page_url(token)):
        page = str(parsed(charlie_client, url))
        assert token.beginning in page
        assert secret not in page
        assert token.secret_sha256 not in page


def test_nobody_makes_or_changes_one(charlie_client: Client, bob: User) -> None:
    token, _ = make(bob)
    assert charlie_client.get(add_url(ApiToken)).status_code == 403
    assert charlie_client.post(page_url(token), {"scope": "upload"}).status_code == 403
    assert ApiToken.objects.get().scope == "read"


def test_tokens_are_found_by_owner_name_and_scope(charlie_client: Client, bob: User, alice: Any) -> None:
    laptop, _ = make(bob, "laptop")
    make(alice, "nightly job")
    for query in ("?q=bob", "?q=laptop"):
        assert listed(charlie_client, ApiToken, query) == {str(laptop.pk)}
    assert len(listed(charlie_client, ApiToken, "?scope__exact=read")) == 2


def test_tokens_are_filtered_by_whether_programs_can_use_them(
    charlie_client: Client, bob: User, alice: User, vera: User
) -> None:
    usable, _ = make(bob)
    revoked, _ = make(bob, "revoked")
    expired, _ = make(alice, "expired")
    of_closed, _ = make(vera)
    act(charlie_client, "revoke", revoked)
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    User.objects.filter(pk=vera.pk).update(is_active=False)
    assert listed(charlie_client, ApiToken, "?state=usable") == {str(usable.pk)}
    ended = {str(token.pk) for token in (revoked, expired, of_closed)}
    assert listed(charlie_client, ApiToken, "?state=ended") == ended
    assert len(listed(charlie_client, ApiToken, "?state=nonsense")) == 4
