"""Made-up rows of a gallery, a batch at a time: what uploads leave, over three years, ready for the database.

A batch depends on nothing but its number, so that several processes can make them up while one writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from bench import texts
from gallery.demo import calls, conversations
from gallery.demo.studio import IMAGE_MODELS, MODELS, NEWEST_AT, QUALITIES

if TYPE_CHECKING:
    from django.db.models import Model

    from gallery.models import Blob, Image, OutputItem, Response, ResponseTranscript, Transcript
    from gallery.tallying import Counted

VERSION = 1
"""Counted up where a gallery made of this would be another one."""
SIDES = ((512, 512), (512, 512), (768, 512), (512, 768), (640, 360), (600, 600))
_RARE_PICTURES = 24
_DAYS = 3 * 365
_BACKGROUNDS = ("opaque", "opaque", "auto", "")
_FORMATS = ("image/png", "image/png", "image/jpeg", "image/webp")
_OUTPUT_TOKENS = {"low": 272, "medium": 1056, "high": 4160}
_HABITS = 5
"""Of a person in half a year."""


@dataclass(frozen=True, slots=True)
class Task:
    """Pictures number `first` to below `last` of `total`, as the grid shows them."""

    first: int
    last: int
    total: int
    blobs: tuple[Blob, ...]
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Table, columns and rows in the order of writing; the cards as objects too, with their documents and what
    they count for."""

    tables: tuple[tuple[str, tuple[str, ...], list[tuple[Any, ...]]], ...]
    cards: list[Image]
    documents: list[tuple[int, Sequence[str]]]
    counted: Counted


@dataclass(slots=True)
class _Rows:
    transcripts: list[Transcript] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    holdings: list[ResponseTranscript] = field(default_factory=list)
    items: list[OutputItem] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)


def make_batch(task: Task) -> Batch:
    """In a process whose Django is set up; of the database it asks the prices alone."""
    from gallery.costing import settle_chat_costs, settle_costs
    from gallery.indexing import documents_of
    from gallery.tallying import counted_of

    made = _Rows()
    chance = calls.chance("library", task.first)
    prompts: list[str] = []
    number = task.first
    while number < task.last:
        pictures = min(task.last - number, chance.choices((1, 2, 4), weights=(90, 8, 2))[0])
        _add_response(made, task, chance, number, pictures, prompts)
        number += pictures
    settle_chat_costs(made.responses)
    settle_costs(made.images)
    cards = [image for image in made.images if image.is_card]
    lists: tuple[Sequence[Model], ...] = (
        made.transcripts,
        made.responses,
        made.holdings,
        made.items,
        made.images,
    )
    return Batch(
        tables=tuple(_as_table(objects) for objects in lists),
        cards=cards,
        documents=documents_of(cards),
        counted=counted_of(made.responses, made.images),
    )


def _as_table(objects: Sequence[Model]) -> tuple[str, tuple[str, ...], list[tuple[Any, ...]]]:
    """Table, columns and values as Django would write them: most of the work of writing, done here and not by the one
    process that writes."""
    from django.db import DEFAULT_DB_ALIAS, connections

    connection = connections[DEFAULT_DB_ALIAS]
    meta = objects[0]._meta
    fields = meta.concrete_fields
    values = [
        [_plain(each.get_db_prep_save(each.pre_save(row, add=True), connection)) for row in objects]
        for each in fields
    ]
    return meta.db_table, tuple(str(each.column) for each in fields), list(zip(*values, strict=True))


def _plain(value: object) -> object:
    """What can be sent from process to process."""
    return bytes(value) if isinstance(value, memoryview) else value


@dataclass(frozen=True, slots=True)
class _Habit:
    """Settings that a person asks with again and again: models and the rest do not come in every combination."""

    model: str
    image_model: str
    quality: str
    background: str
    media_type: str

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, person: int, half_year: int, number: int) -> _Habit:
        chance = calls.chance("habit", person, half_year, number)
        return cls(
            model=chance.choice(MODELS),
            image_model=chance.choice((*IMAGE_MODELS, *IMAGE_MODELS, "")),
            quality=chance.choice(QUALITIES),
            background=chance.choice(_BACKGROUNDS),
            media_type=chance.choice(_FORMATS),
        )


