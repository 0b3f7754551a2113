"""An output item as blocks to print, by its type. Whatever an item lacks or has in the wrong type is skipped, and what
is not known at all is shown as JSON: nothing that was uploaded is hidden."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.utils.safestring import SafeString

from gallery.mojibake import repaired
from gallery.pages.json_tree import Budget, json_tree
from gallery.pages.words import Json

TEXT_CHARACTERS = 20_000

BlockKind = Literal["said", "code", "list", "note", "facts"]
Payload = dict[str, Any]


class Block(NamedTuple):
    """A part of an item. `text` for said, code and note; `entries` for list and facts. `cut_from` is the length of
    a text that is too long to be printed whole."""

    kind: BlockKind
    label: str = ""
    text: str = ""
    entries: tuple[Any, ...] = ()
    cut_from: int | None = None


@dataclass(frozen=True, slots=True)
class ItemView:
    """An output item. `tree` is the whole item as JSON, open where nothing else is known of its type."""

    position: int
    type: str
    heading: str
    icon: str
    item_id: str
    status: str
    is_salvaged: bool
    blocks: tuple[Block, ...]
    tree: SafeString | None
    is_known: bool
    pictures: tuple[Any, ...] = ()


class Kind(NamedTuple):
    heading: str
    icon: str
    blocks: Callable[[Payload, str | None], Iterator[Block]]


def item_view(
    *,
    position: int,
    item_type: str,
    item_id: str,
    status: str,
    text: str | None,
    payload: Payload | None,
    is_salvaged: bool,
    budget: Budget,
    pictures: tuple[Any, ...] = (),
) -> ItemView:
    """`payload` is None where it is too large to be read for a page."""
    kind = KINDS.get(item_type)
    blocks = list(kind.blocks(payload or {}, text)) if kind else _texts(text)
    if payload is None:
        blocks.append(
            Block("note", text="This item is too large to be shown whole. The raw JSON holds all of it.")
        )
    return ItemView(
        position=position,
        type=item_type,
        heading=kind.heading if kind else item_type.replace("_", " ").capitalize() or "Item without a type",
        icon=kind.icon if kind else "braces",
        item_id=item_id,
        status=status,
        is_salvaged=is_salvaged,
        blocks=tuple(blocks),
        tree=json_tree(payload, budget) if payload else None,
        is_known=kind is not None,
        pictures=pictures,
    )


def block(kind: BlockKind, value: Json, label: str = "") -> list[Block]:
    """A block of text, cut where it is long; none where there is no text."""
    if value is None or value == "" or value == [] or value == {}:
        return []
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) <= TEXT_CHARACTERS:
        return [Block(kind, label, text)]
    return [Block(kind, label, text[:TEXT_CHARACTERS], cut_from=len(text))]


def _texts(text: str | None) -> list[Block]:
    return block("said", text)


def _arguments(value: Json) -> str:
    """JSON text with indents; the text itself where it is no JSON (cut or invalid arguments are common)."""
    if not isinstance(value, str):
        return json.dumps(value, indent=2, ensure_ascii=False) if value is not None else ""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return json.dumps(parsed, indent=2, ensure_ascii=False) if isinstance(parsed, dict | list) else value


def _dicts(value: Json, *, most: int = 100) -> list[Payload]:
    return [entry for entry in value[:most] if isinstance(entry, dict)] if isinstance(value, list) else []


def _facts(payload: Payload, **labels: str) -> Iterator[Block]:
    entries = tuple(
        (label.replace("_", " "), str(payload[key])[:300])
        for label, key in labels.items()
        if isinstance(payload.get(key), str | int | float) and payload[key] != ""
    )
    if entries:
        yield Block("facts", entries=entries)


def _failure(payload: Payload) -> Iterator[Block]:
    error = payload.get("error")
    if isinstance(error, dict):
        parts = [str(error[key]) for key in ("code", "message") if error.get(key)]
        yield from block("note", ": ".join(parts), "Error")
    elif error:
        yield from block("note", str(error), "Error")


def _message(payload: Payload, text: str | None) -> Iterator[Block]:
    parts = _dicts(payload.get("content"))
    if any(part.get("type") == "refusal" for part in parts):
        yield Block("note", "Refusal", "The model declined; its words follow.")
    yield from _texts(text)
    if text == "":
        yield Block("note", text="An empty message, as usual after a picture.")
    notes = [note for part in parts for note in _dicts(part.get("annotations"))]
    sources = tuple(
        " - ".join(str(note[key])[:300] for key in ("title", "url", "filename", "file_id") if note.get(key))
        for note in notes[:50]
    )
    if any(sources):
        yield Block("list", "Sources", entries=tuple(source for source in sources if source))


def _reasoning(payload: Payload, text: str | None) -> Iterator[Block]:
    if text:
        yield from block("said", text, "Summary")
    else:
        yield Block("note", text="No summary was given.")
    for part in _dicts(payload.get("content")):
        yield from block("said", part.get("text"), "Reasoning")


def _image(payload: Payload, text: str | None) -> Iterator[Block]:
    said = payload.get("revised_prompt") or payload.get("prompt")
    prompt = said if isinstance(said, str) else text or ""
    better = repaired(prompt)
    yield from block(
        "said", better or prompt, "Prompt" if better is None else "Prompt, shown repaired; stored as it came"
    )
    yield from _facts(
        payload,
        Size="size",
        Quality="quality",
        Background="background",
        Format="output_format",
        Action="action",
    )
    yield from _failure(payload)


def _function(payload: Payload, _: str | None) -> Iterator[Block]:
    yield from _facts(payload, Name="name", Namespace="namespace", Server="server_label", Call="call_id")
    yield from block("code", _arguments(payload.get("arguments")), "Arguments")
    yield from block("code", payload.get("input"), "Input")
    yield from block("code", _arguments(payload.get("output")), "Output")
    yield from _failure(payload)


def _code(payload: Payload, _: str | None) -> Iterator[Block]:
    yield from block("code", payload.get("code"), "Code")
    for output in _dicts(payload.get("outputs")):
        if output.get("type") == "logs":
            yield from block("code", output.get("logs"), "Printed")
    yield from _facts(payload, Container="container_id")
    yield from _failure(payload)


def _web_search(payload: Payload, _: str | None) -> Iterator[Block]:
    action = payload.get("action")
    if not isinstance(action, dict):
        return
    queries = action.get("queries") if isinstance(action.get("queries"), list) else [action.get("query")]
    entries = tuple(str(query)[:500] for query in (queries or [])[:50] if query)
    if entries:
        yield Block("list", "Searched for", entries=entries)
    yield from _facts(action, Page="url", Looked_for="pattern")
    sources = tuple(
        str(source.get("url", ""))[:300] for source in _dicts(action.get("sources")) if source.get("url")
    )
    if sources:
        yield Block("list", "Sources", entries=sources)


def _file_search(payload: Payload, _: str | None) -> Iterator[Block]:
    queries = payload.get("queries")
    if isinstance(queries, list) and queries:
        yield Block("list", "Searched for", entries=tuple(str(query)[:500] for query in queries[:50]))
    found = tuple(
        f"{result.get('filename') or result.get('file_id')} ({result.get('score')})"[:300]
        for result in _dicts(payload.get("results"))
    )
    if found:
        yield Block("list", "Found", entries=found)


def _shell(payload: Payload, _: str | None) -> Iterator[Block]:
    yield from block("code", payload.get("action") or payload.get("operation"), "Action")
    yield from block("code", payload.get("output"), "Output")


def _mcp_tools(payload: Payload, _: str | None) -> Iterator[Block]:
    yield from _facts(payload, Server="server_label")
    names = tuple(str(tool.get("name", ""))[:200] for tool in _dicts(payload.get("tools")))
    if names:
        yield Block("list", "Tools", entries=names)
    yield from _failure(payload)


KINDS: dict[str, Kind] = {
    "message": Kind("Message", "message-square", _message),
    "reasoning": Kind("Reasoning", "brain", _reasoning),
    "image_generation_call": Kind("Picture", "images", _image),
    "function_call": Kind("Function call", "wrench", _function),
    "function_call_output": Kind("Function call's output", "wrench", _function),
    "custom_tool_call": Kind("Custom tool call", "wrench", _function),
    "custom_tool_call_output": Kind("Custom tool call's output", "wrench", _function),
    "mcp_call": Kind("MCP call", "wrench", _function),
    "mcp_approval_request": Kind("MCP approval request", "wrench", _function),
    "mcp_list_tools": Kind("MCP tools", "wrench", _mcp_tools),
    "code_interpreter_call": Kind("Code interpreter", "code", _code),
    "web_search_call": Kind("Web search", "search", _web_search),
    "file_search_call": Kind("File search", "search", _file_search),
    "shell_call": Kind("Shell call", "code", _shell),
    "shell_call_output": Kind("Shell call's output", "code", _shell),
    "local_shell_call": Kind("Local shell call", "code", _shell),
    "local_shell_call_output": Kind("Local shell call's output", "code", _shell),
    "apply_patch_call": Kind("Patch", "code", _shell),
    "apply_patch_call_output": Kind("Patch's output", "code", _shell),
}
