"""THE ONLY WRITER of transcripts, responses, items, images and blobs.

Two halves: `gallery.preparing` reads, renders and writes files without the database; the rows then follow in one short
transaction. One writer is in that transaction at a time, so that everything in it may look before it writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.utils import timezone

from gallery import blobs
from gallery.archive import ArchiveDamaged, is_skeleton
from gallery.blobs import BlobMissing, Kind
from gallery.candidates import stored_candidates
from gallery.chunks import chunked
from gallery.cleaning import clean_text, fit_text
from gallery.costing import settle_chat_costs, settle_costs
from gallery.grouping import Group, Holding, assign, known_groups, twin_problems
from gallery.heirs import hand_over
from gallery.identity import ResponseKeys, image_id, whole_second
from gallery.indexing import changing
from gallery.models import Blob, Image, OutputItem, Response, ResponseTranscript, Transcript
from gallery.originals import read_original
from gallery.outcomes import Outcome, outcomes_of
from gallery.preparing import Prepared, open_source, prepare, put_picture
from gallery.reports import (
    IngestReport,
    count_findings,
    known_sentence,
    refused_report,
    stored_sentence,
)
from gallery.rows import MOST_PROBLEMS, image_row, item_rows, response_values
from gallery.snapshots import pack_snapshot, problem_as_dict, unpack_snapshot
from gallery.transcripts.errors import TooLarge, TranscriptError

_BATCH = 500
_WRITERS_LOCK = 7_305_442_218  # PostgreSQL's advisory locks are known by a number; this one is ours

UNUSED_BLOB = models.Q(transcripts=None, images=None, stand_in_images=None)

NOT_FROM_TRANSCRIPTS = {
    "is_hidden",
    "trashed_at",
    "trashed_by",
    "rating_rank",
    "facet_set",
    "stack",
    "is_stack_top",
}
"""Columns of an image that reading its transcripts again leaves as they are."""

Place = tuple[int, int, str, int]
"""Where an image stands: response, position, role, index."""


def ingest_upload(
    source: bytes | Path,
    *,
    name: str,
    uploader: User | None,
    source_kind: Transcript.Source,
    uploaded_at: datetime | None = None,
    threads: int | None = None,
) -> IngestReport:
    """Keeps one upload, wholly or not at all, and says what came of it.

    The same bytes again write nothing, but for files of theirs that have got lost or damaged. Another form of a known
    response completes it. `threads` bounds how many pictures are rendered at once. Raises OSError where the file
    cannot be read or the files cannot be written.
    """
    raw = open_source(source)
    name = fit_text(clean_text(name).strip(), 255) or "unnamed"
    if len(raw) > settings.UPLOAD_LIMIT_BYTES:
        limit = settings.UPLOAD_LIMIT_BYTES // 2**20
        sentence = f"This file is too large: {len(raw) / 2**20:,.0f} MB, and the limit is {limit} MB."
        return refused_report(name, len(raw), "", TooLarge("too-large", sentence))
    sha256 = hashlib.sha256(raw).hexdigest()
    known = _known_transcript(sha256)
    if known is not None and _has_its_files(known):
        return _known_report(known, name=name, reader=uploader)
    try:
        # Of a known transcript, this brings back the files that are missing.
        prepared = prepare(raw, sha256=sha256, known_blobs=_known_blobs, threads=threads)
    except TranscriptError as error:
        return refused_report(name, len(raw), sha256, error)
    transcript = Transcript(
        sha256=sha256,
        name=name,
        source=source_kind,
        uploader=uploader,
        uploaded_at=uploaded_at or timezone.now(),
    )
    with writing():
        # Somebody may have been quicker with the same file.
        known = _known_transcript(sha256)
        if known is None:
            return _write(transcript, prepared, name=name)
    return _known_report(known, name=name, reader=uploader)


def reread_transcript(transcript: Transcript) -> IngestReport:
    """Reads a kept transcript again from its archive, as today's reader does, and brings its rows up to date.

    Ids of images, what is hidden and whatever else people added stay. Where the archive is damaged, or the reader
    now refuses the file, nothing changes and the report says why.
    """
    try:
        raw = read_original(transcript)
        prepared = prepare(raw, sha256=transcript.sha256, known_blobs=_known_blobs, is_archived=True)
    except (BlobMissing, ArchiveDamaged) as error:
        damage = TranscriptError("archive-damaged", f"The archive of this transcript is damaged. {error}")
        return refused_report(transcript.name, transcript.size_bytes, transcript.sha256, damage)
    except TranscriptError as error:
        return refused_report(transcript.name, transcript.size_bytes, transcript.sha256, error)
    with writing():
        return _write(Transcript.objects.get(pk=transcript.pk), prepared, name=transcript.name)


def restore_thumbnail(blob: Blob, data: bytes) -> None:
    """Renders the thumbnail of a stored picture again, and brings what is known of its bytes up to date."""
    fresh, _ = put_picture(blob.sha256, data)
    with writing():
        _upsert([fresh], by=["sha256"], leave={"stored_at"})


def delete_unused_blob_rows(sha256s: Collection[str]) -> None:
    """Deletes those of the given rows that nothing refers to. Their files are then named by none, and can be swept."""
    with writing():
        Blob.objects.filter(UNUSED_BLOB, pk__in=sha256s).delete()


@contextmanager
def writing() -> Iterator[None]:
    """A transaction in which nobody else writes: SQLite's are so from their start, PostgreSQL takes a lock for it."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS_LOCK])
        yield


