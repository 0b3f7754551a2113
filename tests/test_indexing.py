"""Index, tallies and stacks follow the pictures, whatever becomes of them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import indexing, shelving
from gallery.ingest import reread_transcript
from gallery.models import FacetTally, Image, Transcript
from gallery.search import engine
from gallery.search.expressions import Token
from gallery.search.tokens import fact_token
from tests.factories import LONG_AGO, make_image, make_response, together
from tests.ingest.transcripts import as_json, body, image_item, message_item, png, upload

pytestmark = pytest.mark.django_db


def ids_of(word: str) -> list[int]:
    return engine.ids_matching(Token(word), limit=99)


def counted(period: str = "") -> int:
    return FacetTally.objects.filter(period=period).aggregate(sum=Sum("count"))["sum"] or 0


@pytest.fixture(autouse=True)
def agreement() -> Any:
    """After every test, all that is derived is what the pictures say."""
    yield
    assert list(indexing.disagreements()) == []


def test_uploaded_picture_is_found_by_its_prompt_output_and_instructions() -> None:
    upload(
        as_json(
            body(image_item(png(), revised_prompt="A heron"), message_item("Voilà"), instructions="Be brief")
        )
    )
    (image,) = Image.objects.cards()
    assert ids_of("heron") == ids_of("voila") == ids_of("brief") == [image.pk]


def test_uploaded_picture_is_found_by_its_facts() -> None:
    upload(as_json(body(image_item(png(), quality="high"))))
    (image,) = Image.objects.cards()
    assert ids_of(fact_token("quality", "HIGH")) == [image.pk]
    assert ids_of(fact_token("quality", "low")) == []


def test_picture_counts_in_its_day_month_year_and_for_all_time() -> None:
    upload(as_json(body(image_item(png()))))
    assert [counted(period) for period in ("", "2026", "2026-05", "2026-05-15")] == [1, 1, 1, 1]


def test_same_upload_counts_once() -> None:
    data = as_json(body(image_item(png())))
    upload(data)
    upload(data)
    assert counted() == 1


def test_another_form_of_a_response_counts_once_and_is_found_by_what_it_adds() -> None:
    picture = png()
    upload(as_json(body(image_item(picture, revised_prompt=None))))
    upload(as_json(body(image_item(picture, revised_prompt="A heron"), metadata={"again": "yes"})))
    assert counted() == 1
    assert len(ids_of("heron")) == 1


def test_reading_again_changes_nothing() -> None:
    upload(as_json(body(image_item(png(), revised_prompt="A heron"))))
    before = ids_of("heron")
    reread_transcript(Transcript.objects.get())
    assert ids_of("heron") == before
    assert counted() == 1


def test_hidden_picture_is_neither_found_nor_counted_until_it_is_shown_again() -> None:
    image = make_image(prompt="A heron")
    shelving.set_hidden([image.pk], is_hidden=True)
    assert (ids_of("heron"), counted()) == ([], 0)
    shelving.set_hidden([image.pk], is_hidden=False)
    assert (ids_of("heron"), counted()) == ([image.pk], 1)


def test_picture_in_the_trash_is_neither_found_nor_counted_until_it_is_restored() -> None:
    image = make_image(prompt="A heron")
    shelving.put_in_trash([image.pk], None)
    assert (ids_of("heron"), counted()) == ([], 0)
    assert list(shelving.in_trash()) == [image]
    shelving.restore([image.pk])
    assert (ids_of("heron"), counted()) == ([image.pk], 1)


def test_hiding_a_picture_costs_the_same_however_much_its_response_and_its_stack_hold() -> None:
    def cost_of_hiding(image: Image) -> list[int]:
        found = []
        for is_hidden in (True, False):
            with CaptureQueriesContext(connection) as captured:
                shelving.set_hidden([image.pk], is_hidden=is_hidden)
            found.append(len(captured))
        return found

    response = make_response(output_text="A long answer.")
    images = [make_image(prompt="A heron", response=response) for _ in range(2)]
    few = cost_of_hiding(images[0])
    with together(response):
        for _ in range(50):
            make_image(prompt="A heron", response=response)
            make_image(prompt="A heron")
    assert cost_of_hiding(images[0]) == few


def test_hidden_picture_keeps_its_document_as_it_was() -> None:
    image = make_image(prompt="A heron")
    Image.objects.filter(pk=image.pk).update(prompt="A crane")
    shelving.set_hidden([image.pk], is_hidden=True)
    shelving.set_hidden([image.pk], is_hidden=False)
    assert (ids_of("heron"), ids_of("crane")) == ([image.pk], [])


def test_partial_pictures_are_hidden_without_being_counted() -> None:
    response = make_response()
    final = make_image(response=response)
    partial = make_image(response=response, role="partial")
    for is_hidden in (True, False):
        shelving.set_hidden([final.pk, partial.pk], is_hidden=is_hidden)
        assert counted() == (0 if is_hidden else 1)


SHELVING = {
    "hide": lambda ids: shelving.set_hidden(ids, is_hidden=True),
    "show": lambda ids: shelving.set_hidden(ids, is_hidden=False),
    "trash": lambda ids: shelving.put_in_trash(ids, None),
    "restore": lambda ids: shelving.restore(ids),
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(sorted(SHELVING)), st.sets(st.integers(0, 8), min_size=1)), max_size=6)
)
def test_whatever_is_hidden_shown_deleted_and_restored_index_and_counts_agree(
    steps: list[tuple[str, set[int]]],
) -> None:
    if not Image.objects.exists():
        # Stacks within a response, across responses, and alone; a partial picture; one on another day.
        response = make_response()
        for prompt in ("A heron", "A heron, wading", None):
            make_image(prompt=prompt, response=response)
        for prompt in ("A heron", "A crane", "A crane", None):
            make_image(prompt=prompt)
        make_image(response=response, role="partial")
        make_image(prompt="A crane", generated_at=LONG_AGO + timedelta(days=40))
    images = list(Image.objects.order_by("pk").values_list("pk", flat=True))
    for do, places in steps:
        SHELVING[do]([images[place] for place in places])
        assert list(indexing.disagreements()) == []


def test_equal_prompts_make_one_stack_and_the_newest_stands_for_it() -> None:
    first, second = make_image(prompt="A heron"), make_image(prompt=" A heron\n")
    other = make_image(prompt="A crane")
    tops = Image.objects.filter(is_stack_top=True)
    assert {image.pk for image in tops} == {second.pk, other.pk}
    shelving.set_hidden([second.pk], is_hidden=True)
    assert {image.pk for image in tops.all()} == {first.pk, other.pk}


def test_pictures_of_one_response_make_one_stack() -> None:
    response = make_response()
    first = make_image(response=response, prompt="A heron")
    second = make_image(response=response, prompt="A heron, revised")
    stacks = set(Image.objects.values_list("stack", flat=True))
    assert len(stacks) == 1
    assert Image.objects.get(is_stack_top=True).pk == max(first.pk, second.pk)


def test_pictures_without_a_prompt_make_no_stack_with_strangers() -> None:
    make_image(prompt=None)
    make_image(prompt="  ")
    assert Image.objects.filter(is_stack_top=True).count() == 2


def test_reindexing_gives_what_was_there() -> None:
    image = make_image(prompt="A heron")
    hidden = make_image(prompt="A heron")
    shelving.set_hidden([hidden.pk], is_hidden=True)
    before = sorted(FacetTally.objects.exclude(count=0).values_list("period", "count"))
    engine.remove_all()
    FacetTally.objects.all().delete()
    Image.objects.update(is_stack_top=False, stack=0)
    assert {code for code, _ in indexing.disagreements()} == {
        "tallies-differ",
        "index-differs",
        "stacks-differ",
    }
    call_command("reindex", verbosity=0)
    assert sorted(FacetTally.objects.exclude(count=0).values_list("period", "count")) == before
    assert ids_of("heron") == [image.pk]


def test_check_finds_and_repairs_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    make_image(state=Image.State.MISSING)
    FacetTally.objects.update(count=7)
    with pytest.raises(SystemExit):
        call_command("fsck", json=True)
    codes = {json.loads(line).get("code") for line in capsys.readouterr().out.splitlines()}
    assert "tallies-differ" in codes
    call_command("fsck", repair=True, json=True)
    assert list(indexing.disagreements()) == []
