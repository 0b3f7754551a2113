"""The pill over the grid: how many pictures came since the page was read, and the way to them."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.filters import ImageFilters
from gallery.freshness import News, news_since
from gallery.listing import LARGEST_KEY
from gallery.pages.search import address_of


@dataclass(frozen=True, slots=True)
class NewImagesPage:
    """`href` is the beginning of the list, as it is by now."""

    news: News
    href: str

    @property
    def count_in_words(self) -> str:
        return f"{self.news.count}{'+' if self.news.is_more else ''}"


def new_images_page(filters: ImageFilters, *, since: str) -> NewImagesPage | None:
    """None if nothing came, or if `since` is not what a page has said."""
    if not (since.isascii() and since.isdigit() and len(since) <= 19 and int(since) <= LARGEST_KEY):
        return None
    news = news_since(filters, int(since))
    return NewImagesPage(news, address_of(filters, filters.query)) if news.count else None
