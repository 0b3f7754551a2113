"""Who may see and do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore  # type: ignore[import-untyped]

from gallery.models import Image, Response, SignInLink, Transcript
from tests.admin.archive import ALL, FACTS, act, add_url, fill, first, list_url, page_url, parsed
from tests.factories import make_user


@pytest.fixture
def dana(db: None) -> User:
    """Staff, with no permission of any kind."""
    return make_user(username="dana", is_staff=True)


def allow(user: User, *names: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))


@pytest.mark.parametrize("model", ALL)
def test_somebody_signed_out_is_sent_to_sign_in(db: None, client: Client, model: Any) -> None:
    fill()
    for url in (list_url(model), page_url(first(model)), add_url(model)):
        response = client.get(url)
        assert response.status_code == 302
        assert "sign-in" in response["Location"] or "login" in response["Location"]


@pytest.mark.parametrize("model", ALL)
def test_a_teammate_who_is_not_staff_is_sent_away(alice_client: Client, model: Any) -> None:
    fill()
    for url in (list_url(model), page_url(first(model)), add_url(model)):
        assert alice_client.get(url).status_code == 302


@pytest.mark.parametrize("model", ALL)
def test_staff_without_permission_sees_no_rows(
    dana: User, client_of: Callable[[Any], Client], model: Any
) -> None:
    fill()
    for url in (list_url(model), page_url(first(model)), add_url(model)):
        assert client_of(dana).get(url).status_code == 403


def test_staff_without_permission_finds_an_empty_index(
    dana: User, client_of: Callable[[Any], Client]
) -> None:
    page = parsed(client_of(dana), reverse("admin:index"))
    assert not page.select("#content .module:not(#gallery-pages) table")


def test_staff_who_may_view_pictures_see_no_responses(dana: User, client_of: Callable[[Any], Client]) -> None:
    fill()
    allow(dana, "view_image")
    assert client_of(dana).get(list_url(Image)).status_code == 200
    assert client_of(dana).get(list_url(Response)).status_code == 403


def test_inlines_stay_empty_without_the_permission_for_their_rows(
    dana: User, client_of: Callable[[Any], Client]
) -> None:
    fill()
    allow(dana, "view_response")
    page = parsed(client_of(dana), page_url(first(Response)))
    assert not page.select(".inline-group")


def test_staff_who_may_only_view_get_no_actions(dana: User, client_of: Callable[[Any], Client]) -> None:
    fill()
    allow(dana, "view_image", "view_transcript")
    for model in (Image, Transcript):
        assert not parsed(client_of(dana), list_url(model)).select("select[name=action]")
        assert not parsed(client_of(dana), page_url(first(model))).select(".gallery-page-action")


def test_staff_who_may_only_view_cannot_force_an_action(
    dana: User, client_of: Callable[[Any], Client]
) -> None:
    fill()
    allow(dana, "view_image")
    act(client_of(dana), "hide", *Image.objects.all())
    assert not Image.objects.filter(is_hidden=True).exists()


@pytest.mark.parametrize("model", FACTS)
def test_not_even_a_superuser_adds_facts_by_hand(charlie_client: Client, model: Any) -> None:
    assert charlie_client.get(add_url(model)).status_code == 403
    assert charlie_client.post(add_url(model), {}).status_code == 403


@pytest.mark.parametrize("model", [model for model in FACTS if model is not Image])
def test_not_even_a_superuser_changes_facts_by_hand(charlie_client: Client, model: Any) -> None:
    fill()
    page = parsed(charlie_client, page_url(first(model)))
    assert not page.select("#content-main > form input[type=text], #content-main > form textarea")
    assert not page.select("input[name=_save]")
    assert charlie_client.post(page_url(first(model)), {"name": "x"}).status_code == 403


@pytest.mark.parametrize("model", FACTS)
def test_not_even_a_superuser_deletes_facts_by_hand(charlie_client: Client, model: Any) -> None:
    fill()
    row = first(model)
    url = reverse(f"admin:gallery_{model._meta.model_name}_delete", args=[row.pk])
    assert charlie_client.post(url, {"post": "yes"}).status_code == 403
    act(charlie_client, "delete_selected", row)
    assert model._default_manager.filter(pk=row.pk).exists()


def test_a_sign_in_link_can_be_taken_back(charlie_client: Client) -> None:
    fill()
    url = reverse("admin:gallery_signinlink_delete", args=[first(SignInLink).pk])
    charlie_client.post(url, {"post": "yes"})
    assert not SignInLink.objects.exists()


def test_the_hash_of_a_sign_in_link_is_shown_nowhere(charlie_client: Client) -> None:
    fill()
    link = first(SignInLink)
    for url in (list_url(SignInLink), page_url(link)):
        assert link.token_sha256 not in charlie_client.get(url).content.decode()


def test_staff_who_look_after_users_cannot_touch_a_superuser(
    dana: User, charlie: User, client_of: Callable[[Any], Client]
) -> None:
    allow(dana, "view_user", "change_user", "delete_user")
    client = client_of(dana)
    # Two users are fetched in one request, who asks and who is asked about: no row-by-row fetching.
    with zeal_ignore():
        assert client.post(page_url(charlie), {"username": "c", "is_superuser": ""}).status_code == 403
        delete = reverse("admin:auth_user_delete", args=[charlie.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
        password = reverse("admin:auth_user_password_change", args=[charlie.pk])
        assert client.get(password).status_code == 403


def test_staff_who_look_after_users_cannot_raise_themselves(
    dana: User, client_of: Callable[[Any], Client]
) -> None:
    allow(dana, "view_user", "change_user")
    client_of(dana).post(
        page_url(dana),
        {
            "username": "dana",
            "is_active": "on",
            "is_superuser": "on",
            "date_joined_0": "2026-01-01",
            "date_joined_1": "00:00:00",
        },
    )
    dana.refresh_from_db()
    assert not dana.is_superuser
    assert dana.is_staff


@pytest.mark.parametrize("key", ["0", "nonsense", "99999999999999999999999999", "_00", "%00"])
@pytest.mark.parametrize("model", FACTS)
def test_a_row_that_is_not_there_is_said_so(charlie_client: Client, model: Any, key: str) -> None:
    response = charlie_client.get(list_url(model) + f"{key}/change/", follow=True)
    assert response.status_code in {200, 404}


def test_the_first_page_leads_to_what_the_gallery_itself_tells_administrators(charlie_client: Client) -> None:
    links = [str(link["href"]) for link in parsed(charlie_client, "/admin/").select("#gallery-pages a")]
    assert links == ["/health", "/audit", "/usage", "/shares", "/trash"]
    for link in links:
        assert charlie_client.get(link).status_code == 200
