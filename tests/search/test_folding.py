"""Lists in which repeats of a prompt are one tile: on every page, both ways, what a plain reading of the archive gives,
and in as many queries whatever the archive holds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery import folding, listing, shelving
from gallery.curation import add_tags, rate
from gallery.filters import ImageFilters, Sort, read_filters
from gallery.listing import Listing, Place, neighbours, page_of, previous_cursor
from gallery.models import Image
from tests.factories import LONG_AGO, make_image, make_user, together

pytestmark = pytest.mark.django_db

WORDS = ("heron", "stork", "crane")
QUERIES = (
    "",
    "heron ",
    "her",
    "-heron ",
    "quality:high",
    "heron quality:low",
    "tokens:>300",
    "stork tokens:>300",
    "stork -tokens:>300",
    "(crane or tokens:>600)",
    "tag:press",
    "heron tag:press",
    "rating:>=4",
    "date:2026-03-01 -crane ",
    "is:hidden",
)


@pytest.fixture
def alice() -> User:
    return make_user(username="alice")


def make_archive(alice: User, *, pictures: int, prompts: int) -> None:
    """Pictures of few prompts, mixed; some are hidden, some tagged and rated."""
    chance = Random(prompts)
    with together():
        for number in range(pictures):
            prompt = chance.randrange(prompts)
            make_image(
                state="missing",
                prompt=f"A {WORDS[prompt % len(WORDS)]}, take {prompt}",
                quality=chance.choice(("low", "high")),
                total_tokens=chance.choice((None, 200, 400, 800)),
                pixels=chance.randrange(4),
                generated_at=LONG_AGO + timedelta(hours=number // 3),
            )
    keys = list(Image.objects.order_by("id").values_list("id", flat=True))
    shelving.set_hidden(chance.sample(keys, pictures // 8), is_hidden=True)
    add_tags(alice, chance.sample(keys, pictures // 3), ["press"])
    rate(alice, chance.sample(keys, pictures // 3), 5)


def filters_of(query: str, alice: User, *, sort: Sort = Sort.NEWEST) -> ImageFilters:
    return read_filters({"q": query, "sort": sort.value}, user_id=alice.pk)


def read_plainly(filters: ImageFilters) -> list[int]:
    """All that the filters leave, in order, after the newest of each stack without the rest of it."""
    column = listing.COLUMNS.get(filters.sort)
    order = [f"-{column}", "-id"] if column else ["id" if filters.sort is Sort.OLDEST else "-id"]
    rows = listing.images_of(filters).order_by(*order).values_list("id", "stack")
    if filters.sort is not Sort.NEWEST or filters.is_away:
        return [pk for pk, _ in rows]
    newest: dict[int, int] = {}
    for pk, stack in rows:
        newest.setdefault(stack, pk)
    return list(newest.values())


def read_by_pages(filters: ImageFilters, *, limit: int) -> list[Listing]:
    pages: list[Listing] = []
    cursor: str | None = None
    while cursor != "":
        pages.append(page_of(filters, cursor=cursor, limit=limit))
        cursor = pages[-1].next_cursor
    return pages


def keys_of(pages: Collection[Listing]) -> list[int]:
    return [pk for page in pages for pk in page.ids]


def cursor_at(filters: ImageFilters, pk: int) -> str:
    """Of the page that goes on after this picture."""
    column = listing.COLUMNS.get(filters.sort)
    value = Image.objects.values_list(column, flat=True).get(pk=pk) if column else 0
    if isinstance(value, datetime):
        value = (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return listing.write_cursor(listing.Place(value, pk), filters.sort)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize(("prompts", "looked_at"), [(3, 2_000), (12, 2), (40, 8), (40, 2_000)])
def test_pages_are_those_of_a_plain_reading(
    alice: User, monkeypatch: pytest.MonkeyPatch, prompts: int, looked_at: int, sort: Sort
) -> None:
    monkeypatch.setattr(listing, "_LOOKED_AT", looked_at)
    make_archive(alice, pictures=60, prompts=prompts)
    for query in QUERIES:
        filters = filters_of(query, alice, sort=sort)
        wanted = read_plainly(filters)
        for limit in (2, 9, 100):
            pages = read_by_pages(filters, limit=limit)
            assert keys_of(pages) == wanted, (query, limit)
            assert {len(page.ids) for page in pages[:-1]} <= {limit}, (query, limit)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("prompts", [3, 40])
def test_way_back_is_the_way_there(alice: User, prompts: int, sort: Sort) -> None:
    make_archive(alice, pictures=60, prompts=prompts)
    for query in QUERIES:
        filters = filters_of(query, alice, sort=sort)
        wanted = [None, *read_plainly(filters), None]
        for number, pk in enumerate(wanted[1:-1:5], start=1):
            place = 5 * number - 4
            assert pk is not None
            around = neighbours(filters, pk)
            assert (around.previous, around.next) == (wanted[place - 1], wanted[place + 1]), query
            cursor = previous_cursor(filters, cursor_at(filters, pk), limit=4)
            assert cursor is not None, query
            assert bool(cursor) == (place > 4), query
            if cursor:
                page = page_of(filters, cursor=cursor, limit=4)
                assert page.ids == tuple(wanted[place - 3 : place + 1]), query


@pytest.mark.parametrize("sort", list(Sort))
def test_nothing_comes_before_the_beginning(alice: User, sort: Sort) -> None:
    make_archive(alice, pictures=20, prompts=5)
    for query in QUERIES:
        filters = filters_of(query, alice, sort=sort)
        key = 1 if sort is Sort.OLDEST else listing.LARGEST_KEY
        first = Place(4 * 10**15 if sort in listing.COLUMNS else 0, key)
        assert previous_cursor(filters, listing.write_cursor(first, sort), limit=4) is None, query


@pytest.mark.parametrize("sort", list(Sort))
def test_places_far_away_are_places(alice: User, sort: Sort) -> None:
    make_archive(alice, pictures=5, prompts=5)
    most, latest = listing.LARGEST_KEY, 253_402_300_799_999_999
    for query in ("", "heron ", "tokens:>300"):
        filters = filters_of(query, alice, sort=sort)
        for value in (0, latest if sort is Sort.ADDED else most):
            for key in (1, most):
                place = Place(value if sort in listing.COLUMNS else 0, key)
                cursor = listing.write_cursor(place, sort)
                page_of(filters, cursor=cursor, limit=3)
                previous_cursor(filters, cursor, limit=3)


def test_time_that_no_calendar_has_is_no_place(alice: User) -> None:
    filters = filters_of("", alice, sort=Sort.ADDED)
    with pytest.raises(listing.BadCursor):
        page_of(filters, cursor=f"{listing.LARGEST_KEY}.1", limit=3)


@pytest.mark.parametrize("query", ["heron ", "tokens:>300", "heron tokens:>300"])
@pytest.mark.parametrize("most", [3, 7, 20])
def test_long_run_of_one_stack_is_passed_page_by_page(
    alice: User, monkeypatch: pytest.MonkeyPatch, most: int, query: str
) -> None:
    monkeypatch.setattr(listing, "_MOST_FOLDED", most)
    with together():
        for number in range(60):
            prompt = "A heron" if 5 <= number < 45 else f"A heron, take {number}"
            make_image(state="missing", prompt=prompt, total_tokens=400)
    filters = filters_of(query, alice)
    wanted = read_plainly(filters)
    assert len(wanted) == 21
    assert keys_of(read_by_pages(filters, limit=6)) == wanted
    seen: set[int] = set()
    cursor: str | None = cursor_at(filters, wanted[-1])
    while cursor:
        cursor = previous_cursor(filters, cursor, limit=6)
        seen |= set(page_of(filters, cursor=cursor or None, limit=6).ids)
    assert seen == set(wanted)


def test_stack_of_very_many_is_never_left_out(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far one looks for a newer picture of the stack is bounded. What lies beyond may come once more; nothing is
    lost, and no picture comes twice."""
    monkeypatch.setattr(folding, "_MOST_NEWER", 2)
    make_archive(alice, pictures=60, prompts=3)
    for query in QUERIES:
        filters = filters_of(query, alice)
        found = keys_of(read_by_pages(filters, limit=3))
        assert found == sorted(set(found), reverse=True), query
        assert set(found) >= set(read_plainly(filters)), query


