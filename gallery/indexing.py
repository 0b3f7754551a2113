"""What follows from pictures for finding and counting them: documents, facet sets, tallies, stacks, usage. It changes
with them, in the same transaction, and can be made anew from them at any time (`rebuild`).

Within `gallery.ingest.writing`, whoever changes pictures does it inside of `changing(...)`, or `changing_shown(...)`:
what they counted for before is remembered, and what they count for afterwards takes its place.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Max

from gallery import tallying
from gallery.chunks import chunked
from gallery.identity import PLACE_BITS
from gallery.models import FacetSet, FacetTally, Image, Response
from gallery.querysets import SHOWN, ImageQuerySet
from gallery.search import engine, generation
from gallery.search.documents import document_tokens, texts_of
from gallery.search.tokens import format_of, size_of

Tally = Counter[tuple[str, int]]
"""By day ("2026-05-15") and facet set."""

_REBUILD_BATCH = 1_000
_COUNTED = ("id", "facet_set_id", "stack")


@dataclass(frozen=True, slots=True)
class _Known:
    """What some pictures count for: their keys, their stacks, their share of the tallies."""

    ids: set[int]
    stacks: set[int]
    tally: Tally


@contextmanager
def changing(*, response_ids: Collection[int]) -> Iterator[list[int]]:
    """Cards of these responses may change, come and go inside. Responses that become known only inside are added to
    the list that is given."""
    responses = list(response_ids)
    before = _known(_cards(responses))
    with tallying.counting(responses):
        yield responses
    images = list(_cards(responses).select_related("response"))
    _settle(before, images)


@contextmanager
def changing_shown(image_ids: Collection[int]) -> Iterator[None]:
    """Whether the grid shows these pictures may change inside, and nothing else of them. It costs what they cost,
    however much else their responses and stacks hold: their documents are moved as they are."""
    shown = Image.objects.cards().filter(pk__in=list(image_ids))
    before = {pk: (facet_set, stack) for pk, facet_set, stack in shown.values_list(*_COUNTED)}
    yield
    after = {pk: (facet_set, stack) for pk, facet_set, stack in shown.values_list(*_COUNTED)}
    gone = {pk: before[pk] for pk in before.keys() - after.keys()}
    come = {pk: after[pk] for pk in after.keys() - before.keys()}
    _count(
        _tally((pk, facet_set) for pk, (facet_set, _) in come.items()),
        _tally((pk, facet_set) for pk, (facet_set, _) in gone.items()),
    )
    engine.set_away(gone.keys(), is_away=True)
    engine.set_away(come.keys(), is_away=False)
    _settle_tops({stack for _, stack in (gone | come).values()})
    generation.begin_next()


def day_of(image_id: int) -> str:
    """The day of an image's key, in UTC."""
    return datetime.fromtimestamp(image_id >> PLACE_BITS, tz=UTC).date().isoformat()


def stack_of(response: Response, cards: Iterable[Image]) -> int:
    """The key that equal prompts share: of the response's first card with a prompt, else its own."""
    told = sorted(
        (card.position, card.role, card.index, card.prompt) for card in cards if (card.prompt or "").strip()
    )
    seed = ["prompt", (told[0][3] or "").strip()] if told else ["response", response.key]
    digest = hashlib.blake2s(json.dumps(seed).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def rebuild() -> Iterator[int]:
    """Makes everything anew, and gives from time to time how many responses are done."""
    engine.remove_all()
    FacetTally.objects.all().delete()
    tallying.forget_all()
    Image.objects.update(is_stack_top=False)
    generation.begin_next()
    done = 0
    ids = Response.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=_REBUILD_BATCH)
    for batch in chunked(ids, _REBUILD_BATCH):
        images = list(_cards(batch).select_related("response"))
        _settle(_Known(set(), set(), Counter()), images, is_new=True)
        tallying.add(tallying.count(batch))
        done += len(batch)
        yield done
    engine.optimize()


