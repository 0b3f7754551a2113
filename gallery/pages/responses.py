"""The page of one response: the whole call, bounded however much was uploaded, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast, Left, Length
from django.utils.safestring import SafeString

from gallery.grouping import twins_of
from gallery.models import Image, OutputItem, Response, Transcript
from gallery.pages.costs import CostView, response_cost_views
from gallery.pages.items import TEXT_CHARACTERS, ItemView, item_view
from gallery.pages.json_tree import Budget, json_tree
from gallery.pages.lineage import Lineage, lineage_of
from gallery.pages.strips import Step, formation, image_steps
from gallery.pages.usage import Usage, chat_usage, image_usage
from gallery.pages.words import Json, duration
from gallery.prices import service_tier

ITEMS_PER_PAGE = 100
MOST_RUNS = 300
MOST_TRANSCRIPTS = 50
MOST_TWINS = 20
MOST_SETTINGS = 60
# JSON longer than this is not read for a page: the raw JSON is a link away.
READ_CHARACTERS = 1_000_000
ITEM_FIELDS = ("pk", "position", "item_id", "type", "status", "is_salvaged")

KINDS = {
    "response": "Response",
    "images": "Images API answer",
    "error": "Error answer",
    "items": "Output items without a response",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive stream events of one type."""

    type: str
    count: int
    first_event: int

    @property
    def last_event(self) -> int:
        return self.first_event + self.count - 1


class Fact(NamedTuple):
    words: str
    value: str


@dataclass(frozen=True, slots=True)
class ResponseDetailPage:
    response: Response
    kind: str
    took: str | None
    instructions: str
    instructions_cut_from: int | None
    items: tuple[ItemView, ...]
    first_position: int
    next_position: int | None
    item_count: int
    usages: tuple[Usage, ...]
    costs: tuple[CostView, ...]
    requested: tuple[Fact, ...]
    settings: tuple[Fact, ...]
    timeline: tuple[Run, ...]
    runs_left_out: int
    event_count: int
    problems: tuple[dict[str, Any], ...]
    salvaged: tuple[str, ...]
    transcripts: tuple[Transcript, ...]
    twins: tuple[Response, ...]
    lineage: Lineage
    raw: SafeString | None


def response_detail_page(pk: int, *, from_position: int = 0) -> ResponseDetailPage | None:
    """The response with its items from `from_position` on, a page of them; None if there is no such response."""
    response = (
        Response.objects.defer("rest", "instructions", "output_text")
        .select_related("uploader", "chat_price")
        .annotate(
            instructions_beginning=Left("instructions", TEXT_CHARACTERS),
            instructions_length=Length("instructions"),
            rest_length=Length(Cast("rest", TextField())),
        )
        .filter(pk=pk)
        .first()
    )
    if response is None:
        return None
    measured: Any = response  # the annotations above are not part of its type
    rest: dict[str, Any] | None = None
    if (measured.rest_length or 0) <= READ_CHARACTERS:
        rest = Response.objects.values_list("rest", flat=True).get(pk=pk)
    budget = Budget()
    items, next_position = _items(response, from_position, budget)
    runs = [
        Run(str(run.get("type")), int(run.get("count") or 1), int(run.get("first_event") or 0))
        for run in response.timeline
        if isinstance(run, dict)
    ]
    return ResponseDetailPage(
        response=response,
        kind=KINDS.get(response.kind, response.kind),
        took=duration(response.created_at, response.completed_at),
        instructions=measured.instructions_beginning or "",
        instructions_cut_from=length
        if (length := measured.instructions_length or 0) > TEXT_CHARACTERS
        else None,
        items=items,
        first_position=from_position,
        next_position=next_position,
        item_count=OutputItem.objects.filter(response=response).count(),
        usages=(chat_usage(response), image_usage(response)),
        costs=response_cost_views(response, tier=service_tier(rest)),
        requested=_facts(response.requested),
        settings=_facts(rest),
        timeline=tuple(runs[:MOST_RUNS]),
        runs_left_out=max(0, len(runs) - MOST_RUNS),
        event_count=sum(run.count for run in runs),
        problems=tuple(problem for problem in response.problems if isinstance(problem, dict))[:200],
        salvaged=tuple(str(name) for name in response.salvaged)[:200],
        transcripts=tuple(
            Transcript.objects.filter(holdings__response=response)
            .select_related("uploader")
            .defer("problems")
            .order_by("uploaded_at", "id")[:MOST_TRANSCRIPTS]
        ),
        twins=_twins(response),
        lineage=lineage_of(response),
        raw=json_tree(rest, budget) if rest else None,
    )


