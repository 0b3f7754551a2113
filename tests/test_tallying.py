"""Usage is added up as responses and pictures come and change, and is what adding it up anew gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import indexing, shelving, tallying
from gallery.ingest import reread_transcript
from gallery.models import Image, PictureTally, Price, Response, ResponseTally, Transcript, UsageKey
from gallery.periods import Period
from gallery.repricing import reprice
from gallery.usage import Usage, usage_of
from tests.factories import make_image, make_item, make_response, make_user, seed_prices
from tests.ingest.transcripts import as_json, body, image_item, png, upload

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 5, 15, 23, 59, 59, tzinfo=UTC)
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
USED = {
    "image_input_tokens": 49,
    "image_input_text_tokens": 49,
    "image_input_image_tokens": 0,
    "image_output_tokens": 196,
    "image_output_text_tokens": 0,
    "image_output_image_tokens": 196,
}


@pytest.fixture(autouse=True)
def prices() -> None:
    seed_prices()


@pytest.fixture(autouse=True)
def agreement(prices: None) -> Iterator[None]:
    """After every test, what is kept is what adding up anew gives."""
    yield
    assert tallying.is_right()


def may() -> Usage:
    return usage_of(MAY)


def test_picture_counts_in_its_day_and_month_in_utc() -> None:
    make_image(generated_at=DAY)
    periods = PictureTally.objects.filter(count__gt=0).values_list("period", flat=True)
    assert set(periods) == {"2026-05", "2026-05-15"}


def test_same_upload_counts_once() -> None:
    data = as_json(body(image_item(png())))
    upload(data)
    upload(data)
    assert (may().pictures.count, may().responses.count) == (1, 1)


def test_response_without_any_picture_counts() -> None:
    make_response(created_at=DAY, status="failed")
    assert (may().responses.count, may().responses.failed_count, may().pictures.count) == (1, 1, 0)


@pytest.mark.parametrize("role", ["partial", "plot"])
def test_what_no_image_model_was_paid_for_does_not_count(role: str) -> None:
    make_image(generated_at=DAY, role=role)
    assert may().pictures.count == 0


def test_hidden_and_deleted_pictures_still_count() -> None:
    hidden, deleted = make_image(generated_at=DAY), make_image(generated_at=DAY)
    shelving.set_hidden([hidden.pk], is_hidden=True)
    shelving.put_in_trash([deleted.pk], None)
    assert may().pictures.count == 2


def test_tokens_of_a_response_are_divided_among_its_pictures_and_add_up() -> None:
    response = make_response(
        created_at=DAY, **(USED | {"image_output_tokens": 197, "image_output_image_tokens": 197})
    )
    for quality in ("low", "low", "high"):
        make_image(response=response, generated_at=DAY, quality=quality)
    usage = may()
    assert usage.pictures.image_out.sum == 197
    assert [row.pictures.image_out.sum for row in usage.settings] == [131, 66]


def test_refused_picture_has_no_share_of_the_tokens() -> None:
    response = make_response(created_at=DAY, **USED)
    make_image(response=response, generated_at=DAY)
    make_image(response=response, generated_at=DAY, state="refused")
    told = {row.key.outcome: row.pictures.image_out for row in may().outcomes}
    assert (told["stored"].sum, told["refused"].sum, told["refused"].silent_count) == (196, None, 1)


def test_missing_picture_counts_as_made_only_where_nothing_says_that_it_failed() -> None:
    for status in ("completed", "failed"):
        response = make_response(created_at=DAY, **USED)
        item = make_item(response=response, status=status)
        make_image(response=response, item=item, generated_at=DAY, state="missing")
    assert (may().pictures.image_out.sum, may().pictures.image_out.silent_count) == (196, 1)


def test_silence_is_not_zero() -> None:
    make_response(created_at=DAY, cached_tokens=None)
    assert (may().responses.cached.sum, may().responses.cached.silent_count) == (None, 1)


def test_zero_is_not_silence() -> None:
    make_response(created_at=DAY, cached_tokens=0)
    assert (may().responses.cached.sum, may().responses.cached.silent_count) == (0, 0)


def test_images_api_is_not_silent_about_a_chat_model() -> None:
    make_response(created_at=DAY, kind="images", model="")
    figures = may().responses
    assert (figures.count, figures.chat_count, figures.input.silent_count, figures.unknown_count) == (
        1,
        0,
        0,
        0,
    )


def test_figures_that_cannot_be_true_are_not_told() -> None:
    for _ in range(3):
        make_response(created_at=DAY, input_tokens=2**63 - 1, output_tokens=7)
    assert (may().responses.input.sum, may().responses.input.silent_count) == (None, 3)


def test_dollars_add_up_exactly() -> None:
    for dollars in ("0.1", "0.2", "12345.000000001"):
        make_image(generated_at=DAY, cost_usd=Decimal(dollars))
    assert may().pictures.known_usd == Decimal("12345.300000001")


def test_known_estimated_and_unknown_costs_stand_apart() -> None:
    make_image(generated_at=DAY, cost_usd=Decimal("0.5"))
    make_image(generated_at=DAY, cost_usd=Decimal("0.25"), is_cost_estimated=True)
    make_image(generated_at=DAY)
    figures = may().pictures
    assert (figures.known_usd, figures.estimated_usd, figures.unknown_count) == (
        Decimal("0.5"),
        Decimal("0.25"),
        1,
    )


def test_no_known_cost_is_none_and_not_zero() -> None:
    make_image(generated_at=DAY)
    assert (may().pictures.known_usd, may().pictures.estimated_usd) == (None, None)


def test_what_the_chat_model_cost_is_kept_with_its_price() -> None:
    response = make_response(created_at=DAY, model="gpt-5", input_tokens=1_000_000, output_tokens=0)
    assert response.chat_cost_usd == may().responses.known_usd == Decimal("1.25")
    assert getattr(response.chat_price, "name", None) == "gpt-5"


def test_another_price_of_a_chat_model_changes_no_cost_that_is_there() -> None:
    transcript = as_json(body(image_item(png()), model="gpt-5"))
    upload(transcript)
    before = may().responses.known_usd
    Price.objects.filter(kind="chat", name="gpt-5").update(is_retired=True)
    Price.objects.create(
        kind="chat", name="gpt-5", text_in_usd=9, text_out_usd=9, cached_text_in_usd=9, source="x"
    )
    reread_transcript(Transcript.objects.get())
    assert may().responses.known_usd == before is not None


def test_repricing_changes_the_sums() -> None:
    response = make_response(created_at=DAY, **USED)
    make_image(response=response, generated_at=DAY)
    assert may().pictures.known_usd is None
    assert [change.now for part in reprice() for change in part.changes] == [Decimal("0.006125")]
    assert may().pictures.known_usd == Decimal("0.006125")
    Price.objects.filter(name="gpt-image-2").update(image_out_usd=60)
    list(reprice())
    assert may().pictures.known_usd == Decimal("0.012005")


def test_person_who_is_gone_leaves_figures_of_nobody() -> None:
    for name in ("ann", "ben"):
        user = make_user(username=name)
        response = make_response(created_at=DAY, uploader=user)
        make_image(response=response, generated_at=DAY)
    User.objects.filter(username__in=("ann", "ben")).delete()
    (row,) = may().uploaders
    assert (row.uploader, row.pictures.count, row.responses.count) == ("", 2, 2)


def test_durations_are_told_from_how_often_each_occurred() -> None:
    for seconds in (*range(10, 20), 300):
        make_response(created_at=DAY, completed_at=DAY + timedelta(seconds=seconds))
    make_response(created_at=DAY, completed_at=DAY - timedelta(seconds=1))
    figures = may().responses
    assert figures.median_seconds == pytest.approx(15, rel=0.1)
    assert figures.slow_seconds == pytest.approx(300, rel=0.1)
    assert figures.untimed_count == 1


def test_rebuilding_gives_what_was_there() -> None:
    upload(as_json(body(image_item(png()))))
    make_image(generated_at=DAY)
    before = may()
    for _ in indexing.rebuild():
        pass
    assert may() == before


def test_gallery_that_is_older_than_the_tallies_is_known() -> None:
    assert not tallying.is_missing()
    make_response()
    assert not tallying.is_missing()
    tallying.forget_all()
    assert indexing.is_missing()
    for _ in indexing.rebuild():
        pass
    assert not indexing.is_missing()


@pytest.mark.parametrize("model", [PictureTally, ResponseTally])
def test_wrong_tally_is_found(model: Any) -> None:
    make_image(generated_at=DAY)
    model.objects.filter(period="2026-05").update(count=9)
    assert "usage-differs" in [code for code, _ in indexing.disagreements()]
    for _ in indexing.rebuild():
        pass


def test_what_is_counted_before_it_is_written_is_what_is_counted_afterwards() -> None:
    response = make_response(created_at=DAY, **USED)
    images = [make_image(response=response, generated_at=DAY, quality=quality) for quality in ("low", "high")]
    made = tallying.counted_of([response], [*reversed(images)])
    assert made == tallying.count([response.pk])


def test_each_key_is_kept_once() -> None:
    for _ in range(2):
        make_image(generated_at=DAY)
    values = [tuple(row.values()) for row in UsageKey.objects.values(*tallying.Key._fields)]
    assert len(set(values)) == len(values)


PICTURE = png()
FORMS: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    number=st.integers(0, 2),
    pictures=st.integers(0, 3),
    status=st.sampled_from(["completed", "failed", "incomplete"]),
    model=st.sampled_from(["gpt-5", "gpt-none"]),
    quality=st.sampled_from(["low", "high"]),
    has_usage=st.booleans(),
)


def form(*, number: int, pictures: int, status: str, model: str, quality: str, has_usage: bool) -> bytes:
    usage = {"input_tokens": 10, "output_tokens": 20, "total_tokens": 30} if has_usage else None
    items = [image_item(PICTURE, quality=quality, id=f"ig_{number}_{place}") for place in range(pictures)]
    return as_json(body(*items, id=f"resp_{number}", status=status, model=model, usage=usage))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), FORMS),
        st.tuples(
            st.sampled_from(["reread", "hide", "trash", "restore", "reprice", "dearer", "forget"]), st.none()
        ),
    ),
    max_size=8,
)


def step(name: str, given_form: dict[str, Any] | None) -> None:
    ids = list(Image.objects.values_list("pk", flat=True)[::2])
    match name:
        case "upload":
            upload(form(**(given_form or {})))
        case "reread":
            for transcript in Transcript.objects.all():
                reread_transcript(transcript)
        case "hide":
            shelving.set_hidden(ids, is_hidden=True)
        case "trash":
            shelving.put_in_trash(ids, None)
        case "restore":
            shelving.restore(ids)
        case "reprice":
            list(reprice())
        case "dearer":
            Price.objects.filter(name="gpt-image-1").update(image_out_usd=60)
        case "forget":
            Price.objects.filter(name="gpt-image-1").update(is_retired=True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_the_sums_are_those_of_the_rows(steps: list[tuple[str, Any]]) -> None:
    for name, given_form in steps:
        step(name, given_form)
        assert tallying.is_right()
    assert usage_of(Period(date(1970, 1, 1), date(2106, 1, 1))).responses.count == Response.objects.count()
