"""What can be done to many pictures at once. Each action is done in short transactions, so that others can write
between them; doing it again after an interruption does the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from gallery import collections, curation, shelving
from gallery.chunks import chunked
from gallery.collections import BadCollection, Move
from gallery.curation import BadTag
from gallery.models import Collection, Image
from gallery.roles import NotAllowed, Role, is_at_least, may_change, require
from gallery.selections import BadSelection

OPEN_TO_VIEWERS = {"favourite", "unfavourite", "rate"}


@dataclass(frozen=True, slots=True)
class Done:
    """`sentence` tells what was done; `undo` names the action that takes it back, if one can.

    `count` is of the pictures taken out of the grid or brought back, and `ids` are those it was done to: what others
    uploaded is left alone unless a curator asks.
    """

    sentence: str
    undo: str = ""
    collection: Collection | None = None
    count: int = 0
    ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, for which pictures, with what was typed."""

    user: User
    ids: Sequence[int]
    values: Mapping[str, str]


def apply_action(user: User, ids: Sequence[int], do: str, values: Mapping[str, str]) -> Done:
    """Does what `do` names to the pictures. Raises BadSelection with a sentence for what cannot be done, and NotAllowed
    for what is not the user's to do."""
    act = _ACTIONS.get(do)
    if act is None:
        raise BadSelection("There is nothing of that kind to do with pictures. Choose one of the buttons.")
    if do not in OPEN_TO_VIEWERS:
        require(user, Role.CONTRIBUTOR)
    try:
        return act(Asked(user, ids, values))
    except (BadTag, BadCollection) as error:
        raise BadSelection(str(error)) from error


def _favourite(asked: Asked) -> Done:
    for chunk in chunked(asked.ids):
        curation.set_favourite(asked.user, chunk, is_favourite=True)
    return Done(f"{_pictures(len(asked.ids))} among your favourites")


def _unfavourite(asked: Asked) -> Done:
    for chunk in chunked(asked.ids):
        curation.set_favourite(asked.user, chunk, is_favourite=False)
    return Done(f"{_pictures(len(asked.ids))} no longer among your favourites")


def _rate(asked: Asked) -> Done:
    text = asked.values.get("rating", "")
    if text not in {"0", "1", "2", "3", "4", "5"}:
        raise BadSelection("A rating is a number from 1 to 5, or 0 to take it back.")
    for chunk in chunked(asked.ids):
        curation.rate(asked.user, chunk, int(text) or None)
    if text == "0":
        return Done(f"Your rating of {_pictures(len(asked.ids))} is taken back")
    return Done(f"{_pictures(len(asked.ids))} rated {text} of 5")


def _tag(asked: Asked) -> Done:
    names = _names(asked.values)
    for chunk in chunked(asked.ids):
        curation.add_tags(asked.user, chunk, names)
    return Done(f"{_pictures(len(asked.ids))} tagged {_listed(names)}")


def _untag(asked: Asked) -> Done:
    names = _names(asked.values)
    for chunk in chunked(asked.ids):
        curation.remove_tags(chunk, names)
    return Done(f"{_pictures(len(asked.ids))} no longer tagged {_listed(names)}")


def _collect(asked: Asked) -> Done:
    collection = collections.named(asked.user, asked.values.get("collection_name", ""))
    added = collections.add(asked.user, collection, asked.ids)
    known = len(asked.ids) - added
    there = f"; {known:,} {'was' if known == 1 else 'were'} in it already" if known else ""
    return Done(f"{_pictures(added)} put into the collection “{collection.name}”{there}", "", collection)


def _hide(asked: Asked) -> Done:
    ids, left = _changeable(asked)
    count = sum(shelving.set_hidden(chunk, is_hidden=True) for chunk in chunked(ids))
    sentence = f"{_pictures(count)} hidden; the search is:hidden shows them{left}"
    return Done(sentence, undo="show" if ids else "", count=count, ids=ids)


