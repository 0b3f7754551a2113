"""One form of a response, as one transcript holds it: clean, without picture bytes, small enough to stand in a row.

A response's rows are the merger of all its snapshots (`gallery.merging`). Keeping every snapshot makes that merger
independent of the order of uploads, and lets a transcript be read again without touching what the others said.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from gallery.cleaning import POSITIVE_INTEGER, clean_json, clean_text, fit_count, fit_text, fit_time
from gallery.transcripts.records import (
    ImageUsage,
    Item,
    Picture,
    Problem,
    Response,
    Role,
    TimelineRun,
    Usage,
    ValueKind,
)


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """One picture of an item: as `records.Picture`, with the hash of its bytes instead of the bytes.

    `is_whole` says that the bytes decode; for an elided picture `media_type`, `width`, `height` and `has_c2pa` are
    what its head still tells, and `head_bytes` how much of it there is.
    """

    position: int
    role: Role
    index: int
    kind: ValueKind
    sha256: str | None = None
    is_whole: bool = False
    media_type: str = ""
    width: int | None = None
    height: int | None = None
    has_c2pa: bool = False
    head_bytes: int = 0
    text: str = ""
    declared_type: str = ""
    revised_prompt: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    action: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    is_salvaged: bool = False

    @property
    def place(self) -> tuple[int, Role, int]:
        return self.position, self.role, self.index


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`response` has no pictures of its own: they are in `pictures`, each place once."""

    response: Response
    pictures: tuple[KeptPicture, ...] = ()

    @property
    def identity(self) -> tuple[str, datetime | None, str | None]:
        return self.response.response_id, self.response.created_at, self.response.model

    def sha256s(self) -> set[str]:
        return {picture.sha256 for picture in self.pictures if picture.sha256}


def take_snapshot(record: Response, keep: Callable[[Picture], KeptPicture]) -> Snapshot:
    """The clean snapshot of what was read; `keep` says what became of each picture's bytes."""
    problems = list(record.problems)
    for name in ("created_at", "completed_at"):
        if getattr(record, name) is not None and fit_time(getattr(record, name)) is None:
            message = f"`{name}` is outside of what can be kept and was left out."
            problems.append(Problem("time-out-of-range", message))
    texts: dict[str, Any] = {name: _clean_optional(getattr(record, name)) for name in _TEXTS}
    response = replace(
        record,
        **texts,
        created_at=fit_time(record.created_at),
        completed_at=fit_time(record.completed_at),
        usage=_fit_usage(record.usage, "usage", problems),
        image_usage=_fit_usage(record.image_usage, "image usage", problems),
        response_id=fit_text(record.response_id, 255),
        model=fit_text(record.model, 255) or None,
        previous_response_id=fit_text(record.previous_response_id, 255) or None,
        requested=clean_json(record.requested),
        rest=clean_json(record.rest),
        salvaged=tuple(clean_text(name) for name in record.salvaged),
        timeline=tuple(replace(run, type=clean_text(run.type)) for run in record.timeline),
        items=_one_per_position(record.items),
        pictures=(),
    )
    response = replace(response, problems=tuple(clean_problem(problem) for problem in problems))
    return Snapshot(response, _one_per_place([keep(picture) for picture in record.pictures]))


def clean_problem(problem: Problem) -> Problem:
    return replace(problem, code=clean_text(problem.code), message=clean_text(problem.message))


def problem_as_dict(problem: Problem) -> dict[str, str | None]:
    """As problems stand in the database, in reports and in the export."""
    return {"code": problem.code, "message": problem.message, "place": problem.place}


