"""Edits: the responses before and after one, through `previous_response_id`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from gallery.models import Image, Response
from gallery.pages.strips import Step, image_steps

MOST_IDS = 20
"""On either side: the nearest."""
MOST_RESPONSES = 40

# A chain may bite its own tail: UNION visits each id once, the nearest first.
EARLIER = """
    WITH RECURSIVE chain(response_id) AS (
        SELECT previous_response_id FROM {table} WHERE id = %s AND previous_response_id <> ''
        UNION
        SELECT r.previous_response_id FROM {table} r JOIN chain c ON r.response_id = c.response_id
        WHERE r.previous_response_id <> ''
    )
    SELECT response_id FROM chain LIMIT %s
"""
LATER = """
    WITH RECURSIVE chain(response_id) AS (
        SELECT CAST(%s AS varchar(255))
        UNION
        SELECT r.response_id FROM {table} r JOIN chain c ON r.previous_response_id = c.response_id
    )
    SELECT response_id FROM chain LIMIT %s
"""


class Turn(NamedTuple):
    """One response of the conversation, with its pictures."""

    response: Response
    steps: tuple[Step, ...]
    is_this: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """Turns from the earliest to the latest, this one among them; empty where there is no other.

    `absent_id` is the id of the previous response if the gallery does not have it. `before` is the last picture of the
    nearest earlier response that has any.
    """

    turns: tuple[Turn, ...]
    before: Step | None
    absent_id: str
    is_cut: bool


def lineage_of(response: Response) -> Lineage:
    """In four queries, whatever the length of the chain; at most `MOST_IDS` before and after are shown."""
    earlier = _ids(EARLIER, response.pk)
    later = [one for one in _ids(LATER, response.response_id) if one != response.response_id]
    is_cut = len(earlier) > MOST_IDS or len(later) > MOST_IDS
    ids = {*earlier[:MOST_IDS], *later[:MOST_IDS]} - {response.response_id}
    others = list(
        Response.objects.filter(response_id__in=ids)
        .only("id", "response_id", "model", "image_model", "status", "created_at", "key")
        .order_by("created_at", "id")[: MOST_RESPONSES + 1]
    )
    turns = sorted([*others[:MOST_RESPONSES], response], key=_in_time) if others else []
    pictures: dict[int, list[Step]] = {}
    if turns:
        images = (
            Image.objects.filter(response__in=[turn.pk for turn in turns])
            .cards()
            .order_by("position", "index")
        )
        for response_id, step in image_steps(images):
            pictures.setdefault(response_id, []).append(step)
    known = {one.response_id for one in others}
    previous = response.previous_response_id
    return Lineage(
        turns=tuple(Turn(one, tuple(pictures.get(one.pk, ())[:4]), one.pk == response.pk) for one in turns),
        before=_before(response, turns, earlier, pictures),
        absent_id=previous if previous and previous not in known and previous != response.response_id else "",
        is_cut=is_cut or len(others) > MOST_RESPONSES,
    )


def _before(
    response: Response, turns: list[Response], earlier: list[str], pictures: dict[int, list[Step]]
) -> Step | None:
    """Ids repeat across unrelated recordings: of several responses with one id, the last before this one counts."""
    at = turns.index(response) if turns else 0
    likelier_last = [turn for turn in (*turns[at + 1 :], *turns[:at]) if turn.pk in pictures]
    shown = {turn.response_id: pictures[turn.pk][-1] for turn in likelier_last}
    return next((shown[one] for one in earlier if one in shown), None)


def _in_time(response: Response) -> tuple[float, int]:
    """By creation; those of unknown time come last."""
    return (response.created_at.timestamp() if response.created_at else float("inf"), response.pk)


def _ids(query: str, start: int | str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            query.format(table=connection.ops.quote_name(Response._meta.db_table)), [start, MOST_IDS + 2]
        )
        return [row[0] for row in cursor.fetchall()]
