"""Two to four pictures beside each other: what they look like, which settings differ, what changed in the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models.functions import Left
from django.urls import reverse

from gallery.models import Image
from gallery.pages.cards import Trouble, box, caption
from gallery.pages.comparing import FEWEST, MOST, compare_address
from gallery.pages.image_settings import settings_of
from gallery.pages.pictures import TINY_PIXELS, drawn_of, trouble_of
from gallery.pages.prompts import PROMPT_CHARACTERS, PromptDiff, ShownPrompt, prompt_diff, shown_prompt
from gallery.pages.words import dollars, duration, pixels, shortened

LARGEST_KEY = 2**63 - 1
MOST_ASKED = 12
SLIDER = "slider"
PROMPT = "prompt_beginning"
CHOOSE = "Select two to four pictures in the grid and choose Compare, or start from the page of an edit."


@dataclass(frozen=True, slots=True)
class ComparedPicture:
    """One of the pictures. `shown` is the address of what a browser may draw: the picture, or its last partial where
    `trouble` says why. `without` is the address of the comparison without it, empty where too few would be left.

    `diff` is what changed in the prompt since the first picture's; None for the first.
    """

    image: Image
    number: int
    href: str
    title: str
    shown: str
    width: int | None
    height: int | None
    is_tiny: bool
    trouble: Trouble | None
    prompt: ShownPrompt
    diff: PromptDiff | None
    without: str


class Cell(NamedTuple):
    """A picture's value; None where the transcript does not say. `differs` from that of the first picture."""

    words: str | None
    differs: bool


