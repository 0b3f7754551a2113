"""What the upload page shows to those who upload with programs: commands and code for this gallery, ready to copy."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit

from gallery.push.calling import is_this_machine

REQUEST = """\
    model="gpt-5.4-mini",
    input="A minimalist blue dot",
    tools=[{"type": "image_generation"}],
"""

PUSH = '''\
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

GALLERY = %(address)s


def push(path):
    """What the gallery says of the file. The same again is harmless: nothing is kept twice."""
    asked = urllib.request.Request(
        f"{GALLERY}/api/transcripts?name={urllib.parse.quote(path.name)}",
        data=path.read_bytes(),
        headers={
            "Authorization": f"Bearer {os.environ['GALLERY_TOKEN']}",
            "Content-Type": "application/octet-stream",
        },
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return json.load(answer)["files"][0]["sentence"]
    except urllib.error.HTTPError as refusal:
        return f"Refused: {refusal.read().decode()}"
    except urllib.error.URLError as error:
        return f"Not pushed, but kept in {path}: {error.reason}"
'''

SDK = f"""

client = OpenAI()
response = client.responses.create(
{REQUEST})
file = Path(f"{{response.id}}.json")
file.write_text(response.model_dump_json(exclude_unset=True), encoding="utf-8")
print(push(file))
"""

SDK_STREAM = f"""

client = OpenAI()
file = Path(f"run-{{time.time_ns()}}.jsonl")
events = client.responses.create(
    stream=True,
{REQUEST})
try:
    with file.open("w", encoding="utf-8") as lines:
        for event in events:
            lines.write(event.model_dump_json(exclude_unset=True) + "\\n")
            # and whatever you do with events
finally:  # what came before a break is a transcript, too
    print(push(file))
"""

RUNNING = """\
curl -sSN https://api.openai.com/v1/responses \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{
    "model": "gpt-5.4-mini",
    "input": "A minimalist blue dot",
    "tools": [{"type": "image_generation"}],
    "stream": true
  }' \\
| (trap '' PIPE; tee run.sse) \\
| %(curl)s -T - \\
  %(address)s
"""

CURL = """\
curl -sS --fail-with-body -X POST \\
  -H "Authorization: Bearer $GALLERY_TOKEN\""""


@dataclass(frozen=True, slots=True)
class Snippet:
    """`id` is a part of the id of its element."""

    id: str
    title: str
    words: str
    text: str


def snippets_for(address: str) -> tuple[Snippet, ...]:
    """For the gallery at `address`, without a final slash. The token is in the environment, never in what is copied."""
    push = PUSH % {"address": json.dumps(address)}
    return (
        Snippet(
            "push",
            "gallery-push",
            "Again, it goes on where it stopped. With --watch it pushes whatever comes into the folder.",
            _commands(address),
        ),
        Snippet(
            "curl",
            "One file with curl",
            "It prints the report as JSON.",
            f"{CURL} \\\n  -T response.json \\\n  {_upload(address, 'response.json')}\n",
        ),
        Snippet(
            "running",
            "A running stream",
            "It is uploaded while it comes, and run.sse is whole even where the gallery is out of reach.",
            RUNNING % {"curl": CURL, "address": _upload(address, "run.sse")},
        ),
        Snippet(
            "python",
            "Python",
            "The standard library only.",
            f'{push}\n\nprint(push(Path("response.json")))\n',
        ),
        Snippet(
            "sdk",
            "OpenAI SDK",
            "Each response is saved, then pushed: a push can be done again, a generation costs.",
            _with_sdk(push, SDK),
        ),
        Snippet(
            "sdk-stream",
            "OpenAI SDK, streaming",
            "Each event is saved as a line. What came before a break is pushed, too.",
            _with_sdk(push.replace("import os\n", "import os\nimport time\n"), SDK_STREAM),
        ),
    )


def _commands(address: str) -> str:
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" or is_this_machine(parts.hostname or "")
    program = "python3 gallery-push" if is_safe else "python3 gallery-push --insecure"
    return (
        "export GALLERY_TOKEN=gal_…\n"
        f"{program} recordings/ more.jsonl\n"
        f"{program} --watch recordings/\n"
        f"some-command | {program} --name run.sse -\n"
    )


def _upload(address: str, name: str) -> str:
    return shlex.quote(f"{address}/api/transcripts?name={name}")


def _with_sdk(push: str, use: str) -> str:
    return push.replace("\n\nGALLERY", "\n\nfrom openai import OpenAI\n\nGALLERY", 1) + use
