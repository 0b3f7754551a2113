"""People in the admin: invited, given roles, signed out, their accounts closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone

from gallery import indexing
from gallery.audit import Action
from gallery.models import AuditEntry, LastSeen, SignInLink
from gallery.roles import ROLES, Role, role_of, set_role
from tests.admin.archive import act, list_url, listed, page_url, parsed
from tests.factories import make_image, make_response, make_transcript, make_user

pytestmark = pytest.mark.django_db

INVITE = "/admin/auth/user/invite/"
PASSWORD = "seven quiet harbours"


@pytest.fixture
def erin() -> User:
    """An administrator who is no superuser."""
    return make_user(username="erin", is_staff=False, role=Role.ADMINISTRATOR)


@pytest.fixture
def erin_client(erin: User, client_of: Callable[[Any], Client]) -> Client:
    return client_of(erin)


def invite(client: Client, **more: str) -> Any:
    return client.post(INVITE, {"username": "nora", "email": "", "role": "contributor", **more})


def link_of(answer: Any) -> str:
    return str(urlsplit(answer.context["made"][0].link).path)


def as_sent(user: User, **more: Any) -> dict[str, Any]:
    """What the form on a person's page sends."""
    return {
        "username": user.username,
        "is_active": "on",
        "role": role_of(User.objects.get(pk=user.pk)),
        "first_name": "",
        "last_name": "",
        "email": "",
        **more,
    }


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_an_invitation_makes_an_account_and_a_link_for_a_week(charlie_client: Client) -> None:
    answer = invite(charlie_client, role="curator")
    nora = User.objects.get(username="nora")
    assert role_of(nora) is Role.CURATOR
    assert not nora.has_usable_password()
    assert "within 7 days" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    left = SignInLink.objects.get().expires_at - timezone.now()
    assert timedelta(days=6) < left <= timedelta(days=7)


def test_whoever_follows_it_sets_a_password_before_anything_else(charlie_client: Client) -> None:
    link = link_of(invite(charlie_client))
    visitor = Client()
    assert visitor.post(link)["Location"] == "/account/password"
    for address in ("/", "/upload", "/transcripts", "/collections"):
        assert visitor.get(address)["Location"] == "/account/password"
    sent = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert visitor.post("/account/password", sent)["Location"] == "/"
    assert visitor.get("/").status_code == 200
    assert Client().post("/sign-in", {"username": "nora", "password": PASSWORD})["Location"] == "/"


def test_a_weak_password_keeps_one_at_the_page_that_asks_for_it(charlie_client: Client) -> None:
    visitor = Client()
    visitor.post(link_of(invite(charlie_client)))
    visitor.post("/account/password", {"new_password1": "12345", "new_password2": "12345"})
    assert visitor.get("/")["Location"] == "/account/password"


def test_whoever_must_set_a_password_can_still_leave(charlie_client: Client) -> None:
    visitor = Client()
    visitor.post(link_of(invite(charlie_client)))
    assert visitor.post("/sign-out")["Location"] == "/sign-in"


@pytest.mark.parametrize(
    ("headers", "status"), [({"HX-Request": "true"}, 204), ({"X-Requested-With": "XMLHttpRequest"}, 403)]
)
def test_scripts_are_led_to_the_password_too(
    charlie_client: Client, headers: dict[str, str], status: int
) -> None:
    visitor = Client()
    visitor.post(link_of(invite(charlie_client)))
    assert visitor.get("/", headers=headers).status_code == status


def test_an_invitation_works_once(charlie_client: Client) -> None:
    link = link_of(invite(charlie_client))
    Client().post(link)
    assert Client().post(link).status_code == 410


@pytest.mark.parametrize(
    "wrong", [{"username": ""}, {"username": "a b"}, {"email": "nobody"}, {"role": "king"}]
)
def test_what_is_no_invitation_is_said_and_makes_nothing(
    charlie_client: Client, wrong: dict[str, str]
) -> None:
    answer = invite(charlie_client, **wrong)
    assert answer.status_code == 422
    assert parsed_errors(answer)
    assert not User.objects.filter(username="nora").exists()


def parsed_errors(answer: Any) -> bool:
    return "errorlist" in answer.content.decode()


def test_a_name_that_is_taken_is_refused_in_whatever_letters(charlie_client: Client, bob: User) -> None:
    assert "already" in invite(charlie_client, username="BOB").content.decode()


