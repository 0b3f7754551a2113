"""Shares as the team sees them: made, listed, revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery import shelving
from gallery.models import AuditEntry, Collection, Image, Share
from tests.factories import make_blob, make_image
from tests.html import parsed, words
from tests.views.shares import PROMPT, address, keep_collection, keep_image, share_of, state

pytestmark = pytest.mark.django_db

FORM = {"shows": "picture", "days": "7", "password": "", "is_stripped": "on"}


@pytest.fixture
def image(alice: User) -> Image:
    return keep_image(alice)


@pytest.fixture
def collection(alice: User) -> Collection:
    return keep_collection(alice)


def test_a_contributor_makes_a_link_and_gets_it_to_copy(bob_client: Client, bob: User, image: Image) -> None:
    form = bob_client.get(f"/shares/new?image={image.pk}")
    assert "Share a picture" in words(form)
    page = bob_client.post(
        f"/shares/new?image={image.pk}", {**FORM, "shows": "prompt", "days": "30"}, follow=True
    )
    share = Share.objects.get()
    assert (share.image, share.made_by, share.shows, share.is_stripped) == (image, bob, "prompt", True)
    assert timedelta(days=29) < share.expires_at - timezone.now() <= timedelta(days=30)
    assert parsed(page).select_one("#share-link").get_text() == f"http://testserver/s/{share.token}"
    entry = AuditEntry.objects.get(action="share-made")
    assert (entry.actor, entry.object_id, entry.object_name) == (bob, str(share.pk), PROMPT)
    assert share.token not in str(entry.details)


def test_the_pages_of_pictures_and_collections_lead_to_sharing_them(
    bob_client: Client, image: Image, collection: Collection
) -> None:
    for thing, asked in ((image, f"image={image.pk}"), (collection, f"collection={collection.pk}")):
        link = parsed(bob_client.get(thing.get_absolute_url())).select_one('a[href^="/shares/new"]')
        assert link["href"] == f"/shares/new?{asked}"


def test_a_viewer_neither_makes_shares_nor_is_offered_to(
    vera_client: Client, image: Image, collection: Collection
) -> None:
    for thing in (image, collection):
        assert "/shares/new" not in vera_client.get(thing.get_absolute_url()).content.decode()
    for ask in (vera_client.get, vera_client.post):
        assert ask(f"/shares/new?image={image.pk}").status_code == 403
    assert vera_client.get("/shares").status_code == 403
    assert not Share.objects.exists()


@pytest.mark.parametrize("path", ["/shares", "/shares/new?image=1"])
def test_signed_out_makers_pages_lead_to_the_sign_in_page(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/sign-in")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "asked", ["", "?image=1", "?image=x", "?image=" + 30 * "9", "?image=9223372036854775808", "?collection=7"]
)
def test_what_is_not_there_cannot_be_shared(bob_client: Client, method: str, asked: str) -> None:
    assert getattr(bob_client, method)(f"/shares/new{asked}").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"days": "2"},
        {"days": ""},
        {"shows": "all"},
        {"password": "short"},
        {"password": 129 * "x"},
        {"password": 9 * "\0"},
    ],
)
def test_a_form_that_is_wrong_comes_back_with_a_sentence(
    bob_client: Client, image: Image, change: dict[str, str]
) -> None:
    page = bob_client.post(f"/shares/new?image={image.pk}", {**FORM, **change})
    assert page.status_code == 422
    assert parsed(page).select(".errorlist")
    assert not Share.objects.exists()


def test_pictures_that_nobody_sees_cannot_be_shared(bob_client: Client, alice: User, image: Image) -> None:
    hidden, trashed = make_image(), make_image()
    shelving.set_hidden([hidden.pk], is_hidden=True)
    shelving.put_in_trash([trashed.pk], alice)
    drawing = make_image(blob=make_blob(media_type="image/svg+xml"))
    for each in (hidden, trashed, drawing):
        page = bob_client.post(f"/shares/new?image={each.pk}", FORM)
        assert page.status_code == 422
        assert parsed(page).select_one(".note.error").get_text()
    assert not Share.objects.exists()


# The list, and revoking.


def test_the_list_shows_own_shares_and_curators_all(
    bob_client: Client, alice_client: Client, bob: User, image: Image, collection: Collection
) -> None:
    share_of(image), share_of(collection, by=bob)
    assert "Unreleased posters" in words(bob_client.get("/shares"))
    assert PROMPT not in words(bob_client.get("/shares"))
    everything = words(alice_client.get("/shares"))
    assert "Unreleased posters" in everything
    assert PROMPT in everything
    assert "bob" in everything


def test_an_empty_list_says_where_shares_are_made(bob_client: Client) -> None:
    assert "None yet" in words(bob_client.get("/shares"))


@pytest.mark.parametrize(
    "asked", ["before=x", "before=-1", "before=" + 30 * "9", "made=x", "made=1", "before="]
)
def test_what_is_no_place_gives_the_beginning_of_the_list(bob_client: Client, asked: str) -> None:
    assert bob_client.get(f"/shares?{asked}").status_code == 200


def test_the_list_goes_on_without_gap_or_repeat(bob_client: Client, bob: User, image: Image) -> None:
    made = [share_of(image, by=bob).pk for _ in range(50)]
    seen, path = [], "/shares"
    while path:
        page = parsed(bob_client.get(path))
        seen += [int(form["action"].split("/")[2]) for form in page.select('form[action$="/revoke"]')]
        link = page.select_one('a[rel="next"]')
        path = f"/shares{link['href'].removeprefix('/shares')}" if link else ""
    assert seen == made[::-1]


def test_a_revoked_share_shows_nothing_from_then_on(
    client: Client, bob_client: Client, bob: User, image: Image
) -> None:
    share = share_of(image, by=bob)
    assert client.get(address(share)).status_code == 200
    page = bob_client.post(f"/shares/{share.pk}/revoke", follow=True)
    assert "is revoked" in words(page)
    assert client.get(address(share)).status_code == 410
    assert AuditEntry.objects.get(action="share-revoked").actor == bob
    bob_client.post(f"/shares/{share.pk}/revoke")
    assert AuditEntry.objects.filter(action="share-revoked").count() == 1


def test_another_persons_share_is_not_there_for_a_contributor_and_is_for_a_curator(
    bob_client: Client, alice_client: Client, alice: User, bob: User, image: Image
) -> None:
    hers, his = share_of(image), share_of(image, by=bob)
    assert bob_client.post(f"/shares/{hers.pk}/revoke").status_code == 404
    assert state(hers).revoked_at is None
    assert alice_client.post(f"/shares/{his.pk}/revoke").status_code == 302
    assert state(his).revoked_at is not None


def test_the_list_costs_the_same_however_many_shares_there_are(
    alice_client: Client, alice: User, image: Image, collection: Collection
) -> None:
    counts = []
    for count in (2, 20):
        for _ in range(count):
            share_of(image), share_of(collection)
        with CaptureQueriesContext(connection) as queries:
            alice_client.get("/shares")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


def test_the_list_says_whose_shares_are_stopped_and_why_and_revokes_them_for_good(
    alice_client: Client, bob: User, vera: User, image: Image
) -> None:
    closed, demoted, gone = (share_of(image, by=bob) for _ in range(3))
    Share.objects.filter(pk=demoted.pk).update(made_by=vera)
    Share.objects.filter(pk=gone.pk).update(made_by=None)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    page = alice_client.get("/shares")
    assert [badge.get_text() for badge in parsed(page).select(".badge.warn")] == ["stopped"] * 3
    assert [why.get_text() for why in parsed(page).select("li p:first-of-type")] == [
        "Its link shows nothing: its maker's account is gone.",
        "Its link shows nothing: vera is no contributor any more.",
        "Its link shows nothing: bob's account is closed.",
    ]
    assert closed.token not in str(page.content)
    alice_client.post(f"/shares/{closed.pk}/revoke")
    assert state(closed).revoked_at is not None
