"""The grid: what its cards say, how it goes on, and what it costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.models import Image
from gallery.pages.image_list import BACK_SIZE, MORE_SIZE, PAGE_SIZE
from tests.factories import make_blob, make_image, make_item, make_response, together, unfold
from tests.html import badges, is_whole_page, link, parsed, tiles, visible_prompts, words

HTMX = {"HX-Request": "true"}
# The session, the user, how far the archive has come; the keys of the page, their cards, the reader's marks on them.
QUERIES = 6


def make_images(count: int, **fields: Any) -> list[Image]:
    """Pictures of one response, which costs less than one response each."""
    with together():
        response = make_response()
        item = make_item(response=response)
        blob = make_blob()
        images = [
            make_image(response=response, item=item, blob=blob, index=number, **fields)
            for number in range(count)
        ]
    unfold()
    return images


def test_shows_newest_pictures_first(alice_client: Client) -> None:
    make_image(prompt="An older lighthouse")
    make_image(prompt="A newer lighthouse")
    assert visible_prompts(alice_client.get("/")) == ["A newer lighthouse", "An older lighthouse"]


def test_signed_out_reader_is_sent_to_sign_in(db: None, client: Client) -> None:
    response = client.get("/?before=12")
    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in?next=%2F%3Fbefore%3D12"


def test_next_link_continues_where_the_page_ended(alice_client: Client) -> None:
    make_images(PAGE_SIZE + 2, prompt="A heron")
    first = alice_client.get("/")
    second = alice_client.get(link(first, "Older pictures"))
    keys = [tile["id"] for tile in tiles(first) + tiles(second)]
    assert len(keys) == len(set(keys)) == PAGE_SIZE + 2
    assert keys == sorted(keys, key=lambda key: -int(key[1:]))


def test_last_page_has_no_next_link(alice_client: Client) -> None:
    make_images(PAGE_SIZE)
    assert not parsed(alice_client.get("/")).select("[data-next]")


def test_script_gets_only_the_next_tiles(alice_client: Client) -> None:
    images = make_images(3)
    response = alice_client.get(f"/?before={images[2].pk}", headers=HTMX)
    assert not is_whole_page(response)
    assert len(tiles(response)) == 2


def test_next_tiles_are_announced(alice_client: Client) -> None:
    images = make_images(3)
    response = alice_client.get(f"/?before={images[2].pk}", headers=HTMX)
    assert parsed(response).select_one("#status[hx-swap-oob]").get_text() == "2 more pictures"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**HTMX, "HX-Boosted": "true"},
        {**HTMX, "HX-History-Restore-Request": "true"},
        {"HX-History-Restore-Request": "true"},
        {"HX-Request": "yes"},
    ],
)
def test_whole_page_for_links_and_history(alice_client: Client, headers: dict[str, str]) -> None:
    make_image()
    assert is_whole_page(alice_client.get("/", headers=headers))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_caches_are_told_what_decides(alice_client: Client, headers: dict[str, str]) -> None:
    vary = alice_client.get("/", headers=headers).headers["Vary"]
    assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= {
        name.strip() for name in vary.split(",")
    }


def test_empty_archive_offers_upload_and_examples(alice_client: Client) -> None:
    response = alice_client.get("/")
    assert "No pictures yet" in words(response)
    assert parsed(response).select("form[action='/upload'] , form[action='/upload/examples']")
    assert parsed(response).select_one("form[action='/upload/examples'] button[type=submit]")


def test_page_past_the_end_leads_back(alice_client: Client) -> None:
    image = make_image()
    response = alice_client.get(f"/?before={image.pk}")
    assert "Nothing older than this" in words(response)
    assert link(response, "To the newest pictures") == "/"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "abc",
        "-1",
        "0",
        "1.5",
        "\N{FULLWIDTH DIGIT NINE}",
        "٣",
        "9" * 19,
        "9" * 500,
        "1 OR 1=1",
        "\x00",
        "<b>",
        "\u202e",
    ],
)
def test_bad_place_gives_first_page_and_a_sentence(alice_client: Client, before: str) -> None:
    make_image(prompt="A lighthouse")
    response = alice_client.get("/", {"before": before})
    assert response.status_code == 200
    assert visible_prompts(response) == ["A lighthouse"]
    assert "is not a place in the list" in words(response)


def test_unknown_parameters_are_of_no_consequence(alice_client: Client) -> None:
    make_image(prompt="A lighthouse")
    assert visible_prompts(alice_client.get("/?q=%FF&before[]=x&&=")) == ["A lighthouse"]


def test_partials_and_hidden_pictures_are_not_in_the_grid(alice_client: Client) -> None:
    make_image(prompt="partial", role="partial")
    make_image(prompt="hidden", is_hidden=True)
    make_image(prompt="shown")
    assert visible_prompts(alice_client.get("/")) == ["shown"]


def test_card_tells_model_size_quality_and_tokens(alice_client: Client) -> None:
    make_image(quality="low", total_tokens=1979)
    meta = tiles(alice_client.get("/"))[0].select_one(".meta").get_text()
    assert meta == "gpt-image-2 · 1536×1024 · low · 1\u202f979 tokens"


def test_card_without_image_model_names_who_asked(alice_client: Client) -> None:
    make_image(image_model="", model="gpt-5")
    assert "asked by gpt-5" in tiles(alice_client.get("/"))[0].get_text()


def test_card_says_when_the_picture_is_not_the_declared_size(alice_client: Client) -> None:
    make_image(blob=make_blob(width=1, height=1), size="1024x1024")
    assert "1×1 (says 1024×1024)" in tiles(alice_client.get("/"))[0].get_text()


@pytest.mark.parametrize("state", ["elided", "missing", "broken", "refused"])
def test_picture_without_bytes_is_a_card_with_its_reason(alice_client: Client, state: str) -> None:
    make_image(state=state, reason="Because of <this>.", size="1536x1024")
    (tile,) = tiles(alice_client.get("/"))
    assert state.capitalize() in tile.get_text()
    assert "Because of <this>." in tile.get_text()
    assert "r-150" in tile["class"]
    assert not tile.select("img")


def test_stand_in_is_shown_and_marked(alice_client: Client) -> None:
    partial = make_blob()
    make_image(state="elided", stand_in=partial)
    (tile,) = tiles(alice_client.get("/"))
    assert tile.select("img")[-1]["src"] == f"/media/thumbs/{partial.sha256}.webp"
    assert badges(tile) == ["partial", "elided"]


def test_unusual_things_are_badges(alice_client: Client) -> None:
    make_image(
        blob=make_blob(frame_count=4, has_c2pa=True),
        action="edit",
        is_salvaged=True,
        response_status="failed",
    )
    (tile,) = tiles(alice_client.get("/"))
    assert badges(tile) == ["failed", "edited", "animated", "C2PA", "salvaged"]


def test_usual_picture_has_no_badge(alice_client: Client) -> None:
    make_image()
    assert badges(tiles(alice_client.get("/"))[0]) == []


def test_vector_picture_is_never_drawn(alice_client: Client) -> None:
    make_image(blob=make_blob(media_type="image/svg+xml", has_thumbnail=False, width=None, height=None))
    (tile,) = tiles(alice_client.get("/"))
    assert not tile.select("img")
    assert "image/svg+xml" in tile.get_text()


def test_first_row_loads_at_once_and_the_rest_when_near(alice_client: Client) -> None:
    make_images(20)
    lazy = [
        "lazy" if tile.select("img")[-1].get("loading") == "lazy" else "now"
        for tile in tiles(alice_client.get("/"))
    ]
    assert lazy == ["now"] * 8 + ["lazy"] * 12


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1024, 1024, "r-100"),
        (1536, 1024, "r-150"),
        (1024, 1536, "r-67"),
        (1536, 864, "r-178"),
        (3000, 1000, "r-240"),
    ],
)
def test_box_has_the_pictures_ratio_before_it_arrives(
    alice_client: Client, width: int, height: int, expected: str
) -> None:
    make_image(blob=make_blob(width=width, height=height))
    assert expected in tiles(alice_client.get("/"))[0]["class"]


def test_every_ratio_is_in_the_stylesheet() -> None:
    from django.conf import settings

    from gallery.pages.cards import RATIOS

    sheet = (settings.BASE_DIR / "static/css/gallery.css").read_text()
    named = {int(name) for name in re.findall(r"\.r-(\d+) \{", sheet)}
    assert named | {100} == set(RATIOS)


@pytest.mark.parametrize(
    "prompt",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</bdi></a></li><h1>Gone</h1>",
        "{{ page }} {% url 'x' %}",
        "&lt;b&gt;",
    ],
)
def test_markup_in_a_prompt_is_text(alice_client: Client, prompt: str) -> None:
    make_image(prompt=prompt)
    response = alice_client.get("/")
    assert visible_prompts(response) == [prompt]
    assert not parsed(response).select("main script, main h1:not(.unseen), img[onerror]")


def test_direction_marks_stay_inside_the_caption(alice_client: Client) -> None:
    make_image(prompt="\u202eevil\u2066 text")
    caption = tiles(alice_client.get("/"))[0].select_one(".caption")
    assert caption.name == "bdi"


@pytest.mark.parametrize("prompt", [None, "", "  \n "])
def test_card_without_prompt_says_so(alice_client: Client, prompt: str | None) -> None:
    make_image(prompt=prompt)
    assert visible_prompts(alice_client.get("/")) == ["The transcript holds no prompt"]


def test_misread_prompt_is_shown_repaired(alice_client: Client) -> None:
    make_image(prompt="the echidnaâ€™s body")
    assert visible_prompts(alice_client.get("/")) == ["the echidna\u2019s body"]


@pytest.mark.parametrize("prompt", ["a" * 100_000, "漢字" * 5_000, "&<>\"'" * 5_000, "🦊" * 5_000])
def test_full_page_is_light_whatever_the_prompts(alice_client: Client, prompt: str) -> None:
    placeholder = "data:image/webp;base64," + "A" * 227
    with together():
        response = make_response(image_model="gpt-image-2.5-sunburst-2026-09-08", total_tokens=123_456)
        item = make_item(response=response)
        for number in range(PAGE_SIZE + 1):
            make_image(
                prompt=prompt,
                response=response,
                item=item,
                index=number,
                blob=make_blob(placeholder=placeholder, has_c2pa=True),
            )
    unfold()
    page = alice_client.get("/")
    assert len(tiles(page)) == PAGE_SIZE
    assert len(page.content) <= 60_000


@pytest.mark.parametrize(("way", "count"), [("", MORE_SIZE), ("&back=yes", BACK_SIZE)])
def test_script_gets_few_more_pictures_while_one_scrolls_and_many_to_find_a_place_again(
    alice_client: Client, way: str, count: int
) -> None:
    make_images(PAGE_SIZE + BACK_SIZE + 1)
    unfold()
    after = parsed(alice_client.get("/")).select_one("[data-next]")["href"]
    more = alice_client.get(f"{after}{way}", headers={"HX-Request": "true"})
    assert len(tiles(more)) == count
    assert "back" not in parsed(more).select_one("[data-next]")["href"]


def test_more_pictures_cost_no_more_queries(alice_client: Client) -> None:
    make_images(3)
    with CaptureQueriesContext(
        connection,
    ) as few:
        alice_client.get("/")
    make_images(100, state="elided")
    with CaptureQueriesContext(connection) as many:
        alice_client.get("/")
    assert len(few) == len(many) == QUERIES


def test_stack_is_counted_to_a_thousand(alice_client: Client) -> None:
    def add(first: int, last: int) -> None:
        values = {field.attname: getattr(top, field.attname) for field in Image._meta.concrete_fields}
        Image.objects.bulk_create(
            Image(**{**values, "id": top.pk - number, "index": number, "is_stack_top": False})
            for number in range(first, last)
        )

    def said() -> Any:
        return tiles(alice_client.get("/"))[0].select_one(".badge").get_text()

    top = make_image(state="missing")
    add(1, 1_000)
    assert said() == "1000"
    add(1_000, 1_001)
    assert said() == "1000+"


def test_page_allows_no_inline_style_or_script(alice_client: Client) -> None:
    make_image()
    soup = parsed(alice_client.get("/"))
    assert not soup.select("[style], style, script:not([src])")
    assert not [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)]


@pytest.mark.parametrize("query", ["", "heron ", "tokens:>300", "heron tokens:>300"])
def test_huge_stack_and_its_neighbours_take_as_many_queries(alice_client: Client, query: str) -> None:
    def asked(address: str) -> int:
        alice_client.get(address)
        with CaptureQueriesContext(connection) as queries:
            alice_client.get(address)
        return len(queries)

    def add(count: int, prompt: str) -> Image:
        with together():
            for number in range(count):
                last = make_image(state="missing", prompt=prompt.format(number), total_tokens=400)
        return last

    add(5, "A heron in the rain")
    place = add(60, "A heron, take {}")
    first, after = f"/?q={query}", f"/?q={query}&before={place.pk}"
    counts = (asked(first), asked(after))
    add(60, "A heron in the rain")
    add(50, "A heron, retake {}")
    assert (asked(first), asked(after)) == counts
    # After the page's own: whether the words are common, where they are not all that is asked; then the way back.
    is_mixed = query == "heron tokens:>300"
    assert counts == (QUERIES + is_mixed, QUERIES + 1 + 2 * is_mixed)
