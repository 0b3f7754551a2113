"""Usage figures and rates, to the billionth of a dollar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from gallery.pricing.costs import PictureFacts, chat_cost, picture_cost
from gallery.pricing.rates import CostUnknown, Kind, Rates, is_of, rates_of
from gallery.pricing.usage import ChatUsage, ImageUsage

DAY = date(2026, 5, 15)


def rates(name: str, *, key: int = 1, valid_from: date | None = None, **dollars: str) -> Rates:
    return Rates(
        key=key,
        name=name,
        per_million={Kind[kind.upper()]: Decimal(rate) for kind, rate in dollars.items()},
        valid_from=valid_from,
    )


GPT_IMAGE_2 = rates(
    "gpt-image-2", text_in="5", cached_text_in="1.25", image_in="8", cached_image_in="2", image_out="30"
)
GPT_IMAGE_15 = rates(
    "gpt-image-1.5",
    text_in="5",
    cached_text_in="1.25",
    image_in="8",
    cached_image_in="2",
    image_out="32",
    text_out="10",
)
GPT_IMAGE_1 = replace(
    rates("gpt-image-1", text_in="5", image_in="10", image_out="40"),
    picture_tokens={"1024x1024": {"low": 272, "high": 4160}},
)
GPT_5 = rates("gpt-5.4-mini", text_in="0.75", cached_text_in="0.075", text_out="4.5")
BLUE_DOT = ImageUsage(input=49, input_text=49, input_image=0, output=196, output_text=0, output_image=196)


def facts(usage: ImageUsage, *, model: str = "gpt-image-2", share: int = 1, **others: object) -> PictureFacts:
    return replace(PictureFacts(model=model, day=DAY, usage=usage, share=share), **others)  # type: ignore[arg-type]


def dollars(facts_: PictureFacts, *prices: Rates) -> Decimal:
    return picture_cost(facts_, prices or (GPT_IMAGE_2, GPT_IMAGE_15, GPT_IMAGE_1)).dollars


def why_unknown(facts_: PictureFacts, *prices: Rates) -> str:
    with pytest.raises(CostUnknown) as unknown:
        dollars(facts_, *prices)
    return str(unknown.value)


def test_blue_dot_costs_what_its_tokens_cost():
    assert dollars(facts(BLUE_DOT)) == Decimal("0.006125")


def test_each_kind_of_token_has_its_own_rate():
    usage = ImageUsage(
        input=1400,
        input_text=400,
        input_image=1000,
        output=1364,
        output_text=308,
        output_image=1056,
        cached=600,
        cached_text=100,
        cached_image=500,
    )
    cost = picture_cost(facts(usage, model="gpt-image-1.5"), [GPT_IMAGE_15])
    assert {line.kind: (line.tokens, line.dollars) for line in cost.lines} == {
        Kind.TEXT_IN: (300, Decimal("0.0015")),
        Kind.CACHED_TEXT_IN: (100, Decimal("0.000125")),
        Kind.IMAGE_IN: (500, Decimal("0.004")),
        Kind.CACHED_IMAGE_IN: (500, Decimal("0.001")),
        Kind.IMAGE_OUT: (1056, Decimal("0.033792")),
        Kind.TEXT_OUT: (308, Decimal("0.00308")),
    }
    assert cost.dollars == Decimal("0.043497")


def test_output_that_is_not_told_apart_is_all_picture():
    usage = replace(BLUE_DOT, output_text=None, output_image=None)
    assert dollars(facts(usage)) == Decimal("0.006125")


def test_a_part_that_is_not_told_is_the_rest_of_the_whole():
    usage = ImageUsage(input=149, input_image=100, output=196)
    assert dollars(facts(usage)) == Decimal("0.006925")


def test_input_that_is_not_told_apart_leaves_the_cost_unknown():
    said = why_unknown(facts(ImageUsage(input=49, output=196)))
    assert said == "The transcript does not say how many of the image model's input tokens are text."


def test_parts_that_contradict_their_whole_leave_the_cost_unknown():
    said = why_unknown(facts(replace(BLUE_DOT, input_image=7)))
    assert said == "The image model's input tokens do not add up in the transcript."


@pytest.mark.parametrize("usage", [ImageUsage(), ImageUsage(0, 0, 0, 0, 0, 0)], ids=["silent", "zeros"])
def test_neither_silence_nor_zeros_are_a_cost(usage: ImageUsage):
    assert why_unknown(facts(usage)) == "The transcript does not say what the image model used."


def test_text_that_a_model_has_no_rate_for_leaves_the_cost_unknown():
    said = why_unknown(facts(replace(BLUE_DOT, output=204, output_text=8)))
    assert said == "The price of gpt-image-2 has no rate for 8 tokens text out."


def test_cached_tokens_of_the_only_kind_of_input_are_of_that_kind():
    assert dollars(facts(replace(BLUE_DOT, cached=40))) == Decimal("0.005975")


def test_cached_tokens_that_could_be_of_either_kind_leave_the_cost_unknown():
    usage = replace(BLUE_DOT, input=149, input_image=100, cached=40)
    said = why_unknown(facts(usage))
    assert said == "The transcript does not say which of the image model's input tokens were cached."


def test_more_cached_tokens_than_there_were_leave_the_cost_unknown():
    said = why_unknown(facts(replace(BLUE_DOT, cached_text=50, cached_image=0)))
    assert said == "The image model's cached tokens do not add up in the transcript."


def test_pictures_of_one_response_share_its_usage():
    cost = picture_cost(facts(BLUE_DOT, share=3), [GPT_IMAGE_2])
    assert (cost.dollars, cost.share) == (Decimal("0.002041667"), 3)


def test_batches_cost_half():
    assert dollars(facts(BLUE_DOT, is_batch=True)) == Decimal("0.0030625")


def test_a_usage_that_cannot_be_true_is_not_priced():
    usage = replace(BLUE_DOT, output=2**62, output_image=2**62)
    assert why_unknown(facts(usage)) == "The transcript counts more tokens than can be true."


def test_a_picture_without_usage_is_estimated_by_size_and_quality():
    cost = picture_cost(
        facts(ImageUsage(), model="gpt-image-1", size="1024x1024", quality="high"), [GPT_IMAGE_1]
    )
    assert (cost.dollars, cost.is_estimated) == (Decimal("0.1664"), True)


def test_streamed_partials_are_in_the_estimate():
    cost = picture_cost(
        facts(ImageUsage(), model="gpt-image-1", size="1024x1024", quality="low", partials=2), [GPT_IMAGE_1]
    )
    assert (cost.dollars, cost.partials) == (Decimal("0.01888"), 2)


def test_exact_tokens_go_before_an_estimate():
    cost = picture_cost(facts(BLUE_DOT, model="gpt-image-1", size="1024x1024", quality="high"), [GPT_IMAGE_1])
    assert (cost.dollars, cost.is_estimated) == (Decimal("0.008085"), False)


def test_an_estimate_is_no_share():
    cost = picture_cost(
        facts(ImageUsage(), model="gpt-image-1", share=2, size="1024x1024", quality="low"), [GPT_IMAGE_1]
    )
    assert (cost.dollars, cost.share) == (Decimal("0.01088"), 1)


@pytest.mark.parametrize(
    "others",
    [
        {"size": "1024x1024", "quality": "auto"},
        {"size": "2048x2048", "quality": "high"},
        {"size": "1024x1024", "quality": "high", "has_come": False},
    ],
    ids=["quality unknown", "size without a figure", "no picture"],
)
def test_nothing_else_is_estimated(others: dict[str, object]):
    assert why_unknown(facts(ImageUsage(), model="gpt-image-1", **others))


def test_models_without_a_public_table_are_not_estimated():
    assert why_unknown(facts(ImageUsage(), size="1024x1024", quality="high"))


@pytest.mark.parametrize(
    ("name", "model", "fits"),
    [
        ("gpt-image-2", "gpt-image-2", True),
        ("gpt-image-2", "gpt-image-2-2026-04-21", True),
        ("gpt-image-1", "gpt-image-1-mini", False),
        ("gpt-image-2", "gpt-image-2.5-flare", False),
        ("gpt-image-2.5-*", "gpt-image-2.5-flare-2026-09-08", True),
        ("gpt-image-2.5-*", "gpt-image-2.6-flare", False),
        ("gpt-image-2", "GPT-Image-2", True),
        ("gpt-image-2", "gpt-image-2-codex", False),
    ],
)
def test_a_price_is_of_a_model_and_its_snapshots(name: str, model: str, *, fits: bool):
    assert is_of(name, model) is fits


def test_price_in_force_is_the_latest_that_had_begun():
    first = rates("gpt-image-2", key=1, image_out="30")
    later = rates("gpt-image-2", key=2, valid_from=date(2026, 5, 15), image_out="25")
    latest = rates("gpt-image-2", key=3, valid_from=date(2026, 9, 1), image_out="20")
    prices = [later, first, latest]
    assert [
        rates_of("gpt-image-2", day, prices).key for day in (date(2026, 5, 14), DAY, date(2027, 1, 1))
    ] == [
        1,
        2,
        3,
    ]


def test_the_closest_name_has_the_price():
    prices = [
        rates("gpt-image-*", key=1),
        rates("gpt-image-2.5-*", key=2),
        rates("gpt-image-2.5-flare", key=3),
        rates("gpt-image-2.5-flare-2026-09-08", key=4),
    ]
    models = (
        "gpt-image-3",
        "gpt-image-2.5-sunburst",
        "gpt-image-2.5-flare",
        "gpt-image-2.5-flare-2026-09-08",
    )
    assert [rates_of(model, DAY, prices).key for model in models] == [1, 2, 3, 4]


def test_before_a_price_began_nothing_is_known():
    begun = rates("gpt-image-2", valid_from=date(2026, 6, 1), image_out="30")
    assert why_unknown(facts(BLUE_DOT), begun) == "No price of gpt-image-2 is known for 2026-05-15."


def test_a_picture_of_unknown_date_has_the_only_price_there_has_been():
    assert dollars(facts(BLUE_DOT, day=None)) == Decimal("0.006125")


def test_a_picture_of_unknown_date_has_no_price_where_it_has_changed():
    later = replace(GPT_IMAGE_2, key=2, valid_from=DAY)
    said = why_unknown(facts(BLUE_DOT, day=None), GPT_IMAGE_2, later)
    assert said == "The transcript does not say when it was made, and the price has changed."


@pytest.mark.parametrize(
    ("model", "said"),
    [("", "The transcript does not name the model."), ("dall-e-3", "No price of dall-e-3 is known here.")],
)
def test_an_unknown_model_has_no_cost(model: str, said: str):
    assert why_unknown(facts(BLUE_DOT, model=model)) == said


def test_chat_tokens_are_priced_apart_from_the_cached_ones():
    usage = ChatUsage(input=2000, cached=1000, output=100)
    assert chat_cost("gpt-5.4-mini", DAY, usage, [GPT_5]).dollars == Decimal("0.001275")


@pytest.mark.parametrize(
    ("usage", "options", "said"),
    [
        (ChatUsage(10, 0, None), {}, "The transcript does not say what the model used."),
        (ChatUsage(10, 11, 5), {}, "The transcript counts more cached tokens than input tokens."),
        (ChatUsage(10, 0, 5), {"tier": "flex"}, "Prices of the service tier flex are not known here."),
        (ChatUsage(10, 4, 5), {"is_batch": True}, "Batch prices of cached tokens are not known here."),
    ],
    ids=["silent", "absurd", "flex", "batch"],
)
def test_chat_cost_is_unknown_where_it_cannot_be_exact(
    usage: ChatUsage, options: dict[str, object], said: str
):
    with pytest.raises(CostUnknown, match=said):
        chat_cost("gpt-5.4-mini", DAY, usage, [GPT_5], **options)  # type: ignore[arg-type]


def test_a_price_for_short_calls_says_nothing_of_long_ones():
    short = replace(GPT_5, most_input_tokens=272_000)
    with pytest.raises(CostUnknown, match="holds for at most 272,000 input tokens"):
        chat_cost("gpt-5.4-mini", DAY, ChatUsage(272_001, 0, 5), [short])
