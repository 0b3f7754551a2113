"""`manage.py reprice`: costs change only there, and it says which."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gallery import repricing, tallying
from gallery.filters import read_filters
from gallery.listing import page_of
from gallery.models import AuditEntry, Image, Price
from tests.factories import make_image, make_response

pytestmark = pytest.mark.django_db
USED = {
    "image_input_tokens": 49,
    "image_input_text_tokens": 49,
    "image_input_image_tokens": 0,
    "image_output_tokens": 196,
    "image_output_image_tokens": 196,
    "image_output_text_tokens": 0,
}


def said(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("reprice", *arguments, stdout=out)
    return out.getvalue().splitlines()


def made(day: date = date(2026, 5, 15), **fields: Any) -> Image:
    """A picture with usage and no cost, as if its price had not been known when it came."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    response = make_response(created_at=moment, **(USED | fields))
    return make_image(response=response, generated_at=moment)


def cost_of(image: Image) -> Decimal | None:
    return Image.objects.get(pk=image.pk).cost_usd


def dearer(valid_from: date) -> Price:
    return Price.objects.create(
        kind="image",
        name="gpt-image-2",
        valid_from=valid_from,
        text_in_usd=5,
        image_out_usd=60,
        source="the test",
    )


def test_costs_that_have_become_known_are_filled_in():
    image = made()
    assert said() == ["gpt-image-2: 1 picture, unknown -> $0.006125", "1 looked at, 1 changed."]
    assert cost_of(image) == Decimal("0.006125")


def test_what_has_become_known_is_found():
    image = made()
    said()
    found = page_of(read_filters({"q": "has:cost"}, user_id=None), cursor=None, limit=9).ids
    assert list(found) == [image.pk]


def test_a_dry_run_changes_nothing():
    image = made()
    assert said("--dry-run")[-1] == "1 looked at, 1 would change."
    assert cost_of(image) is None


def test_a_second_run_has_nothing_to_change():
    made()
    said()
    assert said() == ["1 looked at, 0 changed."]


def test_a_new_price_changes_pictures_from_its_day_on_and_remembers_it():
    before, after = made(date(2026, 6, 30)), made(date(2026, 7, 1))
    said()
    price = dearer(date(2026, 7, 1))
    assert said()[0] == "gpt-image-2: 1 picture, $0.006125 -> $0.012005"
    assert (cost_of(before), cost_of(after)) == (Decimal("0.006125"), Decimal("0.012005"))
    assert Image.objects.get(pk=after.pk).price == price


def test_since_leaves_earlier_pictures_alone():
    before, after = made(date(2026, 6, 30)), made(date(2026, 7, 1))
    assert said("--since", "2026-07-01")[-1] == "1 looked at, 1 changed."
    assert (cost_of(before), cost_of(after)) == (None, Decimal("0.006125"))


def test_a_cost_whose_price_is_gone_becomes_unknown_and_says_so():
    image = made()
    said()
    Price.objects.filter(name="gpt-image-2").update(is_retired=True)
    assert said()[0] == "gpt-image-2: 1 picture, $0.006125 -> unknown"
    assert cost_of(image) is None


def test_each_picture_is_named_if_asked():
    image = made()
    assert said("--verbosity", "2")[0] == f"picture {image.pk}: unknown -> $0.006125"


def test_pictures_of_one_response_share_its_usage():
    response = made().response
    make_image(response=response)
    assert said()[0] == "gpt-image-2: 2 pictures, unknown -> $0.006125"
    assert set(Image.objects.values_list("cost_share", flat=True)) == {2}


def test_long_archives_are_done_part_by_part(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(repricing, "CHUNK", 2)
    images = [made() for _ in range(5)]
    parts = list(repricing.reprice())
    assert [part.count for part in parts] == [2, 2, 1]
    assert {cost_of(image) for image in images} == {Decimal("0.006125")}


def test_named_prices_concern_their_models_alone():
    image, other = made(), made(image_model="gpt-image-2.5-flare")
    parts = list(repricing.reprice(names=["gpt-image-2"]))
    assert [change.image_id for part in parts for change in part.changes] == [image.pk]
    assert cost_of(other) is None


def test_a_wrong_date_is_said():
    with pytest.raises(CommandError, match="'yesterday' is not a date such as 2026-05-15"):
        said("--since", "yesterday")


def test_what_chat_models_cost_is_reckoned_anew_too():
    moment = datetime(2026, 5, 15, 12, tzinfo=UTC)
    response = make_response(created_at=moment, model="gpt-new", input_tokens=1_000_000, output_tokens=0)
    Price.objects.create(kind="chat", name="gpt-new", text_in_usd=2, text_out_usd=9, source="the test")
    assert said("--dry-run")[0] == "chat model gpt-new: 1 response, unknown -> $2"
    assert said("--since", "2026-05-16") == ["0 looked at, 0 changed."]
    assert said()[0] == "chat model gpt-new: 1 response, unknown -> $2"
    response.refresh_from_db()
    assert response.chat_cost_usd == 2
    assert tallying.is_right()
    assert said() == ["0 looked at, 0 changed."]


def test_the_audit_says_how_many_costs_were_changed_and_nothing_of_a_dry_run():
    made()
    said("--dry-run")
    assert not AuditEntry.objects.exists()
    said("--since", "2026-01-01")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.object_name) == ("repriced", None, "all models")
    assert entry.details == {"pictures": 1, "responses": 0, "from": "2026-01-01"}


def test_the_audit_says_what_was_changed_before_it_was_stopped(monkeypatch: pytest.MonkeyPatch):
    made()

    def stopped(**_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("gallery.management.commands.reprice.reprice_chat", stopped)
    with pytest.raises(KeyboardInterrupt):
        said()
    assert AuditEntry.objects.get().details["pictures"] == 1