def _write(transcript: Transcript, prepared: Prepared, *, name: str) -> IngestReport:
    """All rows of a transcript, new or read again. Within `writing`."""
    stored = stored_candidates(prepared.snapshots)
    known, previous = known_groups(stored.pks, transcript)
    groups = assign(prepared.snapshots, known, previous)
    known_count = sum(bool(group.holdings) for group in groups)
    findings = count_findings([group.arrived for group in groups], prepared.blobs)
    is_new = transcript.pk is None
    new_bytes = _write_blobs(prepared)
    transcript.shape = prepared.shape
    transcript.shape_detail = fit_text(prepared.shape_detail, 100)
    transcript.encoding = prepared.encoding
    transcript.compression = prepared.compression
    transcript.size_bytes = prepared.size_bytes
    transcript.kept_bytes = new_bytes + (len(prepared.skeleton) if is_new else transcript.kept_bytes)
    transcript.event_count = prepared.event_count
    transcript.response_count = findings.response_count
    transcript.picture_count = findings.final_count + findings.plot_count
    transcript.problems = [problem_as_dict(problem) for problem in prepared.problems[:MOST_PROBLEMS]]
    transcript.problem_count = len(prepared.problems)
    transcript.save()
    links = [Transcript.blobs.through(transcript=transcript, blob_id=sha256) for sha256 in prepared.blobs]
    Transcript.blobs.through.objects.bulk_create(links, ignore_conflicts=True, batch_size=_BATCH)

    emptied = [group.row.pk for group in previous.values() if group.is_empty()]
    present = [group.row.pk for group in groups if group.row.pk is not None]
    with changing(response_ids=[*emptied, *present]) as changing_ids:
        _write_responses(groups, stored.keys, transcript)
        changing_ids += [group.row.pk for group in groups if group.row.pk not in present]
        images = _write_output(groups)
        hand_over(Image.objects.filter(response_id__in=emptied), images)
        Response.objects.filter(pk__in=emptied, images=None).delete()

    kept_bytes = transcript.kept_bytes
    return IngestReport(
        name=name,
        outcome="stored",
        code="stored",
        sentence=stored_sentence(
            findings, size_bytes=prepared.size_bytes, kept_bytes=kept_bytes, known_count=known_count
        ),
        size_bytes=prepared.size_bytes,
        kept_bytes=kept_bytes,
        sha256=prepared.sha256,
        transcript_id=transcript.pk,
        response_ids=tuple(group.row.pk for group in groups),
        image_ids=tuple(sorted((image.pk for image in images if image.is_card), reverse=True)),
        response_count=findings.response_count,
        final_count=findings.final_count,
        partial_count=findings.partial_count,
        plot_count=findings.plot_count,
        image_models=findings.image_models,
        problems=(*prepared.problems, *twin_problems(groups)),
    )


def _write_blobs(prepared: Prepared) -> int:
    """The rows of the transcript's blobs; gives the bytes that the new ones take on disk.

    A file that no row named until now may just have been swept: it is looked at again, now that nobody sweeps.
    """
    known = _known_blobs(prepared.blobs)
    new_bytes = 0
    if prepared.skeleton:
        blobs.put("skeletons", prepared.sha256, prepared.skeleton)
    for sha256, blob in prepared.blobs.items():
        if sha256 in known:
            continue
        new_bytes += blob.size_bytes + prepared.thumbnail_sizes[sha256]
        is_there = blobs.exists("blobs", sha256) and (
            not blob.has_thumbnail or blobs.exists("thumbs", sha256)
        )
        if not is_there:
            put_picture(sha256, prepared.contents[sha256])
    fresh = [blob for blob in prepared.blobs.values() if blob._state.adding or blob.sha256 not in known]
    _upsert(fresh, by=["sha256"], leave={"stored_at"})
    return new_bytes


