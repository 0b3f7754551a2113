"""The trash: what everybody can restore, and what only an administrator still can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gallery import shelving
from gallery.models import Image
from tests.factories import make_image
from tests.html import link, parsed, words

pytestmark = pytest.mark.django_db


def trashed(**ago: float) -> Image:
    """A picture put in the trash so long ago."""
    image = make_image(prompt="A heron")
    shelving.put_in_trash([image.pk], None)
    Image.objects.filter(pk=image.pk).update(trashed_at=timezone.now() - timedelta(**ago))
    return image


def restore(client: Client, image: Image, **more: Any) -> Any:
    return client.post(f"/images/{image.pk}/shelf", {"do": "restore"}, **more)


def test_page_says_what_becomes_of_what_is_deleted(alice_client: Client) -> None:
    text = words(alice_client.get("/trash"))
    assert "Pictures can be restored for 30 days." in text
    assert "an administrator can still bring them back" in text
    assert "nothing is deleted" in text


def test_picture_says_how_long_it_can_be_restored(alice_client: Client) -> None:
    text = words(alice_client.get(f"/images/{trashed(days=10, hours=1).pk}"))
    assert "it can be restored for 19 more days." in text


def test_last_day_is_said(alice_client: Client) -> None:
    image = trashed(days=29, hours=12)
    assert "for less than a day more." in words(alice_client.get(f"/images/{image.pk}"))
    assert "less than a day left" in words(alice_client.get("/trash"))


def test_after_30_days_it_is_not_listed_and_its_page_says_who_can_help(alice_client: Client) -> None:
    image = trashed(days=31)
    assert "A heron" not in words(alice_client.get("/trash"))
    page = alice_client.get(f"/images/{image.pk}")
    assert "for more than 30 days: only an administrator can bring it back." in words(page)
    assert not parsed(page).select("#shelf-restore")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["form", "script"])
def test_after_30_days_a_teammate_cannot_restore_it(alice_client: Client, headers: dict[str, str]) -> None:
    image = trashed(days=31)
    answer = restore(alice_client, image, headers=headers)
    assert answer.status_code == 422
    assert "an administrator can bring it back" in parsed(answer).select_one("[role=alert]").get_text()
    assert not Image.objects.cards().exists()


def test_after_30_days_staff_restores_it_from_its_page(charlie_client: Client) -> None:
    image = trashed(days=400)
    assert parsed(charlie_client.get(f"/images/{image.pk}")).select("#shelf-restore")
    restore(charlie_client, image)
    assert list(Image.objects.cards()) == [image]


def test_staff_is_led_to_what_has_left_the_trash(charlie_client: Client, alice_client: Client) -> None:
    image = trashed(days=31)
    listed = charlie_client.get(link(charlie_client.get("/trash"), "Those that have left"))
    assert str(image.pk) in listed.content.decode()
    assert "Those that have left" not in words(alice_client.get("/trash"))


def test_restoring_what_is_not_in_the_trash_changes_nothing(alice_client: Client) -> None:
    image = make_image()
    assert restore(alice_client, image).headers["Location"] == f"/images/{image.pk}"


def test_restoring_twice_is_no_mistake(alice_client: Client) -> None:
    image = trashed(days=1)
    for _ in range(2):
        assert restore(alice_client, image).status_code == 302
    assert list(Image.objects.cards()) == [image]
