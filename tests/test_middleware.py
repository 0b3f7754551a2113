"""Everything needs a sign-in unless it opens itself, and every answer carries a strict policy."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

OPEN = {"sign_in", "sign_in_with_link", "share_open", "share_picture", "share_thumb"}
SHA256 = "0" * 64
ARGUMENTS = {"pk": 1, "sha256": SHA256, "token": "x", "number": 1, "name": "uploader"}


def addresses() -> list[tuple[str, str]]:
    """Each of the gallery's own addresses, with its name."""
    _, resolver = get_resolver().namespace_dict["gallery"]
    return [
        (pattern.name, reverse(f"gallery:{pattern.name}", kwargs={key: ARGUMENTS[key] for key in keys}))
        for pattern in resolver.url_patterns
        for keys in [pattern.pattern.converters]
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_every_address_leads_to_the_sign_in_page(client: Client, db: None, method: str) -> None:
    for name, address in addresses():
        response = getattr(client, method)(address)
        if name not in OPEN:
            assert response.status_code == 302, address
            assert response.headers["Location"].startswith("/sign-in"), address


def test_the_policy_lets_nothing_in_from_elsewhere(client: Client, db: None) -> None:
    policy = client.get("/sign-in").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_errors_carry_the_policy_too(alice_client: Client) -> None:
    response = alice_client.get("/no/such/page")

    assert response.status_code == 404
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_every_answer_says_who_may_keep_it(alice_client: Client) -> None:
    for _, address in [
        *addresses(),
        ("", "/no/such/page"),
        ("", "/admin/"),
        ("", "/api/images"),
        ("", "/api"),
    ]:
        said = alice_client.get(address).headers["Cache-Control"]
        assert "private" in said or "no-store" in said, address


def next_of(location: str) -> str | None:
    return parse_qs(urlsplit(location).query).get("next", [None])[0]


def test_a_page_is_come_back_to_with_its_query(client: Client, db: None) -> None:
    assert next_of(client.get("/transcripts?before=1-1").headers["Location"]) == "/transcripts?before=1-1"


def test_a_form_is_come_back_to_by_the_page_it_stood_on(client: Client, db: None) -> None:
    response = client.post("/upload/examples", headers={"Referer": "http://testserver/upload"})

    assert next_of(response.headers["Location"]) == "/upload"


def test_a_form_on_another_site_is_not_come_back_to(client: Client, db: None) -> None:
    response = client.post("/upload/examples", headers={"Referer": "http://evil.example/upload"})

    assert next_of(response.headers["Location"]) is None


def test_a_fragment_makes_its_whole_page_leave_for_the_sign_in_page(client: Client, db: None) -> None:
    response = client.get(
        "/?before=5", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/?size=auto"}
    )

    assert response.status_code == 204
    assert next_of(response.headers["HX-Redirect"]) == "/?size=auto"


def test_a_fragment_on_a_page_of_another_site_brings_nobody_there(client: Client, db: None) -> None:
    response = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": "http://evil.example/"})

    assert response.headers["HX-Redirect"] == "/sign-in"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_or_a_restored_page_is_redirected_as_a_page(
    client: Client, db: None, header: str
) -> None:
    response = client.get("/", headers={"HX-Request": "true", header: "true"})

    assert response.status_code == 302


def test_a_script_of_ours_is_told_in_a_sentence(client: Client, db: None) -> None:
    response: Any = client.post("/upload", headers={"X-Requested-With": "XMLHttpRequest"})

    assert response.status_code == 401
    assert response.content.decode().startswith("You are signed out.")
    assert response.headers["Content-Type"].startswith("text/plain")


def test_no_cache_keeps_what_was_said_to_somebody_signed_out(client: Client, db: None) -> None:
    response = client.get("/", headers={"HX-Request": "true"})

    assert response.headers["Cache-Control"] == "no-store"
    assert "HX-Request" in response.headers["Vary"]
