"""A queryset whose SQL is kept gives what it would give written anew."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.models import Image
from gallery.prepared import Prepared
from tests.factories import make_image

pytestmark = pytest.mark.django_db

_with_response = Prepared(
    lambda pk: Image.objects.select_related("response", "blob").defer("prompt").filter(pk=pk)
)
_between = Prepared(
    lambda least, most: (
        Image.objects.filter(id__gte=least, role="final", id__lte=most)
        .order_by("-id")
        .values("id", "role")[:5]
    )
)


def test_rows_are_those_of_the_numbers_given():
    first, second = make_image(), make_image()
    assert _with_response(first.pk) == [first]
    assert _with_response(second.pk) == [second]
    assert _with_response(1) == []


def test_what_is_related_comes_in_the_same_query():
    image = make_image()
    _with_response(image.pk)
    with CaptureQueriesContext(connection) as asked:
        (found,) = _with_response(image.pk)
        assert (found.response.pk, found.blob.pk) == (image.response_id, image.blob_id)
    assert len(asked) == 1


def test_what_is_deferred_can_be_asked_for():
    image = make_image(prompt="A heron")
    (found,) = _with_response(image.pk)
    assert found.get_deferred_fields() == {"prompt"}
    assert found.prompt == "A heron"


def test_numbers_go_to_their_places():
    first, second = (make_image().pk for _ in range(2))
    make_image(role="partial")
    assert _between(1, second) == [{"id": second, "role": "final"}, {"id": first, "role": "final"}]
    assert _between(1, first) == [{"id": first, "role": "final"}]
    assert _between(second, 1 << 62) == [{"id": second, "role": "final"}]


def test_number_that_no_column_holds_has_no_rows():
    make_image()
    assert _with_response(1 << 63) == []
    assert _with_response(-(1 << 63) - 1) == []


def test_number_that_is_no_parameter_is_a_mistake():
    with pytest.raises(ValueError, match="no parameters"):
        Prepared(lambda pk, limit: Image.objects.filter(pk=pk))(1, 2)


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_disturb_one_another():
    images = [make_image() for _ in range(4)]
    found: dict[int, set[int]] = {image.pk: set() for image in images}

    def ask(pk: int) -> None:
        for _ in range(50):
            found[pk] |= {image.pk for image in _with_response(pk)}
        connection.close()

    threads = [threading.Thread(target=ask, args=[image.pk]) for image in images]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {image.pk: {image.pk} for image in images}