def _write_responses(groups: Sequence[Group], keys: Collection[str], transcript: Transcript) -> None:
    """The rows of responses and holdings. Afterwards what arrived is among each group's holdings."""
    free_keys = ResponseKeys(keys)
    holdings = []
    for group in groups:
        arrived = group.arrived
        group.holdings.append(
            Holding(arrived, transcript.sha256, transcript.uploaded_at, transcript.uploader_id)
        )
        merged, row = group.merged, group.row
        row.key = free_keys.settle(*merged.identity, current=row.key)
        for field, value in response_values(merged).items():
            setattr(row, field, value)
        first = group.first_holding()
        row.first_uploaded_at, row.uploader_id = first.uploaded_at, first.uploader_id
        holdings.append(
            ResponseTranscript(
                response=row, transcript=transcript, position=group.position, snapshot=pack_snapshot(arrived)
            )
        )
    settle_chat_costs([group.row for group in groups])
    new = [group.row for group in groups if group.row.pk is None]
    _upsert([group.row for group in groups if group.row.pk is not None], by=["id"])
    Response.objects.bulk_create(new, batch_size=_BATCH)
    for holding in holdings:
        holding.response_id = holding.response.pk
    transcript.holdings.all().delete()
    ResponseTranscript.objects.bulk_create(holdings, batch_size=_BATCH)


def _write_output(groups: Sequence[Group]) -> list[Image]:
    """The rows of items and images of merged responses: new, brought up to date, or removed where they are no more."""
    merged = {group.row.pk: group.merged for group in groups}
    facts: dict[str, Blob] = {}
    for chunk in chunked({sha256 for snapshot in merged.values() for sha256 in snapshot.sha256s()}):
        facts |= Blob.objects.in_bulk(chunk)
    items = [item for group in groups for item in item_rows(group.row, merged[group.row.pk])]
    _upsert(items, by=["response", "position"])
    item_at = {(item.response_id, item.position): item for item in items}

    places: dict[Place, tuple[Group, Outcome]] = {}
    for group in groups:
        for outcome in outcomes_of(merged[group.row.pk], facts):
            places[group.row.pk, *outcome.picture.place] = group, outcome
    ids, surplus = _settle_image_ids(places, [group.row.pk for group in groups])
    images = [
        image_row(
            outcome,
            image_id=ids[place],
            response=group.row,
            item=item_at.get(place[:2]),
            snapshot=merged[group.row.pk],
            blobs=facts,
        )
        for place, (group, outcome) in places.items()
    ]
    settle_costs(images)
    _upsert(images, by=["id"], leave=NOT_FROM_TRANSCRIPTS)
    hand_over(Image.objects.filter(pk__in=surplus), images)
    for pks in chunked(merged):
        here = OutputItem.objects.filter(response_id__in=pks).values_list("pk", "response_id", "position")
        gone = [pk for pk, *place in here if tuple(place) not in item_at]
        OutputItem.objects.filter(pk__in=gone).delete()
    return images


def _settle_image_ids(
    places: Mapping[Place, tuple[Group, Outcome]], response_ids: Sequence[int]
) -> tuple[dict[Place, int], list[int]]:
    """Gives every place its id, and the ids of images whose places are no more. Images that are there already move to
    theirs, with all that refers to them."""
    present: dict[Place, int] = {}
    for chunk in chunked(response_ids):
        present |= _image_places(Image.objects.filter(response_id__in=chunk))
    surplus = [pk for place, pk in present.items() if place not in places]
    wanted = {place: _image_id(place, group) for place, (group, _) in places.items()}
    owners: dict[int, Place] = {}
    for chunk in chunked(wanted.values()):
        owners |= {pk: place for place, pk in _image_places(Image.objects.filter(pk__in=chunk)).items()}
    for place, (group, _) in places.items():
        attempts = count(1)
        while owners.get(wanted[place], place) != place:
            # Two places in one second hash alike: the later one takes another number.
            wanted[place] = _image_id(place, group, next(attempts))
            owners |= {
                pk: other for other, pk in _image_places(Image.objects.filter(pk=wanted[place])).items()
            }
        owners[wanted[place]] = place
        if present.get(place, wanted[place]) != wanted[place]:
            _move_image(present[place], wanted[place])
    return wanted, surplus


