"""Costs reckoned anew by the prices that are in force now: openly, on request, and a part at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Coalesce

from gallery.costing import (
    COST_FIELDS,
    IMAGES_API,
    chat_cost_or_none,
    cost_or_none,
    facts_of_all,
    set_chat_cost,
    set_cost,
    write_chat_costs,
    write_costs,
)
from gallery.identity import PLACE_BITS
from gallery.indexing import changing
from gallery.ingest import writing
from gallery.models import Image, Price, Response
from gallery.prices import prices_in_force
from gallery.pricing.rates import STAR, is_of
from gallery.tallying import counting

CHUNK = 500
# What reckoning does not read, and may be long.
_LONG = ("rest", "timeline", "problems", "salvaged", "instructions", "output_text", "requested")
_LONG_BUT_TIER = tuple(name for name in _LONG if name != "rest")


@dataclass(frozen=True, slots=True)
class Change:
    """One picture's cost in dollars, before and after; None is unknown."""

    image_id: int
    model: str
    was: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class ChatChange:
    """The same of what one response's chat model cost."""

    response_id: int
    model: str
    was: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class Part:
    """So many pictures looked at, the last of which is `last_id`, and what changed of them."""

    count: int
    last_id: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ChatPart:
    """The same of responses."""

    count: int
    last_id: int
    changes: tuple[ChatChange, ...]


@dataclass(slots=True)
class Total:
    """What changed of one model's pictures or responses: how many, their dollars before and after; None: unknown."""

    model: str
    count: int = 0
    was: Decimal | None = None
    now: Decimal | None = None


class Totals:
    """Changes added up by model, apart by whether the cost was known before and is known now."""

    def __init__(self) -> None:
        self.looked_at = 0
        self.changed = 0
        self._by_kind: dict[tuple[str, bool, bool], Total] = {}

    def add(self, part: Part | ChatPart) -> None:
        self.looked_at += part.count
        self.changed += len(part.changes)
        for change in part.changes:
            kind = change.model, change.was is None, change.now is None
            total = self._by_kind.setdefault(kind, Total(change.model))
            total.count += 1
            total.was = None if change.was is None else (total.was or 0) + change.was
            total.now = None if change.now is None else (total.now or 0) + change.now

    @property
    def rows(self) -> list[Total]:
        return [self._by_kind[kind] for kind in sorted(self._by_kind)]


def reprice(
    *, since: date | None = None, names: Collection[str] = (), after: int = 0, is_dry_run: bool = False
) -> Iterator[Part]:
    """Reckons pictures generated from a day on (UTC), each part in a transaction of its own, and gives it once done.

    `names` are those of prices: only pictures of their models are looked at; empty: of all. `after` is the
    `last_id` of an earlier part. A dry run writes nothing.
    """
    last = max(after, _first_id(since) - 1)
    while True:
        with nullcontext() if is_dry_run else writing():
            part = _part(last, names, is_dry_run=is_dry_run)
        if part.last_id == last:
            return
        yield part
        last = part.last_id


def reprice_chat(
    *, since: date | None = None, names: Collection[str] = (), after: int = 0, is_dry_run: bool = False
) -> Iterator[ChatPart]:
    """Reckons anew what the chat models of responses cost that were made from a day on (UTC); as `reprice` does."""
    last = after
    while True:
        with nullcontext() if is_dry_run else writing():
            part = _chat_part(last, since, names, is_dry_run=is_dry_run)
        if part.last_id == last:
            return
        yield part
        last = part.last_id


def _chat_part(last: int, since: date | None, names: Collection[str], *, is_dry_run: bool) -> ChatPart:
    found = Response.objects.filter(id__gt=last).exclude(kind=IMAGES_API).filter(_of_models(names, "model"))
    rows = found.order_by("id")
    if since is not None:
        moment = datetime(since.year, since.month, since.day, tzinfo=UTC)
        rows = rows.alias(made_at=Coalesce("created_at", "first_uploaded_at")).filter(made_at__gte=moment)
    chunk = list(rows.defer(*_LONG_BUT_TIER)[:CHUNK])
    if not chunk:
        return ChatPart(0, last, ())
    prices = prices_in_force(Price.Kind.CHAT)
    changed, changes = [], []
    wanted = [each for each in chunk if not names or any(is_of(name, each.model) for name in names)]
    for response in wanted:
        before = response.chat_cost_usd, response.chat_price_id
        set_chat_cost(response, chat_cost_or_none(response, prices))
        if before != (response.chat_cost_usd, response.chat_price_id):
            changed.append(response)
            changes.append(ChatChange(response.pk, response.model, before[0], response.chat_cost_usd))
    if changed and not is_dry_run:
        with counting([response.pk for response in changed]):
            write_chat_costs(changed)
    return ChatPart(len(wanted), chunk[-1].pk, tuple(changes))


def _first_id(since: date | None) -> int:
    """Below the ids of all pictures of that day: they begin with the second of generation."""
    if since is None:
        return 0
    moment = datetime(since.year, since.month, since.day, tzinfo=UTC)
    return max(0, int(moment.timestamp())) << PLACE_BITS


def _part(last: int, names: Collection[str], *, is_dry_run: bool) -> Part:
    found = (
        Image.objects.filter(id__gt=last, role=Image.Role.FINAL)
        .filter(_of_models(names, "image_model"))
        .order_by("id")
    )
    rows = list(found.values_list("id", "response_id", "image_model")[:CHUNK])
    if not rows:
        return Part(0, last, ())
    wanted = {pk for pk, _, model in rows if not names or any(is_of(name, model) for name in names)}
    responses = {response_id for pk, response_id, _ in rows if pk in wanted}
    images = (
        Image.objects.filter(response_id__in=responses, role=Image.Role.FINAL)
        .select_related("response", "item")
        .defer("prompt", "placeholder", *(f"response__{name}" for name in _LONG))
    )
    prices = prices_in_force(Price.Kind.IMAGE)
    changed, changes = [], []
    for image, facts in facts_of_all(images):
        if image.pk not in wanted:
            continue
        before = [getattr(image, name) for name in COST_FIELDS]
        set_cost(image, cost_or_none(facts, prices) if facts else None)
        if before != [getattr(image, name) for name in COST_FIELDS]:
            changed.append(image)
            changes.append(Change(image.pk, image.image_model, before[0], image.cost_usd))
    if not is_dry_run:
        _write(changed, changes)
    return Part(len(wanted), rows[-1][0], tuple(changes))


def _write(images: list[Image], changes: list[Change]) -> None:
    """The search index tells which costs are known: it follows where that changes."""
    turned = {change.image_id for change in changes if (change.was is None) != (change.now is None)}
    with counting([image.response_id for image in images if image.pk not in turned]):
        write_costs(image for image in images if image.pk not in turned)
    if turned:
        with changing(response_ids={image.response_id for image in images if image.pk in turned}):
            write_costs(image for image in images if image.pk in turned)


def _of_models(names: Collection[str], field: str) -> Q:
    condition = Q(pk__in=[]) if names else Q()
    for name in names:
        condition |= Q(**{f"{field}__istartswith": name.removesuffix(STAR)})
    return condition
