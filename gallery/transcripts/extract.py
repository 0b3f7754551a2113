"""The one file that knows what the API's field names mean: a folded response to a `Response` record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gallery.transcripts.fold import Folded, error_of
from gallery.transcripts.merging import is_empty
from gallery.transcripts.numbers import Doubtful, read_image_usage, read_time, read_usage, sum_image_usages
from gallery.transcripts.payloads import LiftedPicture
from gallery.transcripts.picture_values import ABSENT, CutText, read_picture
from gallery.transcripts.records import ImageUsage, Item, Picture, PictureValue, Problem, Response
from gallery.transcripts.slots import Slot
from gallery.transcripts.tidy import tidy

IMAGE_CALL = "image_generation_call"
IMAGE = "image"
"""Our own item type for one picture of an Images API answer, which has pictures but no items."""

_EXTRACTED = frozenset(
    """id object created_at created completed_at status model output usage error incomplete_details instructions
    previous_response_id output_text data""".split()
)
_DETAILS = {"cached_tokens", "reasoning_tokens", "text_tokens", "image_tokens"}
_SAID_BY_TYPE: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "created_at": (str, int, float),
    "created": (str, int, float),
    "completed_at": (str, int, float),
    "status": (str,),
    "model": (str,),
    "previous_response_id": (str,),
    "output_text": (str, LiftedPicture),
    "instructions": (str, LiftedPicture),
    "usage": (dict,),
    "error": (str, dict),
    "output": (list, dict),
    "incomplete_details": (dict,),
}
"""The types of which a field of the record says all. What else stands there is kept as it is."""

_SAID_BY_KEYS: dict[str, dict[str, set[str] | None]] = {
    "usage": {
        "input_tokens": None,
        "input_tokens_details": _DETAILS,
        "output_tokens": None,
        "output_tokens_details": _DETAILS,
        "total_tokens": None,
    },
    "error": {"code": None, "message": None},
    "incomplete_details": {"reason": None},
}
"""The keys of which the record says all, and theirs in turn."""

_MESSAGE_TEXTS = {"output_text": "text", "refusal": "refusal", "input_text": "text"}


def extract(folded: Folded, pictures_left: int) -> Response:
    """The record. Wrong JSON types become None, and a problem where a value stood that cannot be true."""
    return _Extraction(folded, pictures_left).response()


class _Extraction:
    def __init__(self, folded: Folded, pictures_left: int) -> None:
        self.folded = folded
        self.fields = folded.fields
        self.pictures_left = pictures_left
        self.problems = list(folded.problems)
        self.pictures: list[Picture] = []

    def response(self) -> Response:
        folded, fields = self.folded, self.fields
        items = tuple(self._item(position, slot) for position, slot in enumerate(folded.items))
        is_images = folded.kind == "images"
        tool = _image_tool(fields)
        error = folded.error or _error(fields)
        details = fields.get("incomplete_details")
        usage_problems: list[str] = []
        usage = None if is_images else read_usage(fields.get("usage"), usage_problems)
        image_usage = self._image_usage(usage_problems)
        for path in usage_problems:
            self._problem(
                "doubtful_number", f"The number in {path} cannot be a count of tokens; it was left out."
            )
        rest = self._rest()
        response_id = plain_text(fields.get("id"))
        return Response(
            kind=folded.kind,
            response_id=response_id or self._made_id(items, rest),
            is_id_made=not response_id,
            model=None if is_images else plain_text(fields.get("model")),
            image_model=self._image_model(tool),
            status=folded.status,
            created_at=self._time("created_at", fields.get("created_at") or fields.get("created")),
            completed_at=self._time("completed_at", fields.get("completed_at")),
            error_code=_first_text(error, "code", "type"),
            error_message=_first_text(error, "message"),
            incomplete_reason=plain_text(details.get("reason")) if isinstance(details, dict) else None,
            instructions=_instructions(fields.get("instructions")),
            previous_response_id=plain_text(fields.get("previous_response_id")),
            output_text=self._output_text(),
            usage=usage,
            image_usage=image_usage,
            requested={key: value for key, value in tidy(tool).items() if key != "type"},
            items=items,
            pictures=tuple(self.pictures),
            salvaged=self._salvaged(),
            rest=rest,
            timeline=folded.timeline,
            custom_id=folded.custom_id,
            problems=tuple(self.problems),
        )

    def _item(self, position: int, slot: Slot) -> Item:
        fields = slot.fields
        kind = plain_text(fields.get("type")) or "unknown"
        if kind in (IMAGE_CALL, IMAGE):
            self._add_image(position, kind, slot)
        elif kind == "code_interpreter_call":
            self._add_plots(position, slot)
        return Item(
            position=position,
            item_id=plain_text(fields.get("id")),
            type=kind,
            status=plain_text(fields.get("status")),
            role=plain_text(fields.get("role")),
            text=_item_text(kind, fields),
            payload=tidy(fields),
            is_salvaged=slot.is_salvaged,
        )

    def _add_image(self, position: int, kind: str, slot: Slot) -> None:
        fields = slot.fields
        settings = self._picture_settings(fields)
        error = fields.get("error") if isinstance(fields.get("error"), dict) else {}
        assert isinstance(error, dict)  # noqa: S101 - for the type checker
        details = error.get("moderation_details")
        code = _first_text(error, "code", "type")
        message = _first_text(error, "message") or plain_text(fields.get("error"))
        if isinstance(details, dict) and not message:
            categories = details.get("categories")
            words = (
                [word for word in categories if isinstance(word, str)] if isinstance(categories, list) else []
            )
            message = f"Refused by moderation: {', '.join(words)}." if words else None
        value = _final_value(fields)
        self._add_partials(position, slot, settings)
        self._add(
            Picture(
                position=position,
                role="final",
                index=position if kind == IMAGE else 0,
                value=value,
                error_code=code,
                error_message=message,
                is_salvaged=bool(slot.salvaged & {"result", "b64_json", "revised_prompt", "prompt"}),
                **settings,
            )
        )

    def _add_partials(self, position: int, slot: Slot, item_settings: dict[str, str | None]) -> None:
        """One picture per partial; exact repeats once; a second one under a taken index gets the next free one."""
        taken: dict[int, set[PictureValue]] = {}
        next_free = 0
        for event in slot.partials:
            body = event.body
            value = _partial_value(body)
            index = body.get("partial_image_index")
            if type(index) is not int or not 0 <= index < 10_000:
                index = next_free
            known = taken.get(index)
            if known is not None:
                if value in known:
                    continue
                known.add(value)
                index = next_free
            taken[index] = {value}
            next_free = max(next_free, index + 1)
            own = self._picture_settings(body)
            if not own["revised_prompt"]:
                own["revised_prompt"] = item_settings["revised_prompt"]
            self._add(
                Picture(
                    position=position,
                    role="partial",
                    index=index,
                    value=value,
                    is_salvaged=event.is_salvaged,
                    **own,
                )
            )

    def _add_plots(self, position: int, slot: Slot) -> None:
        outputs = slot.fields.get("outputs")
        number = 0
        for output in outputs if isinstance(outputs, list) else ():
            if not isinstance(output, dict) or output.get("type") != "image":
                continue
            value = read_picture(output.get("url") or output.get("image_url") or output.get("b64_json"))
            self._add(Picture(position, "plot", number, value, is_salvaged="outputs" in slot.salvaged))
            number += 1

    def _add(self, picture: Picture) -> None:
        if len(self.pictures) < self.pictures_left:
            self.pictures.append(picture)

    def _picture_settings(self, fields: dict[str, Any]) -> dict[str, str | None]:
        common = self.fields if self.folded.kind == "images" else {}
        words = {
            key: plain_text(fields.get(key)) or plain_text(common.get(key))
            for key in ("size", "quality", "background", "output_format", "action")
        }
        # xAI says `prompt` where OpenAI says `revised_prompt`.
        words["revised_prompt"] = long_text(fields.get("revised_prompt")) or long_text(fields.get("prompt"))
        return words

    def _image_usage(self, doubtful: list[str]) -> ImageUsage | None:
        if self.folded.picture_usages:
            return sum_image_usages(
                read_image_usage(usage, f"output.{position}.usage", doubtful)
                for position, usage in enumerate(self.folded.picture_usages)
            )
        if self.folded.kind == "images":
            return read_image_usage(self.fields.get("usage"), "usage", doubtful)
        tool_usage = self.fields.get("tool_usage")
        if not isinstance(tool_usage, dict):
            return None
        return read_image_usage(tool_usage.get("image_gen"), "tool_usage.image_gen", doubtful)

    def _image_model(self, tool: dict[str, Any]) -> str | None:
        named = plain_text(tool.get("model"))
        if named is None and self.folded.kind == "images":
            named = plain_text(self.fields.get("model"))
        if named is None:
            models = (plain_text(slot.fields.get("model")) for slot in self.folded.items
                      if slot.fields.get("type") == IMAGE_CALL)  # fmt: skip
            named = next((model for model in models if model), None)
        return named

    def _time(self, name: str, value: Any) -> datetime | None:  # noqa: ANN401 - any JSON value
        try:
            return read_time(value)
        except (Doubtful, ValueError, OverflowError, OSError):
            shown = str(tidy(value))[:40]
            self._problem("doubtful_time", f"The time in {name} ({shown}) cannot be right; it was left out.")
            return None

    def _output_text(self) -> str | None:
        texts: list[str] = []
        has_message = False
        for slot in self.folded.items:
            if slot.fields.get("type") == "message" and slot.fields.get("role") in (None, "assistant"):
                has_message = True
                content = slot.fields.get("content")
                texts += (
                    [str(content)] if isinstance(content, str) else _parts(content, {"output_text": "text"})
                )
        joined = "".join(texts)
        if joined or (has_message and not isinstance(self.fields.get("output_text"), str)):
            return joined
        fallback = long_text(self.fields.get("output_text"))
        return (
            fallback
            if fallback is not None and (fallback or not has_message)
            else joined
            if has_message
            else None
        )

    def _rest(self) -> dict[str, Any]:
        """What has no field of its own, and the raw form of what has one but says more than that."""
        fields = self.fields
        rest = {
            key: value
            for key, value in fields.items()
            if key not in _EXTRACTED or (key in _SAID_BY_TYPE and _is_unsaid(value, _SAID_BY_TYPE[key]))
        }
        for key, said in _SAID_BY_KEYS.items():
            value = fields.get(key)
            if isinstance(value, dict) and not _says_only(value, said):
                rest[key] = value
        tidied: dict[str, Any] = tidy(rest)
        return tidied

    def _salvaged(self) -> tuple[str, ...]:
        names = set(self.folded.salvaged)
        for position, slot in enumerate(self.folded.items):
            if slot.salvaged and slot.salvaged >= slot.fields.keys() - {"status"}:
                names.add(f"output.{position}")
            else:
                names |= {f"output.{position}.{key}" for key in slot.salvaged}
        return tuple(sorted(names))

    def _made_id(self, items: tuple[Item, ...], rest: dict[str, Any]) -> str:
        """The same content gives the same id, whatever its key order and its file shape."""
        fields = self.fields
        said = {
            "kind": self.folded.kind,
            "custom_id": self.folded.custom_id,
            "created": tidy(fields.get("created_at") or fields.get("created")),
            "model": tidy(fields.get("model")),
            "usage": tidy(fields.get("usage")),
            "error": tidy(self.folded.error or fields.get("error")),
            "items": [item.payload for item in items],
            "rest": rest,
        }
        digest = hashlib.sha256(
            json.dumps(said, sort_keys=True, ensure_ascii=True, default=str).encode("ascii")
        )
        for picture in self.pictures:
            value = picture.value
            digest.update(
                hashlib.sha256(value.data or value.head or value.text.encode(errors="replace")).digest()
            )
        return f"made_{digest.hexdigest()[:40]}"

    def _problem(self, code: str, message: str) -> None:
        self.problems.append(Problem(code, message))


def _is_unsaid(value: Any, types: tuple[type, ...]) -> bool:  # noqa: ANN401 - any JSON value
    return not is_empty(value) and not isinstance(value, types)


def _says_only(value: dict[str, Any], said: dict[str, set[str] | None]) -> bool:
    return all(
        key in said and (not isinstance(inner, dict) or inner.keys() <= (said[key] or set()))
        for key, inner in value.items()
    )


def plain_text(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """A name, a status, an id: a full, uncut text, or None."""
    return value if type(value) is str and value else None


def long_text(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """A text to read: may be empty, may be cut."""
    return str(value) if isinstance(value, str | LiftedPicture) else None


def _first_text(mapping: dict[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = mapping.get(key)
        if isinstance(value, str) and value and (key == "message" or not isinstance(value, CutText)):
            return str(value)
        if type(value) is int and -(2**63) <= value < 2**63:
            return str(value)
    return None


def _error(fields: dict[str, Any]) -> dict[str, Any]:
    """{code, message}; xAI writes {code, error: text} at the top. An error event can stand without its stream."""
    if fields.get("type") == "error":
        return error_of(fields)
    error = fields.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str) and error:
        return {"message": error, "code": fields.get("code")}
    return {}


def _image_tool(fields: dict[str, Any]) -> dict[str, Any]:
    tools = fields.get("tools")
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict) and tool.get("type") == "image_generation":
            return tool
    return {}


def _instructions(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """The text; of a list of input items (a stored prompt template) the joined texts."""
    if isinstance(value, str | LiftedPicture):
        return str(value)
    if not isinstance(value, list):
        return None
    texts: list[str] = []
    for item in value:
        content = item.get("content") if isinstance(item, dict) else None
        if isinstance(content, str):
            texts.append(content)
        texts += _parts(content, {"input_text": "text"})
    return "\n\n".join(texts) or None


def _final_value(fields: dict[str, Any]) -> PictureValue:
    for key in ("result", "b64_json", "url", "image_url", "image"):
        if fields.get(key):
            value = read_picture(fields[key])
            if value.kind != "absent":
                return value
    return ABSENT


def _partial_value(body: dict[str, Any]) -> PictureValue:
    for key in ("partial_image_b64", "b64_json", "partial_image", "url"):
        if body.get(key):
            return read_picture(body[key])
    return ABSENT


def _parts(parts: Any, keys: Mapping[str, str]) -> list[str]:  # noqa: ANN401 - any JSON value
    """The texts of all parts of some kinds, in their order; `keys` says where each kind has its text."""
    found = []
    for part in parts if isinstance(parts, list) else ():
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(kind, str) and kind in keys:
            text = long_text(part.get(keys[kind]))
            if text is not None:
                found.append(text)
    return found


def _item_text(kind: str, fields: dict[str, Any]) -> str | None:
    """What a reader reads of the item: a message's text or refusal, a reasoning item's summary or else its content."""
    content = fields.get("content")
    if kind == "message":
        if isinstance(content, str):
            return str(content)
        texts = _parts(content, _MESSAGE_TEXTS)
        return "".join(texts) if texts else None
    if kind == "reasoning":
        texts = _parts(fields.get("summary"), {"summary_text": "text"}) or _parts(
            content, {"reasoning_text": "text"}
        )
        return "\n\n".join(texts) if texts else None
    return None