def assign(images: Sequence[Image]) -> None:
    """Sets, and does not write, facet sets and stacks: of all cards of some responses, which are at hand."""
    _assign_facet_sets(images)
    by_response: dict[int, list[Image]] = {}
    for image in images:
        by_response.setdefault(image.response_id, []).append(image)
    for cards in by_response.values():
        stack = stack_of(cards[0].response, cards)
        for card in cards:
            card.stack = stack


def index_new(
    images: Sequence[Image],
    documents: Sequence[engine.Document] | None = None,
    counted: tallying.Counted | None = None,
) -> None:
    """Of cards that are written for the first time, with their responses at hand: the bulk way.

    `documents` are theirs (`documents_of`), and `counted` is what they count for (`gallery.tallying.counted_of`), where
    another process has made them already.
    """
    _settle(_Known(set(), set(), Counter()), list(images), documents, is_new=True)
    tallying.add(counted or tallying.count({image.response_id for image in images}))


def documents_of(images: Iterable[Image]) -> list[engine.Document]:
    """What the index holds of cards whose responses are at hand. Asks no database."""
    return [
        (
            image.pk,
            document_tokens(image, texts_of(image, image.response.output_text, image.response.instructions)),
        )
        for image in images
    ]


def is_missing() -> bool:
    """True where what is there is not found or not counted: it is older than the index, or than the tallies."""
    is_unfound = Image.objects.cards().exists() and not FacetTally.objects.exists()
    return is_unfound or tallying.is_missing()


def disagreements() -> Iterator[tuple[str, str]]:
    """Where tallies, index and stacks are not what the pictures say: a code and a sentence for each kind."""
    wanted = recounted()
    expanded: Counter[tuple[str, int]] = Counter()
    for (day, facet_set), count in wanted.items():
        for period in _periods(day):
            expanded[period, facet_set] += count
    rows = FacetTally.objects.exclude(count=0).values_list("period", "facet_set_id", "count")
    if {(period, facet_set): count for period, facet_set, count in rows.iterator()} != expanded:
        yield "tallies-differ", "The counts of the facets are not those of the pictures."
    cards = Image.objects.filter(is_card=True).values_list("id", "is_hidden", "trashed_at")
    documents = {-pk if is_hidden or trashed_at else pk for pk, is_hidden, trashed_at in cards.iterator()}
    if documents != set(engine.document_ids()):
        yield "index-differs", "The search index does not hold the pictures that there are."
    newest = Image.objects.cards().order_by().values("stack").annotate(newest=Max("id"))
    tops = Image.objects.filter(is_stack_top=True).values_list("id", flat=True)
    if {row["newest"] for row in newest} != set(tops):
        yield "stacks-differ", "Some stacks are not shown by their newest picture."
    if not tallying.is_right():
        yield (
            "usage-differs",
            "What is added up for the usage page is not what the responses and pictures say.",
        )


def recounted() -> Tally:
    """The tallies by day as the pictures themselves give them."""
    return _tally(Image.objects.cards().values_list("id", "facet_set_id"))


def _cards(response_ids: Collection[int]) -> ImageQuerySet:
    return Image.objects.filter(response_id__in=list(response_ids), is_card=True)


def _known(cards: ImageQuerySet) -> _Known:
    rows = list(cards.values_list("id", "stack"))
    return _Known(
        ids={pk for pk, _ in rows},
        stacks={stack for _, stack in rows},
        tally=_tally(cards.filter(SHOWN).values_list("id", "facet_set_id")),
    )


def _tally(rows: Iterable[tuple[int, int | None]]) -> Tally:
    return Counter((day_of(pk), facet_set) for pk, facet_set in rows if facet_set is not None)


