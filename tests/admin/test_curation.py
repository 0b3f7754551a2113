"""What people added, in the admin: looked at, looked after, and private where it is private."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gallery import curation, shelving
from gallery.admin import tags
from gallery.admin.base import INLINE_ROWS
from gallery.models import Collection, Image, ImageNote, ImageTag, Mark, SavedSearch, Tag
from tests.admin.archive import ADDED, act, add_to, fill, first, list_url, listed, one, page_url, parsed, said
from tests.factories import make_blob, make_image, make_user, together

HOSTILE = "<script>alert(1)</script>\u202e\"'><img src=x>"


def text_of(client: Client, url: str) -> str:
    return " ".join(parsed(client, url).get_text(" ").split())


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def delete(client: Client, row: Any) -> Any:
    """By the button on its page, with the question answered."""
    url = page_url(row).replace("/change/", "/delete/")
    return client.post(url, {"post": "yes"})


@pytest.mark.parametrize("model", ADDED)
def test_an_empty_list_says_so(charlie_client: Client, model: Any) -> None:
    assert listed(charlie_client, model) == set()


@pytest.mark.parametrize("term", ["%00", "'", "\\", "99999999999999999999999", "\u202e", "%ED%A0%80"])
@pytest.mark.parametrize("model", ADDED)
def test_no_search_term_breaks_a_list(charlie_client: Client, model: Any, term: str) -> None:
    fill()
    assert charlie_client.get(list_url(model, f"?q={term}")).status_code == 200


@pytest.mark.parametrize("model", ADDED)
def test_no_list_scans_for_distinct_values(charlie_client: Client, model: Any) -> None:
    fill()
    with CaptureQueriesContext(connection) as captured:
        charlie_client.get(list_url(model))
    assert not [query for query in captured if "DISTINCT" in query["sql"].upper()]


@pytest.mark.parametrize("model", [Collection, ImageNote, Mark])
def test_lists_show_the_picture(charlie_client: Client, model: Any) -> None:
    fill()
    assert parsed(charlie_client, list_url(model)).select("#result_list img.gallery-thumb")


@pytest.mark.parametrize("model", [Collection, ImageNote, Mark, SavedSearch, Tag])
def test_what_people_typed_is_inert(charlie_client: Client, model: Any) -> None:
    user = make_user(username="dora")
    image = make_image(prompt=HOSTILE)
    add_to(image, by=user)
    Collection.objects.update(name=HOSTILE[:60], note=HOSTILE)
    ImageNote.objects.update(text=HOSTILE)
    SavedSearch.objects.update(name=HOSTILE[:60], query=HOSTILE)
    Tag.objects.update(name=HOSTILE[:60])
    for url in (list_url(model), page_url(first(model))):
        assert not parsed(charlie_client, url).select("#content script:not([src]), img[src=x]")


@pytest.mark.parametrize("model", [Collection, Mark, Tag])
def test_what_people_added_is_not_deleted_here(charlie_client: Client, model: Any) -> None:
    fill()
    assert delete(charlie_client, first(model)).status_code == 403
    assert model.objects.count() == 1


# Tags


def test_tags_are_listed_with_how_many_pictures_bear_them(
    charlie_client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [make_image().pk for _ in range(3)]
    curation.add_tags(alice, images, ["heron"])
    curation.add_tags(alice, images[:1], ["crane"])
    counts = [cell.get_text() for cell in parsed(charlie_client, list_url(Tag)).select(".field-pictures")]
    assert counts == ["1", "3"]
    monkeypatch.setattr(tags, "MOST_COUNTED", 2)
    counts = [cell.get_text() for cell in parsed(charlie_client, list_url(Tag)).select(".field-pictures")]
    assert counts == ["1", "more than 2"]


def test_renamed_tag_is_found_by_its_new_name(charlie_client: Client, alice: User) -> None:
    image = make_image()
    curation.add_tags(alice, [image.pk], ["herron"])
    charlie_client.post(page_url(first(Tag)), {"name": "Gray  Héron"})
    tag = Tag.objects.get()
    assert (tag.name, tag.key) == ("Gray Héron", "gray heron")
    assert [tag.name for tag in curation.tags_of(image.pk)] == ["Gray Héron"]


@pytest.mark.parametrize(
    ("name", "sentence"), [("CRANE", "There is a tag “crane” already"), ("!!!", "needs a letter")]
)
def test_name_that_cannot_be_is_said_and_nothing_changes(
    charlie_client: Client, alice: User, name: str, sentence: str
) -> None:
    curation.add_tags(alice, [make_image().pk], ["crane"])
    curation.add_tags(alice, [make_image().pk], ["heron"])
    answer = charlie_client.post(page_url(Tag.objects.get(name="heron")), {"name": name})
    assert sentence in answer.content.decode()
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["crane", "heron"]


def test_merging_asks_which_tag_stays_and_keeps_every_picture(charlie_client: Client, alice: User) -> None:
    both, one_only, other_only = (make_image().pk for _ in range(3))
    curation.add_tags(alice, [both, one_only], ["heron"])
    curation.add_tags(alice, [both, other_only], ["herron"])
    moment = ImageTag.objects.get(image=other_only).tagged_at
    stays, goes = Tag.objects.get(name="heron"), Tag.objects.get(name="herron")
    question = act(charlie_client, "merge", stays, goes)
    assert "The tag that stays" in question.content.decode()
    assert Tag.objects.count() == 2
    data = {"action": "merge", "_selected_action": [stays.pk, goes.pk], "into": stays.pk}
    answer = charlie_client.post(list_url(Tag), data, follow=True)
    assert "1 more picture bears it" in " ".join(said(answer))
    assert list(Tag.objects.all()) == [stays]
    assert {row.image_id: row.tag_id for row in ImageTag.objects.all()} == dict.fromkeys(
        [both, one_only, other_only], stays.pk
    )
    moved = ImageTag.objects.get(image=other_only)
    assert (moved.tagged_at, moved.tagged_by) == (moment, alice)


def test_one_tag_alone_is_not_merged(charlie_client: Client, alice: User) -> None:
    curation.add_tags(alice, [make_image().pk], ["heron"])
    assert said(act(charlie_client, "merge", first(Tag))) == ["Choose from 2 to 50 tags; nothing was done."]


def test_merging_into_a_tag_that_was_not_chosen_asks_again(charlie_client: Client, alice: User) -> None:
    curation.add_tags(alice, [make_image().pk], ["heron", "crane", "stork"])
    chosen, other = list(Tag.objects.all())[:2], Tag.objects.last()
    assert other
    data = {"action": "merge", "_selected_action": [tag.pk for tag in chosen], "into": other.pk}
    assert "The tag that stays" in charlie_client.post(list_url(Tag), data).content.decode()
    assert Tag.objects.count() == 3


def test_staff_who_may_only_look_neither_rename_nor_merge(
    client_of: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    curation.add_tags(alice, [make_image().pk], ["heron", "crane"])
    dana = make_user(is_staff=True)
    dana.user_permissions.add(Permission.objects.get(codename="view_tag"))
    client = client_of(dana)
    assert client.post(page_url(first(Tag)), {"name": "x"}).status_code == 403
    act(client, "merge", *Tag.objects.all())
    assert Tag.objects.count() == 2


# Collections


def test_a_collection_shows_its_cover_and_its_first_pictures_in_order(
    charlie_client: Client, alice: User
) -> None:
    collection = Collection.objects.create(name="Posters", note="For the fair.", owner=alice)
    images = [make_image(prompt=f"take {number}") for number in range(3)]
    for position, image in zip((3, 1, 2), images, strict=True):
        collection.places.create(image=image, position=position, added_by=alice)
    collection.cover = images[2]
    collection.save()
    page = parsed(charlie_client, page_url(collection))
    assert [cell.get_text() for cell in page.select("td.field-prompt")] == ["take 1", "take 2", "take 0"]
    assert images[2].blob_id in str(one(page, ".field-picture img"))
    assert "For the fair." in page.get_text()


@pytest.mark.parametrize("model", [Collection, Tag])
def test_a_page_with_very_many_pictures_shows_the_first_and_costs_no_more(
    charlie_client: Client, alice: User, model: Any
) -> None:
    def grow(count: int) -> None:
        with together():
            for _ in range(count):
                image = make_image(state="missing")
                collection.places.create(image=image, position=1, added_by=make_user())
                ImageTag.objects.create(image=image, tag=tag, tagged_by=make_user())

    add_to(make_image(), by=alice)
    collection, tag = first(Collection), first(Tag)
    grow(2)
    url = page_url(first(model))
    charlie_client.get(url)
    few = queries(charlie_client, url)
    grow(100)
    assert queries(charlie_client, url) == few
    page = parsed(charlie_client, url)
    assert len(page.select(".gallery-rows tbody tr")) == INLINE_ROWS
    assert "All pictures" in one(page, ".gallery-more").get_text()


# Notes


def test_notes_are_found_by_their_words_and_their_author(charlie_client: Client, alice: User) -> None:
    image = make_image()
    wanted = ImageNote.objects.create(image=image, author=alice, text="The beak is wrong.")
    ImageNote.objects.create(image=image, author=make_user(), text="Good.")
    for term in ("beak", "alice", wanted.pk):
        assert listed(charlie_client, ImageNote, f"?q={term}") == {str(wanted.pk)}, term


def test_a_note_is_deleted_but_not_edited(charlie_client: Client, alice: User) -> None:
    note = ImageNote.objects.create(image=make_image(), author=alice, text="Good.")
    charlie_client.post(page_url(note), {"text": "Bad."})
    note.refresh_from_db()
    assert note.text == "Good."
    assert delete(charlie_client, note).status_code == 302
    assert not ImageNote.objects.exists()


def test_several_notes_are_deleted_at_once(charlie_client: Client, alice: User) -> None:
    image = make_image()
    chosen = [ImageNote.objects.create(image=image, author=alice, text=f"{number}") for number in range(3)]
    data = {
        "action": "delete_selected",
        "_selected_action": [note.pk for note in chosen[:2]],
        "post": "yes",
    }
    charlie_client.post(list_url(ImageNote), data)
    assert list(ImageNote.objects.all()) == chosen[2:]


# Marks


def test_marks_can_be_filtered_by_rating(charlie_client: Client, alice: User) -> None:
    liked, other = make_image(), make_image()
    curation.rate(alice, [liked.pk], 5)
    curation.rate(alice, [other.pk], 2)
    assert listed(charlie_client, Mark, "?rating=5") == {str(Mark.objects.get(rating=5).pk)}
    assert len(listed(charlie_client, Mark, "?rating=x")) == 2


# Saved searches


def test_what_others_keep_private_is_not_shown(charlie_client: Client, charlie: User, alice: User) -> None:
    private = SavedSearch.objects.create(owner=alice, name="Secret", query="client")
    shared = SavedSearch.objects.create(owner=alice, name="Herons", query="heron", is_shared=True)
    own = SavedSearch.objects.create(owner=charlie, name="Mine", query="crane")
    assert listed(charlie_client, SavedSearch) == {str(shared.pk), str(own.pk)}
    assert listed(charlie_client, SavedSearch, f"?q={private.pk}") == set()
    assert "Secret" not in charlie_client.get(page_url(private), follow=True).content.decode()
    delete(charlie_client, private)
    assert SavedSearch.objects.filter(pk=private.pk).exists()


def test_a_shared_search_leads_to_what_it_finds_and_can_be_deleted(
    charlie_client: Client, alice: User
) -> None:
    search = SavedSearch.objects.create(
        owner=alice, name="Herons", query='heron "blue dot"', sort="best", is_shared=True
    )
    page = parsed(charlie_client, page_url(search))
    found = one(page, ".field-see a")
    assert found["href"] == "/?q=heron+%22blue+dot%22&sort=best"
    delete(charlie_client, search)
    assert not SavedSearch.objects.exists()


# Hidden and trashed pictures


def test_pictures_can_be_filtered_by_the_trash(charlie_client: Client) -> None:
    lately, long_ago, never = (make_image() for _ in range(3))
    shelving.put_in_trash([lately.pk, long_ago.pk], None)
    Image.objects.filter(pk=long_ago.pk).update(trashed_at=timezone.now() - timedelta(days=31))
    assert listed(charlie_client, Image, "?trash=in") == {str(lately.pk), str(long_ago.pk)}
    assert listed(charlie_client, Image, "?trash=after") == {str(long_ago.pk)}
    assert listed(charlie_client, Image, "?trash=out") == {str(never.pk)}
    assert len(listed(charlie_client, Image, "?trash=x")) == 3


def test_pictures_are_put_in_the_trash_and_restored_however_long_ago(
    charlie_client: Client, charlie: User
) -> None:
    images = [make_image(prompt="A heron"), make_image(prompt="A crane")]
    assert said(act(charlie_client, "put_in_trash", *images)) == ["2 pictures put in the trash."]
    assert set(Image.objects.values_list("trashed_by", flat=True)) == {charlie.pk}
    assert not Image.objects.cards().exists()
    Image.objects.update(trashed_at=timezone.now() - timedelta(days=400))
    assert said(act(charlie_client, "restore", images[0])) == ["1 picture restored."]
    assert list(Image.objects.cards()) == [images[0]]
    assert "A heron" in charlie_client.get("/?q=heron").content.decode()


def test_page_of_a_trashed_picture_says_since_when_and_by_whom(charlie_client: Client, alice: User) -> None:
    image = make_image()
    shelving.put_in_trash([image.pk], alice)
    assert "by alice" in " ".join(
        one(parsed(charlie_client, page_url(image)), ".field-trash").get_text().split()
    )


def test_of_very_many_pictures_the_first_are_done_and_the_rest_is_said(
    charlie_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.admin.images.RECORDED_AT_MOST", 2)
    images = [make_image() for _ in range(3)]
    assert said(act(charlie_client, "hide", *images)) == [
        "2 pictures hidden. There are more: do it again for the next ones."
    ]
    assert LogEntry.objects.count() == 2


def test_the_index_lists_everything(charlie_client: Client) -> None:
    page = parsed(charlie_client, reverse("admin:index"))
    links = {str(link["href"]) for link in page.select("#content-main th a")}
    assert {list_url(model) for model in ADDED} <= links


def test_a_note_without_a_picture_to_show_names_its_state(charlie_client: Client, alice: User) -> None:
    image = make_image(state="refused")
    ImageNote.objects.create(image=image, author=alice, text="Why?")
    assert "refused" in text_of(charlie_client, list_url(ImageNote))


def test_a_stand_in_shows_for_a_missing_picture(charlie_client: Client, alice: User) -> None:
    stand_in = make_blob()
    ImageNote.objects.create(image=make_image(state="elided", stand_in=stand_in), author=alice, text="Why?")
    assert stand_in.pk in str(one(parsed(charlie_client, list_url(ImageNote)), "img.gallery-thumb"))
