"""Whole made-up transcripts, in every shape the gallery reads. The one entry for demo, bench and tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from gallery.demo import calls, conversations, drawing, shapes, streams
from gallery.demo.scenarios import EVERYDAY, UNUSUAL, GeneratedTranscript
from gallery.demo.studio import Studio

MEGABYTE = 1_000_000
SIDE_STEP = 16
LARGEST_SIDES = (3840, 2160)


def make_transcripts(
    seed: int, count: int, *, longest_side: int | None = None
) -> Iterator[GeneratedTranscript]:
    """`count` transcripts: every scenario once, in order, then mostly everyday ones. Same seed, same bytes.

    `longest_side` bounds the pictures' sides in pixels, for tests that have to be quick.
    """
    scenes = (make_scene(seed, number, longest_side=longest_side) for number in itertools.count())
    return itertools.islice(itertools.chain.from_iterable(scenes), count)


def make_scene(seed: int, number: int, *, longest_side: int | None = None) -> list[GeneratedTranscript]:
    """The transcripts of scene `number` (from 0): one, or a few that belong together.

    A scene depends on nothing before it, so scenes can be made in any order and in several processes.
    """
    scenarios = (*EVERYDAY, *UNUSUAL)
    if number < len(scenarios):
        scenario = scenarios[number]
    else:
        draw = calls.chance("scene", seed, number)
        scenario = draw.choice(EVERYDAY if draw.random() < 0.85 else UNUSUAL)
    # The name is in the seed: a change in one scenario leaves the others' bytes alone.
    studio = Studio(calls.chance(seed, number, scenario.__name__), longest_side)
    made = []
    for transcript in scenario(studio):
        stem, _, ending = transcript.name.partition(".")
        name = f"{stem}-{seed}-{number:03d}.{ending}"
        made.append(replace(transcript, name=name, scenario=scenario.__name__))
    return made


def scenario_names() -> tuple[str, ...]:
    """What `make_transcripts` goes through, in its order."""
    return tuple(scenario.__name__ for scenario in (*EVERYDAY, *UNUSUAL))


def big_stream(
    seed: int, megabytes: float = 9, partials: int = 3, *, output_format: str = "png"
) -> GeneratedTranscript:
    """An SSE stream of about `megabytes` (+-5 %) with `partials` partial pictures, the last the final one.

    Its pictures grow with it, up to 3840 x 2160; a still larger stream has several.
    """
    studio = Studio(calls.chance("big stream", seed))
    pictures, size, data, call = 1, (1024, 1024), b"", None
    for _ in range(6):
        studio.random = calls.chance("big stream", seed, pictures, size)
        call = studio.picture_call(
            image_model="gpt-image-2",
            size=size,
            output_format=output_format,
            is_transparent=False,
            partials=partials,
            pictures=pictures,
        )
        data = shapes.sse(streams.events(studio.random, call))
        grow = megabytes * MEGABYTE / len(data)
        if abs(grow - 1) <= 0.05:
            break
        area = size[0] * size[1] * pictures * grow
        pictures = 1 + int(area // (LARGEST_SIDES[0] * LARGEST_SIDES[1] * 1.05))
        size = _sides(area / pictures)
    assert call is not None  # noqa: S101 - the loop runs at least once
    name = f"{conversations.slug(call.subject)}-{round(megabytes)}mb.sse"
    return GeneratedTranscript(name, data, "sse", (call,), "big_stream", has_partials=True)


def big_body(seed: int, megabytes: float = 60) -> GeneratedTranscript:
    """A JSON body of about `megabytes` with several large pictures."""
    studio = Studio(calls.chance("big body", seed))
    one = studio.picture_call(size=LARGEST_SIDES, output_format="png", is_transparent=False, partials=1)
    pictures = max(1, round(megabytes * MEGABYTE / len(shapes.json_body(one.body))))
    call = studio.picture_call(
        size=LARGEST_SIDES, output_format="png", is_transparent=False, partials=1, pictures=pictures
    )
    return GeneratedTranscript(
        f"{pictures}-pictures.json", shapes.json_body(call.body), "json", (call,), "big_body"
    )


def text_stream(seed: int, words: int = 4000) -> GeneratedTranscript:
    """An SSE stream of thousands of small deltas and no picture."""
    studio = Studio(calls.chance("text stream", seed))
    call = studio.text_call(words)
    return GeneratedTranscript(
        "text.sse", shapes.sse(streams.events(studio.random, call)), "sse", (call,), "text_stream"
    )


def picture_stream(
    seed: int,
    *,
    size: drawing.Size = (1024, 1024),
    output_format: str = "png",
    partials: int = 2,
    words: int = 0,
) -> GeneratedTranscript:
    """An SSE stream of one picture of the given kind, followed by a message of `words` words."""
    studio = Studio(calls.chance("picture stream", seed))
    call = studio.picture_call(
        size=size,
        output_format=output_format,
        is_transparent=False,
        partials=partials,
        image_model="gpt-image-2",
    )
    if words:
        message = studio.message(conversations.prose(studio.random, words))
        call = call.changed(output=[*call.body["output"][:-1], message])
    data = shapes.sse(streams.events(studio.random, call))
    return GeneratedTranscript("picture.sse", data, "sse", (call,), "picture_stream", has_partials=True)


def _sides(area: float) -> drawing.Size:
    """A size of about `area` pixels that the API allows: sides divisible by 16, square up to 2160."""
    width = height = area**0.5
    if height > LARGEST_SIDES[1]:
        width, height = min(LARGEST_SIDES[0], area / LARGEST_SIDES[1]), LARGEST_SIDES[1]
    # The finer step is on the height: one side alone would miss a small target by several per cent.
    wide = max(SIDE_STEP, round(width / SIDE_STEP) * SIDE_STEP)
    high = max(SIDE_STEP, round(min(area / wide, LARGEST_SIDES[1]) / SIDE_STEP) * SIDE_STEP)
    return (wide, high)
