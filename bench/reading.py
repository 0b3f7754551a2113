"""Reading alone, bytes to records with every picture decoded, against the vendor SDK's accumulator.

The SDK is fed the same whole streams as its client does it: an HTTP response's bytes through its SSE decoder,
its typed events and its response accumulator. It gets the body in one piece, which is the fastest for it, and
leaves the pictures as base64.
"""

from __future__ import annotations

from typing import Any

from bench.clock import alternating
from bench.figures import Figure
from gallery.demo import generator

RUNS = 9


def measure() -> list[Figure]:
    from gallery.transcripts import read_transcript

    vendor = _Vendor()
    streams = {
        "many pictures (PNG, 3 partials)": generator.big_stream(1, 9).data,
        "one picture sent three times (PNG)": generator.picture_stream(1, partials=1).data,
        "one small picture (JPEG, 2 partials) and a message": generator.picture_stream(
            1, output_format="jpeg", words=150
        ).data,
        "4,000 words of text": generator.text_stream(1, 4000).data,
    }
    figures = []
    for name, data in streams.items():
        if len(vendor.accumulate(data).output) < 2 or not read_transcript(data).responses:
            raise SystemExit(f"bench: {name} was not read.")

        def ours(data: bytes = data) -> object:
            return read_transcript(data)

        def theirs(data: bytes = data) -> object:
            return vendor.accumulate(data)

        we_took, they_took = alternating(ours, theirs, RUNS)
        figures.append(
            Figure(
                f"reading against the SDK: {name}, {len(data) / 1e6:.1f} MB "
                f"({1000 * they_took:.0f} ms against {1000 * we_took:.1f} ms)",
                they_took / we_took,
                "times",
                target=10,
                better="higher",
            )
        )
    return figures


class _Vendor:
    """The SDK's own path from a streamed HTTP response to its final `Response`."""

    def __init__(self) -> None:
        import httpx2
        import openai

        transport = httpx2.MockTransport(lambda request: httpx2.Response(200, request=request))
        self._client = openai.OpenAI(
            api_key="none", base_url="http://sdk.invalid", http_client=httpx2.Client(transport=transport)
        )
        self._request = httpx2.Request("POST", "http://sdk.invalid/responses")

    def accumulate(self, body: bytes) -> Any:  # noqa: ANN401 - the SDK's own type
        import httpx2
        from openai import Stream, omit
        from openai.lib.streaming.responses._responses import ResponseStream
        from openai.types.responses import ResponseStreamEvent

        response = httpx2.Response(
            200, headers={"content-type": "text/event-stream"}, content=body, request=self._request
        )
        kind: Any = ResponseStreamEvent
        raw: Any = Stream(cast_to=kind, response=response, client=self._client)
        stream: Any = ResponseStream(raw_stream=raw, text_format=omit, input_tools=omit, starting_after=None)
        return stream.get_final_response()
