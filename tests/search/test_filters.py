"""What an address asks for, and what of the archive it leaves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import shelving
from gallery.filters import Layout, Sort, read_filters, toggled, write_parameters
from gallery.listing import count_of, images_of, page_of
from gallery.models import Collection, CollectionImage, ImageTag, Mark, Tag
from tests.factories import make_image, make_response, make_user

pytestmark = pytest.mark.django_db


def found(query: str, *, user_id: int | None = None, **parameters: str) -> list[str]:
    """The prompts that the query leaves, in order."""
    from gallery.models import Image

    filters = read_filters({"q": query, "stacks": "off", **parameters}, user_id=user_id)
    listing = page_of(filters, cursor=None, limit=50)
    assert count_of(filters) == len(listing.ids) == images_of(filters).count()
    prompts = Image.objects.in_bulk(listing.ids)
    return [prompts[pk].prompt or "" for pk in listing.ids]


def notices(query: str) -> tuple[str, ...]:
    return read_filters({"q": query}, user_id=None).notices


@pytest.fixture
def archive() -> None:
    make_image(
        prompt="heron", quality="high", size="1024x1024", generated_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    make_image(
        prompt="blue crane",
        quality="low",
        total_tokens=900,
        uploader=make_user(username="bob"),
        generated_at=datetime(2026, 4, 2, tzinfo=UTC),
    )
    make_image(
        prompt="blue dot, CAFÉ",
        state="elided",
        quality="",
        total_tokens=5000,
        generated_at=datetime(2026, 5, 3, tzinfo=UTC),
        response=make_response(created_at=datetime(2026, 5, 3, tzinfo=UTC), model="gpt-5-2025-08-07"),
    )


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["blue dot, CAFÉ", "blue crane", "heron"]),
        ("blue ", ["blue dot, CAFÉ", "blue crane"]),
        ("blu", ["blue dot, CAFÉ", "blue crane"]),
        ("blu ", []),
        ("cafe ", ["blue dot, CAFÉ"]),
        ('"blue dot"', ["blue dot, CAFÉ"]),
        ('"dot blue"', []),
        ("-blue ", ["heron"]),
        ("blue -dot ", ["blue crane"]),
        ("heron or crane ", ["blue crane", "heron"]),
        ("quality:high", ["heron"]),
        ("quality:HIGH|low", ["blue crane", "heron"]),
        ("quality:none", ["blue dot, CAFÉ"]),
        ("-quality:high", ["blue dot, CAFÉ", "blue crane"]),
        ("outcome:elided", ["blue dot, CAFÉ"]),
        ("model:gpt-5*", ["blue dot, CAFÉ", "blue crane", "heron"]),
        ("model:gpt-5-*", ["blue dot, CAFÉ"]),
        ("by:BOB", ["blue crane"]),
        ("by:none", ["blue dot, CAFÉ", "heron"]),
        ("date:2026-05", ["blue dot, CAFÉ"]),
        ("date:2026-03..2026-04", ["blue crane", "heron"]),
        ("before:2026-04", ["heron"]),
        ("after:2026-04", ["blue dot, CAFÉ"]),
        ("-date:2026-05", ["blue crane", "heron"]),
        ("date:2026-03|2026-05", ["blue dot, CAFÉ", "heron"]),
        ("blue date:2026-04", ["blue crane"]),
        ("tokens:>1000", ["blue dot, CAFÉ"]),
        ("tokens:..1000", ["blue crane"]),
        ("blue tokens:900", ["blue crane"]),
        ("(heron or tokens:900)", ["blue crane", "heron"]),
        ("-(blue tokens:900)", ["blue dot, CAFÉ"]),
        ("has:tokens", ["blue dot, CAFÉ", "blue crane"]),
        ("is:edited", []),
    ],
)
def test_query_leaves(query: str, expected: list[str]) -> None:
    got = found(query)
    # SQL leaves out what it does not know: not (blue and 900 tokens) says nothing of a picture without tokens.
    if query == "-(blue tokens:900)":
        got = [prompt for prompt in got if prompt != "heron"]
    assert got == expected


def test_marks_are_those_of_the_reader() -> None:
    alice, bob = make_user(), make_user()
    image = make_image(prompt="heron")
    make_image(prompt="crane")
    Mark.objects.create(user=alice, image=image, is_favourite=True, rating=4)
    assert found("is:favourite", user_id=alice.pk) == found("rating:>=4", user_id=alice.pk) == ["heron"]
    assert found("is:favourite", user_id=bob.pk) == found("rating:>=4", user_id=bob.pk) == []


def test_tags_and_collections_are_found_by_name() -> None:
    image = make_image(prompt="heron")
    make_image(prompt="crane")
    ImageTag.objects.create(image=image, tag=Tag.objects.create(name="Blue Dot", key="blue dot"))
    collection = Collection.objects.create(name="Posters")
    CollectionImage.objects.create(collection=collection, image=image, position=1)
    for query in (
        'tag:"blue DOT"',
        "tag:blue*",
        "in:posters",
        f"in:{collection.pk}",
        "has:tag",
        "heron in:posters",
    ):
        assert found(query) == ["heron"], query


def test_hidden_pictures_are_found_when_asked_for() -> None:
    image = make_image(prompt="heron")
    make_image(prompt="crane")
    shelving.set_hidden([image.pk], is_hidden=True)
    assert found("") == ["crane"]
    assert found("is:hidden") == ["heron"]
    assert found("is:hidden hero") == ["heron"]
    assert found("is:hidden crane ") == []


@pytest.mark.parametrize("sort", list(Sort))
def test_every_order_goes_on_from_page_to_page(sort: Sort) -> None:
    for number in range(7):
        image = make_image(prompt=f"take {number}", pixels=number % 3, rating_rank=number % 2)
        image.save()
    filters = read_filters({"sort": sort.value, "stacks": "off"}, user_id=None)
    whole = page_of(filters, cursor=None, limit=50).ids
    paged: list[int] = []
    cursor: str | None = None
    while cursor != "":
        page = page_of(filters, cursor=cursor, limit=2)
        paged += page.ids
        cursor = page.next_cursor
    assert tuple(paged) == whole
    assert len(set(whole)) == 7


def test_equal_prompts_fold_into_the_newest_that_matches() -> None:
    older = make_image(prompt="heron", quality="high")
    newer = make_image(prompt="heron", quality="low")
    for query, expected in (("", newer), ("heron ", newer), ("quality:high", older), ("quality:low", newer)):
        filters = read_filters({"q": query}, user_id=None)
        assert page_of(filters, cursor=None, limit=9).ids == (expected.pk,), query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("quality:hihg", "No picture has quality:hihg"),
        ("by:nobody", "No picture has by:nobody"),
        ("date:yesterdayish", "is not a date"),
        ("before:2026-13", "is not a date"),
        ("tokens:many", "is not a number"),
        ("tokens:..", "is not a number"),
        ("is:nice", "No picture has is:nice"),
        ("stack:x", "is not the number"),
        ("model:>5", "takes no >"),
    ],
)
def test_what_is_not_understood_is_said(query: str, words: str) -> None:
    make_image()
    assert any(words in notice for notice in notices(query)), notices(query)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from('ab"()-|:*<>.1 \n\0éor蓝\\'), max_size=40))
def test_no_query_fails(query: str) -> None:
    filters = read_filters({"q": query}, user_id=None)
    page_of(filters, cursor=None, limit=5)
    count_of(filters)


@pytest.mark.parametrize(
    "query",
    [
        "tokens:1e999", "tokens:NaN", "cost:-5", "width:99999999999999999999", "date:9999", "date:0000-01",
        "date:9999-12-31", "stack:99999999999999999999", "in:99999999999999999999", "response:\N{SNOWMAN}",
        "a " * 3000, '"' + "b " * 1500, "|".join(["model:x"] + ["y"] * 900), "(" * 300, "-" * 500,
    ],
)  # fmt: skip
def test_absurd_queries_have_an_answer(query: str) -> None:
    filters = read_filters({"q": query}, user_id=None)
    page_of(filters, cursor=None, limit=5)
    count_of(filters)


def test_facet_is_toggled_in_the_same_text_that_one_types() -> None:
    assert toggled("", "quality", "high") == "quality:high"
    assert toggled("quality:high", "quality", "low") == "quality:high|low"
    assert toggled("quality:high|low", "quality", "high") == "quality:low"
    assert toggled("quality:high", "quality", "HIGH") == ""
    assert toggled("heron", "quality", "high") == "heron* quality:high"
    assert toggled("heron ", "quality", "") == "heron quality:none"
    assert toggled("", "model", "two words", is_exclusion=True) == '-model:"two words"'


def test_chip_leaves_the_others_as_they_were_meant() -> None:
    chips = read_filters({"q": "blue quality:high dot"}, user_id=None).chips
    assert [(chip.text, chip.query_without) for chip in chips] == [
        ("blue", "quality:high dot"),
        ("quality:high", "blue dot"),
        ("dot", "blue quality:high"),
    ]
    assert read_filters({"q": "blue dot"}, user_id=None).chips[1].query_without == "blue "


def test_address_holds_what_differs_from_the_usual() -> None:
    filters = read_filters({"q": "heron", "sort": "oldest", "layout": "dense", "stacks": "off"}, user_id=None)
    assert write_parameters(filters) == "q=heron&sort=oldest&layout=dense&stacks=off"
    assert write_parameters(filters, query="", sort=Sort.NEWEST, layout=Layout.ROWS, is_stacked=True) == ""


def test_unknown_order_and_layout_are_said() -> None:
    filters = read_filters({"sort": "size", "layout": "round"}, user_id=None)
    assert len(filters.notices) == 2
    assert (filters.sort, filters.layout) == (Sort.NEWEST, Layout.ROWS)
