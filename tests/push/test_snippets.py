"""What the upload page offers to copy does what it says."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from gallery.pages.push import snippets_for
from gallery.transcripts.read import read_transcript
from tests.push.stub import TOKEN, Stub, refuses

ADDRESS = "https://gallery.example"
EXAMPLES = Path(__file__).resolve().parents[2] / "gallery" / "examples"
RESPONSE = (EXAMPLES / "000_060b7ffd7c458840.txt").read_bytes()
EVENTS = [
    {"type": f"response.{status}", "sequence_number": number, "response": {**json.loads(RESPONSE), **changes}}
    for number, (status, changes) in enumerate(
        [("created", {"status": "in_progress", "output": []}), ("completed", {})]
    )
]
STREAM = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in EVENTS).encode()
# It writes what it was asked for, and takes what comes; or it ends at once, as where the gallery is out of reach.
CURL = """\
#!{python}
import json, os, sys
if "https://api.openai.com/v1/responses" in sys.argv:
    sys.stdout.write("data: {{}}\\n\\n" * 200_000)
else:
    if os.environ.get("OUT_OF_REACH"):
        sys.exit(7)
    with open("asked.json", "w") as file:
        json.dump({{"arguments": sys.argv[1:], "bytes": len(sys.stdin.buffer.read())}}, file)
