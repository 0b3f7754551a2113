"""Merging snapshots, without a database: any order, any number, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.agreeing import texts_agree
from gallery.grouping import belong_together
from gallery.merging import merge
from gallery.snapshots import KeptPicture, Snapshot, pack_snapshot, unpack_snapshot
from gallery.transcripts.records import ImageUsage, Item, Problem, Response, TimelineRun, Usage

MADE_AT = datetime(2026, 5, 15, 10, 26, 45, tzinfo=UTC)
counts = st.none() | st.integers(0, 5)
texts = st.none() | st.sampled_from(["", "A", "A teal", "A teal square", "Something else"])
json_values = st.none() | st.sampled_from(["", "auto", 0, False, [], [1], {}, {"a": 1}, {"b": None}])


def make_snapshot(*, pictures: tuple[KeptPicture, ...] = (), **fields: Any) -> Snapshot:
    values: dict[str, Any] = {
        "kind": "response",
        "response_id": "resp_1",
        "is_id_made": False,
        "model": "gpt-5.4-mini",
        "created_at": MADE_AT,
        "status": "completed",
    }
    return Snapshot(Response(**(values | fields)), pictures)


def make_item(position: int = 0, *, text: str | None = None, **fields: Any) -> Item:
    values: dict[str, Any] = {
        "item_id": "msg_1",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "payload": {},
    }
    return Item(position=position, text=text, **(values | fields))


def make_picture(**fields: Any) -> KeptPicture:
    values: dict[str, Any] = {"position": 0, "role": "final", "index": 0, "kind": "absent"}
    return KeptPicture(**(values | fields))


items = st.builds(
    make_item,
    st.integers(0, 1),
    text=texts,
    status=st.sampled_from([None, "in_progress", "completed"]),
    is_salvaged=st.booleans(),
    payload=st.dictionaries(st.sampled_from(["x", "text"]), json_values, max_size=2),
)
pictures = st.builds(
    make_picture,
    index=st.integers(0, 1),
    kind=st.sampled_from(["absent", "elided", "url"]),
    head_bytes=st.integers(0, 2),
    revised_prompt=texts,
    size=st.sampled_from([None, "", "auto", "1024x1024"]),
) | st.builds(
    make_picture,
    index=st.integers(0, 1),
    kind=st.just("bytes"),
    sha256=st.sampled_from(["a" * 64, "b" * 64]),
    is_whole=st.booleans(),
)
snapshots = st.builds(
    make_snapshot,
    status=st.sampled_from([None, "queued", "in_progress", "interrupted", "completed", "failed", "odd"]),
    instructions=texts,
    output_text=texts,
    usage=st.none() | st.builds(Usage, counts, counts, counts),
    image_usage=st.none() | st.builds(ImageUsage, counts, counts),
    requested=st.dictionaries(st.sampled_from(["size", "n"]), json_values, max_size=2),
    rest=st.dictionaries(st.sampled_from(["a", "b"]), json_values, max_size=2),
    salvaged=st.lists(st.sampled_from(["usage", "output.0.text"]), unique=True).map(tuple),
    items=st.lists(items, max_size=2, unique_by=lambda item: item.position).map(
        lambda made: tuple(sorted(made, key=lambda item: item.position))
    ),
    pictures=st.lists(pictures, max_size=2, unique_by=lambda made: made.place).map(
        lambda made: tuple(sorted(made, key=lambda picture: picture.place))
    ),
)


@given(st.lists(snapshots, min_size=1, max_size=4), st.randoms())
def test_the_order_of_snapshots_does_not_matter(given_snapshots: list[Snapshot], chance: Any) -> None:
    shuffled = list(given_snapshots)
    chance.shuffle(shuffled)
    assert merge(shuffled) == merge(given_snapshots)


@given(snapshots)
def test_a_snapshot_merged_with_itself_is_itself(snapshot: Snapshot) -> None:
    merged = merge([snapshot, snapshot])
    assert merged.pictures == snapshot.pictures
    assert merged.response.items == snapshot.response.items
    assert merged.response.usage == snapshot.response.usage


@given(st.lists(snapshots, min_size=1, max_size=3))
def test_nothing_that_one_snapshot_says_is_left_empty(given_snapshots: list[Snapshot]) -> None:
    merged = merge(given_snapshots)
    for snapshot in given_snapshots:
        for name in ("instructions", "output_text", "usage", "image_usage"):
            assert not getattr(snapshot.response, name) or getattr(merged.response, name)
        assert {item.position for item in snapshot.response.items} <= {
            item.position for item in merged.response.items
        }
        assert {picture.place for picture in snapshot.pictures} <= {
            picture.place for picture in merged.pictures
        }


@given(snapshots, snapshots)
def test_belonging_together_is_mutual(first: Snapshot, second: Snapshot) -> None:
    assert belong_together(first, second) == belong_together(second, first)


@given(snapshots)
def test_a_packed_snapshot_unpacks_to_itself(snapshot: Snapshot) -> None:
    assert unpack_snapshot(pack_snapshot(snapshot)) == snapshot


def test_packing_keeps_every_kind_of_field() -> None:
    snapshot = make_snapshot(
        completed_at=MADE_AT,
        custom_id="one",
        timeline=(TimelineRun("response.created", 1, 0, 3),),
        problems=(Problem("cut", "The file ends early.", line=3),),
        items=(make_item(text="\u2028 naïve 🦊"),),
        pictures=(make_picture(kind="elided", head_bytes=75, width=1024, has_c2pa=True),),
    )
    assert unpack_snapshot(pack_snapshot(snapshot)) == snapshot


@pytest.mark.parametrize("status", ["interrupted", "in_progress", "queued", None])
def test_an_end_is_believed_over_a_running_state(status: str | None) -> None:
    assert (
        merge([make_snapshot(status="completed"), make_snapshot(status=status)]).response.status
        == "completed"
    )


def test_a_longer_text_completes_a_shorter_one_whatever_the_order() -> None:
    short = make_snapshot(status="interrupted", items=(make_item(text="Here is a"),))
    long = make_snapshot(status="interrupted", items=(make_item(text="Here is a square."),))
    assert merge([long, short]).response.items[0].text == "Here is a square."


def test_undamaged_values_lift_the_mark_of_salvage() -> None:
    damaged = make_snapshot(usage=Usage(total_tokens=7), salvaged=("usage", "output.0.text"))
    whole = make_snapshot(usage=Usage(total_tokens=7))
    assert merge([damaged, whole]).response.salvaged == ("output.0.text",)


def test_a_prompt_shortened_by_hand_gives_way_to_the_whole_one() -> None:
    short = make_picture(revised_prompt="A minimalist blue dot...no other elements.")
    whole = make_picture(revised_prompt="A minimalist blue dot on white, no other elements.")
    merged = merge([make_snapshot(pictures=(whole,)), make_snapshot(pictures=(short,))])
    assert merged.pictures[0].revised_prompt == whole.revised_prompt


@pytest.mark.parametrize(
    ("first", "second", "do_agree"),
    [
        ("A teal square", "A teal", True),
        ("A teal square", "", True),
        ("A teal square", None, True),
        ("A teal square", "A...square", True),
        ("A teal square", "A…square", True),
        ("A teal square", "A...circle", False),
        ("A teal square", "A red square", False),
        ("aba", "ab...ba", False),
        ("A teal square", "...", True),
    ],
)
def test_texts_agree_when_one_is_the_other_shortened(
    first: str, second: str | None, *, do_agree: bool
) -> None:
    assert texts_agree(first, second) is do_agree
    assert texts_agree(second, first) is do_agree


@pytest.mark.parametrize(
    ("start", "is_same"),
    [({"status": "in_progress"}, True), ({"is_salvaged": True}, True), ({"status": "completed"}, False)],
)
def test_a_text_that_another_begins_with_is_of_one_response_only_if_it_can_be_cut(
    start: dict[str, Any], *, is_same: bool
) -> None:
    first = make_snapshot(items=(make_item(text="Yes", **start),))
    second = make_snapshot(items=(make_item(text="Yes, and a moon.", status="completed"),))
    assert belong_together(first, second) is is_same


def test_without_a_creation_time_the_output_has_to_prove_it() -> None:
    silent = make_snapshot(created_at=None, items=(make_item(text="Yes."),))
    assert belong_together(silent, make_snapshot(items=(make_item(text="Yes.", item_id="msg_9"),)))
    assert not belong_together(silent, make_snapshot(items=()))


def test_an_elided_picture_of_another_size_is_another_picture() -> None:
    whole = make_picture(
        kind="bytes", is_whole=True, sha256="a" * 64, media_type="image/png", width=1024, height=1024
    )
    head = make_picture(kind="elided", head_bytes=75, media_type="image/png", width=1536, height=1024)
    assert not belong_together(make_snapshot(pictures=(whole,)), make_snapshot(pictures=(head,)))


def test_a_cut_picture_does_not_contradict_the_whole_one() -> None:
    whole = make_picture(kind="bytes", is_whole=True, sha256="a" * 64)
    cut = make_picture(kind="bytes", sha256="b" * 64)
    assert belong_together(make_snapshot(pictures=(whole,)), make_snapshot(pictures=(cut,)))
    assert merge([make_snapshot(pictures=(cut,)), make_snapshot(pictures=(whole,))]).pictures == (whole,)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"name": "lookup", "arguments": '{"a":1}'}, {"name": "lookup", "arguments": '{"b":2}'}),
        ({"name": "lookup"}, {"name": "search"}),
        ({"code": "plot(x)"}, {"code": "print(y)"}),
        ({"action": {"type": "search", "query": "cats"}}, {"action": {"type": "search", "query": "dogs"}}),
        ({"queries": ["cats"]}, {"queries": ["dogs"]}),
    ],
)
def test_tool_calls_that_ask_for_different_things_are_different_generations(
    mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    first = make_snapshot(items=(make_item(type="function_call", payload=mine),))
    second = make_snapshot(items=(make_item(type="function_call", payload=theirs),))
    assert not belong_together(first, second)


def test_a_tool_call_cut_in_its_arguments_belongs_to_the_whole_one() -> None:
    first = make_snapshot(items=(make_item(type="function_call", payload={"arguments": '{"a":'}),))
    second = make_snapshot(items=(make_item(type="function_call", payload={"arguments": '{"a":1}'}),))
    assert belong_together(first, second)


def test_without_a_creation_time_a_redacted_item_id_proves_nothing() -> None:
    calls = [
        make_snapshot(created_at=None, items=(make_item(item_id="fc_REDACTED_1", type="function_call"),)),
        make_snapshot(created_at=None, items=(make_item(item_id="fc_REDACTED_1", type="function_call"),)),
    ]
    assert not belong_together(*calls)


def test_without_a_creation_time_other_totals_are_another_generation() -> None:
    totals = [
        make_snapshot(created_at=None, items=(make_item(text="Done."),), usage=Usage(total_tokens=total))
        for total in (10, 20)
    ]
    assert not belong_together(*totals)
