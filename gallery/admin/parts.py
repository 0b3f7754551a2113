"""Small pieces of admin pages. Uploaded text goes in as text: escaped, isolated, and cut to size."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from gallery import models
from gallery.pages.words import plain_decimal
from gallery.templatetags.gallery import file_size
from gallery.templatetags.gallery import number as in_figures

NOTHING = "\N{EN DASH}"
JSON_LIMIT = 200_000
RASTER_TYPES = {"image/png", "image/jpeg", "image/webp", "image/gif"}


def encodable(text: str) -> str:
    """`text` without what UTF-8 cannot carry (lone surrogates)."""
    return text.encode("utf-8", "replace").decode("utf-8")


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def column(path: str, title: str = "", *, name: str = "", show: Callable[[Any], Any] | None = None) -> Any:
    """What stands at `path` from a row (`response.status`), for lists, inlines and pages.

    Under a field's own name, which is the default, a page adds the field's help text.
    """
    last = path.rpartition(".")[2]
    value_of = attrgetter(path)
    in_words = show or isolated

    @admin.display(description=title or last.replace("_", " "))
    def shown(row: Any) -> SafeString | str:
        words: SafeString | str = in_words(value_of(row))
        return words

    shown.__name__ = name or last
    return shown


def isolated(text: str | None, *, limit: int = 200) -> SafeString | str:
    """Somebody else's words in a line of ours: their direction marks end where they end."""
    if not text:
        return NOTHING
    return format_html("<bdi>{}</bdi>", cut(encodable(text), limit))


def lines(first: SafeString | str, *others: SafeString | str) -> SafeString | str:
    """What belongs together, one below the other in one column. The others are quieter, and left out where nothing."""
    said = [words for words in others if words and words != NOTHING]
    if not said:
        return first
    below = format_html_join("", '<div class="gallery-quiet">{}</div>', ((words,) for words in said))
    return format_html("{}{}", first, below)


def person(user: AbstractBaseUser | None) -> SafeString | str:
    return isolated(user.get_username()) if user is not None else NOTHING


def number(count: int | None) -> SafeString | str:
    return NOTHING if count is None else in_figures(count)


def dollars(amount: Decimal | None) -> str:
    return NOTHING if amount is None else f"${plain_decimal(amount)}"


def quoted(text: str) -> str:
    """The same for places that take no markup (messages): two marks isolate what stands between them."""
    return f"\N{FIRST STRONG ISOLATE}{cut(encodable(text), 80)}\N{POP DIRECTIONAL ISOLATE}"


def prose(text: str | None, *, limit: int = 20_000) -> SafeString | str:
    """A text with its own line breaks. None is silence; an empty text says so."""
    if text is None:
        return NOTHING
    if text == "":
        return "(empty)"
    return format_html('<div class="gallery-prose" dir="auto">{}</div>', cut(encodable(text), limit))


def words_said(text: str) -> SafeString | str:
    """A text whose column cannot tell silence from emptiness."""
    return prose(text or None)


def json_block(value: Any) -> SafeString | str:
    if value in ({}, [], None):
        return NOTHING
    text = json.dumps(value, indent=2, ensure_ascii=False)
    note = f"The first {JSON_LIMIT:,} of {len(text):,} characters." if len(text) > JSON_LIMIT else ""
    return format_html(
        '<pre class="gallery-json" dir="ltr" tabindex="0">{}</pre>{}', encodable(text[:JSON_LIMIT]), note
    )


def size(size_bytes: int | None) -> SafeString | str:
    return NOTHING if size_bytes is None else file_size(size_bytes)


def when(moment: datetime | None) -> SafeString | str:
    """To the second, with its zone: `2026-05-15 10:26:45 UTC`. A narrow column breaks it before the time alone."""
    if moment is None:
        return NOTHING
    day, time, zone = f"{localtime(moment):%Y-%m-%d %H:%M:%S %Z}".split(" ", 2)
    return format_html(
        '<span class="gallery-whole">{}</span> <span class="gallery-whole">{} {}</span>', day, time, zone
    )


