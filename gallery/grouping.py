"""Which response each snapshot of a transcript belongs to: decided here, written by `gallery.ingest`.

The order of uploads decides two things only: which of two twins has the lower number, and which of them is joined by
a snapshot that says so little that it fits both (the first).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count

from gallery.agreeing import TERMINAL, disagree
from gallery.aligning import Pair, columns_of, pair_up
from gallery.candidates import Bearers
from gallery.chunks import chunked
from gallery.identity import Sameness, compare_identities
from gallery.merging import merge
from gallery.models import Response, ResponseTranscript, Transcript
from gallery.querysets import ResponseQuerySet
from gallery.snapshots import Snapshot, unpack_snapshot
from gallery.transcripts.records import Problem


@dataclass(frozen=True, slots=True)
class Holding:
    """One transcript's form of a response, and who brought it when."""

    snapshot: Snapshot
    transcript_sha256: str
    uploaded_at: datetime
    uploader_id: int | None


@dataclass(slots=True, eq=False)
class Group:
    """The snapshots of one response. `row` is unsaved while it has none in the database.

    `arrivals` are the snapshots of the transcript at hand, with their places in it. A closed group has holdings whose
    form is not known: nothing can be compared with it.
    """

    row: Response = field(default_factory=Response)
    holdings: list[Holding] = field(default_factory=list)
    arrivals: list[tuple[int, Snapshot]] = field(default_factory=list)
    is_closed: bool = False

    @property
    def position(self) -> int:
        """The response's place in the transcript at hand: that of its first snapshot there."""
        return self.arrivals[0][0]

    @property
    def arrived(self) -> Snapshot:
        """All that the transcript at hand says of it."""
        return merge([snapshot for _, snapshot in self.arrivals])

    @property
    def merged(self) -> Snapshot:
        """All that is known of it, once what arrived is among its holdings."""
        return merge([holding.snapshot for holding in self.holdings])

    def fits(self, snapshot: Snapshot) -> bool:
        held = [holding.snapshot for holding in self.holdings] + [arrival for _, arrival in self.arrivals]
        return all(belong_together(one, snapshot) for one in held)

    def is_empty(self) -> bool:
        return not (self.holdings or self.arrivals or self.is_closed)

    def first_holding(self) -> Holding:
        """The one that was uploaded first; of several at one moment, the same one whatever came in before."""
        return min(self.holdings, key=lambda holding: (holding.uploaded_at, holding.transcript_sha256))


def belong_together(first: Snapshot, second: Snapshot) -> bool:
    """Whether both are forms of one generation: the same identity, and no contradiction between their outputs.

    Where a creation time is missing on one side, the outputs must share something besides.
    """
    sameness = compare_identities(first.identity, second.identity)
    if sameness is Sameness.DIFFERENT or _other_end(first, second):
        return False
    pairs = pair_up(columns_of(first), columns_of(second))
    if pairs is None:
        return False
    if sameness is Sameness.SAME or (first.response.is_id_made and second.response.is_id_made):
        return True  # a made id is a hash of the content
    mine, other = first.response.usage, second.response.usage
    if mine and other and disagree(mine.total_tokens, other.total_tokens):
        return False
    return _share_output(first, second, pairs)


def _other_end(first: Snapshot, second: Snapshot) -> bool:
    a, b = first.response.status, second.response.status
    return a != b and a in TERMINAL and b in TERMINAL


def _share_output(first: Snapshot, second: Snapshot, pairs: Iterable[Pair]) -> bool:
    if first.sha256s() & second.sha256s():
        return True
    return any(one.proves(other) for one, other in pairs if one is not None and other is not None)


def assign(
    snapshots: Sequence[Snapshot], known: Iterable[Group], previous: Mapping[int, Group] | None = None
) -> list[Group]:
    """Puts each snapshot into the known group that it fits, or into a new one.

    Gives the groups that took any, in the order of their first snapshots. `previous` says, by place in the
    transcript, where its snapshots were before it was read again: a response that nothing else holds is kept for what
    is read at the same place now, even under another identity.
    """
    previous = previous or {}
    by_id: defaultdict[str, Bearers[Group]] = defaultdict(Bearers)
    for group in known:
        for holding in () if group.is_closed else group.holdings:
            by_id[holding.snapshot.response.response_id].add(group, holding.snapshot)
    touched: dict[int, Group] = {}
    for position, snapshot in enumerate(snapshots):
        bearers = by_id[snapshot.response.response_id]
        fitting = next((candidate for candidate in bearers.like(snapshot) if candidate.fits(snapshot)), None)
        if fitting is None:
            before = previous.get(position)
            fitting = before if before is not None and before.is_empty() else Group()
        bearers.add(fitting, snapshot)
        fitting.arrivals.append((position, snapshot))
        touched.setdefault(id(fitting), fitting)
    return list(touched.values())


def known_groups(pks: Iterable[int], transcript: Transcript) -> tuple[list[Group], dict[int, Group]]:
    """The responses that could be meant, and where those of this transcript were until now.

    What this transcript itself said of them is left out: it is being said again.
    """
    own = ResponseTranscript.objects.filter(transcript_id=transcript.pk)
    before = dict(own.values_list("position", "response_id"))
    rows: dict[int, Response] = {}
    for chunk in chunked({*pks, *before.values()}):
        rows |= {row.pk: row for row in Response.objects.filter(pk__in=chunk)}
    groups = {pk: Group(rows[pk]) for pk in sorted(rows)}
    for chunk in chunked(groups):
        holdings = ResponseTranscript.objects.filter(response_id__in=chunk).exclude(
            transcript_id=transcript.pk
        )
        for held in holdings.select_related("transcript").order_by("pk"):
            group = groups[held.response_id]
            if not held.snapshot:
                group.is_closed = True
                continue
            source = held.transcript
            group.holdings.append(
                Holding(unpack_snapshot(held.snapshot), source.sha256, source.uploaded_at, source.uploader_id)
            )
    return list(groups.values()), {position: groups[pk] for position, pk in before.items()}


def twin_problems(groups: Iterable[Group]) -> Iterator[Problem]:
    """Says so where a response bears the id of another one. To be asked when all are stored."""
    groups = list(groups)
    by_id: dict[str, int] = {}
    for response_ids in chunked({group.row.response_id for group in groups}):
        borne = Response.objects.filter(response_id__in=response_ids).order_by().values("response_id")
        by_id |= dict(borne.annotate(count=Count("pk")).values_list("response_id", "count"))
    for group in groups:
        others = by_id[group.row.response_id] - 1
        if others:
            named = "another response" if others == 1 else f"{others:,} other responses"
            yield Problem(
                "shared-id", f"{group.row.response_id} is also the id of {named} with other times or output."
            )


def twins_of(response: Response) -> ResponseQuerySet:
    """Other responses that bear the same id: recorded at another time, or with output that contradicts this one's."""
    same_id: ResponseQuerySet = Response.objects.filter(response_id=response.response_id)
    return same_id.exclude(pk=response.pk).newest_first()
