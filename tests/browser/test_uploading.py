"""Transcripts are dropped on the page, and what is in them is there to see, without a reload."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.surroundings import EXAMPLES, drop_files, is_same_document, mark_document

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Facts:
    """What the page of an example's picture must say. Thousands are set apart by a narrow space."""

    prompt: str
    said: list[str]
    tokens: list[int]


FACTS = [
    Facts(
        "A minimalist blue dot graphic",
        [
            "gpt-image-2",
            "gpt-5.4-mini",
            "15 s",
            "image/png",
            "1024×1024",
            "generate",
            "auto",
            "low",
            "opaque",
        ],
        [1672, 62, 1734, 49, 196, 245],
    ),
    Facts(
        "Photorealistic wildlife scene",
        ["gpt-5-2025-08-07", "image/webp", "1536×1024", "lided"],
        [2409, 1408, 740, 512, 3149],
    ),
    Facts(
        "A single black line", ["gpt-4.1-mini-2025-04-14", "image/png", "1×1", "1024×1024"], [3902, 46, 3948]
    ),
    Facts(
        "A photorealistic image of a cosmos",
        ["gpt-image-1", "gpt-4o-2024-08-06", "1536x1024", "high", "damaged"],
        [450, 90, 540],
    ),
    Facts(
        "This is a revised prompt.",
        ["gpt-image-1", "gpt-5-nano-2025-08-07", "1536x1024", "high"],
        [2048, 4096],
    ),
]


def in_words(tokens: int) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\d){tokens // 1000}\s{tokens % 1000:03}(?!\d)" if tokens >= 1000 else rf"(?<!\d){tokens}(?!\d)"
    )


def test_five_dropped_examples_are_all_there_to_see_without_a_reload(alice_page: Page, complaints: Any):
    alice_page.goto("/upload")
    mark_document(alice_page)
    drop_files(alice_page, "[data-upload-box]", {path.name: path.read_bytes() for path in EXAMPLES})
    rows = alice_page.locator('[data-upload-row][data-outcome="stored"]')
    expect(rows).to_have_count(5)
    for path in EXAMPLES:
        expect(alice_page.locator(".upload-row", has_text=path.name)).to_contain_text("1 response")

    alice_page.locator(".places").get_by_role("link", name="Images").click()
    cards = alice_page.locator("[data-grid] .tile")
    expect(cards).to_have_count(5)
    # Newest generation first: 000, 003, 001, 002, 004.
    for card, example in enumerate([0, 3, 1, 2, 4]):
        expect(cards.nth(card)).to_contain_text(FACTS[example].prompt)
    assert is_same_document(alice_page)


@pytest.mark.parametrize("example", range(5))
def test_picture_of_an_example_shows_what_its_transcript_says(alice_page: Page, example: int):
    alice_page.goto("/upload")
    drop_files(alice_page, "[data-upload-box]", {EXAMPLES[example].name: EXAMPLES[example].read_bytes()})
    row = alice_page.locator('[data-upload-row][data-outcome="stored"]')
    expect(row).to_have_count(1)
    row.locator(".upload-pictures a").first.click()
    expect(alice_page).to_have_url(re.compile(r"/images/\d+$"))
    main = alice_page.locator("main")
    for fact in [FACTS[example].prompt, *FACTS[example].said, *map(in_words, FACTS[example].tokens)]:
        expect(main).to_contain_text(fact)


def test_same_file_again_adds_nothing(alice_page: Page):
    alice_page.goto("/upload")
    file = {EXAMPLES[0].name: EXAMPLES[0].read_bytes()}
    drop_files(alice_page, "[data-upload-box]", file)
    expect(alice_page.locator('[data-upload-row][data-outcome="stored"]')).to_have_count(1)
    drop_files(alice_page, "[data-upload-box]", file)
    known = alice_page.locator('[data-upload-row][data-outcome="known"]')
    expect(known).to_have_count(1)
    expect(known).to_contain_text("othing new")


def test_file_that_is_no_transcript_does_not_stop_the_others(alice_page: Page, complaints: Any):
    complaints.expect("422")
    alice_page.goto("/upload")
    files = {"shopping.html": b"<html><body>milk</body></html>", EXAMPLES[1].name: EXAMPLES[1].read_bytes()}
    drop_files(alice_page, "[data-upload-box]", files)
    expect(alice_page.locator('[data-upload-row][data-outcome="stored"]')).to_have_count(1)
    refused = alice_page.locator('[data-upload-row][data-outcome="refused"]')
    expect(refused).to_contain_text("shopping.html")
    expect(refused).to_contain_text("HTML")


def test_files_can_be_dropped_on_the_grid(alice_page: Page):
    alice_page.goto("/")
    mark_document(alice_page)
    drop_files(alice_page, "main", {EXAMPLES[2].name: EXAMPLES[2].read_bytes()})
    expect(alice_page.locator('[data-upload-row][data-outcome="stored"]')).to_have_count(1)
    assert is_same_document(alice_page)


def test_text_can_be_pasted(alice_page: Page):
    alice_page.goto("/upload")
    alice_page.get_by_text("Paste as text instead").click()
    alice_page.get_by_label("The text of one transcript").fill(EXAMPLES[3].read_text("utf-8"))
    alice_page.get_by_role("button", name="Upload the text").click()
    expect(alice_page.locator('[data-upload-row][data-outcome="stored"]')).to_have_count(1)
