"""How values are said on a page: numbers with their unit, times, what is unknown, icons."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now

from gallery.models import Tag
from gallery.pages.words import dollars, plain_decimal
from gallery.search.language import quoted

register = template.Library()

UNITS = ("kB", "MB", "GB", "TB")
STEPS = ((60, "minute"), (3600, "hour"), (86_400, "day"))
UNKNOWN = format_html('<span class="unknown">{}</span>', "unknown")


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """One of the vendored icons, silent for screen readers: the text beside it speaks. A page has dozens, so each is
    written once."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("vendor/lucide/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, words: str, icon_name: str) -> SafeString:
    """A link of the main navigation, marked as current on its own page."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    is_current = match is not None and match.view_name == name
    return format_html(
        '<a href="{}"{}>{}<span>{}</span></a>',
        reverse(name),
        SafeString(' aria-current="page"') if is_current else "",
        icon(icon_name),
        words,
    )


@register.filter
def file_size(size: int | None) -> str | SafeString:
    """Bytes in words: `8.6 MB`. Decimal units, as file managers and disks count."""
    if size is None:
        return UNKNOWN
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    amount = float(size)
    for unit in UNITS:
        amount /= 1000
        if amount < 999.5 or unit == UNITS[-1]:
            break
    return f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.1f} {unit}"


@register.filter
def number(value: int | None) -> str | SafeString:
    """A count with thin spaces between thousands; "unknown" where the transcript is silent, never 0."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else UNKNOWN


@register.filter
def money(amount: Decimal | None) -> str | SafeString:
    """Dollars in few digits, all of them on hover; "unknown" where nothing tells, never 0."""
    if amount is None:
        return UNKNOWN
    return format_html('<data value="{0}" title="${0}">{1}</data>', plain_decimal(amount), dollars(amount))


@register.filter
def in_full(amount: Decimal) -> str:
    """Dollars with every digit that counts: `$0.006125`."""
    return f"${plain_decimal(amount)}"


@register.filter
def or_unknown(value: object) -> object:
    return UNKNOWN if value is None or value == "" else value


@register.filter
def ago(moment: datetime | None) -> SafeString:
    """A time as people say it, with the exact one on hover."""
    if moment is None:
        return UNKNOWN
    exact = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        exact.strftime("%Y-%m-%dT%H:%M:%SZ"),
        exact.strftime("%Y-%m-%d %H:%M:%S"),
        relative(moment, now()),
    )


def relative(moment: datetime, present: datetime) -> str:
    """`just now`, `5 minutes ago`, `yesterday`, then the date."""
    seconds = (present - moment).total_seconds()
    if -60 < seconds < 45:
        return "just now"
    if seconds >= 0:
        if seconds < 86_400:
            step, word = max(
                (pair for pair in STEPS if pair[0] <= max(seconds, 60)), key=lambda pair: pair[0]
            )
            count = max(1, int(seconds // step))
            return f"{count} {word}{'' if count == 1 else 's'} ago"
        if seconds < 7 * 86_400:
            days = int(seconds // 86_400)
            return "yesterday" if days == 1 else f"{days} days ago"
    local = localtime(moment)
    return date_format(local, "j M" if local.year == localtime(present).year else "j M Y")


@register.filter
def tag_query(tag: Tag) -> str:
    """The query, ready for an address, that finds what bears the tag."""
    return quote(f"tag:{quoted(tag.name)}")
