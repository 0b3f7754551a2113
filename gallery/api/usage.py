"""What was generated, used and paid for, by day or month, from kept tallies: the same cost at any size."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from gallery.api import answers
from gallery.api.declared import METHODS, declared
from gallery.api.problems import ApiProblem
from gallery.models import PictureTally, ResponseTally, UsageKey
from gallery.pages.words import plain_decimal
from gallery.tallying import PICTURE_SUMS, RESPONSE_SUMS

router = Router(tags=["Usage"])

MOST_DAYS = 366
USUAL_DAYS = 30
BILLION = 1_000_000_000
LENGTHS = {"day": len("2026-05-15"), "month": len("2026-05")}
OF_BOTH = ("image_model", "quality", "size", "model", "outcome")


class By(StrEnum):
    """By what figures are told apart, and which columns say so."""

    IMAGE_MODEL = "image-model"
    SETTINGS = "settings"
    MODEL = "model"
    UPLOADER = "uploader"
    OUTCOME = "outcome"


COLUMNS = {
    By.IMAGE_MODEL: ("image_model",),
    By.SETTINGS: ("image_model", "quality", "size"),
    By.MODEL: ("model",),
    By.UPLOADER: (),
    By.OUTCOME: ("outcome",),
}
RESPONSE_TABLES = {
    By.MODEL: UsageKey.Table.MODEL,
    By.UPLOADER: UsageKey.Table.UPLOADER,
    By.OUTCOME: UsageKey.Table.STATUS,
}


class Per(StrEnum):
    DAY = "day"
    MONTH = "month"


@router.api_operation(METHODS, "/usage", response=declared({200: answers.Usage}, 422))
def usage(
    request: HttpRequest,  # noqa: ARG001 - the view's signature
    by: Annotated[By, Query(description="By what the figures are told apart.")] = By.IMAGE_MODEL,
    per: Annotated[Per, Query(description="The periods.")] = Per.DAY,
    since: Annotated[
        date | None, Query(description="The first day; 30 days up to the last if left out.")
    ] = None,
    until: Annotated[date | None, Query(description="The last day, in UTC; today if left out.")] = None,
) -> Any:  # noqa: ANN401 - ninja reads it as the schema above
    """Pictures, and what chat models answered, by when they were generated or else first uploaded; at most 366 days.

    Hidden and deleted pictures count: they were made and paid for. Responses are told apart by model, uploader and
    outcome alone.
    """
    last = until or timezone.now().date()
    first = since or last - timedelta(days=min(USUAL_DAYS - 1, (last - date.min).days))
    if not 0 <= (last - first).days < MOST_DAYS:
        detail = f"From since to until there may be 1 to {MOST_DAYS} days."
        raise ApiProblem("invalid", detail, more={"errors": [{"parameter": "since", "message": detail}]})
    length = LENGTHS[per]
    periods = first.isoformat()[:length], last.isoformat()[:length]
    table = RESPONSE_TABLES.get(by)
    return {
        "since": first.isoformat(),
        "until": last.isoformat(),
        "pictures": [
            _pictures(row, by)
            for row in _rows(PictureTally, PICTURE_SUMS, UsageKey.Table(by.value), periods, length)
        ],
        "responses": [
            _responses(row, by)
            for row in (_rows(ResponseTally, RESPONSE_SUMS, table, periods, length) if table else ())
        ],
    }


def _rows(
    model: type[PictureTally] | type[ResponseTally],
    sums: tuple[str, ...],
    table: UsageKey.Table,
    periods: tuple[str, str],
    length: int,
) -> list[dict[str, Any]]:
    """Keys that have become equal, as those of people who are gone, are added up."""
    said = {name: F(f"key__{name}") for name in OF_BOTH}
    tallies: Any = model._default_manager  # of annotations under the names of columns the types know nothing
    rows = (
        tallies.filter(key__table=table, period__gte=periods[0], period__lte=periods[1])
        .values("period", **said, uploader=F("key__uploader__username"))
        .annotate(**{f"sum_of_{name}": Sum(name) for name in sums})
        .order_by("period", "image_model", "quality", "size", "model", "outcome", "uploader")
    )
    # Between two days their month sorts, too.
    return [row for row in rows if len(row["period"]) == length and row["sum_of_count"]]


def _of(row: dict[str, Any], by: By) -> dict[str, Any]:
    """What the figures are of. Null: it is not told apart, or the transcript does not say."""
    columns = COLUMNS[by]
    return {
        "period": row["period"],
        **{name: (row[name] or None) if name in columns else None for name in OF_BOTH},
        "uploader": row["uploader"],
        "count": row["sum_of_count"],
    }


def _pictures(row: dict[str, Any], by: By) -> dict[str, Any]:
    return {
        **_of(row, by),
        "known_cost_usd": _dollars(row, "known"),
        "known_cost_count": row["sum_of_known_count"],
        "estimated_cost_usd": _dollars(row, "estimated"),
        "estimated_cost_count": row["sum_of_estimated_count"],
        **_tokens(row, "input", "text_in_tokens", "image_in_tokens"),
        **_tokens(row, "output", "text_out_tokens", "image_out_tokens"),
    }


def _responses(row: dict[str, Any], by: By) -> dict[str, Any]:
    return {
        **_of(row, by),
        "failed_count": row["sum_of_failed_count"],
        "chat_count": row["sum_of_chat_count"],
        "known_cost_usd": _dollars(row, "known"),
        "known_cost_count": row["sum_of_known_count"],
        **_tokens(row, "input", "input_tokens"),
        **_tokens(row, "cached", "cached_tokens"),
        **_tokens(row, "output", "output_tokens"),
        **_tokens(row, "reasoning", "reasoning_tokens"),
    }


def _dollars(row: dict[str, Any], kind: str) -> str | None:
    """None where no cost is known: that is not nothing."""
    if not row[f"sum_of_{kind}_count"]:
        return None
    billionths = row[f"sum_of_{kind}_dollars"] * BILLION + row[f"sum_of_{kind}_billionths"]
    return plain_decimal(Decimal(billionths) / BILLION)


def _tokens(row: dict[str, Any], kind: str, *names: str) -> dict[str, int | None]:
    """Sums of those whose transcripts tell, and how many these are."""
    count = row[f"sum_of_told_{kind}_count"]
    return {f"told_{kind}_count": count, **{name: row[f"sum_of_{name}"] if count else None for name in names}}