def duration(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None or end < start:
        return NOTHING
    return f"{(end - start).total_seconds():g} s"


def pixels(width: int | None, height: int | None) -> str:
    return f"{width} \N{MULTIPLICATION SIGN} {height}" if width and height else NOTHING


def link(url: str, text: str | None, *, limit: int = 80) -> SafeString:
    return format_html('<a href="{}"><bdi>{}</bdi></a>', url, cut(encodable(text or "(no name)"), limit))


def change_url(model: str, pk: object) -> str:
    return reverse(f"admin:gallery_{model}_change", args=[pk])


def list_link(model: str, text: str, **selection: object) -> SafeString:
    """A link to the list of those rows of `model` that `selection` leaves."""
    url = f"{reverse(f'admin:gallery_{model}_changelist')}?{urlencode(selection)}"
    return format_html('<a href="{}"><bdi>{}</bdi></a>', url, cut(encodable(text), 80))


def thumbnail(sha256: str | None, *, alt: str, url: str) -> SafeString | str:
    """The stored thumbnail of a blob that has one, linked to `url`."""
    if not sha256:
        return NOTHING
    return format_html('<a href="{}">{}</a>', url, thumbnail_alone(sha256, alt=alt))


def thumbnail_alone(sha256: str | None, *, alt: str) -> SafeString | str:
    """The same without a link, for a column that the list links itself."""
    if not sha256:
        return NOTHING
    return format_html(
        '<img class="gallery-thumb" src="{}" alt="{}" loading="lazy" decoding="async">',
        reverse("gallery:thumb", args=[sha256]),
        cut(encodable(alt), 120),
    )


def thumbnail_sha256(image: models.Image) -> str | None:
    """The blob whose thumbnail stands for this picture: its own, else its stand-in's, else none.

    Follows `blob` and `stand_in`: select them.
    """
    for blob in (image.blob, image.stand_in):
        if blob is not None and blob.has_thumbnail:
            return blob.sha256
    return None


def heavy_fields(path: str) -> tuple[str, ...]:
    """Of the picture at `path`: columns that no line of a list shows."""
    of_image = (f"{path}__placeholder", f"{path}__requested", f"{path}__reason")
    return (*of_image, f"{path}__blob__placeholder", f"{path}__stand_in__placeholder")


def with_thumbnails(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that refer to a picture as `image`, with all that `picture_of` asks."""
    return rows.select_related("image__blob", "image__stand_in").defer(*heavy_fields("image"))


def picture_of(image: models.Image) -> SafeString | str:
    """Its thumbnail, or else a word, linked to its page in the gallery."""
    url = image.get_absolute_url()
    shown = thumbnail(thumbnail_sha256(image), alt=image.prompt or "Picture", url=url)
    return shown if shown != NOTHING else link(url, image.get_state_display())


def preview(blob: models.Blob, *, alt: str) -> SafeString | str:
    """The picture itself, for the types a browser draws without running anything; SVG is not one of them."""
    if not blob.has_thumbnail or blob.media_type not in RASTER_TYPES:
        return NOTHING
    url = reverse("gallery:blob", args=[blob.sha256])
    return format_html(
        '<a href="{}" class="gallery-preview"><img src="{}" alt="{}" width="{}" height="{}"></a>',
        url,
        url,
        cut(encodable(alt), 200),
        blob.width or "",
        blob.height or "",
    )


def problem_list(problems: Iterable[Mapping[str, Any]]) -> SafeString | str:
    """Problems as sentences with their place."""
    rows = [
        (str(problem.get("message") or problem.get("code") or ""), str(problem.get("place") or ""))
        for problem in problems
        if isinstance(problem, Mapping)
    ]
    if not rows:
        return "none"
    items = format_html_join(
        "",
        '<li><bdi>{}</bdi> <span class="gallery-place">{}</span></li>',
        ((encodable(message), encodable(place)) for message, place in rows),
    )
    return format_html('<ol class="gallery-problems">{}</ol>', items)
