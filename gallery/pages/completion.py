"""What the search box offers while it is typed in. Places in the text are counted as browsers count them: in UTF-16."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gallery import saved_searches
from gallery.pages.saved_searches import address_of_saved
from gallery.pages.words import shortened
from gallery.search.caret import TermTyped, Typed, typed_at
from gallery.search.completing import Offer, OfferKind, likeness, offers
from gallery.search.language import LONGEST_QUERY, readable

MOST_ROWS = 12
MOST_SAVED_BESIDE_OTHERS = 3
LONGEST_SHOWN = 60
MOST_SAVED_LOOKED_AT = 1_000
_ICONS = {OfferKind.KEY: "sliders-horizontal", OfferKind.VALUE: "check", OfferKind.WORD: "search"}


@dataclass(frozen=True, slots=True)
class Completion:
    """One row. Taken up, it puts `text` in the place of what stands from `start` to before `end`; or, if it has an
    address, leads there."""

    words: str
    hint: str
    icon: str
    count: int | None = None
    text: str = ""
    start: int = 0
    end: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class CompletionList:
    """`is_unasked`: nothing has been typed that the rows go by; they are for whoever opens the list."""

    rows: tuple[Completion, ...] = ()
    is_unasked: bool = False


def completion_list(query: str, at: str, *, user_id: int | None, today: date) -> CompletionList:
    """For the caret before UTF-16 unit `at` of the query; at its end, if that is no number. Empty for any nonsense."""
    if len(query) > LONGEST_QUERY:
        return CompletionList()
    text = readable(query)
    place = int(at) if at.isascii() and at.isdigit() and len(at) < 10 else _units(text)
    caret = _character(query, place)
    typed = None if caret is None else typed_at(text, caret)
    if typed is None:
        return CompletionList()
    saved = _saved(typed, user_id) if isinstance(typed, TermTyped) else []
    found = offers(typed, today=today, limit=MOST_ROWS - len(saved))
    # The box takes no more, and of a longer query only the beginning would be read.
    rows = [_row(offer, typed, text) for offer in found if len(text) + len(offer.text) + 1 < LONGEST_QUERY]
    is_unasked = isinstance(typed, TermTyped) and not (typed.word or (typed.key and typed.key.text))
    return CompletionList((*saved, *rows), is_unasked)


def _row(offer: Offer, typed: Typed, text: str) -> Completion:
    is_in_phrase = isinstance(typed, TermTyped) and typed.is_phrase
    # A word that is still being typed is looked for by its beginning; this one is complete.
    is_done = offer.end == len(text) and offer.kind is not OfferKind.KEY and not is_in_phrase
    return Completion(
        words=shortened(offer.words, characters=LONGEST_SHOWN),
        hint=offer.hint,
        icon=_ICONS[offer.kind],
        count=offer.count,
        text=f"{offer.text} " if is_done else offer.text,
        start=_units(text[: offer.start]),
        end=_units(text[: offer.end]),
    )


def _saved(typed: TermTyped, user_id: int | None) -> list[Completion]:
    """Where all that was typed may be the name of a saved search: those of that name, the reader's own first."""
    if typed.name is None:
        return []
    searches = saved_searches.seen_by(user_id).select_related("owner").defer("saved_at")
    ranked = [
        (search.owner_id != user_id, rank, search)
        for search in searches[:MOST_SAVED_LOOKED_AT]
        if (rank := likeness(typed.name, search.name)) is not None
    ]
    ranked.sort(key=lambda found: found[:2])
    return [
        Completion(
            words=shortened(search.name, characters=LONGEST_SHOWN),
            hint=f"saved by {search.owner.get_username()}" if is_others else "your saved search",
            icon="bookmark",
            href=address_of_saved(search),
        )
        for is_others, _, search in ranked[:MOST_SAVED_BESIDE_OTHERS]
    ]


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _character(text: str, units: int) -> int | None:
    """The character that begins there, or in the middle of which that is; None beyond the text."""
    if text.isascii():
        return units if units <= len(text) else None
    encoded = text.encode("utf-16-le")
    return len(encoded[: 2 * units].decode("utf-16-le", "ignore")) if 2 * units <= len(encoded) else None
