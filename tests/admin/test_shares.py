"""Shares in the admin: looked at and revoked, never made or changed, and their links stay out of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery import collections, sharing
from gallery.models import AuditEntry, Share
from tests.admin.archive import act, add_url, list_url, listed, page_url, parsed, said
from tests.factories import make_image


@pytest.fixture
def share(bob: User) -> Share:
    image = make_image(prompt="A harbour at night.")
    return sharing.make(bob, image, shows=Share.Shows.PROMPT, days=7, password="open sesame")


def test_an_administrator_revokes_shares_and_the_audit_says_so(
    client: Client, charlie_client: Client, charlie: User, share: Share
) -> None:
    assert client.get(f"/s/{share.token}").status_code == 200
    assert said(act(charlie_client, "revoke", share)) == ["1 share is revoked."]
    assert client.get(f"/s/{share.token}").status_code == 410
    entry = AuditEntry.objects.get(action="share-revoked")
    assert (entry.actor, entry.object_name) == (charlie, "A harbour at night.")
    assert said(act(charlie_client, "revoke", share)) == ["0 shares are revoked."]


def test_what_is_shared_is_told_and_neither_link_nor_password(charlie_client: Client, share: Share) -> None:
    for url in (list_url(Share), page_url(share)):
        page = str(parsed(charlie_client, url))
        assert "A harbour at night." in page
        assert share.token not in page
        assert share.password not in page


def test_nobody_makes_changes_or_deletes_one(charlie_client: Client, share: Share) -> None:
    assert charlie_client.get(add_url(Share)).status_code == 403
    assert charlie_client.post(page_url(share), {"shows": "usage"}).status_code == 403
    assert (
        charlie_client.post(page_url(share).replace("/change/", "/delete/"), {"post": "yes"}).status_code
        == 403
    )
    assert Share.objects.get().shows == "prompt"


def test_shares_are_found_by_maker_and_collection(charlie_client: Client, alice: User, share: Share) -> None:
    posters = collections.make_collection(alice, "Posters")
    other = sharing.make(alice, posters, shows=Share.Shows.PICTURE, days=1)
    assert listed(charlie_client, Share, "?q=bob") == {str(share.pk)}
    assert listed(charlie_client, Share, "?q=posters") == {str(other.pk)}
    assert listed(charlie_client, Share, "?shows__exact=prompt") == {str(share.pk)}


def test_the_admin_says_why_a_share_is_stopped(charlie_client: Client, bob: User, share: Share) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    for url in (list_url(Share), page_url(share)):
        assert "stopped: bob's account is closed" in parsed(charlie_client, url).get_text()


def test_shares_are_filtered_by_whether_their_links_work(
    charlie_client: Client, alice: User, bob: User, charlie: User, share: Share
) -> None:
    def another(by: User) -> Share:
        return sharing.make(by, make_image(), shows=Share.Shows.PICTURE, days=1)

    by_bob, makerless, expired, revoked = (another(by) for by in (bob, alice, alice, alice))
    Share.objects.filter(pk=makerless.pk).update(made_by=None)
    Share.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=1))
    sharing.revoke(revoked, by=alice)
    Share.objects.filter(pk=share.pk).update(made_by=charlie)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    expected = {"open": {share}, "stopped": {by_bob, makerless}, "expired": {expired}, "revoked": {revoked}}
    for state, shares in expected.items():
        found = listed(charlie_client, Share, f"?state={state}")
        assert found == {str(each.pk) for each in shares}, state
    assert len(listed(charlie_client, Share, "?state=made-up")) == 5


def test_the_page_of_a_revoked_share_offers_nothing(
    charlie_client: Client, alice: User, share: Share
) -> None:
    assert parsed(charlie_client, page_url(share)).select(".gallery-page-action")
    sharing.revoke(share, by=alice)
    assert not parsed(charlie_client, page_url(share)).select(".gallery-page-action")