def pack_snapshot(snapshot: Snapshot) -> bytes:
    """Compressed JSON."""
    body = _as_dict(snapshot.response)
    body["created_at"], body["completed_at"] = (
        moment.isoformat() if moment else None
        for moment in (snapshot.response.created_at, snapshot.response.completed_at)
    )
    for name in ("usage", "image_usage"):
        body[name] = _as_dict(body[name]) if body[name] else None
    for name in ("items", "timeline", "problems"):
        body[name] = [_as_dict(part) for part in body[name]]
    body["pictures"] = [_as_dict(picture) for picture in snapshot.pictures]
    return zlib.compress(
        json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(), 6
    )


def unpack_snapshot(packed: bytes | memoryview) -> Snapshot:
    """What `pack_snapshot` was given."""
    body = json.loads(zlib.decompress(packed))
    pictures = tuple(KeptPicture(**picture) for picture in body.pop("pictures"))
    for name in ("created_at", "completed_at"):
        body[name] = datetime.fromisoformat(body[name]) if body[name] else None
    body["usage"] = Usage(**body["usage"]) if body["usage"] else None
    body["image_usage"] = ImageUsage(**body["image_usage"]) if body["image_usage"] else None
    body["items"] = tuple(Item(**item) for item in body["items"])
    body["timeline"] = tuple(TimelineRun(**run) for run in body["timeline"])
    body["problems"] = tuple(Problem(**problem) for problem in body["problems"])
    body["salvaged"] = tuple(body["salvaged"])
    return Snapshot(Response(**body), pictures)


_TEXTS = (
    "kind",
    "image_model",
    "status",
    "error_code",
    "error_message",
    "incomplete_reason",
    "instructions",
    "output_text",
    "custom_id",
)


def clean_picture(picture: KeptPicture) -> KeptPicture:
    """With texts that the databases take."""
    texts = {
        field.name: clean_text(value)
        for field in fields(picture)
        if field.name not in {"role", "kind"} and isinstance(value := getattr(picture, field.name), str)
    }
    return replace(picture, **texts)  # type: ignore[arg-type]


def _clean_optional(text: str | None) -> str | None:
    return None if text is None else clean_text(text)


def _as_dict(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the records
    # Not dataclasses.asdict: that copies every payload deeply.
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _fit_usage(usage: Any, name: str, problems: list[Problem]) -> Any:  # noqa: ANN401 - either usage, or None
    if usage is None:
        return None
    fitted = {}
    for count_name, value in _as_dict(usage).items():
        fitted[count_name] = fit_count(value)
        if fitted[count_name] is None and value is not None:
            message = f"`{count_name}` of the {name} is not a count that can be kept and was left out."
            problems.append(Problem("count-out-of-range", message))
    return replace(usage, **fitted)


def _one_per_position(items: Iterable[Item]) -> tuple[Item, ...]:
    kept: dict[int, Item] = {}
    for item in items:
        position = item.position
        while position in kept or not 0 <= position <= POSITIVE_INTEGER:
            position = max((place for place in kept if place < POSITIVE_INTEGER), default=-1) + 1
        kept[position] = replace(
            item,
            position=position,
            item_id=_clean_optional(item.item_id),
            type=clean_text(item.type),
            status=_clean_optional(item.status),
            role=_clean_optional(item.role),
            text=_clean_optional(item.text),
            payload=clean_json(item.payload),
        )
    return tuple(kept[position] for position in sorted(kept))


def _one_per_place(pictures: Iterable[KeptPicture]) -> tuple[KeptPicture, ...]:
    """A repeated partial index with the same bytes is one picture; with other bytes it takes the next free index."""
    kept: dict[tuple[int, Role, int], KeptPicture] = {}
    for picture in pictures:
        here = clean_picture(picture)
        if not 0 <= here.position <= POSITIVE_INTEGER:
            continue
        if not 0 <= here.index <= POSITIVE_INTEGER:
            here = replace(here, index=0)
        while (other := kept.get(here.place)) is not None:
            if other.sha256 == here.sha256:
                break
            here = replace(here, index=here.index + 1)
        else:
            kept[here.place] = here
    return tuple(kept[place] for place in sorted(kept))
