"""JSON as a folding tree of HTML, bounded: a page must not grow with what was uploaded."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from gallery.pages.words import Json

STRING_CHARACTERS = 1_000
DEEPEST = 24


class Budget:
    """How much a page may still print of JSON: values and characters, over all its trees."""

    def __init__(self, *, values: int = 2_500, characters: int = 150_000) -> None:
        self.values = values
        self.characters = characters

    def spend(self, characters: int) -> bool:
        self.values -= 1
        self.characters -= characters
        return self.values >= 0 and self.characters >= 0


def json_tree(value: Json, budget: Budget, *, open_levels: int = 1) -> SafeString:
    """`value` as nested `<details>`; what the budget does not cover is left out, and the tree says so."""
    parts = ['<div class="json">', *_parts("", value, budget, level=0, open_levels=open_levels), "</div>"]
    return mark_safe("".join(parts))  # noqa: S308 - every part below is escaped where it is made


def _parts(key: str, value: Json, budget: Budget, *, level: int, open_levels: int) -> Iterator[str]:
    name = format_html('<span class="k">{}</span>: ', _cut(key)) if key else ""
    if not isinstance(value, dict | list) or not value:
        text = _cut(value) if isinstance(value, str) else json.dumps(value)
        budget.spend(len(text) + len(key))
        kind = "s" if isinstance(value, str) else "n"
        shown = f'"{escape(text)}"' if isinstance(value, str) else escape(text)
        yield f'<div>{name}<bdi class="{kind}">{shown}</bdi>'
        if isinstance(value, str) and len(value) > STRING_CHARACTERS:
            yield f' <span class="soft">({len(value)} characters in all)</span>'
        yield "</div>"
        return
    count = f"[{len(value)}]" if isinstance(value, list) else f"{{{len(value)}}}"
    is_open = " open" if level < open_levels else ""
    yield f'<details{is_open}><summary>{name}<span class="soft">{count}</span></summary>'
    if level >= DEEPEST:
        yield '<div class="soft">Nested deeper than is shown here.</div>'
    else:
        pairs = (
            value.items()
            if isinstance(value, dict)
            else ((str(place), child) for place, child in enumerate(value))
        )
        for number, (name_of_child, child) in enumerate(pairs):
            if not budget.spend(len(str(name_of_child)[:STRING_CHARACTERS])):
                yield f'<div class="soft">… and {len(value) - number} more, not shown here.</div>'
                break
            yield from _parts(str(name_of_child), child, budget, level=level + 1, open_levels=open_levels)
    yield "</details>"


def _cut(text: str) -> str:
    return text if len(text) <= STRING_CHARACTERS else f"{text[:STRING_CHARACTERS]}…"
