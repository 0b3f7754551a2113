"""Collections: pictures in an order that somebody gave them. Written here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone

from gallery.chunks import chunked
from gallery.ingest import writing
from gallery.models import Collection, CollectionImage, Image
from gallery.roles import may_change

LONGEST_NAME = 120
LONGEST_NOTE = 5_000
MOST_PICTURES = 50_000
"""In one collection: what bounds the work of putting them in another order."""


class Move(StrEnum):
    FIRST = "first"
    EARLIER = "earlier"
    LATER = "later"
    LAST = "last"


class BadCollection(ValueError):
    """That cannot be done to a collection; the message says why."""


def make_collection(user: User, name: str, note: str = "") -> Collection:
    """Raises BadCollection for a name or a note that is none."""
    name, note = _checked(name, note)
    with writing():
        return Collection.objects.create(name=name, note=note, owner=user)


def describe(collection: Collection, *, name: str, note: str) -> None:
    """Raises BadCollection for a name or a note that is none."""
    collection.name, collection.note = _checked(name, note)
    with writing():
        collection.save(update_fields=["name", "note", "changed_at"])


def remove_collection(collection: Collection) -> None:
    """The pictures stay in the gallery."""
    with writing():
        collection.delete()


def named(user: User, name: str) -> Collection:
    """The collection of that name, in whatever letters, the one last changed if there are several; or else a new one.
    Raises BadCollection."""
    name, _ = _checked(name, "")
    found = Collection.objects.filter(name__iexact=name).order_by("-changed_at", "-id").first()
    return found or make_collection(user, name)


def add(user: User, collection: Collection, image_ids: Sequence[int]) -> int:
    """At the end, in the order given; how many were not in it. Raises BadCollection where it would hold too many."""
    added = 0
    with writing():
        places = CollectionImage.objects.filter(collection=collection)
        count = places.count()
        last = places.aggregate(last=Max("position"))["last"] or 0
        for chunk in chunked(image_ids):
            there = set(places.filter(image_id__in=chunk).values_list("image_id", flat=True))
            present = set(Image.objects.filter(pk__in=chunk).values_list("pk", flat=True))
            new = [pk for pk in dict.fromkeys(chunk) if pk in present and pk not in there]
            if count + added + len(new) > MOST_PICTURES:
                raise BadCollection(
                    f"A collection holds at most {MOST_PICTURES:,} pictures; nothing was added."
                )
            CollectionImage.objects.bulk_create(
                CollectionImage(
                    collection=collection, image_id=pk, position=last + added + number, added_by=user
                )
                for number, pk in enumerate(new, 1)
            )
            added += len(new)
        _touch(collection)
    return added


def take_out(collection: Collection, image_ids: Iterable[int]) -> int:
    """How many were in it. A cover that is taken out is no cover any longer."""
    count = 0
    with writing():
        for chunk in chunked(image_ids):
            count += CollectionImage.objects.filter(collection=collection, image_id__in=chunk).delete()[0]
            Collection.objects.filter(pk=collection.pk, cover_id__in=chunk).update(cover=None)
        _touch(collection)
    return count


@dataclass(frozen=True, slots=True)
class TakenOut:
    """How many were taken out, and how many were left where others had put them."""

    count: int
    left_alone: int = 0


def take_out_as(user: User, collection: Collection, image_ids: Iterable[int]) -> TakenOut:
    """Out of a collection that is not theirs a contributor takes only what they put in."""
    ids = list(image_ids)
    if may_change(user, collection.owner_id):
        return TakenOut(take_out(collection, ids))
    own: list[int] = []
    others = 0
    for chunk in chunked(ids):
        places = CollectionImage.objects.filter(collection=collection, image_id__in=chunk)
        for image_id, added_by in places.values_list("image_id", "added_by_id"):
            if may_change(user, added_by):
                own.append(image_id)
            else:
                others += 1
    return TakenOut(take_out(collection, own) if own else 0, others)


def set_cover(collection: Collection, image_id: int) -> None:
    """Raises BadCollection if the picture is not in the collection."""
    if not CollectionImage.objects.filter(collection=collection, image_id=image_id).exists():
        raise BadCollection("A cover is one of the collection's own pictures.")
    with writing():
        Collection.objects.filter(pk=collection.pk).update(cover=image_id, changed_at=timezone.now())


def move(collection: Collection, image_ids: Iterable[int], where: Move) -> int:
    """Moves pictures, which keep their order among themselves; how many of them are in the collection."""
    chosen = set(image_ids)
    with writing():
        places = list(
            CollectionImage.objects.filter(collection=collection)
            .order_by("position", "id")
            .only("id", "image_id", "position")
        )
        ordered = _moved(places, chosen, where)
        changed = []
        for position, place in enumerate(ordered, 1):
            if place.position != position:
                place.position = position
                changed.append(place)
        CollectionImage.objects.bulk_update(changed, ["position"], batch_size=200)
        _touch(collection)
    return sum(place.image_id in chosen for place in places)


def _moved(places: list[CollectionImage], chosen: set[int], where: Move) -> list[CollectionImage]:
    if where in {Move.FIRST, Move.LAST}:
        moving = [place for place in places if place.image_id in chosen]
        staying = [place for place in places if place.image_id not in chosen]
        return moving + staying if where is Move.FIRST else staying + moving
    ordered = places if where is Move.EARLIER else places[::-1]
    ordered = list(ordered)
    for index in range(1, len(ordered)):
        before, here = ordered[index - 1], ordered[index]
        if here.image_id in chosen and before.image_id not in chosen:
            ordered[index - 1], ordered[index] = here, before
    return ordered if where is Move.EARLIER else ordered[::-1]


def _touch(collection: Collection) -> None:
    Collection.objects.filter(pk=collection.pk).update(changed_at=timezone.now())


def _checked(name: str, note: str) -> tuple[str, str]:
    name = " ".join(name.replace("\0", "").split())
    note = note.replace("\0", "").strip()
    if not name:
        raise BadCollection("A collection needs a name.")
    if len(name) > LONGEST_NAME:
        raise BadCollection(f"A collection's name has at most {LONGEST_NAME} characters.")
    if len(note) > LONGEST_NOTE:
        raise BadCollection(f"A collection's note has at most {LONGEST_NOTE:,} characters.")
    return name, note
