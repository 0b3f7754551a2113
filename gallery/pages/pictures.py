"""The page of one picture: the picture, what was asked for, what came, and what is around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db.models.functions import Left
from django.urls import reverse

from gallery.filenames import extension_of, picture_name
from gallery.filters import ImageFilters, Sort, write_parameters
from gallery.listing import neighbours
from gallery.models import Image, Transcript
from gallery.pages.cards import TROUBLES, Trouble, caption
from gallery.pages.comparing import compare_address
from gallery.pages.costs import CostView, picture_cost_view
from gallery.pages.curation import ImageCuration, image_curation
from gallery.pages.image_settings import Setting, settings_of
from gallery.pages.lineage import Lineage, lineage_of
from gallery.pages.notes import ImageNotes, image_notes
from gallery.pages.prompts import PROMPT_CHARACTERS, PromptDiff, ShownPrompt, prompt_diff, shown_prompt
from gallery.pages.search import address_of
from gallery.pages.strips import Step, formation, make_step, step_rows
from gallery.pages.usage import Usage, chat_usage, image_usage
from gallery.pages.words import INLINE_TYPES, duration, parse_size, pixels
from gallery.prepared import Prepared
from gallery.stacks import MOST_COUNTED, stack_size

MOST_TRANSCRIPTS = 50
TINY_PIXELS = 96
FORMAT_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}


class Predecessor(NamedTuple):
    """The picture that this one is an edit of, and what changed in the prompt since. `compare` is the address of both
    side by side."""

    step: Step
    diff: PromptDiff
    compare: str


@dataclass(frozen=True, slots=True)
class StackLink:
    """To all that fold into one tile with the picture. `count` stops at `MOST_COUNTED`, and then there are more."""

    href: str
    count: int
    is_more: bool


_NOT_SHOWN = (
    "placeholder",
    *(
        f"response__{name}"
        for name in (
            "key",
            "instructions",
            "output_text",
            "rest",
            "timeline",
            "problems",
            "error_message",
            "chat_cost_usd",
            "chat_price",
            "uploader",
            "first_uploaded_at",
        )
    ),
    *(f"item__{name}" for name in ("item_id", "role", "status", "text", "is_salvaged")),
    *(
        f"{blob}__{name}"
        for blob in ("blob", "stand_in")
        for name in ("placeholder", "stored_at", "has_thumbnail")
    ),
    *(
        f"uploader__{name}"
        for name in (
            "password",
            "email",
            "first_name",
            "last_name",
            "last_login",
            "date_joined",
            "is_staff",
            "is_superuser",
            "is_active",
        )
    ),
)


@dataclass(frozen=True, slots=True)
class ImageDetailPage:
    """`drawn` is the address of bytes that a browser may draw, else empty, and `trouble` says what stands instead.

    `stand_in` is the address of the partial that is shown for a final picture that is not there.
    """

    image: Image
    title: str
    drawn: str
    stand_in: str
    width: int | None
    height: int | None
    is_tiny: bool
    trouble: Trouble | None
    download: str
    named_download: str
    download_name: str
    prompt: str
    is_prompt_cut: bool
    is_prompt_repaired: bool
    settings: tuple[Setting, ...]
    mismatches: tuple[str, ...]
    usages: tuple[Usage, ...]
    cost: CostView
    took: str | None
    transcripts: tuple[Transcript, ...]
    formation: tuple[Step, ...]
    siblings: tuple[Step, ...]
    final: Step | None
    lineage: Lineage
    predecessor: Predecessor | None
    compare_siblings: str
    newer: str
    older: str
    back: str
    stack: StackLink | None
    curation: ImageCuration
    notes: ImageNotes
    salvaged: tuple[str, ...]


_image_of = Prepared(
    lambda pk: (
        Image.objects.select_related("response", "item", "blob", "stand_in", "uploader", "price")
        .defer(*_NOT_SHOWN)
        .annotate(stack_size=stack_size())
        .filter(pk=pk)
    )
)
_steps_of = Prepared(
    lambda response_id: step_rows(
        Image.objects.filter(response=response_id, is_hidden=False).order_by("position", "role", "index")
    )
)
_transcripts_of = Prepared(
    lambda response_id: (
        Transcript.objects.filter(holdings__response=response_id)
        .select_related("uploader")
        .defer("problems")
        .order_by("uploaded_at", "id")[:MOST_TRANSCRIPTS]
    )
)


def image_detail_page(pk: int, filters: ImageFilters, *, reader: User) -> ImageDetailPage | None:
    """None if there is no such picture. `filters` are those of the list that it was found in."""
    images = _image_of(pk)
    if not images:
        return None
    image: Image = images[0]
    response = image.response
    steps = [make_step(row) for row in _steps_of(response.pk)]
    around = neighbours(filters, pk)
    siblings, lineage = _siblings(steps, image), lineage_of(response)
    prompt = shown_prompt(image.prompt)
    shown = image.blob if image.blob_id else image.stand_in
    drawn, stand_in = drawn_of(image)
    named = (
        f"{picture_name(prompt.text or None, image.generated_at)}{extension_of(shown.media_type)}"
        if shown
        else ""
    )
    download = reverse("gallery:blob", args=[shown.sha256]) if shown else ""
    return ImageDetailPage(
        image=image,
        title=caption(image.prompt) or "Picture without a prompt",
        drawn=drawn,
        stand_in=stand_in,
        width=shown.width if shown else None,
        height=shown.height if shown else None,
        is_tiny=bool(shown and max(shown.width or 0, shown.height or 0) <= TINY_PIXELS),
        trouble=trouble_of(image),
        download=download,
        named_download=f"{download}?name={quote(named)}" if download else "",
        download_name=named,
        prompt=prompt.text,
        is_prompt_cut=prompt.is_cut,
        is_prompt_repaired=prompt.is_repaired,
        settings=settings_of(image),
        mismatches=_mismatches(image),
        usages=(chat_usage(response), image_usage(response)),
        cost=picture_cost_view(image),
        took=duration(response.created_at, response.completed_at),
        transcripts=tuple(_transcripts_of(response.pk)),
        formation=formation(steps, position=image.position),
        siblings=siblings,
        final=_final(steps, image),
        lineage=lineage,
        predecessor=_predecessor(lineage, image, prompt),
        compare_siblings=compare_address([step.key for step in siblings]),
        newer=_beside(around.previous, filters),
        older=_beside(around.next, filters),
        back=address_of(filters, filters.query),
        stack=_stack(image, filters),
        curation=image_curation(image, reader),
        notes=image_notes(pk, reader=reader),
        salvaged=tuple(str(name) for name in response.salvaged)
        if isinstance(response.salvaged, list)
        else (),
    )


def _stack(image: Image, filters: ImageFilters) -> StackLink | None:
    """None where nothing else folds with the picture."""
    count: int = getattr(image, "stack_size", 0)
    if not image.is_card or count < 2:
        return None
    parameters = write_parameters(filters, query=f"stack:{image.pk}", sort=Sort.NEWEST, is_stacked=False)
    href = f"{reverse('gallery:image_list')}?{parameters}"
    return StackLink(href, min(count, MOST_COUNTED), count > MOST_COUNTED)


def _beside(pk: int | None, filters: ImageFilters) -> str:
    """The address of another picture in the same list; empty if there is none."""
    if pk is None:
        return ""
    parameters = write_parameters(filters)
    return f"{reverse('gallery:image_detail', args=[pk])}{'?' if parameters else ''}{parameters}"


def drawn_of(image: Image) -> tuple[str, str]:
    """The address of the picture's bytes if a browser may draw them, and else that of its stand-in; empty for none."""
    if image.blob and image.state == Image.State.STORED and image.media_type in INLINE_TYPES:
        return reverse("gallery:blob", args=[image.blob.sha256]), ""
    if image.stand_in and image.stand_in.media_type in INLINE_TYPES and not image.blob_id:
        return "", reverse("gallery:blob", args=[image.stand_in.sha256])
    return "", ""


