"""Coming in with a password or a link, going out, and changing the password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from gallery import sign_in_links
from gallery.models import SignInLink
from tests.factories import make_user
from tests.views.pages import parsed, text_of

PASSWORD = "a long and winding password"


@pytest.fixture
def dora(db: None) -> User:
    return make_user(username="dora", password=PASSWORD)


def sign_in(client: Client, *, username: str = "dora", password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("gallery:sign_in"), {"username": username, "password": password, **more})


def link_for(user: User, **more: Any) -> str:
    return urlsplit(sign_in_links.make_link(user, "http://testserver/", **more)).path


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_form_is_there_without_a_sign_in(client: Client, db: None) -> None:
    response = client.get(reverse("gallery:sign_in"))

    assert response.status_code == 200
    assert parsed(response).find("input", {"name": "password", "type": "password"})


def test_the_right_password_signs_in(client: Client, dora: User) -> None:
    response = sign_in(client)

    assert response.status_code == 302
    assert response.headers["Location"] == reverse("gallery:image_list")
    assert is_signed_in(client)


def test_the_session_key_changes_on_sign_in(client: Client, dora: User) -> None:
    session = client.session
    session["before"] = True
    session.save()
    key = session.session_key

    sign_in(client)

    assert client.session.session_key != key


@pytest.mark.parametrize(
    ("username", "password"),
    [("dora", "wrong"), ("nobody", PASSWORD), ("", ""), ("do\x00ra", "x"), ("d" * 9999, "x")],
)
def test_anything_else_does_not_and_says_so(client: Client, dora: User, username: str, password: str) -> None:
    response = sign_in(client, username=username, password=password)

    assert response.status_code == 422
    assert not is_signed_in(client)
    assert parsed(response).select(".note.error, .errorlist")


def test_somebody_switched_off_does_not_get_in(client: Client, db: None) -> None:
    user = make_user(username="dora", password=PASSWORD)
    user.is_active = False
    user.save()

    assert sign_in(client).status_code == 422


def test_it_goes_on_to_the_page_that_was_asked_for(client: Client, dora: User) -> None:
    asked = client.get("/transcripts?before=5-1")
    form = client.get(asked.headers["Location"])
    target = parsed(form).find("input", {"name": "next"})["value"]

    assert sign_in(client, next=target).headers["Location"] == "/transcripts?before=5-1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_it_never_goes_on_to_another_site(client: Client, dora: User, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere).headers["Location"] == reverse("gallery:image_list")


def test_who_is_signed_in_already_goes_straight_on(alice_client: Client) -> None:
    response = alice_client.get(reverse("gallery:sign_in"), {"next": "/transcripts"})

    assert response.headers["Location"] == "/transcripts"


def test_signing_out_takes_a_form(alice_client: Client) -> None:
    assert alice_client.get(reverse("gallery:sign_out")).status_code == 405
    assert is_signed_in(alice_client)

    response = alice_client.post(reverse("gallery:sign_out"))

    assert response.headers["Location"] == reverse("gallery:sign_in")
    assert not is_signed_in(alice_client)


def test_a_link_shows_whom_it_signs_in_and_waits_for_the_button(client: Client, dora: User) -> None:
    response = client.get(link_for(dora))

    assert response.status_code == 200
    assert "signs you in as dora" in text_of(response)
    assert not is_signed_in(client)
    assert not SignInLink.objects.filter(used_at__isnull=False).exists()


def test_the_button_signs_in(client: Client, dora: User) -> None:
    response = client.post(link_for(dora))

    assert response.headers["Location"] == reverse("gallery:image_list")
    assert client.session["_auth_user_id"] == str(dora.pk)


def test_a_link_works_once(client: Client, dora: User) -> None:
    address = link_for(dora)
    Client().post(address)

    response = client.post(address)

    assert response.status_code == 410
    assert "This link was used already" in text_of(response)
    assert "manage.py sign_in_link" in text_of(response)
    assert not is_signed_in(client)


def test_an_old_link_says_that_it_has_expired(client: Client, dora: User) -> None:
    address = link_for(dora, lifetime=timedelta(0))

    assert client.get(address).status_code == 410
    assert "has expired" in text_of(client.post(address))
    assert not is_signed_in(client)


def test_a_link_of_somebody_switched_off_does_nothing(client: Client, dora: User) -> None:
    address = link_for(dora)
    User.objects.update(is_active=False)

    assert client.post(address).status_code == 410
    assert not is_signed_in(client)


def test_a_made_up_link_is_not_known(client: Client, db: None) -> None:
    response = client.post("/sign-in/link/made-up")

    assert response.status_code == 410
    assert "not known here" in text_of(response)


def test_only_the_hash_of_a_link_is_kept(dora: User) -> None:
    token = link_for(dora).rpartition("/")[2]

    assert not SignInLink.objects.filter(token_sha256__contains=token).exists()
    assert len(token) >= 40


def test_links_long_expired_are_forgotten(dora: User) -> None:
    link_for(dora, lifetime=timedelta(days=-40))

    link_for(dora)

    assert SignInLink.objects.filter(expires_at__lt=timezone.now()).count() == 0


def test_who_came_through_a_link_without_a_password_is_told_to_set_one(client: Client, db: None) -> None:
    response = client.post(link_for(make_user(username="first")), follow=True)

    assert "You have no password yet" in text_of(response)


def test_who_has_no_password_sets_one_without_an_old_one(alice: User, alice_client: Client) -> None:
    form = parsed(alice_client.get(reverse("gallery:password_change")))
    assert form.find("input", {"name": "old_password"}) is None

    alice_client.post(
        reverse("gallery:password_change"), {"new_password1": PASSWORD, "new_password2": PASSWORD}
    )

    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert alice_client.get(reverse("gallery:password_change")).status_code == 200  # still signed in


def test_who_forgot_their_password_comes_by_a_link_and_sets_a_new_one(client: Client, dora: User) -> None:
    client.post(link_for(dora))
    new = {"new_password1": "quite another one", "new_password2": "quite another one"}

    assert client.post(reverse("gallery:password_change"), new).status_code == 302

    dora.refresh_from_db()
    assert dora.check_password("quite another one")
    assert (
        client.post(reverse("gallery:password_change"), new).status_code == 422
    )  # now the old one is asked for


def test_a_new_password_ends_the_links_that_were_made_before(client: Client, dora: User) -> None:
    used, older, later = link_for(dora), link_for(dora), link_for(make_user(username="somebody-else"))
    client.post(used)
    client.post(reverse("gallery:password_change"), {"new_password1": PASSWORD, "new_password2": PASSWORD})

    assert "has expired" in text_of(Client().post(older))
    assert Client().get(later).status_code == 200
    assert Client().get(link_for(dora)).status_code == 200


def test_who_has_a_password_must_know_it_to_change_it(client: Client, dora: User) -> None:
    sign_in(client)
    new = {"new_password1": "quite another one", "new_password2": "quite another one"}

    response = client.post(reverse("gallery:password_change"), {**new, "old_password": "wrong"})
    assert response.status_code == 422
    client.post(reverse("gallery:password_change"), {**new, "old_password": PASSWORD})

    dora.refresh_from_db()
    assert dora.check_password("quite another one")


def test_a_weak_password_is_refused_with_its_reason(alice_client: Client) -> None:
    response = alice_client.post(
        reverse("gallery:password_change"), {"new_password1": "12345", "new_password2": "12345"}
    )

    assert response.status_code == 422
    assert "too short" in text_of(response)


def test_changing_the_password_signs_out_the_other_browsers(client: Client, dora: User) -> None:
    sign_in(client)
    other = Client()
    sign_in(other)

    client.post(
        reverse("gallery:password_change"),
        {
            "old_password": PASSWORD,
            "new_password1": "quite another one",
            "new_password2": "quite another one",
        },
    )

    with zeal_ignore([{"model": "sessions.Session"}]):  # Django reads it, and again to delete it
        assert other.get(reverse("gallery:password_change")).status_code == 302


def test_the_password_page_needs_a_sign_in(client: Client, db: None) -> None:
    assert client.get(reverse("gallery:password_change")).status_code == 302


def test_a_form_without_its_token_says_what_to_do(dora: User) -> None:
    client = Client(enforce_csrf_checks=True)

    response = sign_in(client)

    assert response.status_code == 403
    assert "Reload it and try again" in text_of(response)


def test_pages_with_secrets_are_not_cached(client: Client, dora: User) -> None:
    for address in (reverse("gallery:sign_in"), link_for(dora)):
        assert "no-store" in client.get(address).headers["Cache-Control"]
