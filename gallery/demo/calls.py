"""A made-up call of the Responses API, and what a reader of any writing of it must find."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

Json = dict[str, Any]


def chance(*seed: object) -> Random:
    """A stream of chance of its own for each seed, whatever the seed is made of."""
    return Random(" ".join(map(str, seed)))  # noqa: S311 - pictures, not secrets


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `body` is the final Response object; the rest is what a reader of any writing must find.

    `partials` holds, per place in the output, the pictures a stream sends on the way; where there is a final
    picture, the last partial equals it.
    """

    body: Json
    partials: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    finals: tuple[bytes, ...] = ()
    plots: tuple[bytes, ...] = ()
    subject: str = "answer"

    @property
    def response_id(self) -> str:
        return str(self.body["id"])

    @property
    def created_at(self) -> datetime:
        return datetime.fromtimestamp(self.body["created_at"], UTC)

    @property
    def image_model(self) -> str | None:
        return next(
            (tool.get("model") for tool in self.body["tools"] if tool["type"] == "image_generation"), None
        )

    @property
    def text(self) -> str:
        """What the assistant says, all messages joined."""
        contents = (item["content"] for item in self.body["output"] if item["type"] == "message")
        return "".join(part["text"] for content in contents for part in content)

    @property
    def prompts(self) -> tuple[str, ...]:
        return tuple(item["revised_prompt"] for item in self.body["output"] if item.get("revised_prompt"))

    def changed(self, **changes: Any) -> Call:  # noqa: ANN401 - any key of a Response object
        """The same call with other values at the top of its body."""
        return replace(self, body={**self.body, **changes})


def elided(call: Call) -> Call:
    """The call as pasted into a ticket by hand: of its picture only head and tail are left."""
    output = []
    for item in call.body["output"]:
        result = item.get("result")
        output.append({**item, "result": f"{result[:160]}...{result[-24:]}"} if result else item)
    return Call({**call.body, "output": output}, subject=call.subject)
