"""Image tokens of made-up calls: `tool_usage.image_gen` as recordings show it."""

from __future__ import annotations

from random import Random

from gallery.demo.calls import Json
from gallery.demo.drawing import Size

# Output tokens of one 1024 x 1024 picture; those of gpt-image-1 and 1.5 are the vendor's published table.
SQUARE_TOKENS = {"low": 272, "medium": 1056, "high": 4160}
SQUARE_TOKENS_2 = {"low": 196, "medium": 1364, "high": 7024}
PUBLISHED_TOKENS = {
    "1024x1536": {"low": 408, "medium": 1584, "high": 6240},
    "1536x1024": {"low": 400, "medium": 1568, "high": 6208},
}
TOKENS_PER_PARTIAL = 100


def drawn(
    random: Random,
    image_model: str,
    size: Size,
    quality: str,
    prompt_tokens: int,
    *,
    pictures: int,
    partials: int,
    is_edit: bool,
) -> Json:
    """The usage of `pictures` pictures with `partials` partial images each, the last of them free."""
    area = size[0] * size[1] / 1024**2
    if image_model.startswith("gpt-image-1"):
        published = PUBLISHED_TOKENS.get(f"{size[0]}x{size[1]}", {})
        picture_tokens = published.get(quality) or round(SQUARE_TOKENS[quality] * area)
    else:
        picture_tokens = round(SQUARE_TOKENS_2[quality] * area)
    picture_tokens = (picture_tokens + TOKENS_PER_PARTIAL * max(0, partials - 1)) * pictures
    text_tokens = random.randint(180, 400) * pictures if image_model == "gpt-image-1.5" else 0
    seen_tokens = round(765 * area) if is_edit else 0
    return _counted(seen_tokens, prompt_tokens, picture_tokens, text_tokens)


def nothing_drawn() -> Json:
    """All zero, as in calls that had the tool and made no picture."""
    return _counted(0, 0, 0, 0)


def _counted(image_in: int, text_in: int, image_out: int, text_out: int) -> Json:
    return {
        "input_tokens": image_in + text_in,
        "input_tokens_details": {"image_tokens": image_in, "text_tokens": text_in},
        "output_tokens": image_out + text_out,
        "output_tokens_details": {"image_tokens": image_out, "text_tokens": text_out},
        "total_tokens": image_in + text_in + image_out + text_out,
    }
