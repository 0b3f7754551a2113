"""The collections, and the page of one: its pictures in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from gallery.collections import LONGEST_NAME, LONGEST_NOTE
from gallery.filters import ImageFilters, read_filters
from gallery.listing import Listing
from gallery.models import Collection, CollectionImage, Image
from gallery.pages.cards import Addresses, Card, card_rows, make_card
from gallery.pages.curation import MOST_NAMES, NamesPage
from gallery.pages.image_list import PAGE_SIZE, cards_of
from gallery.roles import may_change

LIST_SIZE = 48
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST_POSITION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class CollectionForm:
    """What was typed, and what is wrong with it."""

    name: str = ""
    note: str = ""
    error: str = ""
    longest_name: int = LONGEST_NAME
    longest_note: int = LONGEST_NOTE


@dataclass(frozen=True, slots=True)
class CollectionCard:
    """`count` is of all its places, also those of pictures that are hidden or in the trash."""

    collection: Collection
    cover: Card | None
    count: int


@dataclass(frozen=True, slots=True)
class CollectionListPage:
    collections: tuple[CollectionCard, ...]
    next_before: str
    is_first: bool
    form: CollectionForm


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """`away` counts the pictures that have a place but are hidden or in the trash."""

    collection: Collection
    cards: tuple[Card, ...]
    filters: ImageFilters
    count: int
    away: int
    next_href: str
    is_first: bool
    search: str
    form: CollectionForm
    may_edit: bool
    layout: str = "rows"


def collection_list_page(*, before: str | None, form: CollectionForm | None = None) -> CollectionListPage:
    """The one last changed first; what is no place in the list gives its beginning. In two queries."""
    shown = Image.objects.cards()
    first = (
        CollectionImage.objects.filter(
            collection=OuterRef("pk"),
            image__is_card=True,
            image__is_hidden=False,
            image__trashed_at__isnull=True,
        )
        .order_by("position", "id")
        .values("image_id")[:1]
    )
    # Not a join: that would count the places of every collection, not of the few that are shown.
    places = CollectionImage.objects.filter(collection=OuterRef("pk")).order_by().values("collection")
    collections = Collection.objects.select_related("owner").order_by("-changed_at", "-id")
    place = _place(before)
    if place is not None:
        moment, pk = place
        collections = collections.filter(changed_at__lte=moment).exclude(changed_at=moment, pk__gte=pk)
    rows = list(
        collections.annotate(
            first_image=Subquery(first),
            place_count=Coalesce(Subquery(places.annotate(count=Count("pk")).values("count")), 0),
        )[: LIST_SIZE + 1]
    )
    shown_rows = rows[:LIST_SIZE]
    cover_ids = {pk for row in shown_rows for pk in (row.cover_id, row.first_image) if pk}
    covers = {
        row["id"]: row for row in card_rows(shown.filter(pk__in=cover_ids), limit=max(len(cover_ids), 1))
    }
    addresses = Addresses.now()
    last = rows[LIST_SIZE - 1] if len(rows) > LIST_SIZE else None
    return CollectionListPage(
        collections=tuple(
            CollectionCard(row, _cover(row, covers, addresses), row.place_count) for row in shown_rows
        ),
        next_before=f"{(last.changed_at - _EPOCH) // _MICROSECOND}.{last.pk}" if last else "",
        is_first=place is None,
        form=form or CollectionForm(),
    )


def collection_page(
    collection: Collection,
    *,
    after: str | None,
    reader: User,
    more: int = 0,
    form: CollectionForm | None = None,
) -> CollectionPage:
    """A page of its pictures after the place `after`; what is no place gives the beginning. In five queries.
    A continuation brings so many `more`."""
    everything = CollectionImage.objects.filter(collection=collection)
    places = (
        everything.filter(image__in=Image.objects.cards())
        .order_by("position", "id")
        .values_list("image_id", "position", "id")
    )
    count = everything.count()
    shown_count = places.count()
    place = _numbers(after)
    if place is not None:
        position, pk = min(place[0], _LAST_POSITION), place[1]
        places = places.filter(position__gte=position).exclude(position=position, id__lte=pk)
    limit = more or PAGE_SIZE
    rows = list(places[: limit + 1])
    filters = read_filters({"q": f"in:{collection.pk}", "stacks": "off"}, user_id=reader.pk)
    ids = tuple(image_id for image_id, _, _ in rows[:limit])
    cards = cards_of(Listing(ids, ""), filters, is_first=place is None)
    next_href = ""
    if len(rows) > limit:
        _, position, pk = rows[limit - 1]
        next_href = f"{collection.get_absolute_url()}?after={position}.{pk}"
    return CollectionPage(
        collection=collection,
        cards=cards,
        filters=filters,
        count=shown_count,
        away=count - shown_count,
        next_href=next_href,
        is_first=place is None,
        search=f"{reverse('gallery:image_list')}?q=in:{collection.pk}",
        form=form or CollectionForm(collection.name, collection.note),
        may_edit=may_change(reader, collection.owner_id),
    )


def collection_names_page(begun: str) -> NamesPage:
    """Those that hold what was begun, the ones last changed first."""
    found = Collection.objects.filter(name__icontains=begun.strip()[:LONGEST_NAME].replace("\0", ""))
    names = found.order_by(F("changed_at").desc(), "-id").values_list("name", flat=True)[:MOST_NAMES]
    return NamesPage(tuple(dict.fromkeys(names)))


def _cover(row: Collection, covers: dict[int, dict[str, object]], addresses: Addresses) -> Card | None:
    for pk in (row.cover_id, row.first_image):  # type: ignore[attr-defined]
        if pk in covers:
            return make_card(covers[pk], addresses)
    return None


def _place(text: str | None) -> tuple[datetime, int] | None:
    numbers = _numbers(text)
    # Beyond the year 9000 there is no collection.
    if numbers is None or numbers[0] > 2 * 10**17:
        return None
    return _EPOCH + numbers[0] * _MICROSECOND, numbers[1]


def _numbers(text: str | None) -> tuple[int, int] | None:
    parts = (text or "").split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        return None
    return int(parts[0]), int(parts[1])
