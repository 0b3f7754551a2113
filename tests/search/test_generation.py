"""Counts of an archive that has not changed are kept; no change of it goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gallery import shelving
from gallery.filters import read_filters
from gallery.indexing import rebuild
from gallery.listing import count_of
from gallery.models import Image
from gallery.periods import read_period
from gallery.search import generation
from gallery.search.facets import facet_counts
from gallery.usage import steps_of, usage_of
from tests.factories import make_image, make_response, make_user, together

pytestmark = pytest.mark.django_db(transaction=True)


def counted(query: str) -> int:
    return count_of(read_filters({"q": query}, user_id=None))


def by_quality(query: str = "") -> dict[str, int]:
    return dict(facet_counts(read_filters({"q": query}, user_id=None)).values["quality"])


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


@pytest.mark.parametrize("query", ["", "quality:high", "heron ", "heron quality:high"])
def test_second_look_asks_less(query: str):
    with together():
        for quality in ("high", "low", "low"):
            make_image(prompt="A heron", quality=quality)
    first = queries_of(lambda: by_quality(query))
    assert queries_of(lambda: by_quality(query)) < first


@pytest.mark.parametrize("query", ["", "heron "])
def test_new_picture_is_counted_at_once(query: str):
    make_image(prompt="A heron", quality="high")
    assert (counted(query), by_quality(query)) == (1, {"high": 1})
    make_image(prompt="A heron", quality="high")
    assert (counted(query), by_quality(query)) == (2, {"high": 2})


@pytest.mark.parametrize("query", ["", "heron "])
def test_picture_that_is_hidden_or_deleted_counts_no_longer(query: str):
    first, second, _ = (make_image(prompt="A heron", quality="high") for _ in range(3))
    assert counted(query) == 3
    shelving.set_hidden([first.pk], is_hidden=True)
    assert (counted(query), by_quality(query)) == (2, {"high": 2})
    shelving.put_in_trash([second.pk], None)
    assert (counted(query), by_quality(query)) == (1, {"high": 1})
    shelving.restore([second.pk])
    assert (counted(query), by_quality(query)) == (2, {"high": 2})


def test_index_made_anew_is_counted_anew():
    image = make_image(prompt="A heron")
    assert counted("stork ") == 0
    Image.objects.filter(pk=image.pk).update(prompt="A stork")
    list(rebuild())
    assert counted("stork ") == 1


def test_person_with_a_new_name_is_counted_under_it():
    user = make_user(username="heron")
    make_image(uploader=user)
    filters = read_filters({}, user_id=None)
    assert facet_counts(filters).values["by"] == {"heron": 1}
    user.username = "stork"
    user.save()
    assert facet_counts(filters).values["by"] == {"stork": 1}


def test_nothing_is_kept_of_what_may_never_come_to_be():
    make_image(prompt="A heron")

    with transaction.atomic():
        make_image(prompt="A heron")
        assert counted("heron ") == 2
        transaction.set_rollback(True)
    assert counted("heron ") == 1


def test_answers_do_not_pile_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generation, "_MOST_KEPT", 3)
    make_image()
    for number in range(20):
        counted(f"word{number} ")
    assert len(generation._kept) <= 3


def test_usage_follows_every_upload_and_the_names_of_people():
    march = read_period({"period": "2026-03"}, today=date(2026, 4, 1))
    user = make_user(username="heron")
    make_image(uploader=user, response=make_response(uploader=user))
    assert usage_of(march).pictures.count == 1
    make_image(uploader=user, response=make_response(uploader=user))
    assert usage_of(march).pictures.count == 2
    assert sum(step.together.count for step in steps_of(march) if step.pictures) == 2
    user.username = "stork"
    user.save()
    assert {row.uploader for row in usage_of(march).uploaders} == {"stork"}