def _show(asked: Asked) -> Done:
    ids, left = _changeable(asked)
    count = sum(shelving.set_hidden(chunk, is_hidden=False) for chunk in chunked(ids))
    sentence = f"{_pictures(count)} shown again{left}"
    return Done(sentence, undo="hide" if ids else "", count=count, ids=ids)


def _trash(asked: Asked) -> Done:
    ids, left = _changeable(asked)
    count = sum(shelving.put_in_trash(chunk, asked.user) for chunk in chunked(ids))
    days = shelving.TRASH_KEEPS.days
    sentence = f"{_pictures(count)} in the trash, to be restored within {days} days{left}"
    return Done(sentence, undo="restore" if ids else "", count=count, ids=ids)


def _restore(asked: Asked) -> Done:
    ids, left = _changeable(asked)
    count = sum(shelving.restore(chunk) for chunk in chunked(ids))
    return Done(f"{_pictures(count)} restored{left}", count=count, ids=ids)


def _take_out(asked: Asked) -> Done:
    collection = _collection(asked.values)
    taken = collections.take_out_as(asked.user, collection, asked.ids)
    left = f"; {taken.left_alone:,} left where others had put them" if taken.left_alone else ""
    return Done(f"{_pictures(taken.count)} taken out of “{collection.name}”{left}", "", collection)


def _cover(asked: Asked) -> Done:
    if len(asked.ids) != 1:
        raise BadSelection("One picture is the cover: select just one.")
    collection = _own_collection(asked)
    collections.set_cover(collection, asked.ids[0])
    return Done(f"The cover of “{collection.name}” is set", "", collection)


def _mover(where: Move, words: str) -> Callable[[Asked], Done]:
    def act(asked: Asked) -> Done:
        collection = _own_collection(asked)
        count = collections.move(collection, asked.ids, where)
        return Done(f"{_pictures(count)} moved {words}", "", collection)

    return act


_ACTIONS: Mapping[str, Callable[[Asked], Done]] = {
    "favourite": _favourite,
    "unfavourite": _unfavourite,
    "rate": _rate,
    "tag": _tag,
    "untag": _untag,
    "collect": _collect,
    "hide": _hide,
    "show": _show,
    "trash": _trash,
    "restore": _restore,
    "take-out": _take_out,
    "cover": _cover,
    "first": _mover(Move.FIRST, "to the beginning"),
    "earlier": _mover(Move.EARLIER, "one place earlier"),
    "later": _mover(Move.LATER, "one place later"),
    "last": _mover(Move.LAST, "to the end"),
}


def _changeable(asked: Asked) -> tuple[Sequence[int], str]:
    """Those of the pictures that the user may take out of the grid, and words for the rest: empty if there is none."""
    if is_at_least(asked.user, Role.CURATOR):
        return asked.ids, ""
    own: set[int] = set()
    for chunk in chunked(asked.ids):
        own.update(Image.objects.filter(pk__in=chunk, uploader=asked.user.pk).values_list("pk", flat=True))
    left = len(asked.ids) - len(own)
    if not left:
        return asked.ids, ""
    ids = [pk for pk in asked.ids if pk in own]
    return ids, f"; {_pictures(left)} left alone, because others uploaded {'it' if left == 1 else 'them'}"


def _own_collection(asked: Asked) -> Collection:
    collection = _collection(asked.values)
    if not may_change(asked.user, collection.owner_id):
        raise NotAllowed("Somebody else made this collection: only they and curators can arrange it.")
    return collection


def _collection(values: Mapping[str, str]) -> Collection:
    text = values.get("in_collection", "")
    is_key = text.isascii() and text.isdigit() and len(text) <= 18
    found = Collection.objects.filter(pk=int(text)).first() if is_key else None
    if found is None:
        raise BadSelection("That collection is gone. Reload the page.")
    return found


def _names(values: Mapping[str, str]) -> list[str]:
    names = [" ".join(name.split()) for name in values.get("tag", "")[:2000].split(",") if name.strip()]
    if not names:
        raise BadSelection("Which tag? Write one, or several apart by commas.")
    return names


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"