def test_hidden_pictures_do_not_fold(alice: User) -> None:
    images = [make_image(state="missing", prompt="A heron") for _ in range(3)]
    shelving.set_hidden([image.pk for image in images[1:]], is_hidden=True)
    assert page_of(filters_of("is:hidden", alice), cursor=None, limit=9).ids == (images[2].pk, images[1].pk)
    assert page_of(filters_of("heron ", alice), cursor=None, limit=9).ids == (images[0].pk,)


def queries_of(filters: ImageFilters, place: int) -> list[int]:
    """Of the first page, of the page after a picture (counted from the newest), and of the way back from there."""
    cursor = cursor_at(filters, Image.objects.order_by("-id").values_list("id", flat=True)[place])
    counts = []
    for ask in (
        lambda: page_of(filters, cursor=None, limit=8),
        lambda: page_of(filters, cursor=cursor, limit=8),
        lambda: previous_cursor(filters, cursor, limit=8),
    ):
        with CaptureQueriesContext(connection) as asked:
            ask()
        counts.append(len(asked))
    return counts


def test_more_pictures_and_a_huge_stack_take_no_more_queries(alice: User) -> None:
    def add(numbers: range, *, is_one_stack: bool) -> None:
        with together():
            for number in numbers:
                prompt = "A heron" if is_one_stack else f"A heron, take {number}"
                make_image(state="missing", prompt=prompt, total_tokens=400)

    lists = [
        filters_of(query, alice, sort=sort)
        for sort in Sort
        for query in ("", "heron ", "tokens:>300", "heron tokens:>300")
    ]
    add(range(30), is_one_stack=False)
    before = [queries_of(filters, 15) for filters in lists]
    add(range(30, 130), is_one_stack=False)
    assert [queries_of(filters, 50) for filters in lists] == before
    add(range(130, 250), is_one_stack=True)
    assert [queries_of(filters, 60) for filters in lists] == before
    assert [queries_of(filters, 180) for filters in lists] == before
    # One for a page; one more says whether the words are common where something else leads.
    assert {count for counts in before for count in counts} == {1, 2}
