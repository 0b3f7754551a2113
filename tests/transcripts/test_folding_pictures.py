"""Many events to one response: its pictures, their partials and plots."""

from __future__ import annotations

from typing import Any

from tests.transcripts.builders import (
    added,
    as_json,
    b64,
    completed,
    created,
    done,
    fold,
    image,
    partial,
    pictures,
    png,
    read_one,
    response,
    types,
)

PICTURE = png(4, 4)


def _finished(data: bytes, **fields: Any) -> dict[str, Any]:
    return {"type": "image_generation.completed", "b64_json": b64(data), **fields}


def _partial_of_images(data: bytes, number: int) -> dict[str, Any]:
    kind = "image_generation.partial_image"
    return {"type": kind, "b64_json": b64(data), "partial_image_index": number}


def test_partials_are_kept_as_history() -> None:
    first, second = png(4, 4, seed=1), png(4, 4, seed=2)
    answer = fold(
        created(), partial(first, 0), partial(second, 1), partial(second, 1), done(image(b64(PICTURE)))
    )
    assert [(one.index, one.value.data) for one in pictures(answer, "partial")] == [(0, first), (1, second)]


def test_two_partials_under_one_number_are_both_kept() -> None:
    first, second = png(4, 4, seed=1), png(4, 4, seed=2)
    answer = fold(created(), partial(first, 0), partial(second, 0))
    assert [(one.index, one.value.data) for one in pictures(answer, "partial")] == [(0, first), (1, second)]


def test_an_image_item_has_a_final_picture_even_where_none_came() -> None:
    answer = fold(created(), added(image()), partial(PICTURE, 0))
    assert [(one.role, one.value.kind) for one in answer.pictures] == [
        ("partial", "bytes"),
        ("final", "absent"),
    ]


def test_an_item_known_only_from_its_partials_is_an_image() -> None:
    assert types(fold(created(), partial(PICTURE, 0))) == ["image_generation_call"]


def test_partials_say_what_the_item_says_of_the_prompt() -> None:
    answer = fold(created(), partial(PICTURE, 0), done(image(b64(PICTURE))))
    assert pictures(answer, "partial")[0].revised_prompt == "A red fox"


def test_litellm_names_its_partial_b64_json() -> None:
    event = partial(PICTURE, 0)
    event["b64_json"] = event.pop("partial_image_b64")
    assert pictures(fold(created(), event), "partial")[0].value.data == PICTURE


def test_two_pictures_in_one_response_are_two_items() -> None:
    other = png(4, 4, seed=9)
    body = response(image(b64(PICTURE)), image(b64(other), "ig_2"))
    finals = pictures(read_one(as_json(body)), "final")
    assert [(one.position, one.value.data) for one in finals] == [(0, PICTURE), (1, other)]


def test_each_picture_of_an_images_stream_keeps_the_usage_that_it_told() -> None:
    first, second = {"output_tokens": 272, "total_tokens": 280}, {"output_tokens": 408, "total_tokens": 416}
    answer = fold(_finished(png(2, 2), usage=first), _finished(png(3, 3), usage=second))
    assert [item.payload["usage"] for item in answer.items] == [first, second]


def test_pictures_made_side_by_side_have_the_partials_that_equal_them() -> None:
    one, other = png(2, 2), png(3, 3)
    answer = fold(_partial_of_images(one, 0), _partial_of_images(other, 0), _finished(one), _finished(other))
    assert [(picture.position, picture.value.data) for picture in pictures(answer, "partial")] == [
        (0, one),
        (1, other),
    ]


def test_a_plot_that_the_final_response_shortens_is_the_whole_one_of_before() -> None:
    plot = png(20, 20)

    def call(url: str) -> dict[str, Any]:
        return {"id": "ci_1", "type": "code_interpreter_call", "outputs": [{"type": "image", "url": url}]}

    answer = fold(
        created(),
        done(call(f"data:image/png;base64,{b64(plot)}")),
        completed(call("data:image/png;base64,iVBORw0...")),
    )
    assert [picture.value.data for picture in pictures(answer, "plot")] == [plot]
