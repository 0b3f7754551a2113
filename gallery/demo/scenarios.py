"""What the made-up transcripts show: one function per scene, from the everyday stream to the odd capture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from gallery.demo import calls, conversations, shapes, streams
from gallery.demo.calls import Call
from gallery.demo.studio import NEWEST_AT, OLDEST_AT, Studio

Shape = Literal["json", "jsonl", "sse"]
Ending = Literal["whole", "interrupted", "elided", "error"]


@dataclass(frozen=True, slots=True)
class GeneratedTranscript:
    """A made-up upload: its bytes, and the calls that a reader has to find in it, in file order.

    has_ids      whether the writing names its responses (Images API answers and session logs do not)
    has_partials whether the writing carries the calls' partial pictures
    """

    name: str
    data: bytes
    shape: Shape
    calls: tuple[Call, ...]
    scenario: str
    ending: Ending = "whole"
    has_ids: bool = True
    has_partials: bool = False


Scenario = Callable[[Studio], Iterator[GeneratedTranscript]]


def _one(
    call: Call,
    data: bytes,
    shape: Shape,
    *,
    ending: Ending = "whole",
    has_ids: bool = True,
    has_partials: bool = False,
    suffix: str | None = None,
) -> GeneratedTranscript:
    name = f"{conversations.slug(call.subject)}.{suffix or shape}"
    return GeneratedTranscript(name, data, shape, (call,), "", ending, has_ids, has_partials)


def sse_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=studio.random.choice((1, 2, 3, 4)))
    yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse", has_partials=True)


def json_answer(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=1)
    yield _one(call, shapes.json_body(call.body, is_pretty=studio.random.random() < 0.5), "json")


def jsonl_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2)
    newline = studio.random.choice(("\n", "\r\n"))
    data = shapes.jsonl(
        streams.events(studio.random, call), newline=newline, is_ended=studio.random.random() < 0.5
    )
    yield _one(call, data, "jsonl", has_partials=True)


def sse_sorted_keys(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(output_format="png", is_transparent=True, partials=2)
    data = shapes.sse(streams.events(studio.random, call), newline="\r\n", is_sorted=True)
    yield _one(call, data, "sse", has_partials=True)


def two_pictures(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(pictures=2, partials=2, size=(1024, 1024))
    yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse", has_partials=True)


def edit_conversation(studio: Studio) -> Iterator[GeneratedTranscript]:
    """Three turns in three files, each an edit of the one before."""
    former, at = None, studio.moment()
    for _ in range(3):
        call = studio.picture_call(at=at, former=former, partials=2, output_format="jpeg")
        yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse", has_partials=True)
        former, at = call, at + (NEWEST_AT - OLDEST_AT) / 2000


def plot_body(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.plot_call()
    yield _one(call, shapes.json_body(call.body), "json")


def plot_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.plot_call()
    yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse")


def text_only(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.text_call(studio.random.randint(300, 2500))
    yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse")


def tools_only(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.tool_call()
    yield _one(call, shapes.jsonl(streams.events(studio.random, call)), "jsonl")


def refused(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.refused_call()
    yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse")


def server_error(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.failed_call()
    yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse", has_partials=True)


def same_call_twice(studio: Studio) -> Iterator[GeneratedTranscript]:
    """The stream of a call, and then its JSON body: one generation in two files."""
    call = studio.picture_call(partials=2)
    yield _one(call, shapes.sse(streams.events(studio.random, call)), "sse", has_partials=True)
    yield _one(call, shapes.json_body(call.body), "json")


def data_only(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2)
    yield _one(call, shapes.sse_data_only(streams.events(studio.random, call)), "sse", has_partials=True)


def data_only_no_blank_lines(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2)
    data = shapes.sse_data_only(streams.events(studio.random, call), has_blank_lines=False, is_done=False)
    yield _one(call, data, "sse", has_partials=True, suffix="txt")


def sse_with_extras(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2, output_format="jpeg")
    yield _one(call, shapes.sse_with_extras(streams.events(studio.random, call)), "sse", has_partials=True)


def wrapped_body(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=1)
    yield _one(call, shapes.json_body({"response": call.body}), "json")


def array_of_events(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2)
    yield _one(call, shapes.json_body(streams.events(studio.random, call)), "json", has_partials=True)


def array_of_bodies(studio: Studio) -> Iterator[GeneratedTranscript]:
    many = tuple(studio.picture_call(partials=1, output_format="webp") for _ in range(3))
    data = shapes.json_body([call.body for call in many])
    yield GeneratedTranscript("three-answers.json", data, "json", many, "")


def bodies_one_after_another(studio: Studio) -> Iterator[GeneratedTranscript]:
    many = tuple(studio.picture_call(partials=1, output_format="jpeg") for _ in range(2))
    data = shapes.pretty_one_after_another([call.body for call in many])
    yield GeneratedTranscript("two-answers.json", data, "json", many, "")


def streams_in_one_file(studio: Studio) -> Iterator[GeneratedTranscript]:
    """A conversation captured into one file: the sequence numbers start again with each response."""
    first = studio.picture_call(partials=2, output_format="jpeg")
    second = studio.picture_call(at=first.created_at, former=first, partials=2, output_format="jpeg")
    second = second.changed(created_at=first.body["created_at"] + 120)
    data = b"".join(shapes.sse(streams.events(studio.random, call)) for call in (first, second))
    yield GeneratedTranscript("conversation.sse", data, "sse", (first, second), "", has_partials=True)


def resumed_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2)
    data = shapes.sse(streams.resumed(streams.events(studio.random, call)))
    yield _one(call, data, "sse", has_partials=True)


def interrupted_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    """The connection broke after the partials: no final picture, no terminal event."""
    call = studio.picture_call(partials=3)
    data = shapes.sse(streams.events(studio.random, call, is_interrupted=True))
    position, formed = next(iter(call.partials.items()))
    left = Call({**call.body, "status": "interrupted"}, {position: formed}, subject=call.subject)
    yield _one(left, data, "sse", ending="interrupted", has_partials=True)


def elided_body(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = calls.elided(studio.picture_call(partials=1, output_format="png"))
    yield _one(call, shapes.json_body(call.body, is_pretty=True), "json", ending="elided", suffix="txt")


def batch_output(studio: Studio) -> Iterator[GeneratedTranscript]:
    many = tuple(studio.picture_call(partials=1, output_format="jpeg") for _ in range(4))
    yield GeneratedTranscript(
        "batch-output.jsonl", shapes.batch(studio.random, list(many)), "jsonl", many, ""
    )


def images_answer(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=1, pictures=2, size=(1024, 1024), output_format="png")
    yield _one(call, shapes.images_body(call), "json", has_ids=False)


def images_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=3)
    yield _one(call, shapes.sse(streams.image_events(call)), "sse", has_ids=False)


def images_edit_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2)
    yield _one(call, shapes.sse_data_only(streams.image_events(call, is_edit=True)), "sse", has_ids=False)


def session_log(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=1, image_model="gpt-image-2")
    yield _one(call, shapes.rollout(call), "jsonl", has_ids=False)


def error_answer(studio: Studio) -> Iterator[GeneratedTranscript]:
    message = "Your request was rejected by the safety system."
    # The request's number makes it this error and no other: without it every refusal would be one file.
    message += f" If you believe this is an error, quote req_{studio.random.getrandbits(128):032x}."
    data = shapes.error_body(code="moderation_blocked", message=message)
    yield GeneratedTranscript("refused.json", data, "json", (), "", "error", has_ids=False)


def animation(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.animation_call()
    yield _one(call, shapes.json_body(call.body), "json")


def vector_picture(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.vector_call()
    yield _one(call, shapes.json_body(call.body), "json")


def windows_capture(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=1, output_format="jpeg")
    data = shapes.utf16(shapes.jsonl(streams.events(studio.random, call)))
    yield _one(call, data, "jsonl", has_partials=True, suffix="txt")


def byte_order_mark(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=1, output_format="webp")
    yield _one(call, shapes.with_bom(shapes.json_body(call.body)), "json")


def gzipped_stream(studio: Studio) -> Iterator[GeneratedTranscript]:
    call = studio.picture_call(partials=2, output_format="jpeg")
    data = shapes.gzipped(shapes.sse(streams.events(studio.random, call)))
    yield _one(call, data, "sse", has_partials=True, suffix="sse.gz")


def before_named_models(studio: Studio) -> Iterator[GeneratedTranscript]:
    """A capture of 2025: neither the image model's name nor its usage."""
    at = studio.moment().replace(year=2025)
    call = studio.picture_call(at=at, image_model="gpt-image-1", partials=1)
    found = streams.events(studio.random, call)
    for event in found:
        del event["sequence_number"]
    yield _one(call, shapes.sse(found), "sse", has_partials=True)


EVERYDAY: tuple[Scenario, ...] = (
    sse_stream,
    json_answer,
    jsonl_stream,
    sse_sorted_keys,
    edit_conversation,
    two_pictures,
    refused,
    plot_stream,
    same_call_twice,
    server_error,
)
UNUSUAL: tuple[Scenario, ...] = (
    plot_body,
    text_only,
    tools_only,
    data_only,
    data_only_no_blank_lines,
    sse_with_extras,
    wrapped_body,
    array_of_events,
    array_of_bodies,
    bodies_one_after_another,
    streams_in_one_file,
    resumed_stream,
    interrupted_stream,
    elided_body,
    batch_output,
    images_answer,
    images_stream,
    images_edit_stream,
    session_log,
    error_answer,
    animation,
    vector_picture,
    windows_capture,
    byte_order_mark,
    gzipped_stream,
    before_named_models,
)