def _settle(
    before: _Known,
    images: list[Image],
    documents: Sequence[engine.Document] | None = None,
    *,
    is_new: bool = False,
) -> None:
    """Brings everything in line with `images`, the cards that there are now."""
    were = {image.pk: (image.facet_set_id, image.stack) for image in images}
    assign(images)
    _write_columns([image for image in images if were[image.pk] != (image.facet_set_id, image.stack)])
    shown = [image for image in images if not image.is_hidden and image.trashed_at is None]
    after = _tally((image.pk, image.facet_set_id) for image in shown)
    _count(after, before.tally)
    _settle_tops(before.stacks | {image.stack for image in images})
    engine.remove_documents(before.ids - {image.pk for image in images})
    engine.write_documents(
        documents_of(images) if documents is None else documents,
        away={image.pk for image in images} - {image.pk for image in shown},
        is_new=is_new,
    )
    generation.begin_next()


def _write_columns(images: Sequence[Image]) -> None:
    table = Image._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET facet_set_id = %s, stack = %s WHERE id = %s",  # noqa: S608
            [(image.facet_set_id, image.stack, image.pk) for image in images],
        )


def _assign_facet_sets(images: Iterable[Image]) -> None:
    wanted: dict[str, FacetSet] = {}
    digests = {}
    # Many pictures have the same values: each combination is looked at once.
    digest_of: dict[tuple[str | int | None, ...], str] = {}
    for image in images:
        values = {
            "state": image.state,
            "image_model": image.image_model,
            "model": image.model,
            "size": size_of(image)[:50],
            "quality": image.quality,
            "output_format": format_of(image)[:50],
            "background": image.background,
            "uploader_id": image.uploader_id,
        }
        combination = tuple(values.values())
        digest = digest_of.get(combination)
        if digest is None:
            digest = hashlib.blake2s(json.dumps(values).encode(), digest_size=16).hexdigest()
            digest_of[combination] = digest
            wanted[digest] = FacetSet(digest=digest, **values)
        digests[image.pk] = digest
    known = _facet_sets(wanted)
    missing = [facet_set for digest, facet_set in wanted.items() if digest not in known]
    if missing:
        FacetSet.objects.bulk_create(missing, ignore_conflicts=True)
        known = _facet_sets(wanted)
    for image in images:
        image.facet_set_id = known[digests[image.pk]]


def _facet_sets(digests: Collection[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for chunk in chunked(digests):
        found |= dict(FacetSet.objects.filter(digest__in=chunk).values_list("digest", "id"))
    return found


def _count(after: Tally, before: Tally) -> None:
    """Adds the difference to the tallies of the day, its month, its year and all time."""
    change: Counter[tuple[str, int]] = Counter()
    for (day, facet_set), count in _difference(after, before):
        for period in _periods(day):
            change[period, facet_set] += count
    rows = [(period, facet_set, count) for (period, facet_set), count in sorted(change.items()) if count]
    table = FacetTally._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (period, facet_set_id, count) VALUES (%s, %s, %s) "  # noqa: S608
            f"ON CONFLICT (period, facet_set_id) DO UPDATE SET count = {table}.count + excluded.count",
            rows,
        )


def _periods(day: str) -> tuple[str, ...]:
    return day, day[:7], day[:4], ""


def _difference(after: Tally, before: Tally) -> Iterator[tuple[tuple[str, int], int]]:
    for key in after.keys() | before.keys():
        if count := after[key] - before[key]:
            yield key, count


def _settle_tops(stacks: Collection[int]) -> None:
    """The newest shown picture of each stack stands for it."""
    for chunk in chunked(stacks):
        newest = dict(
            Image.objects.cards().filter(stack__in=chunk).order_by().values_list("stack").annotate(Max("id"))
        )
        tops = dict(Image.objects.filter(stack__in=chunk, is_stack_top=True).values_list("id", "stack"))
        gone = [pk for pk in tops if newest.get(tops[pk]) != pk]
        new = [pk for pk in newest.values() if pk not in tops]
        Image.objects.filter(pk__in=gone).update(is_stack_top=False)
        Image.objects.filter(pk__in=new).update(is_stack_top=True)
