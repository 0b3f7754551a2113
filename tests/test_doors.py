"""What strangers try at a door: another host, another site, somebody else's session, a header that is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery.models import LastSeen
from gallery.sign_in_links import make_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a long and winding password"


@pytest.fixture
def dora() -> User:
    return make_user(username="dora", password=PASSWORD)


def sign_in(client: Client) -> Any:
    return client.post("/sign-in", {"username": "dora", "password": PASSWORD})


def is_let_in(client: Client) -> bool:
    return client.get("/transcripts").status_code == 200


@pytest.mark.parametrize("by", ["password", "link"])
def test_a_session_that_somebody_else_planted_is_worth_nothing(dora: User, by: str) -> None:
    victim, attacker = Client(), Client()
    session = victim.session
    session["planted"] = True
    session.save()
    attacker.cookies["sessionid"] = victim.cookies["sessionid"].value
    if by == "password":
        sign_in(victim)
    else:
        victim.post(make_link(dora, "http://testserver").removeprefix("http://testserver"))
    assert is_let_in(victim)
    assert not is_let_in(attacker)


def test_a_session_key_that_was_made_up_is_not_taken_over(dora: User) -> None:
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    sign_in(client)
    assert client.cookies["sessionid"].value != "a" * 32


def test_signing_out_ends_the_session_itself(dora: User) -> None:
    client, thief = Client(), Client()
    sign_in(client)
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    client.post("/sign-out")
    assert not is_let_in(thief)


def test_signing_out_everywhere_leaves_this_browser_alone(
    dora: User, alice_client: Client, client_of: Callable[[Any], Client]
) -> None:
    here, there, elsewhere = client_of(dora), client_of(dora), client_of(dora)
    answer = here.post("/sign-out/everywhere", follow=True)
    assert "signed out of 2 other browsers" in answer.content.decode()
    assert [is_let_in(client) for client in (here, there, elsewhere, alice_client)] == [
        True,
        False,
        False,
        True,
    ]


def test_signing_out_everywhere_takes_a_form(alice_client: Client) -> None:
    assert alice_client.get("/sign-out/everywhere").status_code == 405


@pytest.mark.parametrize("address", ["/sign-in", "/", "/admin/"])
def test_under_another_name_the_gallery_does_not_answer(client: Client, address: str) -> None:
    assert client.get(address, headers={"Host": "evil.example"}).status_code == 400


def test_a_forwarded_host_names_nothing(alice_client: Client, dora: User) -> None:
    answer = alice_client.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 200
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL"])
def test_no_header_that_a_cache_does_not_know_changes_a_page(client: Client, header: str) -> None:
    plain = client.get("/sign-in").content
    poisoned = client.get("/sign-in", headers={header: "/evil"}).content
    assert without_token(poisoned) == without_token(plain)


def without_token(page: bytes) -> list[bytes]:
    return [line for line in page.split(b"\n") if b"csrfmiddlewaretoken" not in line]


FORMS = ["/sign-out", "/sign-out/everywhere", "/account/password", "/upload/examples", "/selection/apply"]


@pytest.mark.parametrize("address", [*FORMS, "/sign-in", "/admin/logout/"])
def test_a_form_of_another_site_does_nothing(dora: User, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dora)
    sent = {"username": "dora", "password": PASSWORD}
    answer = client.post(address, sent, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert is_let_in(client)


def test_an_upload_of_another_site_does_nothing(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/upload", {"text": "{}"}).status_code == 403


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "http:evil"]
)
def test_going_on_never_leads_to_another_site(dora: User, elsewhere: str) -> None:
    client = Client()
    sent = {"username": "dora", "password": PASSWORD, "next": elsewhere}
    assert client.post("/sign-in", sent)["Location"] == "/"
    assert client.get("/sign-in", {"next": elsewhere})["Location"] == "/"


def test_a_visit_is_kept_once_in_a_while(alice: User, alice_client: Client) -> None:
    LastSeen.objects.filter(user=alice).update(seen_at=timezone.now() - timedelta(minutes=6))
    alice_client.get("/search-help")
    kept = LastSeen.objects.get(user=alice).seen_at
    assert timezone.now() - kept < timedelta(minutes=1)
    alice_client.get("/search-help")
    assert LastSeen.objects.get(user=alice).seen_at == kept


def test_pictures_are_no_visit(alice: User, alice_client: Client) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    LastSeen.objects.filter(user=alice).update(seen_at=long_ago)
    alice_client.get(f"/media/thumbs/{'0' * 64}.webp")
    assert LastSeen.objects.get(user=alice).seen_at == long_ago


def test_a_visit_costs_no_query_while_it_is_known(
    alice_client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):  # the session and the user
        alice_client.get("/search-help")


@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
def test_a_header_that_holds_no_address_leads_to_the_sign_in_alone(client: Client, header: str) -> None:
    headers = {header: "http://[bad", **({"HX-Request": "true"} if header == "HX-Current-URL" else {})}
    answer = client.post("/selection/apply", headers=headers)
    assert answer.headers.get("HX-Redirect", answer.headers.get("Location")) == "/sign-in"
