"""One run of Images API events to the streams in it: they name no response, and often nothing stands between two.

Two streams lie beside each other where the time of their request, what was asked for, or the kind of call tells
them apart; one follows another where a picture's number comes again, the numbers or the times of events start again,
or the prompt has another length. What no rule tells apart stays together: several pictures of one request look like
that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.events import IMAGES_PREFIXES
from gallery.transcripts.fold_images import picture_index
from gallery.transcripts.groups import NO_NUMBER, Stream, Told
from gallery.transcripts.numbers import read_image_usage
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.records import Problem

_SETTINGS = ("output_format", "background", "quality", "size")


def part_images(stream: Stream) -> list[Stream]:
    """The streams in the order of their first events; the given one itself where it is only one."""
    told = stream.told()
    if len(_pictures(told)) < 2 or not any(map(_is_finished, told)):
        return [stream]
    parts = [part for voice in _voices(told) for part in _successors(voice)]
    if len(parts) == 1:
        return [stream]
    parts.sort(key=lambda part: part[0].number)
    return [_as_stream(part, stream, parts) for part in parts]


def _voices(told: list[Told]) -> list[list[Told]]:
    """Streams that lie beside each other."""
    found = [told]
    for key_of, must_all_end in (
        (lambda one: one.kind.partition(".")[0], True),
        (lambda one: _value(one, "created_at"), False),
        *((lambda one, name=name: _value(one, name), True) for name in _SETTINGS),
    ):
        found = [part for voice in found for part in _beside(voice, key_of, must_all_end=must_all_end)]
    return found


def _beside(told: list[Told], key_of: Callable[[Told], object], *, must_all_end: bool) -> list[list[Told]]:
    """Parted by a key, if every part then is a stream by itself. An event about no picture goes with the one before."""
    keys = [key_of(one) if _is_picture(one) else None for one in told]
    if any(key is None for key, one in zip(keys, told, strict=True) if _is_picture(one)):
        return [told]
    parts: dict[object, list[Told]] = {}
    last = next((key for key in keys if key is not None), None)
    for key, one in zip(keys, told, strict=True):
        last = last if key is None else key
        parts.setdefault(last, []).append(one)
    if len(parts) < 2 or not all(_begins(part) for part in parts.values()):
        return [told]
    if must_all_end:
        is_ended = all(_is_finished(_pictures(part)[-1]) for part in parts.values())
        return list(parts.values()) if is_ended else [told]
    return list(parts.values()) if any(_shows_start(part) for part in parts.values()) else [told]


def _shows_start(part: list[Told]) -> bool:
    """Whether its events bear the time of their request and not each its own: a partial, long before the finished
    picture, has the same. The last partial, which equals that picture, is sent together with it."""
    finished = [_picture_of(one) for one in part if _is_finished(one)]
    return bool(finished) and any(
        not _is_finished(one) and _picture_of(one) not in finished for one in _pictures(part)
    )


def _begins(part: list[Told]) -> bool:
    """Whether its first event can be the first of a stream: partials count from 0."""
    number = (_pictures(part)[0].body or {}).get("partial_image_index")
    return type(number) is not int or number == 0 or _is_finished(_pictures(part)[0])


@dataclass(slots=True)
class _Part:
    told: list[Told] = field(default_factory=list)
    open: set[int | None] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    prompt_tokens: int | None = None
    last_sequence: int = NO_NUMBER
    last_time: float = 0


def _successors(told: list[Told]) -> list[list[Told]]:
    """Streams that follow one another."""
    parts = [_Part()]
    prompts = _prompt_tokens(told)
    for number, one in enumerate(told):
        if not _is_picture(one):
            parts[-1].told.append(one)
            continue
        index, prompt = picture_index(one.body or {}), prompts[number]
        part = next((part for part in parts if index is not None and index in part.open), parts[-1])
        if (index is not None and index in part.finished) or (
            not part.open
            and (
                (one.sequence != NO_NUMBER and one.sequence <= part.last_sequence)
                or (None not in (prompt, part.prompt_tokens) and prompt != part.prompt_tokens)
                or _time_of(one, part.last_time) < part.last_time
            )
        ):
            part = _Part()
            parts.append(part)
        part.told.append(one)
        part.last_sequence = max(part.last_sequence, one.sequence)
        part.last_time = max(part.last_time, _time_of(one, part.last_time))
        part.prompt_tokens = prompt if part.prompt_tokens is None else part.prompt_tokens
        if not _is_finished(one):
            part.open.add(index)
            continue
        part.open.discard(index)
        if index is not None:
            part.finished.add(index)
    return [part.told for part in parts if part.told]


def _prompt_tokens(told: Sequence[Told]) -> list[int | None]:
    """The prompt's tokens of the picture that each event belongs to, as its finished picture tells them: all pictures
    of one request have the same prompt."""
    known: dict[int | None, int | None] = {}
    found: list[int | None] = []
    for one in reversed(told):
        if not _is_picture(one):
            found.append(None)
            continue
        index = picture_index(one.body or {})
        if _is_finished(one):
            usage = read_image_usage((one.body or {}).get("usage"), "usage", [])
            known[index] = usage.input_tokens if usage is not None else None
        found.append(known.get(index))
    return found[::-1]


def _as_stream(part: list[Told], whole: Stream, parts: list[list[Told]]) -> Stream:
    stream = Stream(whole.kind)
    for one in part:
        stream.tell(one)
    stream.is_closed = whole.is_closed
    stream.is_cut = whole.is_cut and max(parts, key=lambda other: other[-1].number) is part
    stream.problems = [problem for problem in whole.problems if _part_of(problem, parts) is part]
    return stream


def _part_of(problem: Problem, parts: list[list[Told]]) -> list[Told]:
    """The one whose event comes last before what the problem is about."""
    place = problem.event if problem.event is not None else -1
    before = [(one.number, number) for number, part in enumerate(parts) for one in part if one.number < place]
    return parts[max(before)[1]] if before else parts[0]


def _pictures(told: list[Told]) -> list[Told]:
    return [one for one in told if _is_picture(one)]


def _is_picture(one: Told) -> bool:
    return one.kind.startswith(IMAGES_PREFIXES) and one.body is not None


def _is_finished(one: Told) -> bool:
    return _is_picture(one) and not one.kind.endswith(".partial_image")


def _time_of(one: Told, unknown: float) -> float:
    value = (one.body or {}).get("created_at")
    return value if isinstance(value, int | float) else unknown


def _picture_of(one: Told) -> Any:  # noqa: ANN401 - any JSON value
    return _value(one, "b64_json") or _value(one, "url")


def _value(one: Told, name: str) -> Any:  # noqa: ANN401 - any JSON value
    value = (one.body or {}).get(name)
    return value if isinstance(value, str | int | float | LiftedPicture) else None
