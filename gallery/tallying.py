"""A part of the writer: what was generated and what it used is added up by day and month, in the same transaction.

Whoever changes responses or their pictures within `gallery.ingest.writing` does it inside of `counting(...)`
(`gallery.indexing.changing` is, too): what they counted for before is taken away, what they count for now is added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

from django.db import connection
from django.db.models import Model, Sum

from gallery.chunks import chunked
from gallery.costing import IMAGES_API
from gallery.durations import bucket_of
from gallery.identity import PLACE_BITS, SECOND_BITS, whole_second
from gallery.models import Image, PictureTally, Response, ResponseTally, UsageKey
from gallery.prices import HERE, can_have_been_made
from gallery.pricing.usage import ImageUsage, ToldTokens, told_tokens
from gallery.search import generation
from gallery.search.tokens import true_or_declared_size

Table = UsageKey.Table

PICTURE_SUMS = tuple(
    field.name for field in PictureTally._meta.concrete_fields if field.name not in {"id", "period", "key"}
)
RESPONSE_SUMS = tuple(
    field.name for field in ResponseTally._meta.concrete_fields if field.name not in {"id", "period", "key"}
)
FAILED = "failed"
MOST_TOKENS = 10**12
"""Of one response. A figure above that is not believed, and counts as not told."""
_BATCH = 1_000
_KEY_COLUMNS = ("table", "image_model", "quality", "size", "model", "outcome", "uploader_id", "bucket")
_BILLION = 1_000_000_000
_NO_COST = [0, 0, 0]
_SILENT = ToldTokens(None, None, None, None)
_EPOCH = date(1970, 1, 1)
_SECONDS_OF_A_DAY = 86_400
_LAST_SECOND = (1 << SECOND_BITS) - 1


class Key(NamedTuple):
    """A row of `UsageKey` by its values."""

    table: str
    image_model: str = ""
    quality: str = ""
    size: str = ""
    model: str = ""
    outcome: str = ""
    uploader_id: int | None = None
    bucket: int | None = None


Sums: TypeAlias = dict[tuple[str, Key], tuple[int, ...]]
"""By day or month, and key: figures in the order of `PICTURE_SUMS` or `RESPONSE_SUMS`."""


@dataclass(slots=True)
class Counted:
    """What some responses and their pictures count for."""

    pictures: Sums = field(default_factory=dict)
    responses: Sums = field(default_factory=dict)


@contextmanager
def counting(response_ids: list[int]) -> Iterator[None]:
    """These responses, and their pictures, may change, come and go inside. Those that become known only inside are
    added to the list."""
    before = count(response_ids)
    yield
    after = count(response_ids)
    for model, names, new, old in (
        (PictureTally, PICTURE_SUMS, after.pictures, before.pictures),
        (ResponseTally, RESPONSE_SUMS, after.responses, before.responses),
    ):
        _write(model, names, _difference(new, old))
    generation.begin_next()


def add(counted: Counted) -> None:
    """Of responses that have counted for nothing yet."""
    _write(PictureTally, PICTURE_SUMS, counted.pictures)
    _write(ResponseTally, RESPONSE_SUMS, counted.responses)
    generation.begin_next()


def forget_all() -> None:
    PictureTally.objects.all().delete()
    ResponseTally.objects.all().delete()
    UsageKey.objects.all().delete()


def is_missing() -> bool:
    """True where responses are there and none is counted: they are older than the tallies."""
    return Response.objects.exists() and not ResponseTally.objects.exists()


def is_right() -> bool:
    """Whether the tallies are what the rows give when they are added up anew."""
    wanted = Counted()
    ids = Response.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=_BATCH)
    for batch in chunked(ids, _BATCH):
        part = count(batch)
        _add_all(wanted.pictures, part.pictures)
        _add_all(wanted.responses, part.responses)
    return _kept(PictureTally, PICTURE_SUMS) == _by_period(wanted.pictures) and _kept(
        ResponseTally, RESPONSE_SUMS
    ) == _by_period(wanted.responses)


def count(response_ids: Iterable[int]) -> Counted:
    """From the rows, by day. In three queries at most for each chunk of responses."""
    counted = Counted()
    for chunk in chunked(set(response_ids)):
        responses: Any = Response.objects.filter(id__in=chunk).values_list(*_OF_RESPONSES)
        finals = Image.objects.filter(response_id__in=chunk, role=Image.Role.FINAL)
        pictures: list[Any] = list(
            finals.order_by("response_id", "position", "index").values_list(*_OF_PICTURES)
        )
        asked = [pk for pk, _, state, *_ in pictures if state == Image.State.MISSING]
        made = {pk for pk, _, state, *_ in pictures if state in HERE} | _made(asked)
        _count_pictures(pictures, made, counted.pictures, _count_responses(responses, counted.responses))
    return counted


def counted_of(responses: Iterable[Response], images: Iterable[Image]) -> Counted:
    """What responses and all their pictures will count for, which need not be written yet, but have keys. Asks no
    database where responses and items are at hand."""
    counted = Counted()
    finals = [image for image in images if image.role == Image.Role.FINAL]
    finals.sort(key=attrgetter("response_id", "position", "index"))
    used = _count_responses(map(attrgetter(*_OF_RESPONSES), responses), counted.responses)
    made = {image.pk for image in finals if can_have_been_made(image)}
    _count_pictures(map(attrgetter(*_OF_PICTURES), finals), made, counted.pictures, used)
    return counted


_OF_RESPONSES = (
    "id", "kind", "model", "status", "uploader_id", "created_at", "first_uploaded_at", "completed_at", "chat_cost_usd",
    "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens",
    "image_input_tokens", "image_input_text_tokens", "image_input_image_tokens",
    "image_output_tokens", "image_output_text_tokens", "image_output_image_tokens",
)  # fmt: skip
_OF_PICTURES = (
    "id", "response_id", "state", "model", "image_model", "quality", "size", "width", "height", "uploader_id",
    "cost_usd", "is_cost_estimated",
)  # fmt: skip


def _count_responses(rows: Iterable[Any], sums: Sums) -> dict[int, ToldTokens]:
    """Adds them up, and tells what the image model of each used."""
    used: dict[int, ToldTokens] = {}
    for pk, kind, model, status, uploader, created_at, uploaded_at, completed_at, cost, *figures in rows:
        used[pk] = told_tokens(ImageUsage(*map(_believed, figures[4:])))
        is_chat = kind != IMAGES_API
        dollars, billionths = _parts(cost)
        row = [1, int(status == FAILED), int(is_chat), int(cost is not None), dollars, billionths]
        for tokens in map(_believed, figures[:4]):
            is_told = is_chat and tokens is not None
            row += [int(is_told), (tokens or 0) if is_told else 0]
        day = _day(whole_second(created_at or uploaded_at))
        for key in (
            Key(Table.MODEL, model=model),
            Key(Table.UPLOADER, uploader_id=uploader),
            Key(Table.STATUS, outcome=status),
            Key(Table.DURATION, model=model, bucket=bucket_of(created_at, completed_at)),
        ):
            _add(sums, (day, key), row)
    return used


def _count_pictures(
    rows: Iterable[Any], made: Collection[int], sums: Sums, used: Mapping[int, ToldTokens]
) -> None:
    """Finals, in the order of their places. What one response used is divided among those of its pictures that were
    made, as its cost is (`gallery.prices.shares_of`)."""
    pictures = list(rows)
    shares: dict[int, int] = {}
    for pk, response_id, *_ in pictures:
        shares[response_id] = shares.get(response_id, 0) + (pk in made)
    settled = dict.fromkeys(shares, 0)
    whole: dict[tuple[Any, ...], list[int]] = {}
    for pk, response_id, state, model, image_model, quality, size, width, height, *rest in pictures:
        uploader, cost, is_estimated = rest
        told, number, of = _SILENT, settled[response_id], shares[response_id]
        if pk in made:
            settled[response_id] += 1
            told = used[response_id]
        dollars, billionths = _parts(cost)
        costs = [int(cost is not None), dollars, billionths]
        row = [
            1,
            *(_NO_COST if is_estimated else costs),
            *(costs if is_estimated else _NO_COST),
            int(told.text_in is not None),
            _share(told.text_in, number, of),
            _share(told.image_in, number, of),
            int(told.image_out is not None),
            _share(told.text_out, number, of),
            _share(told.image_out, number, of),
        ]
        true_size = true_or_declared_size(size, width, height)[:50]
        # Many pictures have the same values: what they add up to goes into each table once.
        values = _day(pk >> PLACE_BITS), state, model, image_model, quality, true_size, uploader
        known = whole.get(values)
        whole[values] = row if known is None else [one + other for one, other in zip(known, row, strict=True)]
    for (day, state, model, image_model, quality, true_size, uploader), row in whole.items():
        for key in (
            Key(Table.IMAGE_MODEL, image_model=image_model),
            Key(Table.SETTINGS, image_model=image_model, quality=quality, size=true_size),
            Key(Table.MODEL, model=model),
            Key(Table.UPLOADER, uploader_id=uploader),
            Key(Table.OUTCOME, outcome=state),
        ):
            _add(sums, (day, key), row)


def _made(ids: Collection[int]) -> set[int]:
    """Those of the pictures whose bytes are missing that the image model can have made all the same."""
    rows = Image.objects.filter(id__in=list(ids)).select_related("response", "item") if ids else ()
    return {image.pk for image in rows if can_have_been_made(image)}


def _share(tokens: int | None, number: int, of: int) -> int:
    """The `number`-th of `of` shares that differ by one at most and add up to the whole."""
    return 0 if tokens is None else tokens * (number + 1) // of - tokens * number // of


def _parts(cost: Decimal | None) -> tuple[int, int]:
    return divmod(int(cost * _BILLION), _BILLION) if cost is not None else (0, 0)


def _believed(tokens: int | None) -> int | None:
    return tokens if tokens is not None and 0 <= tokens <= MOST_TOKENS else None


@lru_cache(maxsize=4096)
def _day_number(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()


def _day(second: int) -> str:
    return _day_number(min(max(second, 0), _LAST_SECOND) // _SECONDS_OF_A_DAY)


def _add(sums: Sums, key: tuple[str, Key], row: Sequence[int]) -> None:
    known = sums.get(key)
    sums[key] = (
        tuple(row) if known is None else tuple([one + other for one, other in zip(known, row, strict=True)])
    )


def _add_all(sums: Sums, others: Sums) -> None:
    for key, row in others.items():
        _add(sums, key, row)


def _difference(after: Sums, before: Sums) -> Sums:
    change = dict(after)
    for key, row in before.items():
        _add(change, key, [-value for value in row])
    return {key: row for key, row in change.items() if any(row)}


def _by_period(sums: Sums) -> Sums:
    """By day and by month."""
    expanded = dict(sums)
    for (day, key), row in sums.items():
        _add(expanded, (day[:7], key), row)
    return {key: row for key, row in expanded.items() if any(row)}


def _write(model: type[Model], names: Sequence[str], change: Sums) -> None:
    rows = _by_period(change)
    ids = _key_ids({key for _, key in rows})
    table = model._meta.db_table
    columns = ", ".join(names)
    marks = ", ".join(["%s"] * (len(names) + 2))
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in names)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (period, key_id, {columns}) VALUES ({marks}) "  # noqa: S608 - names of ours
            f"ON CONFLICT (period, key_id) DO UPDATE SET {sums}",
            [[period, ids[key], *row] for (period, key), row in rows.items()],
        )


def _key_ids(keys: Collection[Key]) -> dict[Key, int]:
    digests = {hashlib.blake2s(json.dumps(key).encode(), digest_size=16).hexdigest(): key for key in keys}
    known = _known_keys(digests)
    missing = [
        UsageKey(digest=digest, **key._asdict()) for digest, key in digests.items() if digest not in known
    ]
    if missing:
        UsageKey.objects.bulk_create(missing, ignore_conflicts=True, batch_size=_BATCH)
        known = _known_keys(digests)
    return {key: known[digest] for digest, key in digests.items()}


def _known_keys(digests: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunked(digests):
        found |= dict(UsageKey.objects.filter(digest__in=chunk).values_list("digest", "id"))
    return found


def _kept(model: type[PictureTally] | type[ResponseTally], names: Sequence[str]) -> Sums:
    """What the tallies hold. A person who is gone leaves keys that have become equal: they are added up."""
    rows = model._default_manager.values_list("period", *(f"key__{name}" for name in _KEY_COLUMNS)).annotate(
        **{f"sum_of_{name}": Sum(name) for name in names}
    )
    found = {}
    for period, *values in rows.iterator():
        key = Key(*values[: len(_KEY_COLUMNS)])
        row = tuple(values[len(_KEY_COLUMNS) :])
        if any(row):
            found[period, key] = row
    return found