def trouble_of(image: Image) -> Trouble | None:
    """Why the picture itself is not drawn; None where it is."""
    if image.state in TROUBLES:
        icon, words, reason = TROUBLES[Image.State(image.state)]
        return Trouble(icon, words, image.reason or reason)
    if image.media_type not in INLINE_TYPES:
        kind = image.media_type or "unknown type"
        return Trouble(
            "shield",
            f"A file of type {kind}",
            image.reason
            or "Such a file can carry scripts, so it is kept as a download and never opened here.",
        )
    return None


def _mismatches(image: Image) -> tuple[str, ...]:
    """Where what the transcript says of the picture is not what its bytes say."""
    found = []
    says = parse_size(image.size)
    if says and image.width and image.height and says != (image.width, image.height):
        found.append(
            f"The transcript says {pixels(*says)}, the picture is {pixels(image.width, image.height)}."
        )
    if image.media_type:
        declared = FORMAT_TYPES.get(image.output_format.lower())
        if declared and declared != image.media_type:
            found.append(f"The transcript says {image.output_format}, the bytes are {image.media_type}.")
        if image.declared_type and image.declared_type.lower() not in {image.media_type, "image/jpg"}:
            found.append(f"Its data URL says {image.declared_type}, the bytes are {image.media_type}.")
    return tuple(found)


def _predecessor(lineage: Lineage, image: Image, prompt: ShownPrompt) -> Predecessor | None:
    """In one query, if there is one."""
    if lineage.before is None:
        return None
    beginnings = Image.objects.filter(pk=lineage.before.key).values_list(
        Left("prompt", PROMPT_CHARACTERS + 1), flat=True
    )
    return Predecessor(
        step=lineage.before,
        diff=prompt_diff(shown_prompt(beginnings.first()), prompt),
        compare=compare_address([lineage.before.key, image.pk]),
    )


def _siblings(steps: list[Step], image: Image) -> tuple[Step, ...]:
    """The response's other pictures, this one among them; empty where it is the only one."""
    cards = tuple(step for step in steps if step.role != Image.Role.PARTIAL)
    return (
        cards
        if any(
            step.position != image.position or step.role == "plot" for step in cards if step.key != image.pk
        )
        else ()
    )


def _final(steps: list[Step], image: Image) -> Step | None:
    """The final picture that a partial one became."""
    if image.role != Image.Role.PARTIAL:
        return None
    return next(
        (step for step in steps if step.position == image.position and step.role == Image.Role.FINAL), None
    )
