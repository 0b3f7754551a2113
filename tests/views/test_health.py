"""The health page tells administrators how the gallery is, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gallery import blobs, health
from gallery.models import Image, LastSeen
from gallery.roles import Role, set_role
from tests.factories import make_blob, make_image, make_transcript, make_user, together
from tests.html import fact, link, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def admin_page(client_of: Any) -> Client:
    client: Client = client_of(make_user(is_staff=True))
    return client


def test_all_is_well_on_a_new_gallery(admin_page: Client) -> None:
    said = words(admin_page.get("/health"))
    assert "All is well" in said
    assert "It never ran" in said
    assert "The storage takes a file and gives it back" in said


def test_figures_tell_what_came_and_what_is_kept(admin_page: Client) -> None:
    blob = make_blob(size_bytes=2_000_000)
    make_image(blob=blob)
    make_image(blob=blob)
    make_transcript(name="large.sse", size_bytes=8_000_000, kept_bytes=2_400_000)
    said = words(admin_page.get("/health"))
    assert "2, of them 1 distinct: 2.0 MB" in said
    assert "2.0 MB by keeping equal pictures once" in said
    assert "2.4 MB, 30 % of what was uploaded" in said
    assert "large.sse" in said


def test_bytes_are_told_by_kind(admin_page: Client) -> None:
    make_blob(media_type="image/png", size_bytes=2_000_000)
    make_blob(media_type="image/png", size_bytes=1_000_000)
    make_blob(media_type="image/webp", size_bytes=40_000)
    said = words(admin_page.get("/health"))
    assert "image/png 2 3.0 MB image/webp 1 40.0 kB" in said
    assert "Database" in said


def test_what_is_out_of_sight_is_counted_and_linked(charlie_client: Client) -> None:
    make_image(is_hidden=True)
    trashed = make_image()
    Image.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    page = charlie_client.get("/health")
    for text in ("1 hidden", "1 in the trash"):
        assert "1 image" in charlie_client.get(link(page, text)).content.decode()


def test_what_comes_in_and_who_is_here_is_told(
    admin_page: Client, alice: User, bob: User, settings: Any
) -> None:
    make_transcript()
    make_transcript(uploaded_at=timezone.now())
    incoming = Path(settings.FILE_UPLOAD_TEMP_DIR)
    incoming.mkdir(parents=True)
    (incoming / "upload-1").write_bytes(bytes(1_500))
    LastSeen.objects.create(user=alice, seen_at=timezone.now() - timedelta(hours=25))
    LastSeen.objects.create(user=bob, seen_at=timezone.now() - timedelta(hours=2))
    page = admin_page.get("/health")
    assert fact(page, "Uploads") == "1 under way (1.5 kB so far), 1 in the past 24 hours, the last just now ."
    assert fact(page, "People") == "2 seen in the past 24 hours."  # and who asks


def test_last_check_is_told_with_what_it_found(admin_page: Client) -> None:
    call_command("fsck", verbosity=0)
    assert "none damaged" in words(admin_page.get("/health"))
    make_image()  # its file is not there
    with pytest.raises(SystemExit):
        call_command("fsck", verbosity=0)
    said = words(admin_page.get("/health"))
    assert "Something needs looking after" in said
    assert "damaged" in said


def test_storage_that_cannot_be_written_to_is_said(
    admin_page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs, "takes_and_gives_back", refuse)
    assert "The storage cannot be written to (No space left on device)" in words(admin_page.get("/health"))


def test_full_disk_is_said(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**62)
    assert "Make room" in words(admin_page.get("/health"))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.CURATOR])
def test_others_are_told_that_it_is_not_theirs(client_of: Any, role: Role) -> None:
    user = make_user()
    set_role(user, role)
    assert client_of(user).get("/health").status_code == 403


def test_more_pictures_ask_no_more_of_the_database(
    admin_page: Client, django_assert_max_num_queries: Any
) -> None:
    for count in (1, 100):
        with together():
            for _ in range(count):
                make_image()
        cache.clear()
        with django_assert_max_num_queries(20):
            admin_page.get("/health")