class Difference(NamedTuple):
    words: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ImageComparePage:
    """`pictures` is empty where there are too few to compare: then `advice` says what to do.

    `is_slider` where the second picture lies over the first; `side_by_side` and `slider` are the addresses of both
    views, `slider` empty where there is none. `ratio` names the class of the boxes' shape.
    """

    title: str
    pictures: tuple[ComparedPicture, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    advice: str
    is_found: bool
    is_slider: bool
    side_by_side: str
    slider: str
    ratio: str


def image_compare_page(asked: Sequence[str], *, view: str) -> ImageComparePage:
    """`asked` are keys of pictures as an address gives them: anything at all. In one query."""
    keys, notes = _read(asked)
    images = _images(keys)
    found = [images[key] for key in keys if key in images]
    absent = len(keys) - len(found)
    if absent:
        notes.append(
            "One of the pictures is not in the gallery."
            if absent == 1
            else f"{absent} of the pictures are not in the gallery."
        )
    if len(found) < FEWEST:
        return _nothing(found, notes, is_found=bool(found) or not asked)
    pictures = tuple(_pictures(found))
    slider = ""
    if len(found) == 2 and all(picture.shown for picture in pictures):
        slider = compare_address([image.pk for image in found], view=SLIDER)
    elif view == SLIDER:
        notes.append(
            "Only two pictures that can both be drawn can lie over each other; these stand side by side."
        )
    return ImageComparePage(
        title=f"Compare {len(found)} pictures",
        pictures=pictures,
        differences=_differences(found),
        notes=tuple(notes),
        advice="",
        is_found=True,
        is_slider=view == SLIDER and bool(slider),
        side_by_side=compare_address([image.pk for image in found]),
        slider=slider,
        ratio=min((box(*_sides(picture))[0] for picture in pictures), key=int),
    )


def _read(asked: Sequence[str]) -> tuple[list[int], list[str]]:
    """At most `MOST` keys, each once, and what there is to say of the rest."""
    keys: list[int] = []
    notes = []
    for text in asked[:MOST_ASKED]:
        is_key = text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST_KEY
        if not is_key:
            notes.append(f"“{shortened(text, characters=40)}” is not the key of a picture.")
        elif int(text) not in keys:
            keys.append(int(text))
        else:
            notes.append("A picture that was named twice is shown once.")
    if len(keys) > MOST or len(asked) > MOST_ASKED:
        notes.append(f"At most {MOST} pictures are compared at a time; these are the first.")
    return keys[:MOST], list(dict.fromkeys(notes))


def _images(keys: Sequence[int]) -> dict[int, Image]:
    images = (
        Image.objects.select_related("response", "item", "blob", "stand_in")
        .defer(
            "prompt",
            "placeholder",
            "response__rest",
            "response__timeline",
            "response__problems",
            "response__instructions",
            "response__output_text",
            "item__text",
        )
        .annotate(**{PROMPT: Left("prompt", PROMPT_CHARACTERS + 1)})
        .filter(pk__in=keys)
    )
    return {image.pk: image for image in images} if keys else {}


def _nothing(found: list[Image], notes: list[str], *, is_found: bool) -> ImageComparePage:
    if found:
        notes.append("One picture alone cannot be compared.")
    return ImageComparePage(
        title="Compare",
        pictures=(),
        differences=(),
        notes=tuple(notes),
        advice=CHOOSE,
        is_found=is_found,
        is_slider=False,
        side_by_side="",
        slider="",
        ratio="",
    )


def _pictures(images: list[Image]) -> list[ComparedPicture]:
    prompts = [shown_prompt(getattr(image, PROMPT)) for image in images]
    keys = [image.pk for image in images]
    pictures = []
    for number, (image, prompt) in enumerate(zip(images, prompts, strict=True), start=1):
        blob = image.blob if image.blob_id else image.stand_in
        drawn, stand_in = drawn_of(image)
        width, height = (blob.width, blob.height) if blob else (None, None)
        pictures.append(
            ComparedPicture(
                image=image,
                number=number,
                href=reverse("gallery:image_detail", args=[image.pk]),
                title=caption(prompt.text) or "Picture without a prompt",
                shown=drawn or stand_in,
                width=width,
                height=height,
                is_tiny=max(width or 0, height or 0) <= TINY_PIXELS,
                trouble=None if drawn else trouble_of(image),
                prompt=prompt,
                diff=prompt_diff(prompts[0], prompt) if number > 1 else None,
                without=compare_address([key for key in keys if key != image.pk]),
            )
        )
    return pictures


def _sides(picture: ComparedPicture) -> tuple[int, int]:
    return (picture.width, picture.height) if picture.width and picture.height else (1, 1)


def _differences(images: list[Image]) -> tuple[Difference, ...]:
    """What is not the same for all: settings, then facts."""
    found = []
    for said in ([_settings(image) for image in images], [_facts(image) for image in images]):
        for name in dict.fromkeys(name for one in said for name in one):
            values = [one.get(name) for one in said]
            if len(set(values)) > 1:
                found.append(Difference(name, tuple(Cell(value, value != values[0]) for value in values)))
    return tuple(found)


def _settings(image: Image) -> dict[str, str | None]:
    said: dict[str, str | None] = {}
    for setting in settings_of(image):
        said[f"{setting.words}, asked for"] = setting.asked
        said[f"{setting.words}, used"] = setting.used
    return said


def _facts(image: Image) -> dict[str, str | None]:
    response = image.response
    return {
        "Image model": image.image_model or None,
        "Asked by": image.model or None,
        "Outcome": image.get_state_display(),
        "Kind": image.get_role_display(),
        "Pixels": pixels(image.width, image.height) or None,
        "Type": image.media_type or None,
        "Tokens": _count(image.total_tokens),
        "Tokens of the image model": _count(response.image_total_tokens),
        "Cost": _cost(image),
        "Took": duration(response.created_at, response.completed_at),
    }


def _cost(image: Image) -> str | None:
    if image.cost_usd is None:
        return None
    return dollars(image.cost_usd, is_estimated=image.is_cost_estimated)


def _count(number: int | None) -> str | None:
    return None if number is None else f"{number:,}".replace(",", "\u202f")
