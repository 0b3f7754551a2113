"""Reading at one moment: what others write meanwhile is not seen, and they need not wait to write it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection

from gallery import fsck
from gallery.ingest import writing
from gallery.models import Tag
from gallery.moment import one_moment

PATIENCE_SECONDS = 20


def meanwhile(do: Callable[[], object]) -> None:
    """Somebody else does it, on a connection of their own, and is done with it."""
    failures: list[Exception] = []

    def act() -> None:
        try:
            do()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    other = Thread(target=act, daemon=True)
    other.start()
    other.join(PATIENCE_SECONDS)
    assert not other.is_alive(), "They had to wait."
    assert failures == []


def write_a_tag() -> None:
    with writing():
        Tag.objects.create(name="Draft", key="draft")


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_seen_afterwards():
    with one_moment():
        assert Tag.objects.count() == 0
        meanwhile(write_a_tag)
        assert Tag.objects.count() == 0
    assert Tag.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_moment_that_ends_in_an_error_leaves_the_connection_as_it_was():
    with pytest.raises(Tag.DoesNotExist), one_moment():
        Tag.objects.get()
    write_a_tag()
    assert Tag.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_uploads_go_on_while_a_check_compares_the_index(monkeypatch: pytest.MonkeyPatch):
    def compare_for_long() -> list[tuple[str, str]]:
        Tag.objects.count()
        meanwhile(write_a_tag)
        return []

    monkeypatch.setattr(fsck, "disagreements", compare_for_long)
    assert list(fsck.check()) == []
    assert Tag.objects.count() == 1


def test_inside_of_a_transaction_it_is_part_of_that(db: None):
    with one_moment():
        Tag.objects.create(name="Draft", key="draft")
    assert Tag.objects.count() == 1
