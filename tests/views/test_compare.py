"""Two to four pictures beside each other, and what changed in a prompt since the picture before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery import shelving
from gallery.models import Image
from tests.factories import LONG_AGO, make_blob, make_image, make_item, make_response, together
from tests.html import is_whole_page, link, parsed, section, words

pytestmark = pytest.mark.django_db


def compared(client: Client, *images: Image, **more: Any) -> Any:
    address = "/compare?" + "&".join(f"image={image.pk}" for image in images)
    response = client.get(address, **more)
    assert response.status_code == 200
    return response


def differences(page: Any) -> dict[str, list[str]]:
    """The table of what differs, a list of values for each row."""
    return {
        row.select_one("th").get_text(): [cell.get_text() for cell in row.select("td")]
        for row in section(page, "What differs").select("tbody tr")
    }


def changes(part: Any, kind: str) -> list[str]:
    """What was added ("ins") or removed ("del"), without the words for those who do not see it."""
    for unseen in part.select(".unseen"):
        unseen.extract()
    return [found.get_text() for found in part.select(kind)]


def make_edit(earlier: Image, **fields: Any) -> Image:
    """A picture whose response continues that of `earlier`."""
    response = make_response(
        previous_response_id=earlier.response.response_id,
        created_at=earlier.response.created_at + timedelta(hours=1),
    )
    return make_image(response=response, generated_at=response.created_at, **fields)


def test_pictures_stand_side_by_side_in_the_order_of_the_address(alice_client: Client) -> None:
    images = [make_image(prompt=prompt) for prompt in ("A heron", "A crane", "A stork", "An ibis")]
    page = parsed(compared(alice_client, *images))
    assert [picture["src"] for picture in page.select(".pane img")] == [
        f"/media/blobs/{image.blob_id}" for image in images
    ]
    assert [found["href"] for found in page.select(".compared-title a")] == [
        f"/images/{image.pk}" for image in images
    ]


def test_only_what_differs_is_in_the_table(alice_client: Client) -> None:
    responses = [
        make_response(
            model="gpt-5.5", completed_at=LONG_AGO + timedelta(seconds=seconds), image_total_tokens=tokens
        )
        for seconds, tokens in ((15, 100), (75, None))
    ]
    images = [
        make_image(
            response=response,
            item=make_item(response=response, payload={"size": "1024x1024", "quality": quality}),
            requested={"size": "auto", "seed": seed, "moderation": "low"},
            blob=make_blob(width=1024, height=side),
            total_tokens=4156,
        )
        for response, quality, seed, side in zip(responses, ("low", "high"), (7, 8), (1024, 768), strict=True)
    ]
    assert differences(compared(alice_client, *images)) == {
        "Quality, used": ["low", "high"],
        "Seed, asked for": ["7", "8"],
        "Pixels": ["1024×1024", "1024×768"],
        "Tokens of the image model": ["100", "unknown"],
        "Took": ["15 s", "1 min 15 s"],
    }


def test_cost_and_models_are_compared(alice_client: Client) -> None:
    images = [
        make_image(response=make_response(model=model, image_model=image_model))
        for model, image_model in (("gpt-5.5", "gpt-image-1"), ("gpt-5.4", "gpt-image-2"))
    ]
    Image.objects.filter(pk=images[0].pk).update(cost_usd="0.0061", is_cost_estimated=True)
    Image.objects.filter(pk=images[1].pk).update(cost_usd=None)
    found = differences(compared(alice_client, *images))
    assert found["Image model"] == ["gpt-image-1", "gpt-image-2"]
    assert found["Asked by"] == ["gpt-5.5", "gpt-5.4"]
    assert found["Cost"] == ["≈ $0.0061", "unknown"]


def test_same_settings_are_said_to_be_the_same(alice_client: Client) -> None:
    response = make_response()
    images = [make_image(response=response, item=make_item(response=response)) for _ in range(2)]
    Image.objects.update(cost_usd=None)
    assert "All settings are the same." in words(compared(alice_client, *images))


def test_each_prompt_is_compared_with_the_first(alice_client: Client) -> None:
    images = [make_image(prompt=f"A {colour} heron at dusk") for colour in ("grey", "blue", "grey")]
    part = section(compared(alice_client, *images), "Prompts")
    assert "The prompts are the same." in part.get_text()
    assert changes(part, "ins") == ["blue"]
    assert changes(part, "del") == ["grey"]


def test_changes_are_told_to_those_who_do_not_see_them(alice_client: Client) -> None:
    images = [make_image(prompt=f"A {colour} heron") for colour in ("grey", "blue")]
    part = section(compared(alice_client, *images), "Prompts")
    assert "A [removed: grey] [added: blue] heron" in " ".join(part.get_text().split())


def test_prompts_are_inert_text(alice_client: Client) -> None:
    images = [make_image(prompt=f"A <b>{word}</b> <script>alert(1)</script>") for word in ("x", "y")]
    part = section(compared(alice_client, *images), "Prompts")
    assert not part.select("b, script")
    assert "<script>alert(1)</script>" in part.get_text()


@pytest.mark.parametrize(
    ("prompts", "sentence"),
    [
        ((None, "A heron"), "no prompt for one of the two pictures"),
        ((None, ""), "no prompt for either picture"),
        (("a" * 20_000, "b " * 10_000), "too long and too different"),
        (("A heron. " * 5_000, "A heron. " * 6_000), "Only the beginnings are compared."),
    ],
)
def test_what_cannot_be_compared_is_said(
    alice_client: Client, prompts: tuple[str | None, ...], sentence: str
) -> None:
    images = [make_image(prompt=prompt) for prompt in prompts]
    assert sentence in section(compared(alice_client, *images), "Prompts").get_text()


def test_picture_that_is_not_there_tells_why(alice_client: Client) -> None:
    elided = make_image(state="elided", reason="Only 75 bytes are there.")
    page = compared(alice_client, make_image(), elided)
    assert len(parsed(page).select(".pane img")) == 1
    assert "Only 75 bytes are there." in words(page)
    assert not parsed(page).select(".compare-views")


def test_partial_stands_for_the_final_picture_and_says_so(alice_client: Client) -> None:
    blob = make_blob()
    missing = make_image(state="missing", stand_in=blob)
    page = compared(alice_client, make_image(), missing)
    assert parsed(page).select(".pane img")[1]["src"] == f"/media/blobs/{blob.sha256}"
    assert "The last partial picture is shown in its place." in words(page)


def test_active_content_is_never_drawn(alice_client: Client) -> None:
    svg = make_image(blob=make_blob(media_type="image/svg+xml", width=None, height=None))
    page = parsed(compared(alice_client, make_image(), svg))
    assert len(page.select("main img")) == 1


def test_picture_in_the_trash_is_compared_and_named_so(alice_client: Client) -> None:
    image = make_image()
    shelving.put_in_trash([image.pk], None)
    assert "in the trash" in words(compared(alice_client, image, make_image()))


def test_slider_is_an_address_of_its_own(alice_client: Client) -> None:
    images = [make_image(), make_image()]
    slider = link(compared(alice_client, *images), "Slider")
    page = parsed(alice_client.get(slider))
    assert [picture["slot"] for picture in page.select("[data-slide] img")] == ["first", "second"]
    assert page.select_one(".compare-views [aria-current]").get_text() == "Slider"


def test_slider_is_for_two(alice_client: Client) -> None:
    images = [make_image() for _ in range(3)]
    page = alice_client.get("/compare", {"image": [image.pk for image in images], "view": "slider"})
    assert len(parsed(page).select(".pane img")) == 3
    assert "these stand side by side" in words(page)


def test_unknown_view_is_side_by_side(alice_client: Client) -> None:
    images = [make_image(), make_image()]
    page = alice_client.get("/compare", {"image": [image.pk for image in images], "view": "x" * 9000})
    assert len(parsed(page).select(".pane img")) == 2


def test_one_of_several_can_be_left_out(alice_client: Client) -> None:
    images = [make_image() for _ in range(3)]
    page = compared(alice_client, *images)
    assert link(page, "Without it") == f"/compare?image={images[1].pk}&image={images[2].pk}"
    assert "Without it" not in words(compared(alice_client, *images[:2]))


def test_no_picture_at_all_says_what_to_do(alice_client: Client) -> None:
    page = alice_client.get("/compare")
    assert page.status_code == 200
    assert "Select two to four pictures" in words(page)


def test_one_picture_alone_says_what_to_do(alice_client: Client) -> None:
    page = compared(alice_client, make_image())
    assert "One picture alone cannot be compared." in words(page)
    assert "Select two to four pictures" in words(page)


def test_same_picture_twice_is_one_picture(alice_client: Client) -> None:
    image = make_image()
    text = words(compared(alice_client, image, image))
    assert "A picture that was named twice is shown once." in text
    assert "One picture alone cannot be compared." in text


def test_more_than_four_are_the_first_four(alice_client: Client) -> None:
    images = [make_image() for _ in range(5)]
    page = compared(alice_client, *images)
    assert len(parsed(page).select(".pane img")) == 4
    assert "At most 4 pictures are compared at a time; these are the first." in words(page)


def test_absent_pictures_leave_the_others(alice_client: Client) -> None:
    page = alice_client.get("/compare", {"image": [make_image().pk, 1, make_image().pk]})
    assert page.status_code == 200
    assert "One of the pictures is not in the gallery." in words(page)
    assert len(parsed(page).select(".pane img")) == 2


@pytest.mark.parametrize(
    "key", ["1", "0", "-1", "", "٣", "9" * 19, "9" * 400, "1.5", "\x00", "<b>x</b>", "1 or 1=1", "\ud800"]
)
def test_what_is_no_picture_is_not_found_and_says_what_to_do(alice_client: Client, key: str) -> None:
    page = alice_client.get(
        "/compare?image=" + "".join(f"%{byte:02x}" for byte in key.encode("utf-8", "surrogatepass"))
    )
    assert page.status_code == 404
    assert "Select two to four pictures" in words(page)
    assert not parsed(page).select("main b")


def test_hundreds_of_keys_are_read_in_part(alice_client: Client) -> None:
    page = alice_client.get("/compare", {"image": [str(key) for key in range(900)]})
    assert page.status_code == 404
    assert "At most 4 pictures" in words(page)


def test_signed_out_reader_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/compare?image=1&image=2")
    assert answer.headers["Location"] == "/sign-in?next=%2Fcompare%3Fimage%3D1%26image%3D2"


def test_changes_nothing(alice_client: Client) -> None:
    assert alice_client.post("/compare").status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HX-Request": "true", "HX-Boosted": "true"},
        {"HX-Request": "true", "HX-History-Restore-Request": "true"},
    ],
)
def test_is_a_whole_page_for_links_and_history(alice_client: Client, headers: dict[str, str]) -> None:
    assert is_whole_page(compared(alice_client, make_image(), make_image(), headers=headers))


def test_script_gets_the_comparison_without_the_page_around_it(alice_client: Client) -> None:
    page = compared(alice_client, make_image(), make_image(), headers={"HX-Request": "true"})
    assert not is_whole_page(page)
    assert parsed(page).select_one("#comparison [data-compare]")
    assert "HX-Boosted" in page.headers["Vary"]


def test_four_pictures_cost_no_more_queries_than_two(alice_client: Client) -> None:
    images = [make_image(prompt=f"A heron, take {number}") for number in range(4)]
    alice_client.get("/compare")
    with CaptureQueriesContext(connection) as few:
        compared(alice_client, *images[:2])
    with together(images[0].response):
        for number in range(100):
            make_image(
                response=images[0].response,
                item=images[0].item,
                role="partial",
                index=number,
                state="missing",
            )
    with CaptureQueriesContext(connection) as many:
        compared(alice_client, *images)
    assert len(few) == len(many) <= 3


def test_edit_shows_what_changed_since_its_predecessor(alice_client: Client) -> None:
    first = make_image(prompt="A grey heron at dusk")
    edit = make_edit(first, prompt="A blue heron at dusk")
    part = section(alice_client.get(f"/images/{edit.pk}"), "Changed since")
    assert part.select_one("h2 a")["href"] == f"/images/{first.pk}"
    assert part.select_one("a.button")["href"] == f"/compare?image={first.pk}&image={edit.pk}"
    assert changes(part, "ins") == ["blue"]
    assert changes(part, "del") == ["grey"]


def test_edit_with_the_same_prompt_says_so(alice_client: Client) -> None:
    edit = make_edit(make_image())
    part = section(alice_client.get(f"/images/{edit.pk}"), "Changed since")
    assert "The prompts are the same." in part.get_text()


def test_turn_without_a_picture_is_passed_over(alice_client: Client) -> None:
    first = make_image(prompt="A grey heron")
    talk = make_response(
        previous_response_id=first.response.response_id,
        created_at=first.response.created_at + timedelta(minutes=1),
    )
    after = make_response(
        previous_response_id=talk.response_id, created_at=talk.created_at + timedelta(minutes=1)
    )
    edit = make_image(response=after, prompt="A blue heron")
    assert link(alice_client.get(f"/images/{edit.pk}"), "the previous version") == f"/images/{first.pk}"


def test_of_several_responses_with_one_id_the_last_before_it_is_the_predecessor(alice_client: Client) -> None:
    twins = [
        make_image(
            response=make_response(response_id="resp_x", created_at=LONG_AGO + timedelta(days=days)),
            prompt=f"day {days}",
        )
        for days in (0, 1, 3)
    ]
    edit = make_image(
        response=make_response(previous_response_id="resp_x", created_at=LONG_AGO + timedelta(days=2))
    )
    page = alice_client.get(f"/images/{edit.pk}")
    assert link(page, "the previous version") == f"/images/{twins[1].pk}"


def test_picture_without_a_predecessor_has_nothing_to_compare(alice_client: Client) -> None:
    page = alice_client.get(f"/images/{make_image().pk}")
    assert "Changed since" not in words(page)
    assert "Compare" not in words(page)


@pytest.mark.parametrize(("count", "is_offered"), [(2, True), (4, True), (5, False)])
def test_pictures_of_one_response_are_compared(alice_client: Client, count: int, is_offered: bool) -> None:
    response = make_response()
    images = [make_image(response=response, item=make_item(response=response)) for _ in range(count)]
    page = parsed(alice_client.get(f"/images/{images[0].pk}"))
    links = [found["href"] for found in page.select("a[href^='/compare']")]
    assert links == (["/compare?" + "&".join(f"image={image.pk}" for image in images)] if is_offered else [])


def test_predecessor_costs_the_page_of_a_picture_one_query(alice_client: Client) -> None:
    first = make_image()
    edit = make_edit(first)
    for image in (first, edit):
        alice_client.get(f"/images/{image.pk}")
    with CaptureQueriesContext(connection) as without:
        alice_client.get(f"/images/{first.pk}")
    with CaptureQueriesContext(connection) as with_one:
        alice_client.get(f"/images/{edit.pk}")
    assert len(with_one) == len(without) + 1


def test_neighbours_in_a_long_chain_of_edits_are_the_nearest(alice_client: Client) -> None:
    images = [make_image(prompt="edit 0")]
    with together():
        for number in range(1, 60):
            images.append(make_edit(images[-1], prompt=f"edit {number}"))
    page = alice_client.get(f"/images/{images[50].pk}")
    assert link(page, "the previous version") == f"/images/{images[49].pk}"
    assert "The chain is longer than is shown here." in words(page)
