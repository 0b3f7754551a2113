"""Pictures that reading again no longer finds: what people added to them is never lost with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import IntegrityError, models, transaction

from gallery.chunks import chunked
from gallery.models import Image
from gallery.querysets import ImageQuerySet


def hand_over(doomed: ImageQuerySet, heirs: Sequence[Image]) -> None:
    """Deletes pictures. What people added to one goes to the heir with the same bytes, or else at the same place of a
    response; without such an heir the picture stays, apart from any output item."""
    rows = list(doomed)
    for batch in chunked(rows):
        curated = _curated([image.pk for image in batch])
        staying = []
        for image in batch:
            if image.pk not in curated and not image.is_hidden and image.trashed_at is None:
                continue
            heir = _heir_of(image, heirs)
            if heir is None:
                staying.append(image.pk)
            else:
                _bequeath(image, heir)
        Image.objects.filter(pk__in=staying).update(item=None)
        Image.objects.filter(pk__in=[image.pk for image in batch]).exclude(pk__in=staying).delete()


def _additions() -> Iterator[tuple[type[models.Model], str]]:
    """Every model that refers to a picture, with the name of the column."""
    for relation in Image._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and not relation.many_to_many:
            yield relation.related_model, relation.field.attname


def _curated(ids: Sequence[int]) -> set[int]:
    return {
        pk
        for model, column in _additions()
        for pk in model._base_manager.filter(**{f"{column}__in": ids}).values_list(column, flat=True)
    }


def _heir_of(image: Image, heirs: Iterable[Image]) -> Image | None:
    others = [heir for heir in heirs if heir.pk != image.pk]
    same_bytes = (heir for heir in others if image.blob_id and heir.blob_id == image.blob_id and heir.is_card)
    place = (image.position, image.role, image.index)
    same_place = (heir for heir in others if (heir.position, heir.role, heir.index) == place)
    return next(same_bytes, None) or next(same_place, None)


def _bequeath(image: Image, heir: Image) -> None:
    for model, column in _additions():
        for row in model._base_manager.filter(**{column: image.pk}):
            setattr(row, column, heir.pk)
            try:
                with transaction.atomic():
                    row.save(update_fields=[column])
            except IntegrityError:
                pass  # the heir has the same already
    Image.objects.filter(pk=heir.pk, rating_rank=0).update(rating_rank=image.rating_rank)
    if image.is_hidden:
        Image.objects.filter(pk=heir.pk).update(is_hidden=True)
    if image.trashed_at is not None:
        Image.objects.filter(pk=heir.pk, trashed_at=None).update(
            trashed_at=image.trashed_at, trashed_by_id=image.trashed_by_id
        )
