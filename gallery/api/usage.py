"""How many pictures there are by day, from kept tallies: the same cost at any size."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from gallery.api import answers
from gallery.api.declared import METHODS, declared
from gallery.api.problems import ApiProblem
from gallery.models import FacetTally

router = Router(tags=["Usage"])

MOST_DAYS = 366
USUAL_DAYS = 30


@router.api_operation(METHODS, "/usage", response=declared({200: answers.Usage}, 422))
def usage_by_day(
    request: HttpRequest,  # noqa: ARG001 - the view's signature
    since: Annotated[
        date | None, Query(description="The first day; 30 days before the last if left out.")
    ] = None,
    until: Annotated[date | None, Query(description="The last day; today if left out.")] = None,
) -> Any:  # noqa: ANN401 - ninja reads it as the schema above
    """Pictures by the day on which they were generated, at most 366 days at once. Days without any are left out."""
    last = until or timezone.now().date()
    first = since or last - timedelta(days=min(USUAL_DAYS - 1, (last - date.min).days))
    if not 0 <= (last - first).days < MOST_DAYS:
        detail = f"From since to until there may be 1 to {MOST_DAYS} days."
        raise ApiProblem("invalid", detail, more={"errors": [{"parameter": "since", "message": detail}]})
    tallies = (
        FacetTally.objects.filter(period__gte=first.isoformat(), period__lte=last.isoformat())
        .values_list("period", "facet_set__image_model", "facet_set__state")
        .annotate(pictures=Sum("count"))
        .order_by("period", "facet_set__image_model", "facet_set__state")
    )
    days: dict[str, dict[str, Any]] = {}
    for period, image_model, state, pictures in tallies:
        if len(period) != len("2026-05-15") or not pictures:
            continue  # a month sorts among its days
        day = days.setdefault(period, {"day": period, "pictures": 0, "by_image_model": {}, "by_state": {}})
        day["pictures"] += pictures
        for by, value in (("by_image_model", image_model), ("by_state", state)):
            day[by][value] = day[by].get(value, 0) + pictures
    return {"days": list(days.values()), "pictures": sum(day["pictures"] for day in days.values())}
