"""The page of one row: what it shows, that it is inert, and that it costs the same however much belongs to the row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.admin.base import INLINE_ROWS
from gallery.models import Blob, Image, OutputItem, Price, Response, Transcript
from tests.admin.archive import ALL, FACTS, add_url, fill, first, list_url, one, page_url, parsed
from tests.factories import (
    make_blob,
    make_image,
    make_item,
    make_response,
    make_transcript,
    make_user,
    together,
)

MOST_QUERIES = 14
HOSTILE = "<script>alert(1)</script>\u202e\"'><img src=x onerror=alert(2)>"


def text_of(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def grow(*, rows: int) -> None:
    """`rows` more of everything that can belong to the first response, transcript and blob."""
    response, transcript, blob = first(Response), first(Transcript), first(Blob)
    uploader = make_user()
    start = transcript.holdings.count()
    with together(response):
        for number in range(start, start + rows):
            item = make_item(response=response)
            image = make_image(response=response, item=item, uploader=uploader)
            Image.objects.filter(pk=image.pk).update(stand_in=blob)
            make_transcript(responses=[response]).blobs.add(blob)
            other = make_response()
            transcript.holdings.create(response=other, position=number)
            make_image(response=other, blob=blob)
            transcript.blobs.add(make_blob())


def test_pages_with_a_hundred_more_rows_take_no_more_queries(charlie_client: Client) -> None:
    fill()
    urls = [page_url(first(model)) for model in ALL]
    grow(rows=2)
    for url in urls:
        charlie_client.get(url)
    few = {url: queries(charlie_client, url) for url in urls}
    grow(rows=100)
    assert {url: queries(charlie_client, url) for url in urls} == few
    assert not {url: number for url, number in few.items() if number > MOST_QUERIES}


def test_a_transcript_shows_its_facts_problems_and_responses(charlie_client: Client) -> None:
    fill()
    transcript = first(Transcript)
    page = parsed(charlie_client, page_url(transcript))
    assert "This line is not JSON. line 7" in text_of(page)
    assert transcript.sha256 in text_of(page)
    assert transcript.responses.get().response_id in text_of(page)
    assert "2 distinct pictures" in text_of(page)
    links = {str(link["href"]) for link in page.select("a[href]")}
    assert reverse("gallery:transcript_original", args=[transcript.pk]) in links
    assert transcript.get_absolute_url() in links


def test_a_response_shows_usage_items_pictures_and_transcripts(charlie_client: Client) -> None:
    fill()
    response = first(Response)
    Response.objects.filter(pk=response.pk).update(
        input_tokens=3902, image_output_tokens=4160, rest={"tool": "x"}
    )
    page = parsed(charlie_client, page_url(response))
    text = text_of(page)
    for words in ("3902", "4160", '"tool": "x"', "Here it is.", "capture.sse", "elided"):
        assert words in text, words
    assert len(page.select("img.gallery-thumb")) == 3


def test_a_response_says_when_it_was_made_to_the_second_and_how_long_it_took(charlie_client: Client) -> None:
    page = parsed(
        charlie_client, page_url(make_response(created_at=datetime(2026, 5, 15, 10, 26, 45, tzinfo=UTC)))
    )
    assert one(page, ".field-created_at .readonly").get_text() == "2026-05-15 10:26:45 UTC"
    assert one(page, ".field-took .readonly").get_text() == "15 s"


def test_silence_about_tokens_is_not_shown_as_zero(charlie_client: Client) -> None:
    page = parsed(charlie_client, page_url(make_response(total_tokens=None)))
    assert one(page, ".field-total_tokens .readonly").get_text() == "-"


def test_a_picture_is_shown_large_with_its_prompt_and_reason(charlie_client: Client) -> None:
    image = make_image(prompt="A lighthouse", reason="Cut off after 14 bytes.", requested={"quality": "auto"})
    page = parsed(charlie_client, page_url(image))
    assert one(page, ".gallery-preview img")["src"] == reverse("gallery:blob", args=[image.blob_id])
    for words in ("A lighthouse", "Cut off after 14 bytes.", '"quality": "auto"'):
        assert words in text_of(page)


def test_a_picture_tells_its_size_in_width_and_height(charlie_client: Client) -> None:
    image = make_image(blob=make_blob(width=1536, height=1024, size_bytes=68_000))
    page = parsed(charlie_client, page_url(image))
    assert one(page, ".field-true_size .readonly").get_text() == "1536 × 1024"
    assert "68.0 kB" in text_of(page)
    row = one(parsed(charlie_client, list_url(Image)), ".field-size_and_quality")
    assert list(row.stripped_strings) == ["1536 × 1024", "high", "68.0 kB"]


def test_a_response_tells_what_its_chat_model_cost_and_by_which_price(charlie_client: Client) -> None:
    price = Price.objects.filter(kind=Price.Kind.CHAT)[0]
    page = parsed(charlie_client, page_url(make_response(chat_cost_usd="0.0125", chat_price=price)))
    assert one(page, ".field-chat_cost_usd .readonly").get_text() == "$0.0125"
    assert one(page, ".field-chat_price a")["href"] == page_url(price)


def test_a_picture_that_is_not_there_says_why(charlie_client: Client) -> None:
    image = make_image(state="elided", reason="The transcript was shortened by hand.")
    page = parsed(charlie_client, page_url(image))
    assert not page.select(".gallery-preview")
    assert "The transcript was shortened by hand." in one(page, ".field-large_picture").get_text()


def test_an_svg_is_linked_and_never_drawn(charlie_client: Client) -> None:
    blob = make_blob(media_type="image/svg+xml", has_thumbnail=False, flaw="An SVG is kept as a download.")
    image = make_image(blob=blob)
    for row in (blob, image):
        page = parsed(charlie_client, page_url(row))
        assert not [picture for picture in page.select("img") if blob.pk in str(picture)]
    assert "An SVG is kept as a download." in text_of(parsed(charlie_client, page_url(blob)))


def test_a_blob_names_the_pictures_and_transcripts_that_use_it(charlie_client: Client) -> None:
    blob = make_blob()
    image = make_image(prompt="A lighthouse", blob=blob)
    transcript = make_transcript(name="run.sse", responses=[image.response])
    transcript.blobs.add(blob)
    page = parsed(charlie_client, page_url(blob))
    links = {str(link["href"]) for link in page.select(".field-used_by a, .field-held_by a")}
    assert {page_url(image), page_url(transcript)} <= links


def test_an_item_shows_its_payload_as_indented_json(charlie_client: Client) -> None:
    item = make_item(response=make_response(), payload={"type": "x", "nested": {"a": ["ü", 1]}})
    shown = one(parsed(charlie_client, page_url(item)), "pre.gallery-json").get_text()
    assert shown == '{\n  "type": "x",\n  "nested": {\n    "a": [\n      "ü",\n      1\n    ]\n  }\n}'


def test_a_long_inline_is_cut_and_links_to_the_rest(charlie_client: Client) -> None:
    response = make_response()
    for _ in range(INLINE_ROWS + 1):
        make_item(response=response, type="message", text="Words.")
    page = parsed(charlie_client, page_url(response))
    group = one(page, "#items-group")
    assert len(group.select("tbody tr")) == INLINE_ROWS
    assert one(group, ".gallery-more a")["href"] == list_url(
        OutputItem, f"?response__id__exact={response.pk}"
    )


def test_a_short_inline_has_no_link_to_more(charlie_client: Client) -> None:
    fill()
    assert not parsed(charlie_client, page_url(first(Response))).select(".gallery-more")


def test_hiding_a_picture_on_its_page_writes_nothing_else(charlie_client: Client) -> None:
    image = make_image(prompt="Before")
    charlie_client.post(page_url(image), {"is_hidden": "on", "prompt": "After"})
    image.refresh_from_db()
    assert (image.is_hidden, image.prompt) == (True, "Before")


def test_users_can_be_added_without_a_password(charlie_client: Client) -> None:
    charlie_client.post(
        add_url(User), {"username": "erin", "role": "contributor", "usable_password": "false"}
    )
    assert not User.objects.get(username="erin").has_usable_password()


def make_hostile() -> None:
    """Every text that a transcript or a file name brings is an attack."""
    uploader = make_user()
    response = make_response(
        response_id=HOSTILE,
        model=HOSTILE,
        image_model=HOSTILE,
        status=HOSTILE[:50],
        custom_id=HOSTILE,
        error_code=HOSTILE,
        error_message=HOSTILE,
        incomplete_reason=HOSTILE,
        instructions=HOSTILE,
        previous_response_id=HOSTILE,
        output_text=HOSTILE,
        requested={HOSTILE: HOSTILE},
        rest={HOSTILE: [HOSTILE]},
        timeline=[{"type": HOSTILE}],
        salvaged=[HOSTILE],
        problems=[{"code": "x", "message": HOSTILE, "place": HOSTILE}],
        uploader=uploader,
    )
    item = make_item(
        response=response,
        item_id=HOSTILE,
        type=HOSTILE,
        status=HOSTILE[:50],
        text=HOSTILE,
        payload={HOSTILE: HOSTILE},
    )
    blob = make_blob(flaw=HOSTILE)
    make_image(
        response=response,
        item=item,
        prompt=HOSTILE,
        reason=HOSTILE,
        size=HOSTILE[:50],
        quality=HOSTILE[:50],
        output_format=HOSTILE[:50],
        background=HOSTILE[:50],
        action=HOSTILE[:50],
        declared_type=HOSTILE,
        blob=blob,
        requested={HOSTILE: HOSTILE},
    )
    transcript = make_transcript(
        name=HOSTILE,
        shape_detail=HOSTILE,
        responses=[response],
        problems=[{"code": HOSTILE, "message": HOSTILE, "place": HOSTILE}],
    )
    transcript.blobs.add(blob)


@pytest.mark.parametrize("model", FACTS)
def test_markup_from_a_transcript_is_inert(charlie_client: Client, model: Any) -> None:
    make_hostile()
    for url in (list_url(model), page_url(first(model)), list_url(model, "?q=alert")):
        html = charlie_client.get(url).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        page = BeautifulSoup(html, "html.parser")
        assert not [tag for tag in page.find_all() for name in tag.attrs if name.startswith("on")]


@pytest.mark.parametrize("model", FACTS)
def test_direction_marks_from_a_transcript_end_where_they_end(charlie_client: Client, model: Any) -> None:
    make_hostile()
    for url in (list_url(model), page_url(first(model))):
        page = parsed(charlie_client, url)
        for text in page.find_all(string=lambda text: "\u202e" in text):
            inside = [parent.name for parent in text.parents]
            assert {"bdi", "pre", "title", "h2", "h1", "div", "option"} & set(inside), (url, text.parent)
        for table in page.select("#result_list"):
            for found in table.find_all(string=lambda text: "\u202e" in text):
                assert found.find_parent("bdi"), (url, found.parent)


@pytest.mark.parametrize("model", ALL)
def test_pages_need_nothing_that_the_content_security_policy_forbids(
    charlie_client: Client, model: Any
) -> None:
    fill()
    for url in (list_url(model), page_url(first(model)), reverse("admin:index")):
        page = parsed(charlie_client, url)
        assert not page.select("style, [style]")
        assert all(str(script.get("src", "")).startswith("/") for script in page.select("script"))
        assert not [tag for tag in page.find_all() for name in tag.attrs if name.startswith("on")]


def test_lone_surrogates_in_stored_json_do_not_break_a_page(charlie_client: Client) -> None:
    item = make_item(
        response=make_response(), payload={"text": "\ud83d"} if connection.vendor == "sqlite" else {}
    )
    assert charlie_client.get(page_url(item)).status_code == 200
