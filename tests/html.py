"""What a page shows, in a reader's words. Elements are `Any`: a test that misses one fails by itself."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup


def parsed(response: Any) -> Any:
    return BeautifulSoup(response.content, "html.parser")


def tiles(response: Any) -> list[Any]:
    found: list[Any] = parsed(response).select("li.tile")
    return found


def visible_prompts(response: Any) -> list[str]:
    """The captions of the grid, in order."""
    return [tile.select_one(".caption").get_text() for tile in tiles(response)]


def badges(tile: Any) -> list[str]:
    return [badge.get_text() for badge in tile.select(".badge")]


def words(response: Any) -> str:
    """All text of the page's main part, white space folded."""
    soup = parsed(response)
    return " ".join((soup.select_one("main") or soup).get_text(" ").split())


def section(response: Any, heading: str) -> Any:
    """The part of the page under that heading."""
    for found in parsed(response).select("section"):
        title = found.select_one("h1, h2")
        if title is not None and title.get_text(" ", strip=True).startswith(heading):
            return found
    raise AssertionError(f"The page has no section “{heading}”.")


def fact(response: Any, term: str) -> str:
    """What the page says of `term` in its lists of facts."""
    for found in parsed(response).select("dl.facts dt"):
        if found.get_text(strip=True) == term:
            return " ".join(found.find_next_sibling("dd").get_text(" ").split())
    raise AssertionError(f"The page says nothing of “{term}”.")


def is_whole_page(response: Any) -> bool:
    return parsed(response).find("html") is not None


def link(response: Any, text: str) -> str:
    """Where the link with that text leads."""
    for found in parsed(response).select("a[href]"):
        if text in found.get_text(" ", strip=True):
            return str(found["href"])
    raise AssertionError(f"The page has no link “{text}”.")
