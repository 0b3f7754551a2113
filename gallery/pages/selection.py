"""What came of working on many pictures at once, and the bar that offers it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from gallery.models import Collection, Selection
from gallery.selection_actions import Done
from gallery.selections import StaleSelection

MOST_WITH_UNDO = 1_000


@dataclass(frozen=True, slots=True)
class SelectionPage:
    """`sentence` says what was done, or with `is_refused` why nothing was. `fresh` is a new selection to go on with.
    `undo` names the action that takes it back, for the pictures of `images`."""

    sentence: str
    do: str = ""
    is_refused: bool = False
    fresh: Selection | None = None
    collection: Collection | None = None
    undo: str = ""
    images: str = ""
    back: str = ""


def selected_page(selection: Selection) -> SelectionPage:
    """A query's pictures are chosen now."""
    return SelectionPage(sentence=f"All {_pictures(selection.count)} that match", fresh=selection)


def done_page(done: Done, do: str, *, back: str) -> SelectionPage:
    has_undo = bool(done.undo) and len(done.ids) <= MOST_WITH_UNDO
    return SelectionPage(
        sentence=f"{done.sentence}.",
        do=do,
        collection=done.collection,
        undo=done.undo if has_undo else "",
        images=",".join(map(str, done.ids)) if has_undo else "",
        back=back,
    )


def refused_page(sentence: str, *, back: str) -> SelectionPage:
    return SelectionPage(sentence=sentence, is_refused=True, back=back)


def stale_page(stale: StaleSelection, *, back: str) -> SelectionPage:
    sentence = (
        f"Nothing was done: other pictures match now than when you selected them. There were {stale.told:,}, and now "
        f"there are {stale.fresh.count:,}."
    )
    return SelectionPage(sentence=sentence, is_refused=True, fresh=stale.fresh, back=back)


def back_to_grid() -> str:
    return reverse("gallery:image_list")


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"
