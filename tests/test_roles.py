"""Every address with every role: who is let in, who is told why not, and what they are not shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from gallery.checking import Turn
from gallery.models import Collection, Image, SavedSearch
from gallery.roles import ROLES, Role, is_at_least, may_change, role_of, set_role
from tests.factories import make_image, make_response, make_transcript, make_user

pytestmark = pytest.mark.django_db

# From which role on an address is open, on what others brought in. A new address stands here, or the test fails.
OPEN_FROM: dict[str, Role | None] = {
    "sign_in": None,
    "sign_in_with_link": None,
    **dict.fromkeys(["share_open", "share_picture", "share_thumb"], None),
    **dict.fromkeys(
        [
            "image_list",
            "image_facets",
            "image_dates",
            "images_new",
            "image_detail",
            "image_favourite",
            "image_rating",
            "image_compare",
            "selection_create",
            "selection_download",
            "collection_list",
            "collection_names",
            "collection_detail",
            "tag_names",
            "trash_list",
            "search_help",
            "search_completion",
            "saved_search_list",
            "saved_search_create",
            "response_list",
            "response_detail",
            "response_json",
            "transcript_list",
            "transcript_detail",
            "transcript_original",
            "usage",
            "usage_table",
            "blob",
            "thumb",
            "sign_out",
            "sign_out_everywhere",
            "password_change",
            "token_list",
            "token_create",
            "token_revoke",
            "api_docs",
            "push_client",
        ],
        Role.VIEWER,
    ),
    **dict.fromkeys(
        [
            "image_tags",
            "image_notes",
            "image_collections",
            "collection_create",
            "selection_apply",
            "upload_create",
            "examples_load",
            "share_list",
            "share_create",
            "share_revoke",
        ],
        Role.CONTRIBUTOR,
    ),
    **dict.fromkeys(["image_shelf", "collection_edit", "saved_search_change"], Role.CURATOR),
    **dict.fromkeys(["audit_list", "audit_csv", "health", "health_check"], Role.ADMINISTRATOR),
}
SENT: dict[str, dict[str, str]] = {
    "image_shelf": {"do": "hide"},
    "image_tags": {"add": "sea"},
    "image_notes": {"do": "add", "text": "Better."},
    "image_collections": {"add": "Boats"},
    "image_rating": {"rating": "4"},
    "collection_create": {"name": "Boats"},
    "collection_edit": {"do": "describe", "name": "Ships"},
    "saved_search_change": {"do": "delete"},
    "selection_apply": {"do": "tag", "tag": "sea"},
}
LEAVING = {"sign_out"}


@pytest.fixture(autouse=True)
def a_check_runs_already(db: None) -> Iterator[None]:
    """Whoever may start one starts none here."""
    with Turn.take():
        yield


@pytest.fixture
def everything(bob: User) -> dict[str, Any]:
    """One of each thing, brought in by Bob, as the addresses name them."""
    response = make_response(uploader=bob)
    image = make_image(response=response, uploader=bob)
    transcript = make_transcript(uploader=bob, responses=[response])
    collection = Collection.objects.create(name="Harbours", owner=bob)
    search = SavedSearch.objects.create(owner=bob, name="Seas", query="sea", is_shared=True)
    return {
        "image": image,
        "response": response,
        "transcript": transcript,
        "collection": collection,
        "saved_search": search,
    }


def addresses(things: dict[str, Any]) -> dict[str, str]:
    """Each of the gallery's own addresses, of Bob's things."""
    _, resolver = get_resolver().namespace_dict["gallery"]
    found = {}
    for pattern in resolver.url_patterns:
        name = str(pattern.name)
        noun = next((each for each in sorted(things, key=len, reverse=True) if name.startswith(each)), "")
        given = {
            "pk": things[noun].pk if noun else 1,
            "sha256": things["image"].blob_id,
            "token": "x",
            "name": "days",
            "number": 1,
        }
        wanted = {key: given.get(key, "x") for key in pattern.pattern.converters}
        found[name] = reverse(f"gallery:{name}", kwargs=wanted)
    return found


def make_member(role: Role) -> User:
    return make_user(role=role, is_staff=role is Role.ADMINISTRATOR)


def test_every_address_says_from_which_role_on_it_is_open(everything: dict[str, Any]) -> None:
    assert set(addresses(everything)) == set(OPEN_FROM)


@pytest.mark.parametrize("name", OPEN_FROM)
def test_address_is_open_from_its_role_on(
    everything: dict[str, Any], client_of: Callable[[Any], Client], name: str
) -> None:
    address = addresses(everything)[name]
    sent = {"image": str(everything["image"].pk), **SENT.get(name, {})}
    least = OPEN_FROM[name]
    for role in ROLES:  # from the least on: nobody who is let in has changed anything for those who are not
        client = client_of(make_member(role))
        statuses = [client.get(address).status_code, client.post(address, sent).status_code]
        if least is None or ROLES.index(role) >= ROLES.index(least):
            assert not {401, 403} & set(statuses), role
        else:
            assert 403 in statuses, role
            assert set(statuses) <= {403, 405}, role


@pytest.mark.parametrize("name", OPEN_FROM)
def test_signed_out_an_address_leads_to_the_sign_in_page(
    client: Client, everything: dict[str, Any], name: str
) -> None:
    for answer in (client.get(addresses(everything)[name]), client.post(addresses(everything)[name])):
        if OPEN_FROM[name] is None:
            assert answer.status_code in {200, 405, 410, 422}
        else:
            assert answer.status_code == 302
            assert answer["Location"].startswith("/sign-in")


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_admin_is_open_to_administrators_alone(
    everything: dict[str, Any], client_of: Callable[[Any], Client], method: str
) -> None:
    for role in ROLES:
        answer = getattr(client_of(make_member(role)), method)("/admin/", follow=True)
        assert answer.status_code == (200 if role is Role.ADMINISTRATOR else 403), role


def test_a_refusal_says_which_role_it_takes(vera_client: Client) -> None:
    answer = vera_client.get("/upload")
    assert answer.status_code == 403
    assert "takes the role of a contributor, and yours is viewer" in answer.content.decode()


def test_a_part_of_a_page_is_refused_in_a_part(vera_client: Client) -> None:
    image = make_image()
    answer = vera_client.post(f"/images/{image.pk}/tags", {"add": "sea"}, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "<html" not in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()


def test_a_script_is_refused_in_a_sentence(vera_client: Client) -> None:
    answer = vera_client.post("/upload", headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().startswith("That takes the role of a contributor")


def test_nothing_is_written_by_who_may_not(vera_client: Client) -> None:
    image = make_image()
    vera_client.post(f"/images/{image.pk}/shelf", {"do": "trash"})
    vera_client.post("/selection/apply", {"do": "trash", "image": image.pk})
    image.refresh_from_db()
    assert image.trashed_at is None


@pytest.mark.parametrize("do", ["hide", "trash"])
def test_a_contributor_takes_own_pictures_out_of_the_grid(bob: User, bob_client: Client, do: str) -> None:
    image = make_image(uploader=bob)
    assert bob_client.post(f"/images/{image.pk}/shelf", {"do": do}).status_code == 302
    image.refresh_from_db()
    assert image.is_hidden or image.trashed_at


def test_a_contributor_leaves_others_pictures_alone_and_is_told_how_many(
    alice: User, bob: User, bob_client: Client
) -> None:
    own, others = make_image(uploader=bob), [make_image(uploader=alice), make_image(uploader=None)]
    keys = ",".join(str(image.pk) for image in [own, *others])
    answer = bob_client.post(
        "/selection/apply", {"do": "hide", "images": keys}, headers={"HX-Request": "true"}
    )
    assert "1 picture hidden" in answer.content.decode()
    assert "2 pictures left alone, because others uploaded them" in answer.content.decode()
    assert list(Image.objects.filter(is_hidden=True)) == [own]


def test_a_curator_takes_others_pictures_out_of_the_grid(alice_client: Client, bob: User) -> None:
    images = [make_image(uploader=bob), make_image()]
    keys = ",".join(str(image.pk) for image in images)
    alice_client.post("/selection/apply", {"do": "trash", "images": keys})
    assert Image.objects.filter(trashed_at__isnull=False).count() == 2


def test_undoing_concerns_only_what_was_done(alice: User, bob: User, bob_client: Client) -> None:
    own, other = make_image(uploader=bob), make_image(uploader=alice)
    answer = bob_client.post(
        "/selection/apply", {"do": "hide", "images": f"{own.pk},{other.pk}"}, headers={"HX-Request": "true"}
    )
    assert f'data-images="{own.pk}"' in answer.content.decode()


def test_a_contributor_arranges_only_own_collections(alice: User, bob: User, bob_client: Client) -> None:
    image = make_image()
    for owner, status in ((alice, 403), (bob, 302)):
        collection = Collection.objects.create(name="Boats", owner=owner)
        collection.places.create(image=image, position=1, added_by=owner)
        sent = {"do": "cover", "image": image.pk, "in_collection": collection.pk}
        assert bob_client.post("/selection/apply", sent).status_code == status


def test_from_anothers_collection_a_contributor_takes_out_what_they_put_in(
    alice: User, bob: User, bob_client: Client
) -> None:
    collection = Collection.objects.create(name="Boats", owner=alice)
    hers, his = make_image(), make_image()
    collection.places.create(image=hers, position=1, added_by=alice)
    collection.places.create(image=his, position=2, added_by=bob)
    assert bob_client.post(f"/images/{hers.pk}/collections", {"remove": collection.pk}).status_code == 403
    bob_client.post(f"/images/{his.pk}/collections", {"remove": collection.pk})
    assert [place.image_id for place in collection.places.all()] == [hers.pk]


def test_a_viewer_saves_searches_but_not_for_the_team(vera: User, vera_client: Client) -> None:
    form = {"q": "sea", "name": "Seas"}
    assert vera_client.post("/saved-searches/new", {**form, "shared": "on"}).status_code == 403
    vera_client.post("/saved-searches/new", form)
    search = SavedSearch.objects.get(owner=vera)
    assert vera_client.post(f"/saved-searches/{search.pk}", {"do": "share"}).status_code == 403
    assert not SavedSearch.objects.filter(is_shared=True).exists()


FORBIDDEN_TO_VIEWERS = [
    "/upload",
    "upload-corner",
    'name="add"',
    'value="hide"',
    'value="trash"',
    'value="tag"',
    "data-note-add",
    "collection-edit",
    'name="shared"',
    "/collections/new",
]


@pytest.mark.parametrize("address", ["/", "/collections", "/trash", "/saved-searches?q=sea", "/transcripts"])
def test_a_viewer_is_shown_no_button_that_would_be_refused(vera_client: Client, address: str) -> None:
    page = vera_client.get(address).content.decode()
    assert [button for button in FORBIDDEN_TO_VIEWERS if button in page] == []


def test_a_viewer_of_a_picture_is_shown_only_what_is_open(
    vera_client: Client, everything: dict[str, Any]
) -> None:
    everything["collection"].places.create(image=everything["image"], position=1)
    for thing in ("image", "collection"):
        page = vera_client.get(everything[thing].get_absolute_url()).content.decode()
        assert [button for button in FORBIDDEN_TO_VIEWERS if button in page] == []
        assert "avourite" in page


def test_a_contributor_is_offered_to_delete_own_pictures_alone(
    alice: User, bob: User, bob_client: Client
) -> None:
    own, other = make_image(uploader=bob), make_image(uploader=alice)
    assert "shelf-trash" in bob_client.get(own.get_absolute_url()).content.decode()
    assert "shelf-trash" not in bob_client.get(other.get_absolute_url()).content.decode()


def test_the_role_comes_with_the_user(
    client_of: Callable[[Any], Client], django_assert_num_queries: Any
) -> None:
    client = client_of(make_user(role=Role.CURATOR))
    with django_assert_num_queries(2) as captured:  # the session and the user
        client.get("/search-help")
    assert not [
        each for each in captured if each["sql"].startswith("SELECT") and "django_content" in each["sql"]
    ]


@pytest.mark.parametrize("role", ROLES)
def test_everybody_has_the_highest_of_their_roles(role: Role) -> None:
    user = make_user(role=Role.VIEWER)
    user.groups.add(Group.objects.get(name=role))
    assert role_of(User.objects.get(pk=user.pk)) is role


def test_without_a_group_one_looks_and_staff_administer() -> None:
    assert role_of(make_user(role=None)) is Role.VIEWER
    assert role_of(make_user(is_staff=True)) is Role.ADMINISTRATOR


def test_a_new_role_takes_the_place_of_the_old_one_and_leaves_other_groups() -> None:
    user = make_user(role=Role.ADMINISTRATOR)
    assert user.is_staff
    user.groups.add(Group.objects.create(name="night shift"))
    set_role(user, Role.CURATOR)
    assert set(user.groups.values_list("name", flat=True)) == {"curator", "night shift"}
    assert not User.objects.get(pk=user.pk).is_staff


def test_what_nobody_uploaded_is_nobodys_own() -> None:
    user = make_user(role=Role.CONTRIBUTOR)
    assert may_change(user, user.pk)
    assert not may_change(user, None)
    assert is_at_least(user, Role.VIEWER)


def test_migrate_puts_missing_groups_back_and_takes_no_permission_away() -> None:
    extra = Permission.objects.get(codename="view_image")
    Group.objects.get(name="curator").permissions.add(extra)
    Group.objects.get(name="viewer").delete()
    with CaptureQueriesContext(connection):
        call_command("migrate", verbosity=0)
        call_command("migrate", verbosity=0)
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert list(Group.objects.get(name="curator").permissions.all()) == [extra]
    assert Group.objects.get(name="administrator").permissions.filter(codename="view_auditentry").exists()