def _image_id(place: Place, group: Group, attempt: int = 0) -> int:
    """Sorts by when the response was made, or else by when it first came here."""
    row = group.row
    _, position, role, index = place
    second = whole_second(row.created_at or row.first_uploaded_at)
    return image_id(key=row.key, second=second, position=position, role=role, index=index, attempt=attempt)


def _image_places(images: models.QuerySet[Image]) -> dict[Place, int]:
    rows = images.values_list("response_id", "position", "role", "index", "pk")
    return {(response, position, role, index): pk for response, position, role, index, pk in rows}


def _move_image(old: int, new: int) -> None:
    """Another primary key for an image, once its time or model becomes known; what refers to it follows.

    Foreign keys are checked when the transaction ends, on both databases.
    """
    Image.objects.filter(pk=old).update(id=new)
    for relation in Image._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and not relation.many_to_many:
            referring = relation.related_model._base_manager.filter(**{relation.field.attname: old})
            referring.update(**{relation.field.attname: new})


def _upsert(rows: Sequence[models.Model], *, by: Sequence[str], leave: Collection[str] = ()) -> None:
    """Inserts the rows, or brings those up to date that are there; the columns in `leave` then stay as they are."""
    if not rows:
        return
    model = type(rows[0])
    kept = {*by, *leave, "id"}
    columns = [field.name for field in model._meta.concrete_fields if field.name not in kept]
    model._base_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=by, update_fields=columns, batch_size=_BATCH
    )


def _known_transcript(sha256: str) -> Transcript | None:
    return Transcript.objects.select_related("uploader").filter(sha256=sha256).first()


def _has_its_files(transcript: Transcript) -> bool:
    """Whether they are there and what was stored. One that is damaged is removed: the upload at hand holds it anew."""
    is_whole = _is_sound("skeletons", transcript.sha256)
    for sha256, has_thumbnail in transcript.blobs.values_list("pk", "has_thumbnail"):
        is_whole &= _is_sound("blobs", sha256)
        is_whole &= not has_thumbnail or blobs.exists("thumbs", sha256)
    return is_whole


def _is_sound(kind: Kind, sha256: str) -> bool:
    """Where a file would have to be fetched for it, that it is there has to do."""
    if blobs.path_or_none(kind, sha256) is None:
        return blobs.exists(kind, sha256)
    try:
        data = blobs.read(kind, sha256)
    except BlobMissing:
        return False
    is_right = is_skeleton(data) if kind == "skeletons" else hashlib.sha256(data).hexdigest() == sha256
    if not is_right:
        blobs.delete(kind, sha256)
    return is_right


def _known_blobs(sha256s: Collection[str]) -> dict[str, Blob]:
    known: dict[str, Blob] = {}
    for chunk in chunked(sha256s):
        known |= Blob.objects.in_bulk(chunk)
    return known


def _known_report(transcript: Transcript, *, name: str, reader: User | None) -> IngestReport:
    """What the file holds, as it was found when it first came."""
    held = [
        (response_id, unpack_snapshot(packed))
        for response_id, packed in transcript.holdings.exclude(snapshot=b"")
        .order_by("position")
        .values_list("response_id", "snapshot")
    ]
    facts = _known_blobs({sha256 for _, snapshot in held for sha256 in snapshot.sha256s()})
    findings = count_findings([snapshot for _, snapshot in held], facts)
    cards = Image.objects.filter(response__holdings__transcript=transcript, is_card=True).newest_first()
    return IngestReport(
        name=name,
        outcome="known",
        code="known",
        sentence=known_sentence(
            uploader=transcript.uploader, uploaded_at=transcript.uploaded_at, reader=reader
        ),
        size_bytes=transcript.size_bytes,
        kept_bytes=0,
        sha256=transcript.sha256,
        transcript_id=transcript.pk,
        response_ids=tuple(response_id for response_id, _ in held),
        image_ids=tuple(cards.values_list("pk", flat=True)),
        response_count=findings.response_count,
        final_count=findings.final_count,
        partial_count=findings.partial_count,
        plot_count=findings.plot_count,
        image_models=findings.image_models,
    )
