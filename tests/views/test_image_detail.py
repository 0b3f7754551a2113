"""The page of one picture."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import shelving
from gallery.models import Image
from gallery.pages import pictures
from tests.factories import (
    LONG_AGO,
    make_blob,
    make_image,
    make_item,
    make_response,
    make_transcript,
    make_user,
    together,
)
from tests.html import fact, is_whole_page, link, parsed, section, visible_prompts, words


def page_of(client: Client, image: Image, **more: Any) -> Any:
    response = client.get(f"/images/{image.pk}", **more)
    assert response.status_code == 200
    return response


def step_labels(response: Any, heading: str) -> list[str]:
    return [found.get_text(" ", strip=True) for found in section(response, heading).select(".strip a")]


def test_shows_the_original_with_its_facts(alice_client: Client) -> None:
    image = make_image(prompt="A lighthouse")
    page = page_of(alice_client, image)
    assert parsed(page).select_one("[data-stage] img")["src"] == f"/media/blobs/{image.blob_id}"
    assert "A lighthouse" in section(page, "Prompt").get_text()
    assert fact(page, "Pixels") == "1536×1024"
    assert fact(page, "SHA-256") == image.blob_id
    assert fact(page, "Took") == "15 s"


def test_signed_out_reader_is_sent_to_sign_in(db: None, client: Client) -> None:
    assert client.get("/images/1").headers["Location"] == "/sign-in?next=%2Fimages%2F1"


@pytest.mark.parametrize("key", ["1", "0", "9" * 19, "9" * 200])
def test_absent_picture_is_not_found(alice_client: Client, key: str) -> None:
    response = alice_client.get(f"/images/{key}")
    assert response.status_code == 404
    assert "Nothing is kept at this address" in words(response)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HX-Request": "true", "HX-Boosted": "true"},
        {"HX-Request": "true", "HX-History-Restore-Request": "true"},
    ],
)
def test_is_a_whole_page_for_links_and_history(alice_client: Client, headers: dict[str, str]) -> None:
    assert is_whole_page(page_of(alice_client, make_image(), headers=headers))


def test_layer_gets_the_picture_without_the_page_around_it(alice_client: Client) -> None:
    image = make_image(prompt="A heron")
    page = page_of(alice_client, image, headers={"HX-Request": "true"})
    assert not is_whole_page(page)
    assert parsed(page).select_one(f"[data-picture='{image.pk}'][data-title='A heron']")
    assert "HX-Boosted" in page.headers["Vary"]


def test_only_differences_between_asked_and_used_stand_out(alice_client: Client) -> None:
    response = make_response()
    item = make_item(response=response, payload={"quality": "low", "size": "1024x1024", "background": None})
    image = make_image(
        response=response, item=item, requested={"quality": "auto", "size": "1024x1024", "n": 1}
    )
    table = section(page_of(alice_client, image), "Settings")
    assert [cell.get_text() for cell in table.select(".differs")] == ["low"]
    assert "auto" in table.get_text()


def test_declared_and_true_size_and_type_are_set_against_each_other(alice_client: Client) -> None:
    image = make_image(
        blob=make_blob(width=1, height=1, media_type="image/gif"), size="1024x1024", output_format="png"
    )
    text = words(page_of(alice_client, image))
    assert "The transcript says 1024×1024, the picture is 1×1." in text
    assert "The transcript says png, the bytes are image/gif." in text


def test_silence_about_usage_is_unknown_and_zero_is_zero(alice_client: Client) -> None:
    response = make_response(input_tokens=1672, cached_tokens=0, image_output_tokens=196)
    tokens = section(page_of(alice_client, make_image(response=response)), "Tokens")
    rows = [number.get_text() for number in tokens.select(".num")]
    assert rows[:5] == ["1\u202f672", "0", "unknown", "unknown", "unknown"]
    assert "196" in rows


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/octet-stream"])
def test_active_or_unknown_content_is_offered_but_never_drawn(alice_client: Client, media_type: str) -> None:
    blob = make_blob(media_type=media_type, width=None, height=None, has_thumbnail=False)
    page = page_of(alice_client, make_image(blob=blob))
    assert not parsed(page).select("main img, iframe, object, embed")
    assert (
        parsed(page)
        .select_one("[data-stage] a[download]")["href"]
        .startswith(f"/media/blobs/{blob.sha256}?name=")
    )


def test_elided_picture_tells_why(alice_client: Client) -> None:
    page = page_of(alice_client, make_image(state="elided", reason="Only 75 bytes are there."))
    assert "Only 75 bytes are there." in words(page)
    assert not parsed(page).select("[data-stage] img")


def test_download_is_named_by_date_and_prompt(alice_client: Client) -> None:
    image = make_image(prompt='A "fox"/..\\ asleep\r\nSet-Cookie: x', generated_at=LONG_AGO)
    download = parsed(page_of(alice_client, image)).select_one("a[data-download]")
    assert download["download"].startswith("2026-03-01 A")
    assert download["download"].endswith(".png")
    assert not set(download["href"]) & set('"\r\n\\ ')


def test_formation_shows_partials_in_order_and_the_same_bytes_once(alice_client: Client) -> None:
    response = make_response()
    item = make_item(response=response)
    final = make_image(response=response, item=item)
    make_image(response=response, item=item, role="partial", index=1, blob=final.blob)
    make_image(response=response, item=item, role="partial", index=0)
    assert step_labels(page_of(alice_client, final), "How it formed") == [
        "partial 0",
        "final (and partial 1)",
    ]


def test_partial_leads_to_its_final_picture(alice_client: Client) -> None:
    response = make_response()
    item = make_item(response=response)
    final = make_image(response=response, item=item)
    partial = make_image(response=response, item=item, role="partial", index=0)
    assert link(page_of(alice_client, partial), "this final one") == f"/images/{final.pk}"


def test_siblings_are_the_responses_other_pictures(alice_client: Client) -> None:
    response = make_response()
    first = make_image(response=response, item=make_item(response=response), prompt="one")
    make_image(response=response, item=make_item(response=response), prompt="two")
    assert step_labels(page_of(alice_client, first), "From the same response") == ["final one", "final two"]


def test_edits_are_a_chain_in_both_directions(alice_client: Client) -> None:
    before = make_response(response_id="resp_a", created_at=LONG_AGO)
    this = make_response(
        response_id="resp_b", previous_response_id="resp_a", created_at=LONG_AGO + timedelta(hours=1)
    )
    after = make_response(
        response_id="resp_c", previous_response_id="resp_b", created_at=LONG_AGO + timedelta(hours=2)
    )
    images = [
        make_image(response=response, prompt=response.response_id) for response in (before, this, after)
    ]
    strip = section(page_of(alice_client, images[1]), "Edits")
    assert [found["href"] for found in strip.select("a")] == [f"/images/{image.pk}" for image in images]


def test_chain_that_bites_its_tail_ends(alice_client: Client) -> None:
    one = make_response(response_id="resp_a", previous_response_id="resp_b")
    make_response(response_id="resp_b", previous_response_id="resp_a")
    make_response(response_id="resp_a", previous_response_id="resp_a")
    page_of(alice_client, make_image(response=one))


def test_absent_previous_response_is_named(alice_client: Client) -> None:
    image = make_image(response=make_response(previous_response_id="resp_gone"))
    assert "resp_gone" in section(page_of(alice_client, image), "Edits").get_text()


def test_newer_and_older_follow_the_grid(alice_client: Client) -> None:
    older, image, newer = (make_image(prompt=prompt) for prompt in ("A heron", "A crane", "A stork"))
    make_image(role="partial")
    page = parsed(page_of(alice_client, image))
    assert page.select_one("a[rel=prev]")["href"] == f"/images/{newer.pk}"
    assert page.select_one("a[rel=next]")["href"] == f"/images/{older.pk}"


def test_repaired_prompt_says_that_it_is(alice_client: Client) -> None:
    prompt = section(page_of(alice_client, make_image(prompt="the echidnaâ€™s body")), "Prompt").get_text()
    assert "the echidna\u2019s body" in prompt
    assert "stored as it came" in prompt


def test_transcripts_and_uploader_are_named_as_text(alice_client: Client) -> None:
    response = make_response()
    image = make_image(response=response, uploader=make_user(username="dora"))
    make_transcript(name="<b>../../etc/passwd</b>", responses=[response])
    page = page_of(alice_client, image)
    assert fact(page, "Uploaded by") == "dora"
    assert "<b>../../etc/passwd</b>" in section(page, "Transcript").get_text()


def test_salvaged_fields_are_named(alice_client: Client) -> None:
    image = make_image(response=make_response(salvaged=["usage", "output.1.text"]), is_salvaged=True)
    assert "Recovered: usage, output.1.text." in words(page_of(alice_client, image))


@pytest.mark.parametrize(
    "odd", [[], "x", {"size": ["a"], "quality": {"b": 1}, "n": None}, {"size": 7, "quality": True}]
)
def test_settings_of_any_json_type_do_no_harm(alice_client: Client, odd: Any) -> None:
    response = make_response(requested=odd)
    item = make_item(response=response, payload={"size": ["x"], "quality": {"a": 1}, "action": 5})
    page_of(alice_client, make_image(response=response, item=item, requested=odd))


def test_stack_is_counted_whole_and_leads_to_all_of_it(alice_client: Client) -> None:
    response = make_response()
    first = make_image(prompt="A heron", response=response, item=make_item(response=response))
    make_image(prompt="A heron, wading", response=response, item=make_item(response=response))
    make_image(prompt="A heron")
    make_image(prompt="A crane")
    page = page_of(alice_client, first, query_params={"q": "wading"})
    unfolded = alice_client.get(link(page, "All 3 of this stack"))
    assert sorted(visible_prompts(unfolded)) == ["A heron", "A heron", "A heron, wading"]


def test_stack_counts_what_the_grid_shows(alice_client: Client) -> None:
    first, second, third = (make_image(prompt="A heron") for _ in range(3))
    make_image(prompt="A heron", role="partial")
    shelving.set_hidden([second.pk], is_hidden=True)
    assert link(page_of(alice_client, first), "All 2 of this stack")
    shelving.put_in_trash([third.pk], None)
    assert "of this stack" not in words(page_of(alice_client, first))


def test_huge_stack_is_not_counted_out(alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_COUNTED", 2)
    for _ in range(4):
        image = make_image(prompt="A heron")
    assert link(page_of(alice_client, image), "All 2 and more of this stack")


def test_more_pictures_around_cost_no_more_queries(alice_client: Client) -> None:
    response = make_response()
    item = make_item(response=response)
    image = make_image(response=response, item=item)
    later = make_response(previous_response_id=response.response_id)
    make_image(response=later)
    with CaptureQueriesContext(connection) as few:
        page_of(alice_client, image)
    with together(response):
        for number in range(30):
            make_image(response=response, item=item, role="partial", index=number)
            make_image(response=make_response(previous_response_id=later.response_id))
            make_transcript(responses=[response], uploader=make_user())
    with CaptureQueriesContext(connection) as many:
        page_of(alice_client, image)
    assert len(few) == len(many) <= 15
