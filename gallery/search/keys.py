"""ONE table of keys: the parser, the help page and the completion all read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a key's values are compared."""

    FACT = "fact"
    """Known to the index as a fact of the picture."""
    PERSON = "person"
    FLAG = "flag"
    """One of the key's fixed words."""
    NAME = "name"
    """Of something that people made: a tag, a collection."""
    NUMBER = "number"
    DATE = "date"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Key:
    """`is_facet`: the facets show and change it. `column` is the column of `FacetSet`, or of `Image` for numbers."""

    name: str
    kind: Kind
    words: str
    example: str
    aliases: tuple[str, ...] = ()
    column: str = ""
    values: tuple[str, ...] = ()
    is_facet: bool = False


_TABLE = (
    Key("state", Kind.FACT, "What became of the picture.", "state:elided|missing", ("outcome",), "state",
        ("stored", "elided", "missing", "broken", "refused"), is_facet=True),
    Key("image-model", Kind.FACT, "The model that drew it.", "image-model:gpt-image-2", ("imagemodel",),
        "image_model", is_facet=True),
    Key("model", Kind.FACT, "The model that asked for it.", "model:gpt-5*", (), "model", is_facet=True),
    Key("size", Kind.FACT, "Pixels, width by height.", "size:1024x1536", (), "size", is_facet=True),
    Key("quality", Kind.FACT, "The quality used.", "quality:high|medium", (), "quality", is_facet=True),
    Key("format", Kind.FACT, "The file's format, by its bytes.", "format:webp", (), "output_format", is_facet=True),
    Key("background", Kind.FACT, "The background used.", "background:transparent", (), "background",
        is_facet=True),
    Key("by", Kind.PERSON, "Who uploaded it first.", "by:alice", ("uploader",), "uploader", is_facet=True),
    Key("date", Kind.DATE, "When it was generated, in UTC; uploaded, where that is unknown.",
        "date:2026-05 or date:2026-05-01..2026-05-14"),
    Key("before", Kind.DATE, "Generated before that day, month or year.", "before:2026-06"),
    Key("after", Kind.DATE, "Generated after that day, month or year.", "after:2026-05-15"),
    Key("tag", Kind.NAME, "Bears the tag.", 'tag:"blue dot"'),
    Key("in", Kind.NAME, "Stands in the collection.", "in:posters", ("collection",)),
    Key("is", Kind.FLAG, "What it is.", "is:favourite", (),
        "", ("favourite", "rated", "edited", "animated", "partial", "salvaged", "estimated", "hidden")),
    Key("has", Kind.FLAG, "What there is of it.", "has:c2pa", (),
        "", ("c2pa", "alpha", "prompt", "partials", "tokens", "cost", "tag", "note")),
    Key("rating", Kind.NUMBER, "Your rating.", "rating:>=4", ("stars",), "rating"),
    Key("tokens", Kind.NUMBER, "Tokens of its response, chat and image together.", "tokens:>5000", (),
        "total_tokens"),
    Key("cost", Kind.NUMBER, "What it cost, in dollars.", "cost:>0.05", (), "cost_usd"),
    Key("width", Kind.NUMBER, "Pixels across.", "width:>=1536", (), "width"),
    Key("height", Kind.NUMBER, "Pixels down.", "height:<1024", (), "height"),
    Key("status", Kind.FACT, "The status of its response.", "status:failed", (), "",
        ("completed", "failed", "incomplete", "interrupted", "cancelled", "in_progress")),
    Key("role", Kind.FACT, "A final picture, or a plot of the code interpreter.", "role:plot", (), "",
        ("final", "plot")),
    Key("response", Kind.OTHER, "Of the response with this id.", "response:resp_0894cf2e"),
    Key("stack", Kind.OTHER, "Folded together with the picture of this number.", "stack:1903064138364485825"),
)  # fmt: skip
KEYS = {key.name: key for key in _TABLE}
FACETS = tuple(key for key in _TABLE if key.is_facet)
_BY_ANY_NAME = {name: key for key in _TABLE for name in (key.name, *key.aliases)}


def key_of(name: str) -> Key | None:
    """The key of that name or alias, whatever its case."""
    return _BY_ANY_NAME.get(name.lower())
