"""Looking after the team's tags: another name for one, one for several. No picture loses a tag by it."""

from __future__ import annotations

from collections.abc import Iterable

from gallery.curation import BadTag, keyed
from gallery.ingest import writing
from gallery.models import ImageTag, Tag


def check_name(tag: Tag, name: str) -> tuple[str, str]:
    """Name and key of `tag` under another name. Raises BadTag, also where another tag has that name."""
    pairs = keyed([name])
    (key, name), *_ = pairs.items()
    other = Tag.objects.filter(key=key).exclude(pk=tag.pk).first()
    if other is not None:
        raise BadTag(f"There is a tag “{other.name}” already. Merge the two in the list of tags.")
    return name, key


def rename_tag(tag: Tag, name: str) -> None:
    """Raises BadTag."""
    with writing():
        tag.name, tag.key = check_name(tag, name)
        Tag.objects.filter(pk=tag.pk).update(name=tag.name, key=tag.key)


def merge_tags(into: Tag, others: Iterable[Tag]) -> int:
    """Pictures that bear one of the others bear `into` instead, by whom and when they were tagged first; the others go.
    How many pictures got `into` by that."""
    moved = 0
    with writing():
        bearing = ImageTag.objects.filter(tag=into).values("image_id")
        for other in others:
            if other.pk == into.pk:
                continue
            moved += ImageTag.objects.filter(tag=other).exclude(image_id__in=bearing).update(tag=into)
            Tag.objects.filter(pk=other.pk).delete()
    return moved
