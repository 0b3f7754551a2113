"""Rows for tests, built directly: typed, keyword-only, each complete without arguments.

They write what `gallery.ingest` would write, without a transcript to read. Files are not written: where a test needs a
picture's bytes, it puts them itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import F

from gallery.costing import settle_chat_costs
from gallery.identity import PLACE_BITS
from gallery.indexing import changing
from gallery.models import Blob, Image, OutputItem, Price, Response, ResponseTranscript, Transcript
from gallery.roles import Role, set_role
from gallery.tallying import counting

_numbers = count(1)
_made: list[int] | None = None  # the responses that are made together, while some are
LONG_AGO = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _number() -> int:
    return next(_numbers)


def _sha256(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


@contextmanager
def together(*responses: Response) -> Iterator[None]:
    """What is made inside is counted and indexed at the end, all at once: to make very many in little time. `responses`
    are those that were there before and get more pictures. Images made inside do not know their facet set and stack;
    ask the database for them."""
    global _made
    with changing(response_ids=[response.pk for response in responses]) as made:
        _made = made
        try:
            yield
        finally:
            _made = None


@contextmanager
def _changing(response_id: int) -> Iterator[None]:
    if _made is not None and response_id in _made:
        yield
    else:
        with changing(response_ids=[response_id]):
            yield


def make_user(
    *,
    username: str | None = None,
    password: str | None = None,
    is_staff: bool = False,
    is_superuser: bool = False,
    role: Role | None = Role.CONTRIBUTOR,
) -> User:
    """Without a password it can only be signed in by `client.force_login` (hashing one takes time). Staff have no role
    besides that."""
    user = User(
        username=username or f"user{_number()}", is_staff=is_staff or is_superuser, is_superuser=is_superuser
    )
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    if role is not None and not user.is_staff:
        set_role(user, role)
    return user


def make_blob(
    *,
    sha256: str | None = None,
    media_type: str = "image/png",
    size_bytes: int = 68_000,
    width: int | None = 1536,
    height: int | None = 1024,
    frame_count: int = 1,
    has_alpha: bool = False,
    has_c2pa: bool = False,
    has_thumbnail: bool = True,
    placeholder: str = "data:image/webp;base64,UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
    flaw: str = "",
) -> Blob:
    return Blob.objects.create(
        sha256=sha256 or _sha256(f"blob {_number()}"),
        media_type=media_type,
        size_bytes=size_bytes,
        width=width,
        height=height,
        frame_count=frame_count,
        has_alpha=has_alpha,
        has_c2pa=has_c2pa,
        has_thumbnail=has_thumbnail,
        placeholder=placeholder,
        flaw=flaw,
    )


def make_transcript(
    *,
    name: str = "capture.sse",
    shape: str = "sse",
    shape_detail: str = "",
    size_bytes: int = 120_000,
    kept_bytes: int = 40_000,
    event_count: int = 12,
    problems: list[dict[str, Any]] | None = None,
    uploader: User | None = None,
    uploaded_at: datetime | None = None,
    source: str = Transcript.Source.BROWSER,
    responses: list[Response] | None = None,
) -> Transcript:
    number = _number()
    transcript = Transcript.objects.create(
        sha256=_sha256(f"transcript {number}"),
        name=name,
        shape=shape,
        shape_detail=shape_detail,
        encoding="utf-8",
        size_bytes=size_bytes,
        kept_bytes=kept_bytes,
        event_count=event_count,
        problems=problems or [],
        problem_count=len(problems or []),
        response_count=len(responses or []),
        picture_count=0,
        uploader=uploader,
        uploaded_at=uploaded_at or LONG_AGO + timedelta(seconds=number),
        source=source,
    )
    for position, response in enumerate(responses or []):
        ResponseTranscript.objects.create(response=response, transcript=transcript, position=position)
    return transcript


def make_response(*, created_at: datetime | None = LONG_AGO, **fields: Any) -> Response:
    """`fields` are those of the model; a completed response of gpt-5.4-mini unless they say otherwise."""
    number = _number()
    values: dict[str, Any] = {
        "key": _sha256(f"response {number}"),
        "kind": "response",
        "response_id": f"resp_{number:048x}",
        "model": "gpt-5.4-mini",
        "image_model": "gpt-image-2",
        "status": "completed",
        "created_at": created_at,
        "completed_at": created_at + timedelta(seconds=15) if created_at else None,
        "first_uploaded_at": LONG_AGO + timedelta(seconds=number),
    }
    response = Response(**{**values, **fields})
    if "chat_cost_usd" not in fields:
        settle_chat_costs([response])
    if _made is not None:
        response.save()
        _made.append(response.pk)
        return response
    made: list[int] = []
    with counting(made):
        response.save()
        made.append(response.pk)
    return response


def make_item(*, response: Response, position: int | None = None, **fields: Any) -> OutputItem:
    """The next item of `response`: a finished image call unless `fields` say otherwise."""
    number = _number()
    values: dict[str, Any] = {
        "item_id": f"ig_{number:048x}",
        "type": "image_generation_call",
        "status": "completed",
        "payload": {"type": fields.get("type", "image_generation_call"), "status": "completed"},
    }
    where = response.items.count() if position is None else position
    return OutputItem.objects.create(response=response, position=where, **{**values, **fields})


def make_image(
    *,
    prompt: str | None = "A lighthouse above a calm sea at dusk.",
    response: Response | None = None,
    item: OutputItem | None = None,
    blob: Blob | None = None,
    stand_in: Blob | None = None,
    role: str = Image.Role.FINAL,
    index: int = 0,
    state: str = Image.State.STORED,
    generated_at: datetime | None = None,
    **fields: Any,
) -> Image:
    """A stored final picture with its own response, item and blob, newer than those made before it."""
    made: dict[str, Any] = {
        "prompt": prompt,
        "item": item,
        "blob": blob,
        "stand_in": stand_in,
        "role": role,
        "index": index,
        "state": state,
        "generated_at": generated_at,
        **fields,
    }
    if response is None and _made is None:
        with together():
            image = _image(response=None, **made)
        image.refresh_from_db()
        return image
    return _image(response=response, **made)


def _image(
    *,
    prompt: str | None,
    response: Response | None,
    item: OutputItem | None,
    blob: Blob | None,
    stand_in: Blob | None,
    role: str,
    index: int,
    state: str,
    generated_at: datetime | None,
    **fields: Any,
) -> Image:
    number = _number()
    moment = generated_at or LONG_AGO + timedelta(seconds=number)
    is_alone = response is None
    response = response or make_response(created_at=moment)
    item = item or make_item(response=response, position=0 if is_alone else None)
    if blob is None and state == Image.State.STORED:
        blob = make_blob()
    shown = blob or stand_in
    values: dict[str, Any] = {
        "id": (int(moment.timestamp()) << PLACE_BITS) | (number & ((1 << PLACE_BITS) - 1)),
        "position": item.position,
        "is_card": role != Image.Role.PARTIAL,
        "media_type": blob.media_type if blob else "",
        "width": blob.width if blob else None,
        "height": blob.height if blob else None,
        "size_bytes": blob.size_bytes if blob else None,
        "has_c2pa": blob.has_c2pa if blob else False,
        "has_alpha": blob.has_alpha if blob else False,
        "is_animated": blob.is_animated if blob else False,
        "has_thumbnail": shown.has_thumbnail if shown else False,
        "placeholder": shown.placeholder if shown else "",
        "model": response.model,
        "image_model": response.image_model,
        "response_status": response.status,
        "size": "1536x1024",
        "quality": "high",
        "background": "opaque",
        "output_format": "png",
        "total_tokens": response.total_tokens,
        "generated_at": response.created_at,
        "added_at": response.first_uploaded_at,
        "uploader": response.uploader,
        "pixels": (blob.width or 0) * (blob.height or 0) if blob else 0,
    }
    with _changing(response.pk):
        image = Image.objects.create(
            response=response,
            item=item,
            blob=blob,
            stand_in=stand_in,
            role=role,
            index=index,
            state=state,
            prompt=prompt,
            **{**values, **fields},
        )
    if _made is None or response.pk not in _made:
        image.refresh_from_db()
    return image


def seed_prices() -> None:
    """The prices that migrations put into every database, where they are gone."""
    if not Price.objects.exists():
        import_module("gallery.migrations.0007_prices_known_in_2026").seed(apps, None)


def unfold() -> None:
    """Makes every picture a stack of its own, whatever its response and prompt."""
    Image.objects.filter(is_card=True).update(stack=F("pk"), is_stack_top=True)
