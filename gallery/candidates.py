"""Which responses a snapshot is compared with: those that bear its id, at its time as far as both tell one.

Redacted and made-up ids repeat without end, so of very many that could be meant only some are compared: those that say
the same somewhere, and the first ones. Beyond that a snapshot that says too little to be found becomes a response of
its own: nothing is lost or mixed up by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Generic, TypeVar

from django.db.models import Q

from gallery.chunks import chunked
from gallery.identity import whole_second
from gallery.models import Response
from gallery.snapshots import Snapshot

MOST_COMPARED = 32
_SECOND = timedelta(seconds=1)

Bearer = TypeVar("Bearer", bound=Hashable)


class Bearers(Generic[Bearer]):
    """Those known to bear one id, each with the snapshots that it is known by."""

    def __init__(self) -> None:
        self._numbers: dict[Bearer, int] = {}
        self._at: defaultdict[int | None, dict[Bearer, None]] = defaultdict(dict)
        self._marked: defaultdict[Hashable, dict[Bearer, None]] = defaultdict(dict)

    def add(self, bearer: Bearer, snapshot: Snapshot) -> None:
        self._numbers.setdefault(bearer, len(self._numbers))
        self._at[_second_of(snapshot)][bearer] = None
        for mark in _marks_of(snapshot):
            self._marked[mark][bearer] = None

    def like(self, snapshot: Snapshot) -> list[Bearer]:
        """Those to compare this one with, in the order they came; of very many the likely ones before the first."""
        second = _second_of(snapshot)
        possible = self._numbers.keys() if second is None else self._at[second].keys() | self._at[None].keys()
        if len(possible) <= MOST_COMPARED:
            return sorted(possible, key=self._numbers.__getitem__)
        marked = (islice(self._marked[mark], MOST_COMPARED) for mark in _marks_of(snapshot))
        likely = dict.fromkeys(bearer for bearers in marked for bearer in bearers if bearer in possible)
        first = islice(self._numbers if second is None else self._at[second], MOST_COMPARED)
        return list(likely | dict.fromkeys(first))


@dataclass(frozen=True, slots=True)
class Stored:
    """Stored responses that snapshots could belong to, by primary key; and the keys that others must differ from."""

    pks: frozenset[int]
    keys: frozenset[str]


def stored_candidates(snapshots: Iterable[Snapshot]) -> Stored:
    by_id: defaultdict[str, list[Snapshot]] = defaultdict(list)
    for snapshot in snapshots:
        by_id[snapshot.response.response_id].append(snapshot)
    pks: defaultdict[str, list[int]] = defaultdict(list)
    keys: set[str] = set()
    for response_id, pk, key in _at_the_same_time(by_id):
        keys.add(key)
        if len(pks[response_id]) <= MOST_COMPARED:
            pks[response_id].append(pk)
    crowded = (response_id for response_id, some in pks.items() if len(some) > MOST_COMPARED)
    likely = {pk for response_id in crowded for pk in _likely(response_id, by_id[response_id])}
    return Stored(frozenset(likely.union(*pks.values())), frozenset(keys))


def _at_the_same_time(by_id: Mapping[str, Sequence[Snapshot]]) -> Iterator[tuple[str, int, str]]:
    """(response id, primary key, key) of those stored that bear one of the ids, in the order they were stored."""
    for response_ids in chunked(by_id):
        seconds = {name: {_second_of(snapshot) for snapshot in by_id[name]} for name in response_ids}
        rows = Response.objects.filter(_within(set().union(*seconds.values())), response_id__in=response_ids)
        values = rows.order_by("pk").values_list("response_id", "pk", "key", "created_at")
        for response_id, pk, key, created_at in values.iterator():
            second = None if created_at is None else whole_second(created_at)
            if second is None or None in seconds[response_id] or second in seconds[response_id]:
                yield response_id, pk, key


def _within(seconds: Collection[int | None]) -> Q:
    """Created no earlier and no later than at these seconds, or nobody knows when."""
    told = [second for second in seconds if second is not None]
    if len(told) < len(seconds):
        return Q()
    first, last = (datetime.fromtimestamp(second, UTC) for second in (min(told), max(told)))
    return Q(created_at__isnull=True) | Q(created_at__gte=first, created_at__lt=last + _SECOND)


def _likely(response_id: str, snapshots: Sequence[Snapshot]) -> Iterator[int]:
    """Of very many stored ones, those that say the same as one of these somewhere."""
    for snapshot in snapshots:
        response = snapshot.response
        same = Q()
        if response.usage and response.usage.total_tokens:
            same |= Q(total_tokens=response.usage.total_tokens)
        if response.output_text:
            same |= Q(output_text=response.output_text)
        if sha256s := snapshot.sha256s():
            same |= Q(images__blob__in=sha256s)
        if same:
            rows = Response.objects.filter(same, _within({_second_of(snapshot)}), response_id=response_id)
            yield from rows.order_by("pk").values_list("pk", flat=True).distinct()[:MOST_COMPARED]


def _marks_of(snapshot: Snapshot) -> Iterator[Hashable]:
    """What few others say."""
    response = snapshot.response
    if response.usage and response.usage.total_tokens:
        yield "tokens", response.usage.total_tokens
    if response.output_text:
        yield "text", response.output_text
    yield from snapshot.sha256s()


def _second_of(snapshot: Snapshot) -> int | None:
    created_at = snapshot.response.created_at
    return whole_second(created_at) if created_at else None
