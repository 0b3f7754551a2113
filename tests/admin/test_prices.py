"""Prices in the admin: added and retired by hand, applied to pictures only when asked to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import repricing
from gallery.admin import prices
from gallery.models import AuditEntry, Image, Price, Response
from tests.admin.archive import act, add_url, list_url, one, page_url, parsed, said
from tests.factories import make_image, make_response, make_user

NEW = {
    "kind": "image",
    "name": "gpt-image-3",
    "valid_from": "2026-11-01",
    "text_in_usd": "5",
    "image_out_usd": "25.5",
    "picture_tokens": "{}",
    "source": "https://example.com/pricing",
    "note": "",
}
USED = {
    "image_input_tokens": 49,
    "image_input_text_tokens": 49,
    "image_output_tokens": 196,
    "image_output_image_tokens": 196,
}


def seeded() -> Price:
    return Price.objects.get(name="gpt-image-2")


def used_picture() -> Image:
    """With usage, and no cost yet."""
    return make_image(response=make_response(**USED))


def cost_of(image: Image) -> Decimal | None:
    return Image.objects.get(pk=image.pk).cost_usd


def words(response: Any) -> str:
    return " ".join(str(response.content.decode()).split())


def errors(response: Any) -> str:
    assert response.status_code == 200
    form = response.context["adminform"].form
    return " ".join(str(message) for messages in form.errors.values() for message in messages)


def test_a_price_is_added(charlie_client: Client) -> None:
    assert charlie_client.post(add_url(Price), NEW).status_code == 302
    price = Price.objects.get(name="gpt-image-3")
    assert (price.valid_from, price.image_out_usd, price.text_out_usd) == (
        date(2026, 11, 1),
        Decimal("25.5"),
        None,
    )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "*"}, "Give a model's name"),
        ({"name": "gpt-*-image"}, "Give a model's name"),
        ({"name": "gpt image"}, "Give a model's name"),
        ({"name": ""}, "This field is required"),
        ({"source": ""}, "This field is required"),
        ({"text_in_usd": "-1"}, "A price is not negative"),
        ({"text_in_usd": "1e99"}, "no more than"),
        ({"text_in_usd": "NaN"}, "Enter a number"),
        ({"text_in_usd": "", "image_out_usd": ""}, "Give at least one price"),
        ({"kind": "chat"}, "A chat model has no image tokens"),
        ({"picture_tokens": '{"big": {"low": 1}}'}, "Give whole numbers of tokens"),
        ({"picture_tokens": '{"1024x1024": {"low": -1}}'}, "Give whole numbers of tokens"),
        ({"picture_tokens": "[1]"}, "Give whole numbers of tokens"),
        ({"picture_tokens": "{"}, "Enter a valid JSON"),
        ({"valid_from": "soon"}, "Enter a valid date"),
        ({"name": "gpt-image-2", "valid_from": ""}, "has a price from"),
    ],
)
def test_a_price_that_cannot_be_is_not_added(
    charlie_client: Client, change: dict[str, str], error: str
) -> None:
    before = Price.objects.count()
    assert error in errors(charlie_client.post(add_url(Price), NEW | change))
    assert Price.objects.count() == before


def test_a_price_that_is_there_already_is_said_once(charlie_client: Client) -> None:
    charlie_client.post(add_url(Price), NEW)
    said = errors(charlie_client.post(add_url(Price), NEW))
    assert said.count("This model has a price from this day on already.") == 1


def test_adding_a_price_changes_no_cost(charlie_client: Client) -> None:
    image = used_picture()
    list(repricing.reprice())
    charlie_client.post(add_url(Price), NEW | {"name": "gpt-image-2", "valid_from": "2026-01-01"})
    assert cost_of(image) == Decimal("0.006125")


def test_the_page_says_so_and_names_the_command(charlie_client: Client) -> None:
    for url in (add_url(Price), page_url(seeded())):
        text = parsed(charlie_client, url).get_text()
        assert "Saving changes no cost that a picture has" in text
        assert "manage.py reprice" in text


def test_a_price_is_retired_and_nothing_else_of_it_changes(charlie_client: Client) -> None:
    price = seeded()
    charlie_client.post(page_url(price), NEW | {"is_retired": "on", "note": "wrong", "image_out_usd": "1"})
    price.refresh_from_db()
    assert (price.is_retired, price.note, price.name, price.image_out_usd) == (
        True,
        "wrong",
        "gpt-image-2",
        Decimal(30),
    )


def test_a_retired_price_does_not_come_back_beside_its_successor(charlie_client: Client) -> None:
    price = seeded()
    Price.objects.filter(pk=price.pk).update(is_retired=True)
    Price.objects.create(kind="image", name="gpt-image-2", image_out_usd=31, source="the test")
    assert "has a price from" in errors(charlie_client.post(page_url(price), {"note": ""}))


def test_no_price_can_be_deleted(charlie_client: Client) -> None:
    price = seeded()
    assert (
        charlie_client.post(page_url(price).replace("/change/", "/delete/"), {"post": "yes"}).status_code
        == 403
    )
    assert Price.objects.filter(pk=price.pk).exists()


def test_the_list_shows_rates(charlie_client: Client) -> None:
    row = one(parsed(charlie_client, list_url(Price, "?q=gpt-image-2")), "#result_list tbody")
    assert "$30" in row.get_text()


def test_a_list_of_more_prices_takes_no_more_queries(charlie_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            charlie_client.get(list_url(Price))
        return len(captured)

    few = queries()
    for number in range(40):
        Price.objects.create(kind="image", name=f"model-{number}", image_out_usd=1, source="the test")
    assert queries() == few


def test_repricing_first_says_what_would_change(charlie_client: Client) -> None:
    image = used_picture()
    answer = act(charlie_client, "reprice_pictures", seeded())
    assert "1 looked at, 1 would change." in words(answer)
    assert "Reprice them" in words(answer)
    assert cost_of(image) is None


def test_repricing_then_changes_it_and_stands_in_the_history(charlie_client: Client) -> None:
    image, price = used_picture(), seeded()
    asked = {
        "action": "reprice_pictures",
        "index": "0",
        "apply": "yes",
        "after": "0",
        "_selected_action": [price.pk],
    }
    answer = charlie_client.post(list_url(Price), asked)
    assert "1 looked at, 1 changed." in words(answer)
    assert cost_of(image) == Decimal("0.006125")
    assert "Repriced 1" in LogEntry.objects.get(object_id=str(price.pk)).get_change_message()


def test_repricing_begins_at_the_day_of_the_price(charlie_client: Client) -> None:
    used_picture()
    price = seeded()
    price.pk, price.valid_from = None, date(2027, 1, 1)
    price.save()
    assert "0 looked at, 0 would change." in words(act(charlie_client, "reprice_pictures", price))


def test_repricing_goes_on_where_it_stopped(charlie_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repricing, "CHUNK", 1)
    monkeypatch.setattr(prices, "PARTS_AT_ONCE", 2)
    images = [used_picture() for _ in range(3)]
    page: Any = act(charlie_client, "reprice_pictures", seeded())
    done = []
    for _ in range(2):
        form = BeautifulSoup(page.content, "html.parser").select_one("#content-main form")
        assert form is not None
        fields = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
        page = charlie_client.post(list_url(Price), fields)
        done.append(sum(cost_of(image) is not None for image in images))
    assert done == [2, 3]


@pytest.mark.parametrize("after", ["-1", "x", "9" * 19, "9" * 40, "\N{SUPERSCRIPT TWO}"])
def test_a_nonsensical_place_to_go_on_from_does_no_harm(charlie_client: Client, after: str) -> None:
    asked = {"action": "reprice_pictures", "index": "0", "after": after, "_selected_action": [seeded().pk]}
    assert charlie_client.post(list_url(Price), asked).status_code == 200


def test_what_chat_models_cost_is_repriced_too_and_of_no_other_model(
    charlie_client: Client, charlie: User
) -> None:
    usage = {"input_tokens": 1_000_000, "cached_tokens": 0, "output_tokens": 0}
    response, other = (make_response(model=model, **usage) for model in ("gpt-5", "gpt-4.1"))
    Response.objects.update(chat_cost_usd=None, chat_price=None)
    price = Price.objects.get(kind="chat", name="gpt-5")
    answer = act(charlie_client, "reprice_pictures", price)
    assert "1 looked at, 1 would change." in words(answer)
    assert "Chat model" in words(answer)
    asked = {"action": "reprice_pictures", "index": "0", "apply": "yes", "_selected_action": [price.pk]}
    assert "1 looked at, 1 changed." in words(charlie_client.post(list_url(Price), asked))
    response.refresh_from_db()
    other.refresh_from_db()
    assert (response.chat_cost_usd, other.chat_cost_usd) == (price.text_in_usd, None)
    (entry,) = entries()
    assert (entry.actor, entry.object_name, entry.details["responses"]) == (charlie, "gpt-5", 1)


def test_pictures_and_chat_models_are_not_repriced_together(charlie_client: Client) -> None:
    chat = Price.objects.get(kind="chat", name="gpt-5")
    [message] = said(act(charlie_client, "reprice_pictures", seeded(), chat))
    assert message.startswith("Choose prices of image models or of chat models")


def test_staff_who_may_only_view_cannot_reprice(db: None, client_of: Callable[[Any], Client]) -> None:
    dana = make_user(username="dana", is_staff=True)
    dana.user_permissions.add(Permission.objects.get(codename="view_price"))
    image = used_picture()
    client = client_of(dana)
    asked = {"action": "reprice_pictures", "index": "0", "apply": "yes", "_selected_action": [seeded().pk]}
    client.post(list_url(Price), asked)
    assert client.get(add_url(Price)).status_code == 403
    assert cost_of(image) is None


def entries() -> list[AuditEntry]:
    return list(AuditEntry.objects.order_by("pk"))


def test_the_audit_says_who_added_a_price_and_what_it_was_before(
    charlie_client: Client, charlie: User
) -> None:
    sent = NEW | {"name": "gpt-image-2", "text_in_usd": "5", "image_in_usd": "8"}
    charlie_client.post(add_url(Price), sent)
    (entry,) = entries()
    assert (entry.action, entry.actor, entry.object_name) == (
        "price-added",
        charlie,
        "gpt-image-2 from 2026-11-01",
    )
    assert entry.address == "127.0.0.1"
    assert entry.details["from"] == "2026-11-01"
    assert entry.details["text in"] == "$5"
    assert entry.details["image out"] == "$30 → $25.5"
    assert entry.details["cached text in"].endswith(" → none")


def test_a_models_first_price_was_none_before(charlie_client: Client) -> None:
    charlie_client.post(add_url(Price), NEW | {"valid_from": ""})
    (entry,) = entries()
    assert entry.details["from"] == "the first day"
    assert entry.details["image out"] == "$25.5"
    assert "cached text in" not in entry.details


def test_the_audit_says_who_retired_a_price_brought_it_back_and_changed_its_note(
    charlie_client: Client, charlie: User
) -> None:
    price = seeded()
    Price.objects.update(note="seen")
    charlie_client.post(page_url(price), {"is_retired": "on", "note": "seen"})
    charlie_client.post(page_url(price), {"note": "seen"})
    charlie_client.post(page_url(price), {"note": "checked"})
    charlie_client.post(page_url(price), {"note": "checked"})
    assert [(entry.action, entry.details) for entry in entries()] == [
        ("price-retired", {"retired": "no → yes"}),
        ("price-changed", {"retired": "yes → no"}),
        ("price-changed", {"note": "“seen” → “checked”"}),
    ]
    assert {(entry.actor, entry.object_id) for entry in entries()} == {(charlie, str(price.pk))}


def test_the_audit_leads_to_the_price(charlie_client: Client) -> None:
    price = seeded()
    charlie_client.post(page_url(price), {"is_retired": "on", "note": ""})
    page = parsed(charlie_client, "/audit")
    assert one(page, f'a[href="{page_url(price)}"]').get_text() == str(price)
    assert "price retired" in page.get_text()


def test_the_audit_says_how_many_costs_were_changed_once_they_are(
    charlie_client: Client, charlie: User
) -> None:
    used_picture()
    act(charlie_client, "reprice_pictures", seeded())
    assert entries() == []
    asked = {"action": "reprice_pictures", "index": "0", "apply": "yes", "_selected_action": [seeded().pk]}
    charlie_client.post(list_url(Price), asked)
    (entry,) = entries()
    assert (entry.action, entry.actor, entry.object_name) == ("repriced", charlie, "gpt-image-2")
    assert entry.details["pictures"] == 1