"""


def snippet(name: str, address: str = ADDRESS) -> str:
    (text,) = (each.text for each in snippets_for(address) if each.id == name)
    return text


def words_of(text: str) -> list[str]:
    return shlex.split(text.replace("\\\n", " "))


@pytest.fixture
def vendor() -> Iterator[str]:
    """A server that speaks the Responses API, and answers with our examples."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            """Says nothing."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            content = STREAM if asked.get("stream") else RESPONSE
            self.send_response(200)
            kind = "text/event-stream" if asked.get("stream") else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[..., str]:
    """`run_python(text, **environment)`: what it prints, run in an empty folder."""

    def run(text: str, **environment: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-W", "error::SyntaxWarning", "-c", text],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "GALLERY_TOKEN": TOKEN, "NO_PROXY": "*", **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


@pytest.fixture
def run_shell(tmp_path: Path) -> Callable[..., None]:
    """Runs a snippet in an empty folder with a curl that notes what it was asked for."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "curl").write_text(CURL.format(python=sys.executable))
    (programs / "curl").chmod(0o755)

    def run(text: str, **environment: str) -> None:
        variables = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "GALLERY_TOKEN": TOKEN,
            "OPENAI_API_KEY": "k",
        }
        subprocess.run(
            ["sh", "-c", text],
            cwd=tmp_path,
            env={**variables, **environment},
            timeout=60,
            capture_output=True,
        )

    return run


def test_one_file_goes_to_the_gallery_with_the_token_of_the_environment():
    words = words_of(snippet("curl"))
    assert words[0] == "curl"
    assert words[words.index("-H") + 1] == "Authorization: Bearer $GALLERY_TOKEN"
    assert words[words.index("-T") + 1] == "response.json"
    assert words[-1] == f"{ADDRESS}/api/transcripts?name=response.json"


def test_a_running_stream_is_kept_and_pushed(run_shell: Callable[..., None], tmp_path: Path):
    run_shell(snippet("running"))
    asked = json.loads((tmp_path / "asked.json").read_text())
    assert asked["bytes"] == (tmp_path / "run.sse").stat().st_size == 2_000_000
    assert f"Authorization: Bearer {TOKEN}" in asked["arguments"]
    assert asked["arguments"][-1] == f"{ADDRESS}/api/transcripts?name=run.sse"


def test_a_running_stream_is_kept_whole_where_the_gallery_is_out_of_reach(
    run_shell: Callable[..., None], tmp_path: Path
):
    run_shell(snippet("running"), OUT_OF_REACH="1")
    assert (tmp_path / "run.sse").stat().st_size == 2_000_000


def test_the_body_for_the_vendor_is_json():
    words = words_of(snippet("running"))
    assert json.loads(words[words.index("-d") + 1])["stream"] is True


def test_commands_of_gallery_push_are_told_whether_the_way_is_encrypted():
    assert "--insecure" not in snippet("push")
    assert "--insecure" not in snippet("push", "http://127.0.0.1:8000")
    assert snippet("push", "http://10.0.0.5:8000").count("gallery-push --insecure") == 3


def test_python_pushes_a_file(stub: Stub, run_python: Callable[..., str], tmp_path: Path):
    (tmp_path / "response.json").write_bytes(RESPONSE)
    assert run_python(snippet("python", stub.url)) == "1 response, 1 picture\n"
    assert stub.uploads[0].body == RESPONSE
    assert stub.names == ["response.json"]


def test_python_says_why_a_file_is_refused(stub: Stub, run_python: Callable[..., str], tmp_path: Path):
    (tmp_path / "response.json").write_bytes(b"{}")
    stub.behaviours = [refuses(422, "This is no transcript.")]
    assert "This is no transcript." in run_python(snippet("python", stub.url))


def test_the_sdk_saves_and_pushes_a_response(
    stub: Stub, run_python: Callable[..., str], vendor: str, tmp_path: Path
):
    text = snippet("sdk", stub.url)
    assert run_python(text, OPENAI_BASE_URL=vendor, OPENAI_API_KEY="k") == "1 response, 1 picture\n"
    (saved,) = tmp_path.glob("resp_*.json")
    assert stub.uploads[0].body == saved.read_bytes()
    assert stub.names == [saved.name]
    assert responses_in(saved.read_bytes()) == responses_in(RESPONSE)


def test_the_sdk_saves_and_pushes_a_stream(
    stub: Stub, run_python: Callable[..., str], vendor: str, tmp_path: Path
):
    text = snippet("sdk-stream", stub.url)
    assert run_python(text, OPENAI_BASE_URL=vendor, OPENAI_API_KEY="k") == "1 response, 1 picture\n"
    (saved,) = tmp_path.glob("run-*.jsonl")
    assert stub.uploads[0].body == saved.read_bytes()
    assert responses_in(saved.read_bytes()) == responses_in(STREAM)


def test_a_response_is_kept_where_the_gallery_is_out_of_reach(
    run_python: Callable[..., str], vendor: str, tmp_path: Path
):
    with Stub() as gone:
        text = snippet("sdk", gone.url)
    said = run_python(text, OPENAI_BASE_URL=vendor, OPENAI_API_KEY="k")
    (saved,) = tmp_path.glob("resp_*.json")
    assert said.startswith(f"Not pushed, but kept in {saved.name}")


def responses_in(content: bytes) -> list[tuple[Any, ...]]:
    """What of each response a difference would be felt of."""
    names = (
        "response_id status model image_model usage image_usage requested output_text completed_at".split()
    )
    return [
        (len(one.pictures), *(getattr(one, name) for name in names))
        for one in read_transcript(content).responses
    ]


def test_the_page_offers_them_folded_and_each_to_copy(alice_client: Any):
    page = BeautifulSoup(alice_client.get("/upload").content, "html.parser")
    (fold,) = page.select("details#from-programs")
    assert not fold.has_attr("open")
    assert fold.select_one("a[download]")["href"] == "/upload/gallery-push"
    copied = {button["data-copy"] for button in fold.select("button[data-copy]")}
    shown = {f"#{code['id']}": code.get_text() for code in fold.select("pre")}
    assert copied == set(shown)
    assert list(shown.values()) == [each.text for each in snippets_for("http://testserver")]


def test_no_token_is_shown(alice_client: Any, alice: Any):
    assert b"gal_" not in alice_client.get("/upload").content.replace("gal_…".encode(), b"")


@pytest.mark.parametrize("address", ["https://a'b", 'https://a"b', "https://a$(b)"])
def test_no_address_breaks_out_of_its_quotes(address: str):
    assert words_of(snippet("curl", address))[-1] == f"{address}/api/transcripts?name=response.json"
    assert f"GALLERY = {json.dumps(address)}\n" in snippet("python", address)
