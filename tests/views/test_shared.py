"""Shares as they are opened from outside: what was chosen, to whom it may concern, and nothing else."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery import blobs, collections, curation, rates, sharing, shelving
from gallery.models import Collection, Image, Share
from gallery.roles import Role, set_role
from tests.factories import make_blob, make_image
from tests.html import parsed
from tests.imaging.drawings import draw, encode
from tests.views.pages import fetch, text_of
from tests.views.shares import (
    PROMPT,
    SECRET,
    address,
    fill,
    keep_collection,
    keep_image,
    kept_blob,
    share_of,
    state,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_tried_yet() -> None:
    rates.forget()


@pytest.fixture
def image(alice: User) -> Image:
    return keep_image(alice)


@pytest.fixture
def collection(alice: User) -> Collection:
    return keep_collection(alice)


# Links that show nothing.


def test_what_is_gone_does_not_say_what_it_was(client: Client, alice: User, collection: Collection) -> None:
    expired, revoked, deleted, hidden, trashed = (share_of(make_image(blob=kept_blob())) for _ in range(5))
    emptied = share_of(collection)
    Share.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    sharing.revoke(revoked, by=alice)
    deleted.delete()
    shelving.set_hidden([hidden.image_id or 0], is_hidden=True)
    shelving.put_in_trash([trashed.image_id or 0], alice)
    collections.remove_collection(collection)
    links = [address(share) for share in (expired, revoked, deleted, hidden, trashed, emptied)]
    links += [
        "/s/x",
        "/s/" + 300 * "x",
        "/s/%00",
        "/s/%C3%A9",
        f"{links[0]}/pictures/1",
        f"{links[1]}/thumbs/1",
    ]
    answers = [client.get(link) for link in links]
    answers += [client.post(links[0], {"password": "x"})]
    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


# What is shown.


def everything_else(image: Image) -> set[str]:
    """What the archive knows of a picture beside it."""
    response = image.response
    return {
        str(image.pk), image.blob_id or "", response.response_id, str(response.key), "alice", "alices-capture",
        str(image.item and image.item.item_id), "Hush", "Unreleased posters", "Not before May", "secret-tag",
        "/images/", "/media/", "/collections", "/responses", "/sign-in", "csrf",
    }  # fmt: skip


@pytest.mark.parametrize("shows", Share.Shows)
@pytest.mark.parametrize("kind", ["picture", "collection", "collection-picture"])
def test_a_share_shows_what_was_chosen_and_nothing_else(
    client: Client, alice: User, image: Image, collection: Collection, shows: Share.Shows, kind: str
) -> None:
    curation.add_tags(alice, [image.pk], ["secret-tag"])
    collections.add(alice, collection, [image.pk])
    share = share_of(image if kind == "picture" else collection, shows=shows)
    page = client.get(address(share, "?picture=1" if kind == "collection-picture" else ""))
    html = page.content.decode()
    assert page.status_code == 200
    assert {word for word in everything_else(image) if word in html} == set()
    assert (PROMPT in html) is (shows != Share.Shows.PICTURE)
    is_told = shows == Share.Shows.USAGE and kind != "collection"
    assert ("Input 777" in text_of(page)) is is_told
    assert ("gpt-image-2" in html) is is_told
    links = {link["href"].partition("?")[0] for link in parsed(page).select("a[href]")}
    assert links <= {address(share), address(share, "/pictures/1")}


def test_a_collection_is_shown_in_its_order_page_by_page(client: Client, collection: Collection) -> None:
    fill(collection, 100)
    share = share_of(collection, shows=Share.Shows.PROMPT)
    seen, path = [], address(share)
    sizes = []
    while path:
        page = parsed(client.get(path))
        captions = [caption.get_text() for caption in page.select(".shared-tiles .caption")]
        seen += captions
        sizes.append(len(captions))
        link = page.select_one('a[rel="next"]')
        path = link["href"] if link else ""
    assert seen == [f"Take {number}" for number in range(1, 101)]
    assert sizes == [48, 48, 4]


def test_pictures_of_a_collection_lead_to_each_other(client: Client, collection: Collection) -> None:
    fill(collection, 3)
    share = share_of(collection, shows=Share.Shows.PROMPT)
    tile = parsed(client.get(address(share))).select(".shared-tiles a")[1]
    page = parsed(client.get(tile["href"]))
    assert page.select_one(".prompt").get_text() == "Take 2"
    before, behind = (page.select_one(f'a[rel="{rel}"]')["href"] for rel in ("prev", "next"))
    assert [parsed(client.get(link)).select_one(".prompt").get_text() for link in (before, behind)] == [
        "Take 1",
        "Take 3",
    ]


def test_pictures_that_left_a_collection_are_shown_no_more(
    client: Client, alice: User, collection: Collection
) -> None:
    images = fill(collection, 4)
    share = share_of(collection, shows=Share.Shows.PROMPT)
    shelving.set_hidden([images[0].pk], is_hidden=True)
    shelving.put_in_trash([images[1].pk], alice)
    collections.take_out(collection, [images[2].pk])
    page = client.get(address(share))
    assert [caption.get_text() for caption in parsed(page).select(".caption")] == ["Take 4"]
    for number in (1, 2, 3):
        assert client.get(address(share, f"?picture={number}")).status_code == 404
        assert client.get(address(share, f"/pictures/{number}")).status_code == 404
        assert client.get(address(share, f"/thumbs/{number}")).status_code == 404
    assert "Take" not in client.get(address(share, "?picture=1")).content.decode()


def test_what_is_elided_says_so(client: Client, alice: User, collection: Collection) -> None:
    elided = make_image(
        state=Image.State.ELIDED, reason="Line 7 of alices-capture.sse is cut.", stand_in=kept_blob()
    )
    collections.add(alice, collection, [elided.pk])
    for page in (client.get(address(share_of(elided))), client.get(address(share_of(collection)))):
        assert "There is no picture here" in text_of(page)
        assert "alices-capture" not in page.content.decode()
        assert not parsed(page).select("main img")
    assert client.get(address(share_of(elided), "/pictures/1")).status_code == 404
    assert client.get(address(share_of(elided), "/thumbs/1")).status_code == 404


def test_an_empty_collection_says_so(client: Client, collection: Collection) -> None:
    assert "no pictures in it now" in text_of(client.get(address(share_of(collection))))


@pytest.mark.parametrize("asked", ["after=x", "after=-1", "after=" + 30 * "9", "after=", "x=1"])
def test_what_is_no_place_in_a_share_gives_its_beginning(
    client: Client, collection: Collection, asked: str
) -> None:
    fill(collection, 2)
    page = client.get(address(share_of(collection), f"?{asked}"))
    assert len(parsed(page).select(".shared-tiles li")) == 2


@pytest.mark.parametrize("number", ["x", "0", "-1", "99999999999999999999", "", "2147483648"])
def test_what_is_no_picture_of_a_share_is_not_there(
    client: Client, collection: Collection, number: str
) -> None:
    fill(collection, 1)
    share = share_of(collection)
    assert client.get(address(share, f"?picture={number}")).status_code == 404
    assert client.get(address(share, f"/pictures/{number}")).status_code == 404


@pytest.mark.parametrize("asked", ["", "?picture=60"])
def test_a_share_costs_the_same_however_many_pictures_it_has(
    client: Client, collection: Collection, asked: str
) -> None:
    share = share_of(collection, shows=Share.Shows.USAGE)
    counts = []
    for count in (100, 200):
        fill(collection, 100)
        client.get(address(share, asked))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address(share, asked)).status_code == 200
        counts.append(len(queries))
        assert collection.places.count() == count
    assert counts[0] == counts[1] <= 5


# Passwords.


def test_a_password_is_asked_for_first(client: Client, image: Image) -> None:
    share = share_of(image, password="open sesame", shows=Share.Shows.PROMPT)
    assert "open sesame" not in share.password
    locked = client.get(address(share))
    assert parsed(locked).select_one("input[type=password]")
    assert PROMPT not in locked.content.decode()
    for rest in ("/pictures/1", "/thumbs/1"):
        assert client.get(address(share, rest)).status_code == 403
    assert state(share).visit_count == 0
    opened = client.post(address(share), {"password": "open sesame"}, follow=True)
    assert PROMPT in opened.content.decode()
    assert client.get(address(share, "/pictures/1")).status_code == 200
    assert "sessionid" not in client.cookies


def test_the_form_needs_nothing_that_a_page_without_a_referrer_cannot_send(image: Image) -> None:
    client = Client(enforce_csrf_checks=True)
    share = share_of(image, password="open sesame")
    answer = client.post(address(share), {"password": "open sesame"}, headers={"Origin": "null"})
    assert answer.status_code == 302


@pytest.mark.parametrize("password", ["", "open sesam", "OPEN SESAME", 5000 * "x"])
def test_a_wrong_password_shows_nothing(client: Client, image: Image, password: str) -> None:
    share = share_of(image, password="open sesame", shows=Share.Shows.PROMPT)
    answer = client.post(address(share), {"password": password})
    assert answer.status_code == 422
    assert "That is not the password." in text_of(answer)
    assert PROMPT not in answer.content.decode()
    assert not client.cookies


def test_guessing_ends_after_ten_tries(client: Client, image: Image) -> None:
    share = share_of(image, password="open sesame")
    other = share_of(image, password="open sesame")
    statuses = [client.post(address(share), {"password": "x"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    late = client.post(address(share), {"password": "open sesame"})
    assert late.status_code == 429
    assert 1 <= int(late["Retry-After"]) <= 600
    assert "Too many wrong passwords" in text_of(late)
    assert client.post(address(other), {"password": "open sesame"}).status_code == 302
    elsewhere = client.post(address(share), {"password": "open sesame"}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_guessing_from_all_addresses_of_one_machine_ends_too(client: Client, image: Image) -> None:
    share = share_of(image, password="open sesame")
    for number in range(10):
        client.post(address(share), {"password": "x"}, REMOTE_ADDR=f"2001:db8::{number:x}")
    late = client.post(address(share), {"password": "open sesame"}, REMOTE_ADDR="2001:db8::ffff:1")
    assert late.status_code == 429
    elsewhere = client.post(address(share), {"password": "open sesame"}, REMOTE_ADDR="2001:db8:0:1::1")
    assert elsewhere.status_code == 302


def test_right_passwords_are_no_tries(image: Image) -> None:
    share = share_of(image, password="open sesame")
    for _ in range(12):
        assert Client().post(address(share), {"password": "open sesame"}).status_code == 302


def test_what_opens_one_share_opens_no_other(client: Client, image: Image) -> None:
    first, second = (share_of(image, password="open sesame") for _ in range(2))
    client.post(address(first), {"password": "open sesame"})
    key = client.cookies["share-key"]
    assert (key["path"], key["httponly"], key["samesite"]) == (address(first), True, "Lax")
    stranger = Client()
    stranger.cookies["share-key"] = key.value
    assert parsed(stranger.get(address(second))).select("input[type=password]")


# Visits.


def test_a_visitor_is_counted_once(client: Client, image: Image) -> None:
    share = share_of(image)
    for _ in range(3):
        client.get(address(share))
        client.get(address(share, "/pictures/1"))
    assert state(share).visit_count == 1
    Client().get(address(share))
    assert state(share).visit_count == 2
    visited_at = state(share).visited_at
    assert visited_at is not None
    assert timezone.now() - visited_at < timedelta(minutes=1)


def test_looking_for_headers_alone_is_no_visit(client: Client, image: Image) -> None:
    share = share_of(image)
    answer = client.head(address(share))
    assert (answer.status_code, answer.content) == (200, b"")
    assert state(share).visit_count == 0


# Headers and files.


@pytest.mark.parametrize("rest", ["", "/pictures/1", "/thumbs/1", "/pictures/9"])
def test_nothing_of_a_share_is_kept_indexed_or_told_further(client: Client, image: Image, rest: str) -> None:
    answer = fetch(client, address(share_of(image), rest))
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert (image.blob_id or "") not in str(answer.headers)


@pytest.mark.parametrize("is_stripped", [True, False])
def test_files_leave_with_or_without_their_metadata(client: Client, image: Image, is_stripped: bool) -> None:
    share = share_of(image, is_stripped=is_stripped)
    file = fetch(client, address(share, "/pictures/1"))
    assert file["Content-Type"] == "image/png"
    assert int(file["Content-Length"]) == len(file.body)
    assert (SECRET in file.body) is not is_stripped
    thumb = fetch(client, address(share, "/thumbs/1"))
    assert thumb["Content-Type"] == "image/webp"
    assert thumb.body[8:12] == b"WEBP"


def test_a_file_is_named_by_its_prompt_only_where_that_is_shown(client: Client, image: Image) -> None:
    names = [
        fetch(client, address(share_of(image, shows=shows), "/pictures/1"))["Content-Disposition"]
        for shows in Share.Shows
    ]
    assert 'filename="picture-1.png"' in names[0]
    assert all("A harbour at night" in name for name in names[1:])


def test_what_cannot_be_stripped_does_not_leave(client: Client, alice: User) -> None:
    data = encode(draw(), "PNG")[:-12]
    sha256 = hashlib.sha256(data).hexdigest()
    blobs.put("blobs", sha256, data)
    image = make_image(blob=make_blob(sha256=sha256))
    share = sharing.make(alice, image, shows=Share.Shows.PICTURE, days=1)
    file = client.get(address(share, "/pictures/1"))
    assert (file.status_code, file["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "cannot be rid of its metadata" in file.content.decode()
    page = client.get(address(share))
    assert "cannot be rid of its metadata" in text_of(page)
    assert not parsed(page).select("main img")


def test_a_file_that_is_lost_says_so(client: Client, alice: User) -> None:
    for is_stripped in (True, False):
        share = share_of(make_image(), is_stripped=is_stripped)
        for rest in ("/pictures/1", "/thumbs/1"):
            answer = client.get(address(share, rest))
            assert (answer.status_code, "lost" in answer.content.decode()) == (404, True)
        assert client.get(address(share)).status_code == 200


# Whose maker may not share any more.


def close(user: User) -> None:
    user.is_active = False
    user.save()


def test_links_of_somebody_whose_account_is_closed_show_nothing(
    client: Client, bob: User, image: Image, collection: Collection
) -> None:
    shares = [
        share_of(image, by=bob),
        share_of(collection, by=bob),
        share_of(image, by=bob, password="12345678"),
    ]
    close(bob)
    unknown = client.get("/s/x")
    for share in shares:
        for link in (address(share), address(share, "/pictures/1"), address(share, "/thumbs/1")):
            answer = client.get(link)
            assert (answer.status_code, answer.content) == (410, unknown.content)


def test_links_of_somebody_who_became_a_viewer_show_nothing(client: Client, bob: User, image: Image) -> None:
    share = share_of(image, by=bob)
    set_role(bob, Role.VIEWER)
    assert client.get(address(share)).status_code == 410


def test_links_of_somebody_whose_account_was_removed_show_nothing(
    client: Client, bob: User, image: Image
) -> None:
    share = share_of(image, by=bob)
    bob.delete()
    assert client.get(address(share)).status_code == 410


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.CURATOR, Role.ADMINISTRATOR])
def test_links_of_everybody_who_may_share_work(client: Client, bob: User, image: Image, role: Role) -> None:
    share = share_of(image, by=bob)
    set_role(bob, role)
    assert client.get(address(share)).status_code == 200


def test_links_of_a_superuser_without_a_role_work(client: Client, charlie: User, image: Image) -> None:
    charlie.groups.clear()
    assert client.get(address(share_of(image, by=charlie))).status_code == 200


def test_who_is_let_in_again_shares_again_what_was_not_revoked(
    client: Client, alice: User, bob: User, image: Image
) -> None:
    kept, revoked = share_of(image, by=bob), share_of(image, by=bob)
    close(bob)
    sharing.revoke(revoked, by=alice)
    User.objects.filter(pk=bob.pk).update(is_active=True)
    assert [client.get(address(share)).status_code for share in (kept, revoked)] == [200, 410]


@pytest.mark.parametrize("role", [None, Role.VIEWER])
def test_asking_for_the_maker_takes_no_query_more(
    client: Client, bob: User, collection: Collection, role: Role | None
) -> None:
    share = share_of(collection, by=bob)
    if role:
        set_role(bob, role)
    with CaptureQueriesContext(connection) as captured:
        client.get(address(share))
    assert (
        len([query for query in captured if "gallery_share" in query["sql"] and "SELECT" in query["sql"]])
        == 1
    )
