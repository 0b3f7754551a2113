"""The pill over the grid: how many pictures came since the page was read, and the way to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from gallery.filters import ImageFilters, Sort, write_parameters
from gallery.freshness import MOST_COUNTED, News, news_since
from gallery.listing import LARGEST_KEY
from gallery.pages.search import address_of


@dataclass(frozen=True, slots=True)
class NewImagesPage:
    """`href` is the beginning of the list, as it is by now, and `added_href` that of the same by when it came;
    `next_href` asks what came after this."""

    news: News
    href: str
    added_href: str
    next_href: str

    @property
    def count_in_words(self) -> str:
        return _in_words(self.news)


def new_images_page(filters: ImageFilters, *, since: str, known: str) -> NewImagesPage | None:
    """None if nothing came since, or if `since` is not what a page has said. `known` is what it had counted: "3+"."""
    if not (since.isascii() and since.isdigit() and len(since) <= 19 and int(since) <= LARGEST_KEY):
        return None
    counted = re.fullmatch(r"([0-9]{1,2})(\+?)", known)
    count = min(int(counted[1]), MOST_COUNTED) if counted else 0
    news = news_since(filters, News(count, bool(counted and counted[2]), int(since)))
    if news is None:
        return None
    parameters = {"since": news.until, "known": _in_words(news)}
    return NewImagesPage(
        news=news,
        href=address_of(filters, filters.query),
        added_href=address_of(replace(filters, sort=Sort.ADDED), filters.query),
        next_href=f"{reverse('gallery:images_new')}?{urlencode(parameters)}&{write_parameters(filters)}",
    )


def _in_words(news: News) -> str:
    return f"{news.count}{'+' if news.is_more else ''}"
