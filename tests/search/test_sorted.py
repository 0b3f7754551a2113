"""What many pictures have comes in every order as what few have: page by page, none twice, none left out."""

from __future__ import annotations

import pytest

from gallery import listing
from gallery.filters import ImageFilters, read_filters
from gallery.models import Image
from tests.factories import make_image, together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pictures() -> None:
    with together():
        for number in range(40):
            word = "heron" if number % 3 else "stork"
            make_image(prompt=f"A {word}, take {number}", pixels=100 * (number % 7), rating_rank=number % 5)


def all_pages(filters: ImageFilters) -> list[int]:
    found: list[int] = []
    cursor: str | None = None
    while cursor != "":
        page = listing.page_of(filters, cursor=cursor, limit=4)
        found += page.ids
        cursor = page.next_cursor
    return found


def wanted(word: str, column: str) -> list[int]:
    images = Image.objects.filter(prompt__contains=word).order_by(f"-{column}", "-id")
    return list(images.values_list("id", flat=True))


@pytest.mark.parametrize("looked_at", [3, 5, 30, 2_000])
@pytest.mark.parametrize(("sort", "column"), [("largest", "pixels"), ("best", "rating_rank")])
@pytest.mark.parametrize("word", ["heron", "stork"])
def test_pages_of_a_word_in_order(
    word: str, sort: str, column: str, looked_at: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(listing, "_LOOKED_AT", looked_at)
    assert all_pages(read_filters({"q": f"{word} ", "sort": sort}, user_id=None)) == wanted(word, column)


@pytest.mark.parametrize("looked_at", [3, 30, 2_000])
def test_way_back_in_order(looked_at: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listing, "_LOOKED_AT", looked_at)
    filters = read_filters({"q": "heron ", "sort": "largest"}, user_id=None)
    order = wanted("heron", "pixels")
    around = listing.neighbours(filters, order[10])
    assert (around.previous, around.next) == (order[9], order[11])
