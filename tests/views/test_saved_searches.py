"""Searches under a name: kept, opened, renamed, shared, deleted; by plain forms and by script."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import saved_searches
from gallery.filters import read_filters
from gallery.models import SavedSearch
from tests.factories import make_image, make_user
from tests.html import is_whole_page, link, parsed, visible_prompts, words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
LIST = "/saved-searches"
NEW = "/saved-searches/new"


def save(owner: Any, name: str, *, query: str = "heron", is_shared: bool = False) -> SavedSearch:
    filters = read_filters({"q": query}, user_id=None)
    return saved_searches.save(owner.pk, filters, name=name, is_shared=is_shared)


def change(client: Client, search: SavedSearch, do: str, **more: str) -> Any:
    return client.post(f"{LIST}/{search.pk}", {"do": do, **more})


def rows(answer: Any) -> list[str]:
    """The names on the page, in order."""
    return [row.select_one("a bdi").get_text() for row in parsed(answer).select(".saved > li")]


def test_query_order_and_layout_are_kept_and_opened_by_a_plain_link(alice_client: Client) -> None:
    make_image(prompt="A blue heron")
    make_image(prompt="A crane")
    values = {"q": "heron quality:high", "sort": "oldest", "layout": "table", "name": "  Blue \n birds "}
    answer = alice_client.post(NEW, values)
    address = "/?q=heron+quality%3Ahigh&sort=oldest&layout=table"
    assert answer.headers["Location"] == address
    assert "Saved as" in words(alice_client.get(address))
    assert link(alice_client.get(LIST), "Blue birds") == address
    opened = alice_client.get(address)
    assert visible_prompts(opened) == ["A blue heron"]
    assert parsed(opened).select_one("#image-results.is-table")


def test_search_is_saved_with_its_repeats_apart(alice_client: Client) -> None:
    for _ in range(2):
        make_image(prompt="A blue heron")
    menu = alice_client.get(f"{LIST}?stacks=off", headers=HTMX)
    values = {field["name"]: field.get("value", "") for field in parsed(menu).select(".save-form [name]")}
    answer = alice_client.post(NEW, {**values, "name": "One by one"})
    assert answer.headers["Location"] == "/?stacks=off"
    assert len(visible_prompts(alice_client.get("/?stacks=off"))) == 2
    assert link(alice_client.get(LIST), "One by one") == "/?stacks=off"
    assert "Not folded" in words(alice_client.get(LIST))


def test_script_gets_the_menu_with_what_was_saved(alice_client: Client) -> None:
    menu = alice_client.get(f"{LIST}?q=heron", headers=HTMX)
    assert not is_whole_page(menu)
    assert "No saved searches yet" in words(menu)
    assert parsed(menu).select_one("form [name=q]")["value"] == "heron"
    answer = alice_client.post(NEW, {"q": "heron", "name": "Birds", "shared": "on"}, headers=HTMX)
    assert not is_whole_page(answer)
    assert parsed(answer).select_one("[data-said]")
    assert parsed(answer).select_one("li a")["href"] == "/?q=heron"
    assert SavedSearch.objects.get().is_shared


@pytest.mark.parametrize("headers", [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}, {}])
def test_boosted_links_and_going_back_get_the_whole_page(
    alice_client: Client, headers: dict[str, str]
) -> None:
    answer = alice_client.get(LIST, headers={**headers, "HX-Request": "true"} if headers else {})
    assert is_whole_page(answer)
    assert "HX-Request" in answer.headers["Vary"]


def test_box_leads_to_saving_what_it_shows_without_script(alice_client: Client) -> None:
    make_image(prompt="A heron")
    page = alice_client.get("/?q=heron&sort=oldest")
    address = parsed(page).select_one("[data-saved] a")["href"]
    form = parsed(alice_client.get(address)).select_one(".save-form")
    assert form.select_one("[name=q]")["value"] == "heron"
    assert form.select_one("[name=sort]")["value"] == "oldest"


def test_name_that_is_taken_is_said_and_can_be_replaced(alice_client: Client, alice: Any) -> None:
    save(alice, "Birds", query="heron")
    again = {"q": "crane", "name": "Birds"}
    answer = alice_client.post(NEW, again)
    assert answer.status_code == 422
    assert "You have a search called" in parsed(answer).select_one("[role=alert]").get_text()
    assert parsed(answer).select_one("#save-name")["value"] == "Birds"
    assert SavedSearch.objects.get().query == "heron"
    replacing = parsed(answer).select_one("button[name=replace]")
    alice_client.post(NEW, {**again, "replace": replacing["value"]})
    assert SavedSearch.objects.get().query == "crane"


def test_two_people_may_use_one_name(alice_client: Client, bob: Any) -> None:
    save(bob, "Birds")
    assert alice_client.post(NEW, {"q": "crane", "name": "Birds"}).status_code == 302


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"q": "x", "name": ""}, "needs a name"),
        ({"q": "x"}, "needs a name"),
        ({"q": "x", "name": "\0 \u200b\u202e"}, "needs a name"),
        ({"q": "x", "name": "n" * 81}, "at most 80 characters"),
        ({"q": "x", "name": "n" * 100_000}, "at most 80 characters"),
        ({"q": "  ", "name": "all"}, "nothing to save yet"),
        ({"name": "all", "sort": "newest", "layout": "zzz"}, "nothing to save yet"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_cannot_be_saved_is_said(
    alice_client: Client, values: dict[str, str], sentence: str, headers: dict[str, str]
) -> None:
    answer = alice_client.post(NEW, values, headers=headers)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert not SavedSearch.objects.exists()


def test_list_says_when_it_is_full(alice_client: Client, alice: Any, bob: Any) -> None:
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=alice, name=f"search {number}", query="x") for number in range(200)
    )
    assert "You have 200 saved searches" in words(alice_client.get(LIST))
    answer = alice_client.post(NEW, {"q": "x", "name": "one more"})
    assert answer.status_code == 422
    assert "Delete one first" in words(answer)
    assert alice_client.post(NEW, {"q": "y", "name": "search 7", "replace": "on"}).status_code == 302


def test_renamed(alice_client: Client, alice: Any) -> None:
    search = save(alice, "Birds")
    answer = change(alice_client, search, "rename", name="Herons")
    assert answer.headers["Location"] == LIST
    page = alice_client.get(LIST)
    assert rows(page) == ["Herons"]
    assert "is now called" in words(page)


@pytest.mark.parametrize(("name", "sentence"), [("Taken", "called"), ("", "needs a name")])
def test_bad_new_name_is_said_and_the_old_one_stays(
    alice_client: Client, alice: Any, name: str, sentence: str
) -> None:
    save(alice, "Taken")
    search = save(alice, "Birds")
    answer = change(alice_client, search, "rename", name=name)
    assert answer.status_code == 422
    assert sentence in parsed(answer).select_one("[role=alert]").get_text()
    search.refresh_from_db()
    assert search.name == "Birds"


def test_shared_search_shows_teammates_by_whom(alice_client: Client, bob_client: Client, alice: Any) -> None:
    search = save(alice, "Birds")
    assert rows(bob_client.get(LIST)) == []
    change(alice_client, search, "share")
    page = bob_client.get(LIST)
    assert rows(page) == ["Birds"]
    assert "shared by alice" in words(page)
    assert not parsed(page).select(".saved form")
    assert "by alice" in words(bob_client.get(LIST, headers=HTMX))
    change(alice_client, search, "unshare")
    assert rows(bob_client.get(LIST)) == []


def test_deleted_search_can_be_saved_again_at_once(alice_client: Client, alice: Any) -> None:
    search = save(alice, "Birds & bees", query="heron|bee", is_shared=True)
    answer = change(alice_client, search, "delete")
    assert not SavedSearch.objects.exists()
    page = alice_client.get(answer.headers["Location"])
    assert "is deleted" in words(page)
    form = parsed(page).select_one(".save-form")
    values = {field["name"]: field["value"] for field in form.select("input[name]")}
    alice_client.post(NEW, values)
    again = SavedSearch.objects.get()
    assert (again.name, again.query, again.is_shared) == ("Birds & bees", "heron|bee", True)


def test_deleted_search_that_no_address_can_hold_can_be_saved_again_too(
    alice_client: Client, alice: Any
) -> None:
    search = save(alice, "Birds", query="蓝" * 1_000)
    page = change(alice_client, search, "delete")
    assert "is deleted" in words(page)
    assert parsed(page).select_one(".save-form [name=q]")["value"] == "蓝" * 1_000


@pytest.mark.parametrize("do", ["rename", "share", "unshare", "delete", "", "explode"])
def test_private_search_of_another_is_not_there(bob_client: Client, alice: Any, do: str) -> None:
    search = save(alice, "Birds")
    assert change(bob_client, search, do, name="x").status_code == 404
    assert change(bob_client, search, do, name="x").content.find(b"Birds") == -1
    assert list(SavedSearch.objects.values_list("name", "is_shared")) == [("Birds", False)]


def test_private_search_of_another_is_not_there_for_staff_either(charlie_client: Client, alice: Any) -> None:
    assert change(charlie_client, save(alice, "Birds"), "delete").status_code == 404


@pytest.mark.parametrize("do", ["rename", "share", "unshare", "delete"])
def test_shared_search_of_another_stays_as_it_is(bob_client: Client, alice: Any, do: str) -> None:
    search = save(alice, "Birds", is_shared=True)
    answer = change(bob_client, search, do, name="x")
    assert answer.status_code == 403
    assert "Only alice can change" in words(answer)
    assert list(SavedSearch.objects.values_list("name", "is_shared")) == [("Birds", True)]


def test_staff_may_delete_what_is_shared_and_nothing_else_to_it(charlie_client: Client, alice: Any) -> None:
    search = save(alice, "Birds", is_shared=True)
    assert change(charlie_client, search, "rename", name="x").status_code == 403
    assert parsed(charlie_client.get(LIST)).select(".saved button[value=delete]")
    assert change(charlie_client, search, "delete").status_code == 302
    assert not SavedSearch.objects.exists()


def test_what_makes_no_sense_is_said(alice_client: Client, alice: Any) -> None:
    answer = change(alice_client, save(alice, "Birds"), "explode")
    assert answer.status_code == 422
    assert "nothing of that kind" in words(answer)


@pytest.mark.parametrize("number", [77, 2**63 - 1, 2**80])
def test_search_that_was_never_there_is_not_found(alice_client: Client, number: int) -> None:
    assert alice_client.post(f"{LIST}/{number}", {"do": "delete"}).status_code == 404


def test_looking_changes_nothing(alice_client: Client, alice: Any) -> None:
    search = save(alice, "Birds")
    assert alice_client.get(f"{LIST}/{search.pk}?do=delete").status_code == 405
    assert alice_client.get(f"{NEW}?q=x&name=y").status_code == 405


def test_signed_out_reader_sees_and_changes_nothing(client: Client, alice: Any) -> None:
    search = save(alice, "Birds", is_shared=True)
    assert client.get(LIST).status_code == 302
    assert client.post(NEW, {"q": "x", "name": "y"}).status_code == 302
    assert change(client, search, "delete").status_code == 302
    assert SavedSearch.objects.count() == 1


def test_forms_without_their_token_are_refused(alice: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(NEW, {"q": "x", "name": "y"}).status_code == 403
    assert not SavedSearch.objects.exists()


def test_others_searches_go_on_from_page_to_page(alice_client: Client, bob: Any) -> None:
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=bob, name=f"search {number:03}", query="x", is_shared=True) for number in range(203)
    )
    first = alice_client.get(LIST)
    second = alice_client.get(link(first, "More shared searches"))
    assert len(rows(first)) == 200
    assert rows(second) == ["search 200", "search 201", "search 202"]


@pytest.mark.parametrize("after", ["\0", "x", "-1", "9" * 40, "٣", "77"])
def test_place_that_is_none_gives_the_beginning(alice_client: Client, bob: Any, after: str) -> None:
    save(bob, "Birds", is_shared=True)
    assert rows(alice_client.get(LIST, {"after": after})) == ["Birds"]


def test_empty_page_says_what_to_do(alice_client: Client) -> None:
    assert "None yet" in words(alice_client.get(LIST))


@pytest.mark.parametrize(
    "text", ["<b>x</b>", '"><script>alert(1)</script>', "\N{RIGHT-TO-LEFT OVERRIDE}evil", "👩‍🚀 蓝色 Ψ"]
)
def test_names_and_queries_are_inert(alice_client: Client, text: str) -> None:
    alice_client.post(NEW, {"q": text, "name": text})
    for headers in ({}, HTMX):
        page = alice_client.get(LIST, {"q": text, "deleted": text}, headers=headers)
        assert text in parsed(page).get_text()
        assert not parsed(page).select("main script, main b b, .saved-menu b")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=90), query=st.text(max_size=90))
def test_any_form_gets_an_answer(alice_client: Client, name: str, query: str) -> None:
    values = {"name": name.encode(errors="replace"), "q": query.encode(errors="replace"), "replace": "on"}
    assert alice_client.post(NEW, values).status_code in {302, 422}
    assert alice_client.get(LIST, values).status_code == 200


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_list_costs_the_same_with_more_searches(
    alice_client: Client, alice: Any, headers: dict[str, str]
) -> None:
    def cost() -> int:
        alice_client.get(LIST, headers=headers)
        with CaptureQueriesContext(connection) as captured:
            alice_client.get(LIST, headers=headers)
        return len(captured)

    save(alice, "first")
    save(make_user(), "first", is_shared=True)
    before = cost()
    assert before <= 4
    for number in range(100):
        save(alice, f"search {number}")
        save(make_user(), f"search {number}", is_shared=True)
    assert cost() == before
