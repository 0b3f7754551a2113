"""The page of one response: the whole call, whatever is in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.models import Response
from gallery.pages.items import KINDS
from gallery.pages.responses import ITEMS_PER_PAGE
from tests.factories import make_blob, make_image, make_item, make_response, make_transcript, together
from tests.html import fact, link, parsed, section, words


def page_of(client: Client, response: Response, query: str = "") -> Any:
    page = client.get(f"/responses/{response.pk}{query}")
    assert page.status_code == 200
    return page


def test_signed_out_reader_is_sent_to_sign_in(db: None, client: Client) -> None:
    assert client.get("/responses/1").headers["Location"] == "/sign-in?next=%2Fresponses%2F1"


@pytest.mark.parametrize("address", ["/responses/1", "/responses/1/json", f"/responses/{'9' * 30}"])
def test_absent_response_is_not_found(alice_client: Client, address: str) -> None:
    assert alice_client.get(address).status_code == 404


def test_every_item_stands_in_order(alice_client: Client) -> None:
    response = make_response()
    make_item(response=response, type="reasoning", text="First I think.", payload={})
    make_item(response=response, type="message", text="Then I speak.", payload={})
    text = words(page_of(alice_client, response))
    assert 0 < text.index("First I think.") < text.index("Then I speak.")


def test_message_markup_is_text(alice_client: Client) -> None:
    response = make_response(instructions="<i>Be brief</i>")
    make_item(
        response=response,
        type="message",
        text="**Hi** <script>alert(1)</script>",
        payload={"x": "</details><h1>"},
    )
    page = page_of(alice_client, response)
    assert "<script>alert(1)</script>" in words(page)
    assert not parsed(page).select("main script, main i")
    assert len(parsed(page).select("h1")) == 1


def test_tool_arguments_are_laid_out(alice_client: Client) -> None:
    response = make_response()
    make_item(
        response=response, type="function_call", payload={"name": "look", "arguments": '{"city":"Riga"}'}
    )
    assert parsed(page_of(alice_client, response)).select_one("pre").get_text() == '{\n  "city": "Riga"\n}'


def test_cut_arguments_are_shown_as_they_are(alice_client: Client) -> None:
    response = make_response()
    make_item(response=response, type="function_call", payload={"arguments": '{"city":"Ri'})
    assert parsed(page_of(alice_client, response)).select_one("pre").get_text() == '{"city":"Ri'


def test_code_stands_with_its_plot_and_what_it_printed(alice_client: Client) -> None:
    response = make_response()
    item = make_item(
        response=response,
        type="code_interpreter_call",
        payload={"code": "print(1)", "outputs": [{"type": "logs", "logs": "1"}, {"type": "image"}, "odd"]},
    )
    plot = make_image(response=response, item=item, role="plot")
    page = parsed(page_of(alice_client, response))
    assert [pre.get_text() for pre in page.select("pre")] == ["print(1)", "1"]
    assert page.select_one(f"#item-0 a[href='/images/{plot.pk}']")


def test_search_shows_its_queries(alice_client: Client) -> None:
    response = make_response()
    make_item(
        response=response, type="web_search_call", payload={"action": {"type": "search", "query": "herons"}}
    )
    make_item(response=response, type="file_search_call", payload={"queries": ["reeds"], "results": None})
    text = words(page_of(alice_client, response))
    assert "herons" in text
    assert "reeds" in text


def test_unknown_item_is_shown_as_json(alice_client: Client) -> None:
    response = make_response()
    make_item(response=response, type="telepathy_call", payload={"to": {"whom": "you"}})
    page = parsed(page_of(alice_client, response))
    assert page.select_one("#item-0 details.fold[open] .json")
    assert "Telepathy call" in page.select_one("#item-0").get_text()


@pytest.mark.parametrize(
    "value",
    [None, 7, True, "text", [], {}, [None, 1, "a", [1], {"type": "image"}], {"type": [], "a": {"b": [None]}}],
)
def test_items_of_any_json_do_no_harm(alice_client: Client, value: Any) -> None:
    keys = "content summary code outputs action queries results arguments input output error tools name revised_prompt"
    response = make_response()
    types = [*KINDS, "", "x" * 100, "<b>"]
    for item_type in types:
        make_item(response=response, type=item_type, payload=dict.fromkeys(keys.split(), value))
    page = parsed(page_of(alice_client, response))
    assert len(page.select("[id^=item-]")) == len(types)


def test_picture_item_has_its_strip_without_repeats(alice_client: Client) -> None:
    response = make_response()
    item = make_item(response=response)
    blob = make_blob()
    make_image(response=response, item=item, blob=blob)
    make_image(response=response, item=item, blob=blob, role="partial", index=0)
    assert len(parsed(page_of(alice_client, response)).select("#item-0 .strip li")) == 1


def test_timeline_tells_runs_of_events(alice_client: Client) -> None:
    runs = [
        {"type": "response.created", "count": 1, "first_event": 0},
        {"type": "response.output_text.delta", "count": 20, "first_event": 1},
    ]
    timeline = section(page_of(alice_client, make_response(timeline=runs)), "Event timeline")
    assert "21 events" in timeline.get_text()
    assert "1\N{EN DASH}20" in timeline.get_text()


def test_usage_bars_stand_beside_equal_numbers(alice_client: Client) -> None:
    response = make_response(input_tokens=2409, cached_tokens=1408, output_tokens=740, reasoning_tokens=512)
    tokens = section(page_of(alice_client, response), "Tokens")
    shares = [float(bar["width"]) for bar in tokens.select("rect.is")]
    assert shares == [100.0, 58.45, 30.72, 21.25]
    assert [number.get_text() for number in tokens.select(".num")[:4]] == [
        "2\u202f409",
        "1\u202f408",
        "740",
        "512",
    ]


def test_problems_stand_with_their_places(alice_client: Client) -> None:
    problems = [{"code": "spliced_line", "message": "Its middle is missing.", "place": "line 7, byte 4433"}]
    text = section(page_of(alice_client, make_response(problems=problems)), "Problems").get_text()
    assert "Its middle is missing." in text
    assert "line 7, byte 4433" in text


def test_failure_is_told_first(alice_client: Client) -> None:
    response = make_response(
        status="failed", error_code="rate_limit_exceeded", error_message="Too many <requests>."
    )
    assert "rate_limit_exceeded Too many <requests>." in words(page_of(alice_client, response))


def test_same_id_with_other_content_is_pointed_out(alice_client: Client) -> None:
    response = make_response(response_id="resp_123")
    twin = make_response(response_id="resp_123", model="gpt-5")
    page = page_of(alice_client, response)
    assert "1 other response bears this id" in words(page)
    assert link(page, "gpt-5, completed") == f"/responses/{twin.pk}"


def test_silent_facts_are_unknown(alice_client: Client) -> None:
    page = page_of(alice_client, make_response(image_model="", created_at=None))
    assert fact(page, "Image model") == "unknown"
    assert fact(page, "Took") == "unknown"


def test_long_texts_and_large_json_are_cut_with_a_sentence(alice_client: Client) -> None:
    response = make_response(
        instructions="i" * 900_000, rest={"many": list(range(50_000)), "long": "r" * 900_000}
    )
    for _ in range(4):
        make_item(response=response, type="message", text="m" * 900_000, payload={"text": "m" * 900_000})
    page = page_of(alice_client, response)
    assert len(page.content) < 400_000
    assert "900 000 characters" in words(page)
    assert link(page, "the raw JSON") == f"/responses/{response.pk}/json"


def test_items_beyond_a_page_are_a_link_away(alice_client: Client) -> None:
    response = make_response()
    for number in range(ITEMS_PER_PAGE + 1):
        make_item(response=response, position=number, type="message", text=f"item {number}", payload={})
    first = page_of(alice_client, response)
    assert f"item {ITEMS_PER_PAGE}" not in words(first)
    second = page_of(alice_client, response, link(first, "Further items"))
    assert f"item {ITEMS_PER_PAGE}" in words(second)


@pytest.mark.parametrize("start", ["", "abc", "-1", "9" * 40, "٣"])
def test_bad_start_gives_the_first_items(alice_client: Client, start: str) -> None:
    response = make_response()
    make_item(response=response, type="message", text="the first", payload={})
    page = alice_client.get(f"/responses/{response.pk}", {"from": start})
    assert page.status_code == 200
    assert "the first" in words(page)


def test_json_holds_the_rest_and_the_items(alice_client: Client) -> None:
    response = make_response(rest={"temperature": 1.0})
    make_item(response=response, payload={"type": "image_generation_call"})
    answer = alice_client.get(f"/responses/{response.pk}/json")
    assert answer.headers["Content-Type"] == "application/json"
    content = answer.json()
    assert content["rest"] == {"temperature": 1.0}
    assert content["output"] == [{"type": "image_generation_call"}]


def test_more_items_cost_no_more_queries(alice_client: Client) -> None:
    response = make_response()
    make_image(response=response)
    make_transcript(responses=[response])
    with CaptureQueriesContext(connection) as few:
        page_of(alice_client, response)
    with together(response):
        for _ in range(40):
            make_image(response=response, item=make_item(response=response))
            make_item(response=response, type="message", text="hello")
            make_transcript(responses=[response])
    with CaptureQueriesContext(connection) as many:
        page_of(alice_client, response)
    assert len(few) == len(many) <= 15
