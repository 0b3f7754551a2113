"""What is rare among very many pictures is found by an index: neither a page of it nor its count reads the others."""

from __future__ import annotations

from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.models import Image
from tests.admin.archive import list_url, listed
from tests.factories import make_image

MANY = 3_000


@pytest.fixture
def among_many(db: None) -> tuple[Image, Image]:
    """A hidden picture, and one that has been in the trash for months, both older than very many others."""
    hidden, trashed, example = make_image(is_hidden=True), make_image(), make_image()
    Image.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now() - timedelta(days=90))
    others = []
    for number in range(1, MANY):
        other = copy(example)
        other.pk, other.index = example.pk + number, number
        others.append(other)
    Image.objects.bulk_create(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return hidden, trashed


def plans(client: Client, query: str) -> list[str]:
    """How the database goes about each question that the list, narrowed by `query`, asks it of those pictures."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(list_url(Image, query)).status_code == 200
    asked = [each["sql"] for each in captured if 'FROM "gallery_image"' in each["sql"]]
    narrowed = [sql for sql in asked if " WHERE " in sql]
    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    found = []
    with connection.cursor() as cursor:
        for sql in narrowed:
            cursor.execute(how + sql)
            found.append("\n".join(" ".join(map(str, row)) for row in cursor.fetchall()))
    return found


@pytest.mark.parametrize("query", ["?is_hidden__exact=1", "?trash=in", "?trash=after"])
def test_hidden_and_trashed_pictures_are_found_by_index(
    charlie_client: Client, among_many: tuple[Image, Image], query: str
) -> None:
    wanted = among_many[0 if "hidden" in query else 1]
    assert listed(charlie_client, Image, query) == {str(wanted.pk)}
    found = plans(charlie_client, query)
    assert len(found) == 2, "the count and the rows"
    index = "image_hidden" if "hidden" in query else "image_trash"
    assert [plan for plan in found if index not in plan] == []
    assert [plan for plan in found if "Seq Scan on gallery_image" in plan or "TEMP B-TREE" in plan] == []
