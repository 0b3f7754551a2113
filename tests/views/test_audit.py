"""The audit: what gets into it, who may read it, how it is narrowed and taken along."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import audit
from gallery.audit import Action
from gallery.models import AuditEntry
from gallery.models.people import AppendOnly
from gallery.pages.audit import PAGE_SIZE
from tests.factories import make_image, make_user
from tests.html import is_whole_page, parsed, words

EXAMPLE = '{"id":"resp_1","object":"response","created_at":1778840000,"model":"gpt-5","status":"completed","output":[]}'
PASSWORD = "a long and winding password"


def said(response: Any) -> list[str]:
    """The rows, in words."""
    return [" ".join(row.get_text(" ").split()) for row in parsed(response).select("tbody tr")]


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def put(count: int, *, actor: User | None = None, action: Action = Action.UPLOAD) -> None:
    for number in range(count):
        audit.record(action, actor, name=f"file {number}")


@pytest.mark.parametrize("address", ["/audit", "/audit.csv"])
def test_it_is_for_administrators_alone(alice_client: Client, charlie_client: Client, address: str) -> None:
    assert alice_client.get(address).status_code == 403
    assert charlie_client.get(address).status_code == 200
    assert charlie_client.post(address).status_code == 405


def test_an_empty_one_says_so(charlie_client: Client) -> None:
    assert "Nothing of that kind" in words(charlie_client.get("/audit"))


def test_coming_and_going_are_in_it(client: Client, db: None) -> None:
    make_user(username="dora", password=PASSWORD)
    client.post("/sign-in", {"username": "dora", "password": "wrong"})
    client.post("/sign-in", {"username": "dora", "password": PASSWORD})
    new = {"new_password1": "quite another one", "new_password2": "quite another one"}
    client.post("/account/password", {"old_password": PASSWORD, **new})
    client.post("/sign-out")
    assert actions() == ["sign-in-failed", "sign-in", "password-changed", "sign-out"]


def test_an_upload_is_in_it_with_its_file(alice: User, alice_client: Client) -> None:
    alice_client.post("/upload", {"text": EXAMPLE})
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.actor_name, entry.object_type) == ("upload", "alice", "transcript")
    assert entry.object_name == "pasted text"


def test_what_is_known_or_refused_is_not_an_upload(alice_client: Client) -> None:
    alice_client.post("/upload", {"text": EXAMPLE})
    alice_client.post("/upload", {"text": EXAMPLE})
    alice_client.post("/upload", {"text": "no transcript"})
    assert actions() == ["upload"]


def test_a_picture_taken_out_and_brought_back_is_in_it(alice_client: Client) -> None:
    image = make_image()
    for do in ("hide", "show", "trash", "restore", "restore"):
        alice_client.post(f"/images/{image.pk}/shelf", {"do": do})
    assert actions() == ["hide", "show", "trash", "restore"]
    assert set(AuditEntry.objects.values_list("object_id", flat=True)) == {str(image.pk)}


def test_many_pictures_at_once_are_one_entry_with_their_keys(alice_client: Client) -> None:
    images = [make_image() for _ in range(3)]
    keys = ",".join(str(image.pk) for image in images)
    alice_client.post("/selection/apply", {"do": "trash", "images": keys})
    [entry] = AuditEntry.objects.all()
    assert entry.details["count"] == 3
    assert set(entry.details["images"]) == {str(image.pk) for image in images}


def test_of_very_many_a_hundred_are_named(alice: User) -> None:
    audit.record_pictures(Action.HIDE, alice, list(range(1, 501)), count=500)
    [entry] = AuditEntry.objects.all()
    assert (entry.details["count"], len(entry.details["images"])) == (500, 100)


def test_what_is_done_in_the_admin_is_in_it(charlie_client: Client) -> None:
    image = make_image()
    charlie_client.post(
        "/admin/gallery/image/", {"action": "hide", "_selected_action": [image.pk], "index": 0}
    )
    assert actions() == ["hide"]


def test_newest_first_a_page_at_a_time(charlie_client: Client) -> None:
    put(PAGE_SIZE + 2)
    first = charlie_client.get("/audit")
    assert len(said(first)) == PAGE_SIZE
    assert f"file {PAGE_SIZE + 1}" in said(first)[0]
    second = charlie_client.get(parsed(first).select_one("a[rel=next]")["href"])
    assert [row.rpartition("file ")[2][0] for row in said(second)] == ["1", "0"]


def test_it_can_be_narrowed_to_a_person_an_action_and_a_day(
    charlie_client: Client, alice: User, bob: User
) -> None:
    put(1, actor=alice, action=Action.HIDE)
    put(1, actor=alice)
    put(1, actor=bob)
    put(1)
    today = datetime.now(tz=UTC).date()
    assert len(said(charlie_client.get("/audit", {"person": "alice"}))) == 2
    assert len(said(charlie_client.get("/audit", {"person": "alice", "action": "hide"}))) == 1
    assert len(said(charlie_client.get("/audit", {"person": "(nobody)"}))) == 1
    assert len(said(charlie_client.get("/audit", {"day": today.isoformat()}))) == 4
    assert said(charlie_client.get("/audit", {"day": "2026-01-01"})) == []


def test_pages_of_one_day_follow_each_other(charlie_client: Client) -> None:
    put(PAGE_SIZE + 1)
    first = charlie_client.get("/audit", {"day": datetime.now(tz=UTC).date().isoformat()})
    second = charlie_client.get(parsed(first).select_one("a[rel=next]")["href"])
    assert len(said(second)) == 1


def test_somebody_who_has_left_is_still_named(charlie_client: Client) -> None:
    gone = make_user(username="greta")
    put(2, actor=gone)
    gone.delete()
    assert len(said(charlie_client.get("/audit", {"person": "greta"}))) == 2
    assert "greta" in said(charlie_client.get("/audit"))[0]


@pytest.mark.parametrize(
    "query",
    ["day=yesterday", "day=9999-12-31", "day=0001-01-01", "action=dance", "day=2026-02-30"],
)
def test_a_filter_that_is_none_is_said_and_left_out(charlie_client: Client, query: str) -> None:
    put(1)
    answer = charlie_client.get(f"/audit?{query}")
    assert answer.status_code in {200, 422}
    if answer.status_code == 422:
        assert parsed(answer).select("[role=alert]")
        assert charlie_client.get(f"/audit.csv?{query}").status_code == 422


@pytest.mark.parametrize("query", ["before=x", "before=99999999999999999999", "person=%00", "before=-1"])
def test_nothing_in_an_address_breaks_it(charlie_client: Client, query: str) -> None:
    assert charlie_client.get(f"/audit?{query}").status_code == 200


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_or_restored_it_is_a_whole_page(charlie_client: Client, header: str) -> None:
    assert is_whole_page(charlie_client.get("/audit", headers={"HX-Request": "true", header: "true"}))


def test_a_hundred_more_entries_take_no_more_queries(charlie_client: Client, alice: User) -> None:
    counts = []
    for more in (1, 100):
        put(more, actor=alice)
        with CaptureQueriesContext(connection) as captured:
            charlie_client.get("/audit")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 4


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_what_is_shown_can_be_taken_along_as_a_table(charlie_client: Client, alice: User, bob: User) -> None:
    put(PAGE_SIZE * 2, actor=alice)
    put(1, actor=bob)
    answer = charlie_client.get("/audit.csv", {"person": "alice"})
    head, *rows = rows_of(answer)
    assert head[:3] == ["time (UTC)", "person", "action"]
    assert len(rows) == PAGE_SIZE * 2
    assert 'filename="audit-alice.csv"' in answer["Content-Disposition"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_table_is_a_formula(charlie_client: Client, name: str) -> None:
    audit.record(Action.UPLOAD, None, name=name)
    _, row = rows_of(charlie_client.get("/audit.csv"))
    assert row[5].startswith("'")


def test_names_are_text(charlie_client: Client) -> None:
    audit.record(Action.UPLOAD, None, name="<script>alert(1)</script>")
    assert "<script>alert" not in charlie_client.get("/audit").content.decode()


def test_entries_are_never_changed_or_deleted(db: None) -> None:
    put(1)
    entry = AuditEntry.objects.get()
    for act in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="sign-in"),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
    ):
        with pytest.raises(AppendOnly), transaction.atomic():
            act()
    assert actions() == ["upload"]


def test_not_even_in_the_admin(charlie_client: Client) -> None:
    put(1)
    key = AuditEntry.objects.get().pk
    page = f"/admin/gallery/auditentry/{key}"
    assert charlie_client.get("/admin/gallery/auditentry/").status_code == 200
    assert charlie_client.get(f"{page}/change/").status_code == 200
    assert charlie_client.post(f"{page}/change/", {"action": "sign-in"}).status_code == 403
    assert charlie_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
    charlie_client.post("/admin/gallery/auditentry/", sent)
    assert actions() == ["upload"]
