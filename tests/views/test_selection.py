"""Many pictures at once: what is done to them, and what is refused with a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from gallery import blobs, curation, selections
from gallery.models import Collection, Image, ImageTag, Mark, Selection
from tests.factories import make_blob, make_image, make_user, together, unfold
from tests.html import is_whole_page, parsed, words
from tests.views.pages import fetch

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def apply(client: Client, images: list[Image], do: str, **values: str) -> Any:
    data = {"do": do, "images": ",".join(str(image.pk) for image in images), **values}
    return client.post("/selection/apply", data, headers=HTMX)


def select_all(client: Client, query: str = "") -> Any:
    return parsed(client.post("/selection", {"q": query}, headers=HTMX)).select_one("[data-token]")


def unpacked(response: Any) -> zipfile.ZipFile:
    assert response.streaming
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_favourites_and_ratings_are_the_readers_own(alice_client: Client, alice: Any) -> None:
    images = [make_image() for _ in range(3)]
    assert "3 pictures among your favourites" in words(apply(alice_client, images, "favourite"))
    apply(alice_client, images[:2], "rate", rating="4")
    assert Mark.objects.filter(user=alice, is_favourite=True).count() == 3
    assert Mark.objects.filter(user=alice, rating=4).count() == 2


def test_tags_are_added_and_removed(alice_client: Client) -> None:
    images = [make_image() for _ in range(2)]
    apply(alice_client, images, "tag", tag="poster, Blue Dot")
    assert ImageTag.objects.count() == 4
    apply(alice_client, images[:1], "untag", tag="blue dot")
    assert ImageTag.objects.count() == 3


def test_hidden_and_deleted_ones_come_back_by_undo(alice_client: Client) -> None:
    images = [make_image() for _ in range(2)]
    for do, taken_back in [("hide", "show"), ("trash", "restore")]:
        answer = parsed(apply(alice_client, images, do))
        assert not Image.objects.cards().exists()
        undo = answer.select_one("[data-undo]")
        assert undo["data-undo"] == taken_back
        alice_client.post(
            "/selection/apply", {"do": undo["data-undo"], "images": undo["data-images"]}, headers=HTMX
        )
        assert Image.objects.cards().count() == 2


def test_new_collection_is_made_by_its_name_and_filled_once(alice_client: Client) -> None:
    images = [make_image() for _ in range(3)]
    apply(alice_client, images[:2], "collect", collection_name="Posters")
    answer = apply(alice_client, images, "collect", collection_name=" posters ")
    assert "1 picture put into the collection “Posters”; 2 were in it already" in words(answer)
    assert list(Collection.objects.get().places.values_list("image_id", flat=True)) == [
        image.pk for image in images
    ]


def test_all_that_match_are_chosen_by_a_token(alice_client: Client) -> None:
    herons = [make_image(prompt=f"A heron {number}") for number in range(3)]
    make_image(prompt="A crane")
    token = select_all(alice_client, "heron")
    assert token["data-count"] == "3"
    alice_client.post("/selection/apply", {"do": "favourite", "selection": token["data-token"]}, headers=HTMX)
    assert set(Mark.objects.values_list("image_id", flat=True)) == {image.pk for image in herons}


def test_token_stands_for_folded_pictures_too(alice_client: Client) -> None:
    first = make_image(prompt="A heron")
    make_image(prompt="A heron", response=first.response, position=1)
    assert len(parsed(alice_client.get("/")).select(".tile")) == 1
    assert select_all(alice_client)["data-count"] == "2"


def test_stale_token_does_nothing_and_gives_a_fresh_count(alice_client: Client) -> None:
    make_image(prompt="A heron")
    token = select_all(alice_client, "heron")["data-token"]
    make_image(prompt="A second heron")
    answer = alice_client.post("/selection/apply", {"do": "trash", "selection": token}, headers=HTMX)
    assert answer.status_code == 409
    assert "There were 1, and now there are 2" in words(answer)
    assert Image.objects.cards().count() == 2
    fresh = parsed(answer).select_one("[data-token]")
    again = {"do": "trash", "selection": fresh["data-token"]}
    assert alice_client.post("/selection/apply", again, headers=HTMX).status_code == 200
    assert not Image.objects.cards().exists()


def test_token_of_somebody_else_is_worth_nothing(alice_client: Client, client_of: Any) -> None:
    make_image()
    token = select_all(client_of(make_user()))["data-token"]
    answer = alice_client.post("/selection/apply", {"do": "trash", "selection": token}, headers=HTMX)
    assert answer.status_code == 422
    assert "Select the pictures again" in words(answer)
    assert Image.objects.cards().exists()


def test_old_tokens_are_swept(alice_client: Client) -> None:
    make_image()
    select_all(alice_client)
    Selection.objects.update(made_at="2020-01-01T00:00:00Z")
    select_all(alice_client)
    assert Selection.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"do": "favourite"}, "No picture is selected"),
        ({"do": "favourite", "images": "x"}, "does not name a picture"),
        ({"do": "favourite", "images": "9" * 30}, "does not name a picture"),
        ({"do": "favourite", "selection": "\0"}, "Select the pictures again"),
        ({"do": "fly", "images": "1"}, "nothing of that kind"),
        ({"do": "rate", "images": "1", "rating": "six"}, "from 1 to 5"),
        ({"do": "tag", "images": "1", "tag": " , "}, "Which tag?"),
        ({"do": "tag", "images": "1", "tag": "!"}, "needs a letter"),
        ({"do": "collect", "images": "1", "collection_name": " "}, "needs a name"),
        ({"do": "first", "images": "1", "in_collection": "12"}, "That collection is gone"),
        ({"do": "cover", "images": "1,2", "in_collection": "12"}, "select just one"),
    ],
)
def test_what_cannot_be_done_is_said(alice_client: Client, values: dict[str, str], sentence: str) -> None:
    answer = alice_client.post("/selection/apply", values, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_pictures_that_are_gone_do_no_harm(alice_client: Client) -> None:
    image = make_image()
    for do, more in [
        ("favourite", {}),
        ("tag", {"tag": "a"}),
        ("collect", {"collection_name": "b"}),
        ("trash", {}),
    ]:
        data = {"do": do, "images": f"{image.pk},12345", **more}
        assert alice_client.post("/selection/apply", data, headers=HTMX).status_code == 200


def test_more_than_can_be_worked_on_is_refused(alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selections, "MOST_PICTURES", 1)
    images = [make_image() for _ in range(2)]
    assert "At most 1 pictures at once" in words(apply(alice_client, images, "hide"))
    token = select_all(alice_client)["data-token"]
    answer = alice_client.post("/selection/download", {"selection": token}, headers=HTMX)
    assert "these are 2" in words(answer)


def test_form_without_script_comes_back_to_its_page(alice_client: Client) -> None:
    images = [make_image() for _ in range(2)]
    data = {"do": "favourite", "image": [image.pk for image in images], "back": "/?q=heron"}
    answer = alice_client.post("/selection/apply", data)
    assert (answer.status_code, answer["Location"]) == (302, "/?q=heron")
    assert "2 pictures among your favourites" in words(alice_client.get("/"))


def test_form_without_script_is_told_on_a_page_what_is_wrong(alice_client: Client) -> None:
    answer = alice_client.post("/selection/apply", {"do": "favourite"})
    assert answer.status_code == 422
    assert is_whole_page(answer)
    assert "No picture is selected" in words(answer)


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_way_back_leads_nowhere_else(alice_client: Client, address: str) -> None:
    image = make_image()
    answer = alice_client.post("/selection/apply", {"do": "hide", "image": image.pk, "back": address})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("address", ["/selection", "/selection/apply", "/selection/download"])
def test_nothing_is_chosen_or_done_signed_out_or_by_a_link(
    client: Client, alice_client: Client, address: str
) -> None:
    assert client.post(address, {"do": "trash"}).status_code == 302
    assert alice_client.get(address).status_code == 405


def test_grid_works_as_a_plain_form(alice_client: Client) -> None:
    images = [make_image() for _ in range(2)]
    unfold()
    page = parsed(alice_client.get("/"))
    form = page.select_one("form#bulk")
    boxes = page.select(f"input[type=checkbox][form={form['id']}][name=image]")
    assert {box["value"] for box in boxes} == {str(image.pk) for image in images}
    assert form["action"] == "/selection/apply"


def test_download_holds_picture_facts_and_export(alice_client: Client, alice: Any) -> None:
    blob = make_blob(media_type="image/png")
    blobs.put("blobs", blob.sha256, b"the bytes of a picture")
    image = make_image(prompt="A blue dot / on white", blob=blob)
    curation.add_tags(alice, [image.pk], ["poster"])
    answer = alice_client.post("/selection/download", {"images": str(image.pk)})
    archive = unpacked(answer)
    day = f"{image.generated_at:%Y-%m-%d}"
    stem = f"{day} A blue dot on white"
    assert sorted(archive.namelist()) == [f"{stem}.json", f"{stem}.png", "responses.jsonl"]
    assert archive.read(f"{stem}.png") == b"the bytes of a picture"
    facts = json.loads(archive.read(f"{stem}.json"))
    assert (facts["file"], facts["tags"], facts["image"]["prompt"]) == (
        f"{stem}.png",
        ["poster"],
        "A blue dot / on white",
    )
    [line] = archive.read("responses.jsonl").splitlines()
    assert json.loads(line)["response_id"] == image.response.response_id


def test_pictures_of_one_prompt_and_day_have_names_of_their_own(alice_client: Client) -> None:
    images = [make_image(prompt="A heron", blob=make_blob()) for _ in range(3)]
    for image in images:
        blobs.put("blobs", image.blob.sha256, b"x")
    names = unpacked(
        alice_client.post("/selection/download", {"images": ",".join(str(image.pk) for image in images)})
    ).namelist()
    assert len(set(names)) == 7


def test_picture_without_a_file_is_told_of_in_the_download(alice_client: Client) -> None:
    elided = make_image(prompt="Elided", blob=None, state=Image.State.ELIDED)
    lost = make_image(prompt="Lost", blob=make_blob())
    archive = unpacked(alice_client.post("/selection/download", {"images": f"{elided.pk},{lost.pk},12345"}))
    facts = [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]
    assert [(fact["image"]["prompt"], fact["file"]) for fact in facts] == [("Elided", None), ("Lost", None)]
    assert facts[1]["why_no_file"] == "The picture's file is missing from the storage."


def test_download_asks_as_often_for_many_as_for_few(
    alice_client: Client, django_assert_max_num_queries: Any
) -> None:
    with together():
        images = [make_image() for _ in range(80)]
    with django_assert_max_num_queries(16):
        fetched = alice_client.post(
            "/selection/download", {"images": ",".join(str(image.pk) for image in images)}
        )
        unpacked(fetched)


def test_names_complete_what_is_typed(alice_client: Client, alice: Any) -> None:
    image = make_image()
    curation.add_tags(alice, [image.pk], ["poster", "Portrait", "blue"])
    Collection.objects.create(name="Blue things")
    assert [
        option["value"] for option in parsed(fetch(alice_client, "/tags/names?begun=po")).select("option")
    ] == [
        "Portrait",
        "poster",
    ]
    kept = parsed(fetch(alice_client, "/tags/names", {"begun": "heron, bl"})).select("option")
    assert [option["value"] for option in kept] == ["heron, blue"]
    found = parsed(fetch(alice_client, "/collections/names?begun=THING")).select("option")
    assert [option["value"] for option in found] == ["Blue things"]
