"""Collections: their list, their pages, their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gallery import collections, shelving
from gallery.models import Collection, Image
from tests.factories import make_image, together
from tests.html import is_whole_page, parsed, visible_prompts, words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def collection(alice: Any) -> Collection:
    return collections.make_collection(alice, "Posters", "For the fair\nin May")


def fill(collection: Collection, alice: Any, count: int) -> list[Image]:
    with together():
        images = [make_image(prompt=f"Take {number}") for number in range(1, count + 1)]
    collections.add(alice, collection, [image.pk for image in images])
    return images


def order_of(collection: Collection) -> list[str]:
    places = collection.places.order_by("position", "id").select_related("image")
    return [str(place.image.prompt).removeprefix("Take ") for place in places]


def test_pictures_stand_in_the_order_given_not_by_age(
    alice_client: Client, alice: Any, collection: Collection
) -> None:
    fill(collection, alice, 3)
    page = alice_client.get(f"/collections/{collection.pk}")
    assert visible_prompts(page) == ["Take 1", "Take 2", "Take 3"]
    assert "For the fair" in words(page)


@pytest.mark.parametrize(
    ("do", "chosen", "order"),
    [
        ("first", [3, 4], "34125"),
        ("last", [1, 2], "34512"),
        ("earlier", [3, 4], "13425"),
        ("earlier", [1, 2], "12345"),
        ("later", [1, 2], "31245"),
        ("later", [5], "12345"),
        ("take-out", [2, 4], "135"),
    ],
)
def test_pictures_are_arranged(
    alice_client: Client, alice: Any, collection: Collection, do: str, chosen: list[int], order: str
) -> None:
    images = fill(collection, alice, 5)
    data = {
        "do": do,
        "in_collection": collection.pk,
        "images": ",".join(str(images[number - 1].pk) for number in chosen),
    }
    assert alice_client.post("/selection/apply", data, headers=HTMX).status_code == 200
    assert "".join(order_of(collection)) == order


def test_pages_follow_each_other_without_gap_or_repeat(
    alice_client: Client, alice: Any, collection: Collection
) -> None:
    fill(collection, alice, 100)
    seen, address = [], f"/collections/{collection.pk}"
    for _ in range(3):
        page = alice_client.get(address)
        seen += visible_prompts(page)
        link = parsed(page).select_one("[data-next]")
        address = link["href"] if link else ""
    assert seen == [f"Take {number}" for number in range(1, 101)]
    assert address == ""


def test_next_tiles_come_as_a_fragment(alice_client: Client, alice: Any, collection: Collection) -> None:
    fill(collection, alice, 60)
    link = parsed(alice_client.get(f"/collections/{collection.pk}")).select_one("[data-next]")["href"]
    fragment = alice_client.get(link, headers=HTMX)
    assert not is_whole_page(fragment)
    assert len(parsed(fragment).select(".tile")) == 12
    for header in ("HX-Boosted", "HX-History-Restore-Request"):
        assert is_whole_page(alice_client.get(link, headers={**HTMX, header: "true"}))


def test_deleted_picture_keeps_its_place_for_when_it_is_restored(
    alice_client: Client, alice: Any, collection: Collection
) -> None:
    images = fill(collection, alice, 3)
    shelving.put_in_trash([images[1].pk], alice)
    page = alice_client.get(f"/collections/{collection.pk}")
    assert visible_prompts(page) == ["Take 1", "Take 3"]
    assert "1 hidden or in the trash" in words(page)
    shelving.restore([images[1].pk])
    assert len(visible_prompts(alice_client.get(f"/collections/{collection.pk}"))) == 3


def test_cover_is_the_one_chosen_or_else_the_first(
    alice_client: Client, alice: Any, collection: Collection
) -> None:
    images = fill(collection, alice, 2)

    def cover() -> str:
        return str(parsed(alice_client.get("/collections")).select_one(".collections img")["src"])

    assert images[0].blob_id in cover()
    data = {"do": "cover", "in_collection": collection.pk, "images": images[1].pk}
    alice_client.post("/selection/apply", data, headers=HTMX)
    assert images[1].blob_id in cover()
    collections.take_out(collection, [images[1].pk])
    assert images[0].blob_id in cover()


def test_collection_is_made_described_and_removed(alice_client: Client, alice: Any) -> None:
    answer = alice_client.post("/collections/new", {"name": " Blue\tthings ", "note": "n"})
    collection = Collection.objects.get()
    assert answer["Location"] == f"/collections/{collection.pk}"
    assert (collection.name, collection.owner) == ("Blue things", alice)
    edit = f"/collections/{collection.pk}/edit"
    alice_client.post(edit, {"do": "describe", "name": "Red things", "note": ""})
    collection.refresh_from_db()
    assert (collection.name, collection.note) == ("Red things", "")
    images = fill(collection, alice, 2)
    assert "its pictures are still here" in words(alice_client.post(edit, {"do": "remove"}, follow=True))
    assert Image.objects.cards().count() == len(images)


@pytest.mark.parametrize(
    ("name", "note", "sentence"),
    [("", "", "needs a name"), ("x" * 121, "", "at most 120"), ("a", "x" * 5001, "at most 5,000")],
)
def test_bad_name_or_note_is_said_and_what_was_typed_stays(
    alice_client: Client, collection: Collection, name: str, note: str, sentence: str
) -> None:
    for address in ("/collections/new", f"/collections/{collection.pk}/edit"):
        answer = alice_client.post(address, {"do": "describe", "name": name, "note": note})
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert parsed(answer).select_one("#collection-name")["value"] == name


def test_name_in_markup_or_nul_is_inert(alice_client: Client) -> None:
    alice_client.post("/collections/new", {"name": "<b>bold</b>\0", "note": "<script>"})
    assert "<b>bold</b>" in words(alice_client.get("/collections"))
    assert parsed(alice_client.get("/collections")).select_one(".collections b") is None


def test_collection_that_is_not_there_is_not_found(alice_client: Client) -> None:
    for pk in ("1", "9" * 30):
        assert alice_client.get(f"/collections/{pk}").status_code == 404
        assert alice_client.post(f"/collections/{pk}/edit", {"do": "remove"}).status_code == 404


@pytest.mark.parametrize("place", ["", "x", "1", "1.2.3", "9" * 30 + ".1", "999999999999999999.1", "-1.-1"])
def test_bad_place_gives_the_beginning_or_an_end(
    alice_client: Client, alice: Any, collection: Collection, place: str
) -> None:
    fill(collection, alice, 2)
    assert alice_client.get(f"/collections/{collection.pk}", {"after": place}).status_code == 200
    assert alice_client.get("/collections", {"before": place}).status_code == 200


def test_list_goes_on_after_its_first_page(alice_client: Client, alice: Any) -> None:
    for number in range(50):
        collections.make_collection(alice, f"Number {number}")
    page = alice_client.get("/collections")
    link = parsed(page).select_one(".after-list a")["href"]
    names = [name.get_text() for name in parsed(page).select(".collection-name")]
    names += [name.get_text() for name in parsed(alice_client.get(f"{link}")).select(".collection-name")]
    assert names == [f"Number {number}" for number in range(49, -1, -1)]


def test_empty_ones_say_what_to_do(alice_client: Client, collection: Collection) -> None:
    assert "Nothing in it yet" in words(alice_client.get(f"/collections/{collection.pk}"))
    Collection.objects.all().delete()
    assert "No collections yet" in words(alice_client.get("/collections"))


def test_picture_says_its_collections_and_leaves_one(
    alice_client: Client, alice: Any, collection: Collection
) -> None:
    image = make_image()
    alice_client.post(f"/images/{image.pk}/collections", {"add": "posters"})
    assert order_of(collection) == [image.prompt]
    link = parsed(alice_client.get(f"/images/{image.pk}")).select_one(".chip a[href^='/collections/']")
    assert link["href"] == f"/collections/{collection.pk}"
    alice_client.post(f"/images/{image.pk}/collections", {"remove": str(collection.pk)})
    assert order_of(collection) == []
    answer = alice_client.post(f"/images/{image.pk}/collections", {"add": ""}, headers=HTMX)
    assert answer.status_code == 422


def test_neighbours_of_a_picture_are_those_of_the_collection(
    alice_client: Client, alice: Any, collection: Collection
) -> None:
    fill(collection, alice, 2)
    make_image(prompt="Elsewhere")
    tile = parsed(alice_client.get(f"/collections/{collection.pk}")).select_one(".tile a")
    page = parsed(alice_client.get(tile["href"]))
    assert page.select("[data-steps] a[rel]")
    assert all("in%3A" in link["href"] for link in page.select("[data-steps] a[rel]"))


@pytest.mark.parametrize("address", ["/collections", "/collections/1", "/collections/names", "/tags/names"])
def test_signed_out_readers_see_nothing(client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/sign-in")


def test_more_pictures_and_collections_cost_no_more_queries(
    alice_client: Client, alice: Any, collection: Collection, django_assert_num_queries: Any
) -> None:
    fill(collection, alice, 2)
    alice_client.get("/collections")
    with django_assert_num_queries(4):
        alice_client.get("/collections")
    with django_assert_num_queries(8):
        alice_client.get(f"/collections/{collection.pk}")
    for number in range(100):
        collections.make_collection(alice, f"Number {number}")
    fill(collection, alice, 100)
    with django_assert_num_queries(4):
        alice_client.get("/collections")
    with django_assert_num_queries(8):
        alice_client.get(f"/collections/{collection.pk}")
