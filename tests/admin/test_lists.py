"""Lists: what they show, find and leave out, and that they cost the same at any length."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.admin import base
from gallery.identity import PLACE_BITS
from gallery.models import Blob, Image, OutputItem, Response, ResponseTranscript, Transcript
from tests.admin.archive import ALL, FACTS, fill, first, list_url, listed, one, parsed
from tests.factories import make_blob, make_image, make_item, make_response, make_transcript, make_user

# Session, user, and at most one query per filter of values, besides the count and the rows.
MOST_QUERIES = 12


def keys(*rows: Any) -> set[str]:
    return {str(row.pk) for row in rows}


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_lists_of_a_hundred_more_rows_take_no_more_queries(charlie_client: Client) -> None:
    fill()
    for model in ALL:
        charlie_client.get(list_url(model))
    few = {model: queries(charlie_client, list_url(model)) for model in ALL}
    fill(count=100)
    assert {model: queries(charlie_client, list_url(model)) for model in ALL} == few
    assert not {model: number for model, number in few.items() if number > MOST_QUERIES}


@pytest.mark.parametrize("model", FACTS)
def test_an_empty_list_says_so(charlie_client: Client, model: Any) -> None:
    assert listed(charlie_client, model) == set()


@pytest.mark.parametrize("model", [Image, Response, Transcript, Blob, ResponseTranscript])
def test_lists_show_thumbnails(charlie_client: Client, model: Any) -> None:
    fill()
    sources = [
        str(image["src"])
        for image in parsed(charlie_client, list_url(model)).select("#result_list img.gallery-thumb")
    ]
    assert sources
    assert all(source.startswith("/media/thumbs/") for source in sources)


def test_a_response_is_shown_by_its_final_picture(charlie_client: Client) -> None:
    response = make_response()
    item = make_item(response=response)
    make_image(response=response, item=item, role="partial")
    final = make_blob()
    make_image(response=response, item=item, blob=final)
    page = parsed(charlie_client, list_url(Response))
    assert final.pk in str(one(page, "#result_list img.gallery-thumb"))


def test_a_picture_without_its_blob_is_shown_by_its_stand_in(charlie_client: Client) -> None:
    stand_in = make_blob()
    make_image(state="elided", stand_in=stand_in)
    assert stand_in.pk in str(one(parsed(charlie_client, list_url(Image)), "img.gallery-thumb"))


def test_a_missing_picture_has_no_thumbnail(charlie_client: Client) -> None:
    make_image(state="missing")
    assert not parsed(charlie_client, list_url(Image)).select("img.gallery-thumb")


def test_a_blob_that_cannot_be_drawn_has_no_thumbnail(charlie_client: Client) -> None:
    make_image(blob=make_blob(media_type="image/svg+xml", has_thumbnail=False))
    for model in (Blob, Image, Response):
        assert not parsed(charlie_client, list_url(model)).select("img.gallery-thumb")


def test_what_keeps_a_picture_out_of_the_grid_stands_in_its_row(charlie_client: Client) -> None:
    make_image(is_hidden=True)
    trashed = make_image()
    Image.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    page = parsed(charlie_client, list_url(Image))
    said = [list(cell.stripped_strings) for cell in page.select(".field-kind")]
    assert said == [["final", "stored", "in the trash"], ["final", "stored", "hidden"]]


def test_newest_stand_first(charlie_client: Client) -> None:
    older, newer = make_image(), make_image()
    rows = parsed(charlie_client, list_url(Image)).select("#result_list input.action-select")
    assert [str(row["value"]) for row in rows] == [str(newer.pk), str(older.pk)]


def test_a_long_list_has_pages_and_says_that_there_is_more(
    charlie_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "PAGES_AHEAD", 0)
    fill(count=40)
    page = parsed(charlie_client, list_url(Image))
    assert "more than 50" in one(page, ".paginator").get_text()
    assert len(listed(charlie_client, Image, "?p=2")) == 50
    assert len(listed(charlie_client, Image, "?p=3")) == 20


def test_counting_stops_behind_the_pages_in_sight(charlie_client: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        charlie_client.get(list_url(Image))
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"].upper()]
    assert counts
    assert all("LIMIT" in sql for sql in counts)


@pytest.mark.parametrize(
    "query", ["?p=0", "?p=x", "?p=99999999999999999999", "?all=", "?o=1.2", "?uploader=x", "?since=x"]
)
def test_a_nonsensical_address_is_answered(charlie_client: Client, query: str) -> None:
    fill()
    assert charlie_client.get(list_url(Image, query), follow=True).status_code == 200


def test_heavy_columns_stay_in_the_database(charlie_client: Client) -> None:
    fill()
    for model, column in (
        (Response, "timeline"),
        (Transcript, "problems"),
        (OutputItem, "payload"),
        (ResponseTranscript, "snapshot"),
    ):
        with CaptureQueriesContext(connection) as captured:
            charlie_client.get(list_url(model))
        assert not [query for query in captured if f'"{column}"' in query["sql"]]


# Searching


def test_pictures_are_found_by_words_of_their_prompt(charlie_client: Client) -> None:
    wanted = make_image(prompt="A copper lighthouse at dusk")
    make_image(prompt="A copper kettle")
    assert listed(charlie_client, Image, "?q=LIGHTHOUSE+copper") == keys(wanted)
    assert listed(charlie_client, Image, "?q=%22lighthouse+copper%22") == set()


def test_pictures_are_found_by_number_response_and_hash(charlie_client: Client) -> None:
    blob = make_blob()
    wanted, _ = make_image(blob=blob), make_image()
    for term in (wanted.pk, wanted.response.response_id, blob.pk, blob.pk[:10].upper()):
        assert listed(charlie_client, Image, f"?q={term}") == keys(wanted), term


def test_pictures_are_found_by_model(charlie_client: Client) -> None:
    wanted = make_image(image_model="gpt-image-1.5")
    make_image(image_model="gpt-image-2")
    assert listed(charlie_client, Image, "?q=image-1.5") == keys(wanted)


def test_responses_are_found_by_id_predecessor_and_words(charlie_client: Client) -> None:
    wanted = make_response(previous_response_id="resp_before", output_text="A single black line")
    make_response()
    for term in (wanted.pk, wanted.response_id, "resp_before", "black+line"):
        assert listed(charlie_client, Response, f"?q={term}") == keys(wanted), term


def test_transcripts_are_found_by_name_and_hash(charlie_client: Client) -> None:
    wanted = make_transcript(name="lighthouse run.sse")
    make_transcript()
    for term in ("lighthouse", wanted.sha256, wanted.sha256[:8]):
        assert listed(charlie_client, Transcript, f"?q={term}") == keys(wanted), term


def test_items_are_found_by_their_text(charlie_client: Client) -> None:
    response = make_response()
    wanted = make_item(response=response, type="message", text="A single black line")
    make_item(response=response, type="message", text="Something else")
    assert listed(charlie_client, OutputItem, "?q=black") == keys(wanted)


def test_blobs_are_found_by_the_beginning_of_their_hash(charlie_client: Client) -> None:
    wanted, _ = make_blob(), make_blob()
    assert listed(charlie_client, Blob, f"?q={wanted.pk[:8]}") == {wanted.pk}


def test_holdings_are_found_by_response_and_file(charlie_client: Client) -> None:
    response = make_response()
    make_transcript(responses=[response], name="lighthouse.sse")
    make_transcript(responses=[make_response()])
    wanted = response.holdings.get()
    for term in (response.response_id, "lighthouse"):
        assert listed(charlie_client, ResponseTranscript, f"?q={term}") == keys(wanted)


def test_words_are_looked_for_in_the_newest_that_the_filters_leave(
    charlie_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_image(prompt="A lighthouse", quality="low")
    make_image(prompt="A lighthouse", quality="high")
    make_image(prompt="A kettle", quality="high")
    monkeypatch.setattr(base, "SEARCH_WINDOW", 2)
    assert str(old.pk) not in listed(charlie_client, Image, "?q=lighthouse")
    assert listed(charlie_client, Image, "?q=lighthouse&quality=low") == keys(old)
    assert listed(charlie_client, Image, f"?q={old.pk}") == keys(old)


@pytest.mark.parametrize("model", FACTS)
def test_no_search_term_breaks_a_list(charlie_client: Client, model: Any) -> None:
    fill()
    for term in (
        "%00",
        "'",
        '"',
        "\\",
        "%25",
        "((",
        "99999999999999999999999",
        "\u202e",
        "abcdef",
        "%ED%A0%80",
    ):
        assert charlie_client.get(list_url(model, f"?q={term}")).status_code == 200, term


# Filtering


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("?state__exact=elided", {"state": "elided"}),
        ("?role__exact=plot", {"role": "plot"}),
        ("?model=gpt-5", {"model": "gpt-5"}),
        ("?image_model=gpt-image-1", {"image_model": "gpt-image-1"}),
        ("?image_model=(none)", {"image_model": ""}),
        ("?quality=low", {"quality": "low"}),
        ("?size=1024x1024", {"size": "1024x1024"}),
        ("?output_format=webp", {"output_format": "webp"}),
        ("?is_hidden__exact=1", {"is_hidden": True}),
        ("?has_c2pa__exact=1", {"has_c2pa": True}),
    ],
)
def test_pictures_can_be_filtered(charlie_client: Client, query: str, fields: dict[str, Any]) -> None:
    wanted = make_image(**fields)
    make_image()
    assert listed(charlie_client, Image, query) == keys(wanted)


def test_pictures_can_be_filtered_by_uploader(charlie_client: Client, alice: User) -> None:
    wanted = make_image(uploader=alice)
    of_nobody = make_image()
    make_image(uploader=make_user())
    assert listed(charlie_client, Image, f"?uploader={alice.pk}") == keys(wanted)
    assert listed(charlie_client, Image, "?uploader=0") == keys(of_nobody)


def test_pictures_can_be_filtered_by_time(charlie_client: Client) -> None:
    now = int(timezone.now().timestamp())
    fresh = make_image(id=now << PLACE_BITS)
    old = make_image(id=(now - 400 * 86_400) << PLACE_BITS)
    assert listed(charlie_client, Image, "?since=7") == keys(fresh)
    assert listed(charlie_client, Image, "?since=older") == keys(old)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("?status=failed", {"status": "failed"}),
        ("?model=gpt-5", {"model": "gpt-5"}),
        ("?image_model=gpt-image-1", {"image_model": "gpt-image-1"}),
        ("?kind=images", {"kind": "images"}),
        ("?since=1", {"first_uploaded_at": timezone.now()}),
    ],
)
def test_responses_can_be_filtered(charlie_client: Client, query: str, fields: dict[str, Any]) -> None:
    wanted = make_response(**fields)
    make_response()
    assert listed(charlie_client, Response, query) == keys(wanted)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("?shape=json", {"shape": "json"}),
        ("?source__exact=api", {"source": "api"}),
        ("?problems=some", {"problems": [{"code": "x", "message": "y", "place": None}]}),
        ("?since=1", {"uploaded_at": timezone.now()}),
    ],
)
def test_transcripts_can_be_filtered(charlie_client: Client, query: str, fields: dict[str, Any]) -> None:
    wanted = make_transcript(**fields)
    make_transcript()
    assert listed(charlie_client, Transcript, query) == keys(wanted)


def test_items_can_be_filtered_by_type(charlie_client: Client) -> None:
    response = make_response()
    wanted = make_item(response=response, type="x_search_call")
    make_item(response=response)
    assert listed(charlie_client, OutputItem, "?type=x_search_call") == keys(wanted)


def test_blobs_can_be_filtered_by_type_and_transcript(charlie_client: Client) -> None:
    wanted = make_blob(media_type="image/svg+xml", has_thumbnail=False)
    make_blob()
    transcript = make_transcript()
    transcript.blobs.add(wanted)
    assert listed(charlie_client, Blob, "?media_type=image/svg%2Bxml") == {wanted.pk}
    assert listed(charlie_client, Blob, f"?transcripts__id__exact={transcript.pk}") == {wanted.pk}


def test_a_filter_offers_the_values_of_the_newest_rows(charlie_client: Client) -> None:
    make_image(quality="xhigh")
    page = parsed(charlie_client, list_url(Image))
    assert "xhigh" in one(page, "[data-filter-title=quality]").get_text()


def test_another_value_can_be_typed_and_keeps_the_rest_of_the_query(charlie_client: Client) -> None:
    make_image(quality="max", role="plot", prompt="A kettle")
    form = one(
        parsed(charlie_client, list_url(Image, "?role__exact=plot&q=kettle&p=1")),
        "[data-filter-title=quality] form",
    )
    assert one(form, "input[name=quality]")
    kept = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    assert kept == {"role__exact": "plot", "q": "kettle"}


def test_a_value_with_markup_is_inert(charlie_client: Client) -> None:
    make_image(quality="<b>bold</b>")
    page = parsed(charlie_client, list_url(Image, f"?quality={quote('<b>bold</b>')}"))
    assert not page.select("#changelist b")


def test_a_filter_for_nul_finds_nothing(charlie_client: Client) -> None:
    make_image()
    assert listed(charlie_client, Image, "?quality=%00") == set()


def test_no_list_scans_for_distinct_values(charlie_client: Client) -> None:
    fill()
    for model in FACTS:
        with CaptureQueriesContext(connection) as captured:
            charlie_client.get(list_url(model))
        assert not [query for query in captured if "DISTINCT" in query["sql"].upper()]


def test_holdings_of_a_transcript(charlie_client: Client) -> None:
    fill(count=2)
    transcript = first(Transcript)
    shown = listed(charlie_client, ResponseTranscript, f"?transcript__id__exact={transcript.pk}")
    assert shown == keys(*transcript.holdings.all())


def test_a_page_beyond_all_numbers_breaks_no_list(admin_client: Client) -> None:
    assert admin_client.get("/admin/gallery/image/", {"p": str(2**63 - 1)}).status_code == 200
