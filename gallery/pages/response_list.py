"""Responses of a period, latest first: what stands behind the numbers of the usage page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, F
from django.db.models.functions import Coalesce

from gallery.cleaning import clean_text
from gallery.costing import IMAGES_API
from gallery.models import Image, Response
from gallery.pages.words import duration
from gallery.periods import EARLIEST, LATEST, BadPeriod, Period, read_period

PAGE_SIZE = 50
SILENT = "none"
"""Asks for responses whose transcripts do not say."""
KNOWN, UNKNOWN = "known", "unknown"
"""Ask for responses of chat models by whether it is known what these cost."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_PLACE = 40


@dataclass(frozen=True, slots=True)
class ResponseLine:
    response: Response
    pictures: int
    took: str


@dataclass(frozen=True, slots=True)
class ResponseListPage:
    """`asked` is what the list is narrowed to, in words. `next_href` is empty on the last page."""

    period: Period | None
    asked: tuple[tuple[str, str], ...]
    lines: tuple[ResponseLine, ...]
    next_href: str
    is_first: bool
    first_href: str
    usage_query: str = ""
    error: str = ""


def response_list_page(parameters: dict[str, str], *, today: date) -> ResponseListPage:
    """Narrowed by `model`, `status`, `by`, a person's name, and `cost`, `KNOWN` or `UNKNOWN`. What is no place in the
    list gives its beginning.

    In three queries at most.
    """
    try:
        period = read_period(parameters, today=today)
    except BadPeriod as error:
        return ResponseListPage(None, (), (), "", is_first=True, first_href="", error=str(error))
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    asked = {
        name: value
        for name in ("model", "status", "by")
        if (value := clean_text(parameters.get(name, ""))[:255])
    }
    rows = Response.objects.alias(made_at=Coalesce("created_at", "first_uploaded_at"))
    if period.first > EARLIEST:
        rows = rows.filter(made_at__gte=_moment(period.first))
    if period.last < LATEST:
        rows = rows.filter(made_at__lt=_moment(period.last + timedelta(days=1)))
    if "model" in asked:
        rows = rows.filter(model="" if asked["model"] == SILENT else asked["model"])
    if "status" in asked:
        rows = rows.filter(status="" if asked["status"] == SILENT else asked["status"])
    if "by" in asked:
        person = User.objects.filter(username=asked["by"]).values_list("pk", flat=True).first()
        rows = rows.filter(uploader=None if asked["by"] == SILENT else person or 0)
    if (cost := parameters.get("cost", "")) in {KNOWN, UNKNOWN}:
        asked["cost"] = cost
        rows = rows.exclude(kind=IMAGES_API).filter(chat_cost_usd__isnull=cost == UNKNOWN)
    place = _place(parameters.get("before"))
    if place is not None:
        moment, pk = place
        rows = rows.filter(made_at__lte=moment).exclude(made_at=moment, id__gte=pk)
    found = list(
        rows.order_by(F("made_at").desc(), "-id")
        .select_related("uploader")
        .only(
            "response_id", "model", "image_model", "status", "created_at", "completed_at", "first_uploaded_at",
            "error_code", "chat_cost_usd", "uploader__username",
        )[: PAGE_SIZE + 1]
    )  # fmt: skip
    shown = found[:PAGE_SIZE]
    finals = Image.objects.filter(response__in=[row.pk for row in shown], role=Image.Role.FINAL)
    pictures = dict(finals.order_by().values_list("response").annotate(Count("id")))
    is_more = len(found) > PAGE_SIZE
    return ResponseListPage(
        period=period,
        asked=tuple(asked.items()),
        lines=tuple(
            ResponseLine(row, pictures.get(row.pk, 0), duration(row.created_at, row.completed_at) or "")
            for row in shown
        ),
        next_href=f"?{urlencode(days | asked | {'before': _place_of(shown[-1])})}" if is_more else "",
        is_first=place is None,
        first_href=f"?{urlencode(days | asked)}",
        usage_query=urlencode(days),
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _place_of(response: Response) -> str:
    at = response.created_at or response.first_uploaded_at
    return f"{(at - _EPOCH) // _MICROSECOND}.{response.pk}"


def _place(text: str | None) -> tuple[datetime, int] | None:
    micros, _, pk = (text or "")[:_LONGEST_PLACE].partition(".")
    if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    try:
        return _EPOCH + int(micros) * _MICROSECOND, min(int(pk), 2**63 - 1)
    except OverflowError:
        return None
