"""Pictures get their cost in the transaction that writes them, and keep it with the price that it came from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gallery.filters import read_filters
from gallery.ingest import reread_transcript
from gallery.listing import page_of
from gallery.models import Image, Price, Response, Transcript
from tests.ingest.transcripts import Json, as_json, body, image_item, png, stream, upload

EXAMPLES = Path(__file__).parents[1] / "transcripts" / "examples"
pytestmark = pytest.mark.django_db


def used(text_in: int = 49, image_out: int = 196, *, image_in: int = 0, **others: Any) -> Json:
    """The usage of the image tool."""
    figures = {
        "input_tokens": text_in + image_in,
        "input_tokens_details": {"text_tokens": text_in, "image_tokens": image_in},
        "output_tokens": image_out,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": image_out},
        "total_tokens": text_in + image_in + image_out,
    }
    return {"image_gen": figures | others}


def called(*items: Json, model: str | None = "gpt-image-2", **fields: Any) -> Json:
    tool = {"type": "image_generation", "size": "1024x1024"} | ({"model": model} if model else {})
    return body(*items, **({"tools": [tool], "tool_usage": used()} | fields))


def pictures(data: bytes) -> list[Image]:
    report = upload(data)
    return list(Image.objects.filter(pk__in=report.image_ids).order_by("position", "index"))


def costs(data: bytes) -> list[Decimal | None]:
    return [image.cost_usd for image in pictures(data)]


def later_price(*, valid_from: date | None, **fields: Any) -> Price:
    """A price of gpt-image-2 after the one there is."""
    return Price.objects.create(
        kind="image",
        name="gpt-image-2",
        valid_from=valid_from,
        source="the test",
        **({"text_in_usd": Decimal(5), "image_in_usd": Decimal(8), "image_out_usd": Decimal(15)} | fields),
    )


def test_blue_dot_costs_six_tenths_of_a_cent():
    name = next(EXAMPLES.glob("000_*"))
    (image,) = pictures(name.read_bytes())
    assert (image.cost_usd, image.is_cost_estimated, image.cost_rank, image.cost_share) == (
        Decimal("0.006125"),
        False,
        6_125_000,
        1,
    )
    assert image.price is not None
    assert image.price.name == "gpt-image-2"


def test_each_of_the_five_examples_has_the_cost_that_can_be_known():
    told = {path.name[:3]: costs(path.read_bytes()) for path in sorted(EXAMPLES.glob("*.txt"))}
    assert told == {
        "000": [Decimal("0.006125")],
        "001": [None],
        "002": [None],
        "003": [Decimal("0.248320000")],
        "004": [Decimal("0.248320000")],
    }


def test_two_pictures_share_what_their_response_used():
    pair = called(image_item(png()), image_item(png(), id="ig_2", revised_prompt="Another"))
    assert costs(as_json(pair)) == [Decimal("0.0030625")] * 2


def test_a_picture_that_failed_takes_no_share():
    failed = image_item(None, id="ig_2", status="failed", error={"code": "server_error", "message": "No."})
    assert costs(as_json(called(image_item(png()), failed))) == [Decimal("0.006125"), None]


def test_a_picture_whose_bytes_were_left_out_takes_its_share():
    redacted = image_item(None, id="ig_2", revised_prompt="Another")
    assert costs(as_json(called(image_item(png()), redacted))) == [Decimal("0.0030625")] * 2


def test_a_refused_picture_has_no_cost():
    refused = image_item(None, status="failed", error={"code": "moderation_blocked", "message": "No."})
    assert costs(as_json(called(refused, model="gpt-image-1"))) == [None]


def test_a_failed_picture_is_not_estimated():
    failed = image_item(None, status="failed", error={"code": "server_error", "message": "No."})
    assert costs(as_json(called(failed, model="gpt-image-1", tool_usage=None))) == [None]


def test_without_usage_gpt_image_1_is_estimated_by_size_and_quality():
    (image,) = pictures(as_json(called(image_item(png()), model="gpt-image-1", tool_usage=None)))
    assert (image.cost_usd, image.is_cost_estimated, image.cost_share) == (Decimal("0.1664"), True, None)


def test_streamed_partials_count_in_the_estimate_but_the_finished_picture_does_not():
    picture = png()
    call = called(image_item(picture), model="gpt-image-1", tool_usage=None)
    data = stream(call, partials=[png("red"), png("green"), picture])
    assert costs(data) == [Decimal("0.1744")]  # 4160 and twice 100 tokens


@pytest.mark.parametrize("model", ["gpt-image-2", "dall-e-3", None])
def test_without_usage_no_other_model_is_estimated(model: str | None):
    assert costs(as_json(called(image_item(png()), model=model, tool_usage=None))) == [None]


def test_zeros_are_no_usage():
    nothing = used(0, 0)
    assert costs(as_json(called(image_item(png()), tool_usage=nothing))) == [None]


def test_usage_without_a_known_image_model_has_no_cost():
    assert costs(as_json(called(image_item(png()), model=None))) == [None]


def test_text_that_the_image_model_wrote_has_its_own_rate():
    figures = used(
        100, 1056, output_tokens=1364, output_tokens_details={"image_tokens": 1056, "text_tokens": 308}
    )
    call = called(image_item(png()), model="gpt-image-1.5-2025-12-16", tool_usage=figures)
    assert costs(as_json(call)) == [Decimal("0.037372")]


def test_cached_tokens_are_cheaper():
    figures = used(
        100,
        196,
        cached_tokens=80,
        cached_tokens_details={"cached_text_tokens": 80, "cached_image_tokens": 0},
    )
    assert costs(as_json(called(image_item(png()), tool_usage=figures))) == [Decimal("0.00608")]


def test_what_came_from_a_batch_costs_half():
    line = {
        "id": "batch_req_1",
        "custom_id": "blue-dot",
        "response": {"status_code": 200, "request_id": "req_1", "body": called(image_item(png()))},
        "error": None,
    }
    assert costs(as_json(line)) == [Decimal("0.0030625")]


def test_a_partial_has_no_cost_of_its_own():
    upload(stream(called(image_item(png())), partials=[png("red")]))
    assert Image.objects.get(role="partial").cost_usd is None


def test_a_price_is_for_pictures_from_its_day_on():
    later_price(valid_from=date(2026, 5, 16))  # the day after
    before = costs(as_json(called(image_item(png()))))
    Response.objects.all().delete()
    later_price(valid_from=date(2026, 5, 15))
    on_the_day = costs(as_json(called(image_item(png("red")), id="resp_" + "b" * 48)))
    assert (before, on_the_day) == ([Decimal("0.006125")], [Decimal("0.003185")])


def test_retired_prices_are_not_for_further_pictures():
    Price.objects.filter(name="gpt-image-2").update(is_retired=True)
    assert costs(as_json(called(image_item(png())))) == [None]


def test_reading_again_keeps_a_cost_whatever_prices_have_come_since():
    (image,) = pictures(as_json(called(image_item(png()))))
    later_price(valid_from=date(2026, 1, 1))
    reread_transcript(Transcript.objects.get())
    again = Image.objects.get(pk=image.pk)
    assert (again.cost_usd, again.price_id) == (Decimal("0.006125"), image.price_id)


def test_reading_again_keeps_a_cost_whose_price_has_been_retired():
    (image,) = pictures(as_json(called(image_item(png()))))
    Price.objects.filter(name="gpt-image-2").update(is_retired=True)
    reread_transcript(Transcript.objects.get())
    assert Image.objects.get(pk=image.pk).cost_usd == Decimal("0.006125")


def test_another_form_with_the_usage_gives_the_cost():
    call, picture = called(image_item(png())), png()
    call["output"] = [image_item(picture)]
    upload(as_json(call | {"tool_usage": None}))
    upload(stream(call), name="call.sse")
    assert [image.cost_usd for image in Image.objects.filter(is_card=True)] == [Decimal("0.006125")]


def test_a_cost_that_becomes_known_can_be_searched_for_at_once():
    call = called(image_item(png()))
    upload(as_json(call | {"tool_usage": None}))
    unknown = page_of(read_filters({"q": "has:cost"}, user_id=None), cursor=None, limit=9).ids
    upload(stream(call), name="call.sse")
    known = page_of(read_filters({"q": "has:cost"}, user_id=None), cursor=None, limit=9).ids
    assert (list(unknown), len(known)) == ([], 1)


@pytest.mark.parametrize("tokens", [10**18, 2**63 - 1])
def test_a_usage_beyond_belief_does_no_harm(tokens: int):
    assert costs(as_json(called(image_item(png()), tool_usage=used(tokens, 1)))) == [None]
