"""The grid's tiles, written in Python: through the template language they took two thirds of the page's time.

Attributes are without quotes where HTML does not ask for them: a page holds hundreds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import now

from gallery.pages.cards import Badge, Card
from gallery.pages.columns import Columns
from gallery.stacks import MOST_COUNTED
from gallery.templatetags.gallery import icon, relative

register = template.Library()

NO_PROMPT = "The transcript holds no prompt"


@register.simple_tag
def tiles(cards: Iterable[Card]) -> SafeString:
    """An `<li>` per card. The link's name is the caption, so the pictures in it have no text of their own."""
    return mark_safe("\n".join("".join(_tile(card)) for card in cards))  # noqa: S308 - escaped piece by piece below


def _tile(card: Card) -> Iterator[str]:
    mark = (" is-favourite" if card.mark.is_favourite else "") + (" is-rated" if card.mark.rating else "")
    yield f'<li class="tile r-{card.ratio}{mark}" id="i{card.key}"><a href="{escape(card.href)}">'
    yield from _box(card)
    if card.mark.rating:
        yield f'<span class="rated" aria-label="you rated it {card.mark.rating} of 5">{"★" * card.mark.rating}</span>'
    if card.columns:
        yield from _cells(card, card.columns)
    elif card.caption:
        yield f"<bdi class=caption>{escape(card.caption)}</bdi>"
    else:
        yield f'<span class="caption unknown">{NO_PROMPT}</span>'
    if not card.columns:
        yield f"<span class=meta>{escape(card.meta)}</span>"
    yield "</a>"
    yield f"<input type=checkbox class=pick form=bulk name=image value={card.key} aria-label=Select></li>"


def _box(card: Card) -> Iterator[str]:
    flags = (" fit" if card.is_fit else "") + (" alpha" if card.has_alpha else "")
    kind = f'"box{flags}"' if flags else "box"
    yield f"<span class={kind}>"
    if card.trouble:
        yield f'<span class="state">{icon(card.trouble.icon)}'
        if not card.columns:
            yield f"<b>{escape(card.trouble.words)}</b><span>{escape(card.trouble.reason)}</span>"
        yield "</span>"
    else:
        if card.placeholder and not card.columns:
            yield f'<img src="{escape(card.placeholder)}" alt="">'
        size = "" if card.columns else f" width={card.width} height={card.height}"
        yield f'<img src="{card.thumb}" alt=""{size} decoding=async'
        yield ">" if card.is_eager else " loading=lazy>"
    badges = () if card.columns else card.badges
    if badges or card.stack_count > 1:
        yield "<span class=badges>"
        if card.stack_count > 1:
            count = card.stack_count if card.stack_count <= MOST_COUNTED else f"{MOST_COUNTED}+"
            yield f'<span class="badge" title="Folded into one">{icon("layers")}{count}</span>'
        yield from map(_badge, badges)
        yield "</span>"
    yield "</span>"


def _badge(badge: Badge) -> str:
    title = f' title="{escape(badge.reason)}"' if badge.reason else ""
    kind = f'"badge {badge.tone}"' if badge.tone else "badge"
    return f"<span class={kind}{title}>{escape(badge.words)}</span>"


def _cells(card: Card, columns: Columns) -> Iterator[str]:
    """The table's cells, as the stylesheet counts them. What is unusual stands before the prompt; what is unknown in
    `<i>`."""
    yield "<span class=caption>"
    if card.trouble:
        yield _badge(Badge(card.trouble.words, "warn" if card.trouble.words == "Elided" else "bad")) + " "
    yield "".join(f"{_badge(badge)} " for badge in card.badges)
    if card.caption:
        yield f"<bdi>{escape(card.caption)}</bdi>"
    else:
        yield f"<span class=unknown>{escape(card.trouble.reason) if card.trouble else NO_PROMPT}</span>"
    yield "</span><span class=cells>"
    for text in columns.texts:
        yield f"<span>{escape(text)}</span>" if text else "<span><i>unknown</i></span>"
    moment = columns.generated_at
    if moment is None:
        yield "<span><i>unknown</i></span></span>"
    else:
        exact = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        yield f'<span title="{exact} UTC">{relative(moment, now())}</span></span>'
