"""The stream events that carry content, as data: which part of an item each of them tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextPath:
    """Where a text that arrives in deltas belongs.

    `list_name` and `part_type` name the list of parts it is in and what a part is called; None for a plain field.
    `index_name` is the event's key for the place in that list, `field` the key of the text itself.
    """

    item_type: str
    field: str
    list_name: str | None = None
    part_type: str | None = None
    index_name: str = "content_index"


_OUTPUT_TEXT = TextPath("message", "text", "content", "output_text")
_REFUSAL = TextPath("message", "refusal", "content", "refusal")
_REASONING = TextPath("reasoning", "text", "content", "reasoning_text")
_SUMMARY = TextPath("reasoning", "text", "summary", "summary_text", "summary_index")
_ARGUMENTS = TextPath("function_call", "arguments")
_MCP_ARGUMENTS = TextPath("mcp_call", "arguments")
_INPUT = TextPath("custom_tool_call", "input")
_CODE = TextPath("code_interpreter_call", "code")

_TEXTS = {
    "response.output_text": _OUTPUT_TEXT,
    "response.refusal": _REFUSAL,
    "response.reasoning_text": _REASONING,
    "response.reasoning_summary_text": _SUMMARY,
    "response.function_call_arguments": _ARGUMENTS,
    "response.mcp_call_arguments": _MCP_ARGUMENTS,
    "response.mcp_call.arguments": _MCP_ARGUMENTS,
    "response.custom_tool_call_input": _INPUT,
    "response.code_interpreter_call_code": _CODE,
    "response.code_interpreter_call.code": _CODE,
}
DELTAS = {f"{stem}.delta": path for stem, path in _TEXTS.items()}
TEXT_DONE = {f"{stem}.done": path for stem, path in _TEXTS.items()}

PARTS = {
    "response.content_part.added": ("content", "content_index"),
    "response.content_part.done": ("content", "content_index"),
    "response.reasoning_part.added": ("content", "content_index"),
    "response.reasoning_part.done": ("content", "content_index"),
    "response.reasoning_summary_part.added": ("summary", "summary_index"),
    "response.reasoning_summary_part.done": ("summary", "summary_index"),
}

PARTIAL_IMAGE = "response.image_generation_call.partial_image"
ANNOTATION = "response.output_text.annotation.added"
ITEM_ADDED = "response.output_item.added"
ITEM_DONE = "response.output_item.done"

TERMINAL = {
    "response.completed": "completed",
    "response.failed": "failed",
    "response.incomplete": "incomplete",
    "response.cancelled": "cancelled",
    "response.canceled": "cancelled",
    "response.done": "completed",
}
TERMINAL_STATUSES = frozenset({"completed", "failed", "incomplete", "cancelled", "canceled", "complete"})
RUNNING_STATUSES = frozenset({"queued", "in_progress"})

LIFECYCLE_ITEMS = {
    "image_generation_call",
    "web_search_call",
    "file_search_call",
    "code_interpreter_call",
    "mcp_call",
    "mcp_list_tools",
    "x_search_call",
}
"""`response.<type>.<status>` events tell nothing but the item's type and status."""

SALVAGED_OUTPUT = "salvaged_output"
"""Key under which salvage puts the items of a final response's tail: their places in `output` are not known."""

IMAGES_PREFIXES = ("image_generation.", "image_edit.")

ITEM_TYPES = frozenset(
    """message reasoning image_generation_call function_call function_call_output custom_tool_call
    custom_tool_call_output web_search_call file_search_call code_interpreter_call computer_call
    computer_call_output mcp_list_tools mcp_call mcp_approval_request mcp_approval_response shell_call
    shell_call_output local_shell_call local_shell_call_output apply_patch_call apply_patch_call_output compaction
    tool_search_call tool_search_output additional_tools program program_output x_search_call""".split()
)


def is_item(value: object) -> bool:
    """Whether a JSON value is an output item standing alone."""
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    return isinstance(kind, str) and (
        kind in ITEM_TYPES or (kind.endswith(("_call", "_output")) and "id" in value)
    )