def _add_response(
    made: _Rows, task: Task, chance: Random, number: int, pictures: int, prompts: list[str]
) -> None:
    """A response with some pictures, from one upload with those before it or from one of its own."""
    from gallery.identity import response_key
    from gallery.models import OutputItem, Response, ResponseTranscript, Transcript

    response_id = f"resp_{chance.getrandbits(200):050x}"
    at = _moment(chance, number, task.total)
    status = chance.choices(("completed", "incomplete", "failed"), weights=(96, 2, 2))[0]
    if not made.transcripts or chance.random() < 0.3:
        made.transcripts.append(
            Transcript(
                id=number + 1,
                sha256=hashlib.sha256(response_id.encode()).hexdigest(),
                name=f"answers-{number:07}.sse",
                shape="sse",
                encoding="utf-8",
                size_bytes=2_000_000,
                kept_bytes=600_000,
                event_count=40,
                uploader_id=chance.choice(task.people),
                uploaded_at=at + timedelta(hours=2),
            )
        )
    transcript = made.transcripts[-1]
    transcript.response_count += 1
    transcript.picture_count += pictures
    habit = _Habit.of(transcript.uploader_id or 0, at.year * 2 + at.month // 7, chance.randrange(_HABITS))
    requested = {"size": "auto", "quality": habit.quality, "n": pictures}
    response = Response(
        id=number + 1,
        key=response_key(response_id, at, habit.model),
        kind="response",
        response_id=response_id,
        model=habit.model,
        image_model=habit.image_model,
        status=status,
        created_at=at,
        completed_at=at + timedelta(seconds=chance.randrange(8, 70)),
        instructions=conversations.instructions(chance),
        output_text=texts.reply(chance),
        input_tokens=300 + number % 900,
        output_tokens=100 + number % 70,
        total_tokens=400 + number % 900,
        image_input_tokens=pictures * (60 + number % 200),
        image_input_text_tokens=pictures * (60 + number % 200),
        image_input_image_tokens=0,
        image_output_tokens=pictures * _OUTPUT_TOKENS[habit.quality],
        image_output_image_tokens=pictures * _OUTPUT_TOKENS[habit.quality],
        requested=requested,
        uploader_id=transcript.uploader_id,
        first_uploaded_at=transcript.uploaded_at,
    )
    made.responses.append(response)
    made.holdings.append(
        ResponseTranscript(
            id=number + 1, response=response, transcript=transcript, position=transcript.response_count - 1
        )
    )
    for position in range(1, pictures + 1):
        item = OutputItem(
            id=number + position,
            response=response,
            position=position,
            item_id=f"ig_{chance.getrandbits(100):025x}",
            type="image_generation_call",
            status="completed",
            payload={"type": "image_generation_call", "quality": habit.quality},
        )
        made.items.append(item)
        blob = chance.choice([each for each in task.blobs if each.media_type == habit.media_type])
        prompt = _prompt(chance, prompts, is_rare=_is_rare(number + position - 1, task.total))
        _add_images(made, chance, item, prompt, habit, blob)


def _add_images(
    made: _Rows, chance: Random, item: OutputItem, prompt: str | None, habit: _Habit, blob: Blob
) -> None:
    """The final picture, and of every fifth a partial one besides."""
    from gallery.identity import image_id
    from gallery.models import Image

    response = item.response
    second = int(response.created_at.timestamp()) if response.created_at else 0
    is_stored = chance.random() < 0.96
    with_partial = chance.random() < 0.2
    for role in ("partial", "final") if with_partial else ("final",):
        shown = blob if is_stored or role == "partial" else None
        made.images.append(
            Image(
                id=image_id(key=response.key, second=second, position=item.position, role=role, index=0),
                response=response,
                item=item,
                position=item.position,
                role=role,
                is_card=role == "final",
                state="stored" if shown else chance.choice(("elided", "missing", "broken")),
                blob=shown,
                media_type=blob.media_type,
                width=blob.width,
                height=blob.height,
                size_bytes=shown.size_bytes if shown else None,
                has_c2pa=blob.has_c2pa,
                has_alpha=blob.has_alpha,
                has_thumbnail=shown is not None,
                placeholder=shown.placeholder if shown else "",
                model=response.model,
                image_model=response.image_model,
                response_status=response.status,
                prompt=prompt,
                size=f"{blob.width}x{blob.height}",
                quality=habit.quality,
                background=habit.background,
                output_format=blob.media_type.removeprefix("image/"),
                action=chance.choices(("generate", "edit"), weights=(4, 1))[0],
                requested=response.requested,
                partial_count=int(with_partial and role == "final"),
                total_tokens=3300 + second % 900,
                generated_at=response.created_at,
                added_at=response.first_uploaded_at,
                uploader_id=response.uploader_id,
                pixels=(blob.width or 0) * (blob.height or 0),
            )
        )


def _prompt(chance: Random, prompts: list[str], *, is_rare: bool) -> str | None:
    """Mostly a new one; some are asked for again soon after, some are the team's own standing prompts."""
    lot = chance.random()
    if is_rare:
        return texts.prompt(chance, is_rare=True)
    if lot < 0.02:
        return None
    if lot < 0.12 and prompts:
        return chance.choice(prompts)
    if lot < 0.15:
        return texts.house_prompt(chance)
    prompts.append(texts.prompt(chance))
    return prompts[-1]


def _is_rare(number: int, total: int) -> bool:
    return number % max(1, total // _RARE_PICTURES) == 0


def _moment(chance: Random, number: int, total: int) -> datetime:
    """In the order of the pictures, but for a day or so: what was drawn first need not be uploaded first."""
    share = number / total
    return NEWEST_AT - timedelta(days=_DAYS * (1 - share), seconds=chance.randrange(36 * 3600))