def response_json(pk: int) -> dict[str, Any] | None:
    """Everything that is kept of the response as JSON: its known fields, the rest, its items."""
    response = Response.objects.filter(pk=pk).first()
    if response is None:
        return None
    left_out = {"id", "key", "rest", "uploader", "first_uploaded_at", "timeline", "chat_price"}
    known = {
        field.name: getattr(response, field.name)
        for field in Response._meta.concrete_fields
        if field.name not in left_out
    }
    items = (
        OutputItem.objects.filter(response=response).order_by("position").values_list("payload", flat=True)
    )
    return {**known, "rest": response.rest, "output": list(items)}


def _items(response: Response, from_position: int, budget: Budget) -> tuple[tuple[ItemView, ...], int | None]:
    rows = list(
        OutputItem.objects.filter(response=response, position__gte=from_position)
        .order_by("position")
        .values(
            *ITEM_FIELDS,
            beginning=Left("text", TEXT_CHARACTERS + 1),
            payload_length=Length(Cast("payload", TextField())),
        )[: ITEMS_PER_PAGE + 1]
    )
    shown = rows[:ITEMS_PER_PAGE]
    payloads = dict(OutputItem.objects.filter(pk__in=list(_readable(shown))).values_list("pk", "payload"))
    positions = [row["position"] for row in shown]
    images = Image.objects.filter(response=response, is_hidden=False, position__in=positions)
    pictures: dict[int, list[Step]] = {}
    for _, step in image_steps(images.order_by("position", "-role", "index")):
        pictures.setdefault(step.position, []).append(step)
    views = tuple(
        item_view(
            position=row["position"],
            item_type=row["type"],
            item_id=row["item_id"],
            status=row["status"],
            text=row["beginning"],
            payload=payloads.get(row["pk"]),
            is_salvaged=row["is_salvaged"],
            budget=budget,
            pictures=_strip(pictures.get(row["position"], []), row["position"]),
        )
        for row in shown
    )
    return views, rows[ITEMS_PER_PAGE]["position"] if len(rows) > ITEMS_PER_PAGE else None


def _strip(steps: list[Step], position: int) -> tuple[Step, ...]:
    return formation(steps, position=position) or tuple(steps)


def _readable(rows: list[dict[str, Any]]) -> Iterator[int]:
    """Those items whose payloads a page can afford to read, together."""
    left = READ_CHARACTERS
    for row in rows:
        left -= row["payload_length"] or 0
        if left < 0:
            left += row["payload_length"] or 0
            continue
        yield row["pk"]


def _twins(response: Response) -> tuple[Response, ...]:
    """Other responses that bear the same id and are not the same generation."""
    if response.is_id_made:
        return ()
    return tuple(
        twins_of(response)
        .only("id", "response_id", "model", "status", "created_at")
        .order_by("id")[: MOST_TWINS + 1]
    )


def _facts(settings: Json) -> tuple[Fact, ...]:
    """The plain values among the settings; what is nested is in the raw JSON."""
    if not isinstance(settings, dict):
        return ()
    plain = (
        Fact(str(name)[:60].replace("_", " "), _said(value))
        for name, value in sorted(settings.items())
        if isinstance(value, str | int | float) and value != ""
    )
    return tuple(plain)[:MOST_SETTINGS]


def _said(value: str | float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