def test_it_is_shown_and_not_mailed_where_there_is_no_mail_server(charlie_client: Client) -> None:
    answer = invite(charlie_client, email="nora@example.org")
    assert link_of(answer)
    assert mail.outbox == []


def test_it_is_mailed_where_there_is_one(charlie_client: Client, settings: Any) -> None:
    settings.MAIL_HOST, settings.DEFAULT_FROM_EMAIL = "smtp.example", "gallery@example.org"
    answer = invite(charlie_client, email="nora@example.org")
    [sent] = mail.outbox
    assert sent.to == ["nora@example.org"]
    assert link_of(answer) in sent.body
    assert "Also mailed to" in answer.content.decode()


def test_mail_that_fails_costs_no_invitation(
    charlie_client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr("gallery.people.send_mail", fail)
    settings.MAIL_HOST = "smtp.example"
    answer = invite(charlie_client, email="nora@example.org")
    assert "could not be sent (no route)" in answer.content.decode()
    assert link_of(answer)


def test_only_a_superuser_makes_administrators(charlie_client: Client, erin_client: Client) -> None:
    assert invite(erin_client, role="administrator").status_code == 422
    assert invite(erin_client, role="curator").status_code == 200
    assert invite(charlie_client, username="olga", role="administrator").status_code == 200
    assert fresh(User.objects.get(username="olga")).is_staff


def test_a_curator_invites_nobody(alice_client: Client) -> None:
    assert alice_client.get(INVITE, follow=True).status_code == 403
    invite(alice_client)
    assert not User.objects.filter(username="nora").exists()


def test_somebody_is_invited_again(charlie_client: Client, bob: User) -> None:
    answer = act(charlie_client, "invite_again", bob)
    assert Client().post(link_of(answer)).status_code == 302


def test_a_new_account_contributes_unless_said_otherwise(charlie_client: Client) -> None:
    page = parsed(charlie_client, "/admin/auth/user/add/")
    chosen = page.select_one("select[name=role] option[selected]")
    assert chosen is not None
    assert chosen["value"] == "contributor"
    sent = {"username": "paul", "usable_password": "false", "role": "viewer"}
    charlie_client.post("/admin/auth/user/add/", sent)
    assert role_of(User.objects.get(username="paul")) is Role.VIEWER


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_changed_on_the_persons_page(charlie_client: Client, bob: User, role: Role) -> None:
    night = Group.objects.create(name="night shift")
    bob.groups.add(night)
    charlie_client.post(page_url(bob), as_sent(bob, role=role, groups=[night.pk]))
    assert role_of(fresh(bob)) is role
    assert set(bob.groups.values_list("name", flat=True)) == {role, "night shift"}
    changes = AuditEntry.objects.filter(action=Action.ROLE_CHANGED)
    assert [entry.details for entry in changes] == (
        [] if role is Role.CONTRIBUTOR else [{"from": "contributor", "to": role}]
    )


def test_a_page_that_is_saved_as_it_was_changes_no_role(charlie_client: Client, alice: User) -> None:
    charlie_client.post(page_url(alice), as_sent(alice))
    assert role_of(fresh(alice)) is Role.CURATOR


def test_an_administrator_gives_roles_but_not_their_own(erin: User, erin_client: Client, bob: User) -> None:
    erin_client.post(page_url(bob), as_sent(bob, role="curator"))
    assert role_of(fresh(bob)) is Role.CURATOR
    erin_client.post(page_url(bob), as_sent(bob, role="administrator"))
    assert role_of(fresh(bob)) is Role.CURATOR
    erin_client.post(page_url(erin), as_sent(erin, role="viewer"))
    assert role_of(fresh(erin)) is Role.ADMINISTRATOR


def test_a_superusers_request_lends_its_powers_to_no_request_beside_it(erin: User, charlie: User) -> None:
    people_admin = admin.site.get_model_admin(User)
    hers, theirs = RequestFactory().get("/"), RequestFactory().get("/")
    hers.user, theirs.user = erin, charlie
    form = people_admin.get_form(hers)
    people_admin.get_form(theirs)
    role: Any = form().fields["role"]
    assert not role.may_give_all


@pytest.mark.parametrize(
    "action", ["make_sign_in_links", "invite_again", "close_accounts", "sign_out_everywhere"]
)
def test_administrators_are_looked_after_by_superusers(
    erin_client: Client, charlie: User, action: str
) -> None:
    other = make_user(role=Role.ADMINISTRATOR)
    for person in (charlie, other):
        act(erin_client, action, person)
        assert fresh(person).is_active
        assert erin_client.post(page_url(person), as_sent(person, is_active="")).status_code == 403
    assert not SignInLink.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_closed_account_is_out_at_once_and_what_it_brought_in_stays(
    charlie_client: Client, bob: User, bob_client: Client
) -> None:
    transcript = make_transcript(uploader=bob)
    act(charlie_client, "close_accounts", bob)
    assert bob_client.get("/transcripts").status_code == 302
    transcript.refresh_from_db()
    assert transcript.uploader == bob
    assert AuditEntry.objects.get().action == Action.ACCOUNT_CLOSED


def test_a_closed_account_is_opened_again(charlie_client: Client, bob: User) -> None:
    act(charlie_client, "close_accounts", bob)
    act(charlie_client, "open_accounts", bob)
    assert fresh(bob).is_active


def test_an_account_closed_by_its_box_is_out_too(
    charlie_client: Client, bob: User, bob_client: Client
) -> None:
    sent = as_sent(bob)
    del sent["is_active"]
    charlie_client.post(page_url(bob), sent)
    assert bob_client.get("/transcripts").status_code == 302
    assert AuditEntry.objects.get().action == Action.ACCOUNT_CLOSED


def test_nobody_closes_their_own_account(charlie: User, charlie_client: Client) -> None:
    act(charlie_client, "close_accounts", charlie)
    assert fresh(charlie).is_active


def test_somebody_is_signed_out_everywhere_and_nobody_else(
    charlie_client: Client, bob: User, client_of: Callable[[Any], Client]
) -> None:
    theirs = [client_of(bob), client_of(bob)]
    act(charlie_client, "sign_out_everywhere", bob)
    assert [client.get("/transcripts").status_code for client in theirs] == [302, 302]
    assert charlie_client.get("/transcripts").status_code == 200
    assert Session.objects.count() == 1


def test_whoever_is_locked_out_may_be_let_try_again(charlie_client: Client, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    dora = make_user(username="dora", password=PASSWORD)
    for _ in range(3):
        Client().post("/sign-in", {"username": "dora", "password": "wrong"})
    act(charlie_client, "let_try_again", dora)
    assert not AccessAttempt.objects.exists()
    assert Client().post("/sign-in", {"username": "dora", "password": PASSWORD}).status_code == 302


def test_a_password_set_for_somebody_is_in_the_audit(charlie_client: Client, bob: User) -> None:
    sent = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    charlie_client.post(f"/admin/auth/user/{bob.pk}/password/", sent)
    assert fresh(bob).check_password(PASSWORD)
    assert [entry.action for entry in AuditEntry.objects.all()] == [Action.PASSWORD_CHANGED]


def test_a_password_set_for_somebody_ends_their_links(charlie_client: Client) -> None:
    link = link_of(invite(charlie_client))
    nora = User.objects.get(username="nora")
    sent = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    charlie_client.post(f"/admin/auth/user/{nora.pk}/password/", sent)
    assert Client().post(link).status_code == 410


def test_an_account_that_is_deleted_is_in_the_audit(charlie_client: Client, bob: User) -> None:
    charlie_client.post(f"/admin/auth/user/{bob.pk}/delete/", {"post": "yes"})
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_name) == (Action.ACCOUNT_REMOVED, "bob")


@pytest.mark.parametrize("is_in_list", [False, True])
def test_what_somebody_brought_in_is_found_as_nobodys_once_their_account_is_deleted(
    charlie_client: Client, bob: User, *, is_in_list: bool
) -> None:
    make_image(response=make_response(uploader=bob), uploader=bob)
    if is_in_list:
        sent = {"action": "delete_selected", "_selected_action": bob.pk, "post": "yes"}
        charlie_client.post(list_url(User), sent)
    else:
        charlie_client.post(f"/admin/auth/user/{bob.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=bob.pk).exists()
    assert len(parsed(charlie_client, "/?q=by:none").select(".tile")) == 1
    assert list(indexing.disagreements()) == []


def test_nobody_deletes_their_own_account(charlie: User, charlie_client: Client) -> None:
    assert charlie_client.post(f"/admin/auth/user/{charlie.pk}/delete/", {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": charlie.pk, "post": "yes"}
    charlie_client.post(list_url(User), sent)
    assert fresh(charlie).is_active


def test_no_superuser_shuts_themselves_out_by_a_box(charlie: User, charlie_client: Client) -> None:
    sent = as_sent(charlie)
    del sent["is_active"]
    charlie_client.post(page_url(charlie), sent)
    assert (fresh(charlie).is_active, fresh(charlie).is_superuser) == (True, True)


def test_the_list_tells_role_visits_and_uploads(charlie_client: Client, bob: User) -> None:
    make_transcript(uploader=bob)
    make_transcript(uploader=bob)
    LastSeen.objects.create(user=bob, seen_at=timezone.now().replace(year=2024, month=3, day=1))
    row = next(
        row
        for row in parsed(charlie_client, list_url(User)).select("#result_list tbody tr")
        if "bob" in row.get_text()
    )
    assert row.select_one(".field-role").get_text() == "contributor"
    assert row.select_one(".field-seen_at").get_text().startswith("2024-03-01")
    assert row.select_one(".field-uploads").get_text() == "2"


def test_the_four_groups_stay_and_others_may_go(charlie_client: Client) -> None:
    night = Group.objects.create(name="night shift")
    role = Group.objects.get(name="curator")
    for group in (night, role):
        charlie_client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    charlie_client.post(f"/admin/auth/group/{role.pk}/change/", {"name": "kings"})
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_administrators_do_not_change_groups(erin: User) -> None:
    held = set(Permission.objects.filter(group__user=erin).values_list("codename", flat=True))
    assert {"view_user", "change_user", "view_auditentry", "change_image"} <= held
    assert not {"change_group", "add_group", "delete_group", "change_permission"} & held


def test_a_role_taken_away_is_gone_with_the_next_request(bob: User, bob_client: Client) -> None:
    assert bob_client.get("/upload").status_code == 200
    set_role(bob, Role.VIEWER)
    assert bob_client.get("/upload").status_code == 403


def test_a_persons_page_offers_what_fits_the_state_of_the_account(charlie_client: Client, bob: User) -> None:
    def offered() -> set[str]:
        found = parsed(charlie_client, page_url(bob)).select(".gallery-page-action input[name=action]")
        return {str(each["value"]) for each in found}

    assert "close_accounts" in offered()
    assert "open_accounts" not in offered()
    act(charlie_client, "close_accounts", bob)
    assert offered() == {"open_accounts"}


@pytest.mark.parametrize("key", ["\u00b2", "99999999999999999999999", "nobody"])
def test_a_person_who_is_not_there_is_said_so(charlie_client: Client, key: str) -> None:
    assert charlie_client.get(f"/admin/auth/user/{key}/change/", follow=True).status_code == 200


def test_people_are_filtered_by_their_role(
    charlie_client: Client, charlie: User, alice: User, bob: User, vera: User, erin: User
) -> None:
    fresh = make_user(role=None)
    expected = {
        "viewer": {vera, fresh},
        "contributor": {bob},
        "curator": {alice},
        "administrator": {charlie, erin},
    }
    for role, people in expected.items():
        assert listed(charlie_client, User, f"?role={role}") == {str(each.pk) for each in people}
    assert len(listed(charlie_client, User, "?role=king")) == 6


def test_a_persons_page_tells_when_they_were_here_and_leads_to_what_is_theirs(
    charlie_client: Client, bob: User
) -> None:
    make_transcript(uploader=bob)
    make_transcript()
    LastSeen.objects.create(user=bob, seen_at=datetime(2026, 5, 15, 10, 26, 45, 9, tzinfo=UTC))
    page = parsed(charlie_client, page_url(bob))
    assert page.select_one(".field-seen .readonly").get_text() == "2026-05-15 10:26:45 UTC"
    links = page.select(".field-brought_in a, .field-more a")
    assert [link.get_text() for link in links] == [
        "1 transcript",
        "responses",
        "pictures",
        "API tokens",
        "shares",
        "sign-in links",
        "what they did",
    ]
    for link in links:
        assert charlie_client.get(str(link["href"])).status_code == 200
    shown = charlie_client.get(str(links[0]["href"])).content.decode()
    assert "1 transcript" in shown


def test_a_link_for_a_closed_account_is_said_to_lead_nowhere(charlie_client: Client, bob: User) -> None:
    SignInLink.objects.create(token_sha256="0" * 64, user=bob, expires_at=timezone.now() + timedelta(hours=1))
    assert "usable" in str(parsed(charlie_client, list_url(SignInLink)).select(".field-state"))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert "the account is closed" in str(parsed(charlie_client, list_url(SignInLink)).select(".field-state"))
