"""Makes up calls of the Responses API, pictures and all.

Usage follows what recordings show: `usage` never contains the image model's tokens, `tool_usage.image_gen`
does, and calls from before 2026 have neither `tool_usage` nor the image model's name.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from PIL import Image

from gallery.demo import conversations, drawing, usage
from gallery.demo.calls import Call, Json

# Fixed, so that a seed gives the same bytes on any day.
NEWEST_AT = datetime(2026, 11, 18, 17, 45, tzinfo=UTC)
OLDEST_AT = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
FIRST_DAY_OF_NAMED_IMAGE_MODELS = datetime(2026, 1, 1, tzinfo=UTC)
LAST_DAY_OF_GPT_IMAGE_1 = datetime(2026, 10, 23, tzinfo=UTC)

MODELS = (
    "gpt-4.1-2025-04-14",
    "gpt-4.1-mini-2025-04-14",
    "gpt-4o-2024-08-06",
    "gpt-5-2025-08-07",
    "gpt-5-mini-2025-08-07",
    "gpt-5.1-2025-11-13",
    "gpt-5.2",
    "gpt-5.4",
    "gpt-5.4-mini",
    "gpt-5.4-mini",
    "gpt-5.5",
)
IMAGE_MODELS = (
    "gpt-image-1",
    "gpt-image-1-mini",
    "gpt-image-1.5",
    "gpt-image-2",
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-flare",
)
SIZES = ((1024, 1024), (1024, 1024), (1536, 1024), (1024, 1536))
FREE_SIZES = ((1536, 864), (1280, 720), (1248, 1248), (768, 1344))
QUALITIES = ("low", "medium", "medium", "high")


@dataclass(slots=True)
class Studio:
    """Makes calls from one stream of chance. `longest_side` bounds the pictures, for quick tests."""

    random: Random
    longest_side: int | None = None

    def moment(self) -> datetime:
        """Some second of the half year before `NEWEST_AT`, in office hours, more often lately."""
        days = (NEWEST_AT - OLDEST_AT).days
        day = round(days * self.random.random() ** 0.6)
        return OLDEST_AT + timedelta(days=day, seconds=self.random.randrange(9 * 3600))

    def picture_call(
        self,
        *,
        at: datetime | None = None,
        image_model: str | None = None,
        size: drawing.Size | None = None,
        output_format: str | None = None,
        is_transparent: bool | None = None,
        partials: int = 2,
        pictures: int = 1,
        former: Call | None = None,
    ) -> Call:
        """A call that draws. `partials` counts the stream's partial images, the final one's twin too."""
        random = self.random
        at = at or self.moment()
        image_model = image_model or self._image_model(at)
        output_format = output_format or random.choice(("png", "png", "png", "webp", "jpeg"))
        if is_transparent is None:
            is_transparent = output_format != "jpeg" and random.random() < 0.15
        size = self._bounded(size or self._size(image_model))
        quality = random.choice(QUALITIES)
        is_auto = random.random() < 0.3
        background = "transparent" if is_transparent else "opaque"
        is_named = at >= FIRST_DAY_OF_NAMED_IMAGE_MODELS

        output: list[Json] = []
        finals: list[bytes] = []
        formed: dict[int, tuple[bytes, ...]] = {}
        if random.random() < 0.4:
            output.append(self._reasoning())
        drawn = None
        for _ in range(pictures):
            drawn = drawing.draw(random, size, is_transparent=is_transparent)
            prompt = conversations.prompt(random, drawn.subject, drawn.palette)
            if former and former.prompts:
                prompt = conversations.edited(random, former.prompts[0])
            steps = self._encoded(drawn.image, output_format, partials)
            formed[len(output)] = steps
            finals.append(steps[-1])
            output.append(
                {
                    "id": self.identifier("ig"),
                    "type": "image_generation_call",
                    "status": random.choice(("completed", "completed", "generating")),
                    "action": "edit" if former else "generate",
                    "background": background,
                    "output_format": output_format,
                    "quality": quality,
                    "result": base64.b64encode(steps[-1]).decode("ascii"),
                    "revised_prompt": prompt,
                    "size": f"{size[0]}x{size[1]}",
                }
            )
        assert drawn is not None  # noqa: S101 - a call that draws draws at least once
        output.append(self.message(conversations.reply(random, drawn.subject, drawn.palette)))
        tool: Json = {
            "type": "image_generation",
            "background": "auto" if is_auto else background,
            "moderation": "auto",
            "n": 1,
            "output_compression": 100,
            "output_format": output_format,
            "quality": "auto" if is_auto else quality,
            "size": "auto" if is_auto else f"{size[0]}x{size[1]}",
        }
        if partials > 1:
            tool["partial_images"] = partials - 1
        if is_named:
            tool["model"] = image_model
        body = self.body(at, output, tools=[tool], former=former, took=random.randint(9, 70))
        if is_named:
            words = sum(len(item.get("revised_prompt") or "") for item in output) // 4
            body["tool_usage"] = {
                "image_gen": usage.drawn(
                    random,
                    image_model,
                    size,
                    quality,
                    words,
                    pictures=pictures,
                    partials=partials,
                    is_edit=former is not None,
                ),
                "web_search": {"num_requests": 0},
            }
        return Call(body, formed, tuple(finals), subject=drawn.subject)

    def animation_call(self) -> Call:
        """A call whose picture is an animated GIF."""
        size = self._bounded((512, 512))
        data = drawing.animate(self.random, size, frames=12)
        call = self.picture_call(
            image_model="gpt-image-2.5-sunburst",
            size=size,
            output_format="png",
            is_transparent=False,
            partials=1,
        )
        return self._with_result(call, data, "gif")

    def vector_call(self) -> Call:
        """A call whose picture is an SVG: kept, never shown inline."""
        call = self.picture_call(
            image_model="gpt-image-2.5-sunburst", output_format="png", is_transparent=False, partials=1
        )
        return self._with_result(call, drawing.vector(self.random, (1024, 1024)), "svg")

    def refused_call(self) -> Call:
        """A call whose picture the moderation refused."""
        random = self.random
        call = self.picture_call(partials=1, output_format="png", is_transparent=False)
        item = {key: value for key, value in _image_item(call.body).items() if key not in ("quality", "size")}
        item |= {
            "status": "failed",
            "result": None,
            "error": {
                "type": "image_generation_user_error",
                "code": "moderation_blocked",
                "message": "Your request was rejected by the safety system. safety_violations=[violence].",
                "param": None,
                "moderation_details": {
                    "categories": ["violence"],
                    "moderation_stage": random.choice(("input", "output")),
                },
            },
        }
        reply = self.message("I can't draw that one. Shall I try the scene without the battle?")
        body = {**call.body, "output": [item, reply]}
        if "tool_usage" in body:
            body["tool_usage"] = {"image_gen": usage.nothing_drawn(), "web_search": {"num_requests": 0}}
        return Call(body, subject="refused picture")

    def failed_call(self) -> Call:
        """A call that ended in a server error before its picture was whole: only partials are left."""
        call = self.picture_call(partials=3)
        position = next(iter(call.partials))
        item = {**_image_item(call.body), "status": "failed", "result": None}
        body = {
            **call.body,
            "status": "failed",
            "completed_at": None,
            "error": {"code": "server_error", "message": "An error occurred while processing your request."},
            "output": [*call.body["output"][:position], item],
            "usage": None,
        }
        body.pop("tool_usage", None)
        return Call(body, {position: call.partials[position][:-1]}, subject=call.subject)

    def plot_call(self) -> Call:
        """A call in which the code interpreter drew a plot, given as a `data:` URL."""
        random = self.random
        data = drawing.plot(random)
        code = "import matplotlib.pyplot as plt\n" + "\n".join(
            f"plt.plot(range(100), {conversations.slug(word)}_series)"
            for word in random.sample(conversations.MEDIA[:8], 3)
        )
        output = [
            self._reasoning(),
            {
                "id": self.identifier("ci"),
                "type": "code_interpreter_call",
                "status": "completed",
                "code": code + "\nplt.show()",
                "container_id": f"cntr_{random.getrandbits(192):048x}",
                "outputs": [
                    {"type": "logs", "logs": "series loaded\n"},
                    {
                        "type": "image",
                        "url": "data:image/png;base64," + base64.b64encode(data).decode("ascii"),
                    },
                ],
            },
            self.message("Here is the plot. " + conversations.prose(random, 40)),
        ]
        tools = [{"type": "code_interpreter", "container": {"type": "auto"}}]
        return Call(self.body(self.moment(), output, tools=tools), plots=(data,), subject="plot")

    def text_call(self, words: int = 600) -> Call:
        """A call that only writes, with a reasoning item before."""
        output = [self._reasoning(), self.message(conversations.prose(self.random, words))]
        return Call(self.body(self.moment(), output, tools=[]), subject="text")

    def tool_call(self) -> Call:
        """A call that searches the web and asks for a function; no picture."""
        random = self.random
        output = [
            self._reasoning(),
            {
                "id": self.identifier("ws"),
                "type": "web_search_call",
                "status": "completed",
                "action": {"type": "search", "query": random.choice(conversations.DETAILS), "sources": []},
            },
            {
                "id": self.identifier("fc"),
                "type": "function_call",
                "status": "completed",
                "name": "find_reference_pictures",
                "call_id": f"call_{random.getrandbits(96):024x}",
                "arguments": '{"place":"' + random.choice(conversations.PLACES) + '","limit":5}',
            },
        ]
        tools: list[Json] = [
            {"type": "web_search"},
            {"type": "function", "name": "find_reference_pictures", "parameters": {}},
        ]
        return Call(self.body(self.moment(), output, tools=tools), subject="references")

    def identifier(self, prefix: str) -> str:
        return f"{prefix}_{self.random.getrandbits(200):050x}"

    def message(self, text: str) -> Json:
        content = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
        return {
            "id": self.identifier("msg"),
            "type": "message",
            "status": "completed",
            "content": [content],
            "role": "assistant",
        }

    def body(
        self,
        at: datetime,
        output: list[Json],
        *,
        tools: list[Json],
        former: Call | None = None,
        took: int = 12,
    ) -> Json:
        """A completed Response object around `output`."""
        random = self.random
        created_at = int(at.timestamp())
        spoken = sum(len(str(item.get("content") or item.get("summary") or "")) for item in output) // 4
        reasoning = 64 * random.randint(1, 12) if any(item["type"] == "reasoning" for item in output) else 0
        input_tokens = random.randint(1500, 4200)
        cached_tokens = random.choice((0, 0, 0, input_tokens // 128 * 128))
        output_tokens = spoken + reasoning + random.randint(20, 90)
        body: Json = {
            "id": self.identifier("resp"),
            "object": "response",
            "created_at": created_at,
            "status": "completed",
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": conversations.instructions(random),
            "max_output_tokens": None,
            "max_tool_calls": None,
            "model": random.choice(MODELS),
            "output": output,
            "parallel_tool_calls": True,
            "previous_response_id": former.response_id if former else None,
            "prompt_cache_key": None,
            "reasoning": {"effort": "medium" if reasoning else None, "summary": None},
            "safety_identifier": None,
            "service_tier": "default",
            "store": True,
            "temperature": 1.0,
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "tool_choice": "auto",
            "tools": tools,
            "top_logprobs": 0,
            "top_p": 1.0,
            "truncation": "disabled",
            "usage": {
                "input_tokens": input_tokens,
                "input_tokens_details": {"cached_tokens": cached_tokens},
                "output_tokens": output_tokens,
                "output_tokens_details": {"reasoning_tokens": reasoning},
                "total_tokens": input_tokens + output_tokens,
            },
            "user": None,
            "metadata": {},
        }
        if at >= FIRST_DAY_OF_NAMED_IMAGE_MODELS:
            body["completed_at"] = created_at + took
            body["billing"] = {"payer": "developer"}
        return body

    def _image_model(self, at: datetime) -> str:
        models = [model for model in IMAGE_MODELS if at < LAST_DAY_OF_GPT_IMAGE_1 or model != "gpt-image-1"]
        return self.random.choice(models)

    def _size(self, image_model: str) -> drawing.Size:
        return self.random.choice(SIZES if image_model.startswith("gpt-image-1") else SIZES + FREE_SIZES)

    def _bounded(self, size: drawing.Size) -> drawing.Size:
        if self.longest_side is None or max(size) <= self.longest_side:
            return size
        shrink = self.longest_side / max(size)
        return (max(16, round(size[0] * shrink / 16) * 16), max(16, round(size[1] * shrink / 16) * 16))

    def _encoded(self, image: Image.Image, output_format: str, partials: int) -> tuple[bytes, ...]:
        """The partial pictures in order and the final one; with `partials` 0 or 1 only the final one."""
        random = self.random
        steps = [
            drawing.encode(drawing.partial(random, image, step=step, steps=partials), output_format)
            for step in range(max(0, partials - 1))
        ]
        final = drawing.encode(image, output_format)
        if output_format == "png" and random.random() < 0.6:
            final = drawing.with_provenance(random, final)
        return (*steps, final)

    def _reasoning(self) -> Json:
        summary = (
            [{"type": "summary_text", "text": conversations.summary(self.random)}]
            if self.random.random() < 0.7
            else []
        )
        sealed = base64.urlsafe_b64encode(b"\x80\x00\x00\x00\x00" + self.random.randbytes(600)).decode(
            "ascii"
        )
        return {
            "id": self.identifier("rs"),
            "type": "reasoning",
            "summary": summary,
            "encrypted_content": sealed,
        }

    def _with_result(self, call: Call, data: bytes, output_format: str) -> Call:
        position = next(iter(call.partials))
        item = {
            **_image_item(call.body),
            "output_format": output_format,
            "result": base64.b64encode(data).decode("ascii"),
        }
        output = [*call.body["output"][:position], item, *call.body["output"][position + 1 :]]
        tools = [{**call.body["tools"][0], "output_format": output_format}]
        return replace(
            call,
            body={**call.body, "output": output, "tools": tools},
            partials={position: (data,)},
            finals=(data,),
        )


def _image_item(body: Json) -> Json:
    return next(item for item in body["output"] if item["type"] == "image_generation_call")
