"""What a page says, in a reader's words."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

UPLOAD = {"X-Requested-With": "XMLHttpRequest"}


def parsed(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def text_of(response: Any) -> str:
    """All visible text, white space folded."""
    return " ".join(parsed(response).get_text(" ").split())


def is_whole_page(response: Any) -> bool:
    return parsed(response).find("html") is not None


def fetch(client: Any, address: str, data: dict[str, str] | None = None, **more: Any) -> Any:
    """The response with all its bytes, streamed or not, as `body`: reading all closes what it held open."""
    response = client.get(address, data, **more)
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response
