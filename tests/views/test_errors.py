"""Pages for what went wrong say what, where, and what to do."""

from __future__ import annotations

from django.conf import settings
from django.test import Client

from tests.html import is_whole_page, words


def test_unknown_address_is_named_as_text(alice_client: Client) -> None:
    response = alice_client.get("/nope/%3Cb%3E")
    assert response.status_code == 404
    assert "/nope/<b> names nothing in the gallery" in words(response)


def test_signed_out_reader_gets_a_page_too(db: None, client: Client) -> None:
    response = client.get("/nope")
    assert response.status_code == 404
    assert is_whole_page(response)


def test_server_failure_has_a_page_that_needs_nothing() -> None:
    page = (settings.BASE_DIR / "templates/500.html").read_text()
    assert "{%" not in page
    assert "{{" not in page
