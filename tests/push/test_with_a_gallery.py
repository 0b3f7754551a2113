"""gallery-push as a teammate uses it, against a gallery that runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gallery.push.assembling import program
from tests.gallery_process import ROOT, GalleryProcess

EXAMPLES = sorted((ROOT / "gallery" / "examples").glob("*.txt"))
MAKE_TOKENS = """
from django.contrib.auth.models import User
from gallery import tokens
from gallery.models import ApiToken
user = User.objects.get()
for scope in (ApiToken.Scope.UPLOAD, ApiToken.Scope.READ):
    print(tokens.make(user, name="push", scope=scope, lifetime=None)[1])
"""
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Teammate:
    """Somebody with gallery-push in an own folder."""

    folder: Path
    token: str

    def command(self, *arguments: object) -> dict[str, Any]:
        return {
            "args": [sys.executable, "-I", "gallery-push", *map(str, arguments)],
            "cwd": self.folder,
            "env": {"GALLERY_TOKEN": self.token, "XDG_STATE_HOME": str(self.folder / "state")},
            "text": True,
        }

    def push(self, *arguments: object, stdin: str = "") -> tuple[int, str, str]:
        ran = subprocess.run(
            **self.command(*arguments), input=stdin, capture_output=True, timeout=PATIENCE_SECONDS
        )
        return ran.returncode, ran.stdout, ran.stderr


def tokens_of(gallery: GalleryProcess) -> list[str]:
    """One that uploads and one that only reads, of the administrator."""
    return gallery.shell(MAKE_TOKENS)


def test_a_round_of_pushing(tmp_path: Path, empty_database: str):
    with GalleryProcess(tmp_path / "data", empty_database) as gallery:
        uploads, reads = tokens_of(gallery)
        folder = tmp_path / "teammate"
        (folder / "recordings").mkdir(parents=True)
        (folder / "gallery-push").write_text(program(address=gallery.url, limit_bytes=2**28), "utf-8")
        teammate = Teammate(folder, uploads)

        # A folder, with something in it that is no transcript.
        for example in EXAMPLES[:3]:
            (folder / "recordings" / example.name).write_bytes(example.read_bytes())
        (folder / "recordings" / "notes.txt").write_text("Not a transcript.")
        code, said, warned = teammate.push("--json", "recordings")
        told = [json.loads(line) for line in said.split("\n") if line]
        assert [result["outcome"] for result in told] == ["stored", "stored", "stored", "refused"], warned
        assert told[0]["url"].startswith(f"{gallery.url}/images/")
        assert "This looks like" in told[-1]["sentence"]
        assert code == 1

        # Again: nothing is sent but what was refused. Without memory, the gallery knows it all.
        assert "3 pushed before, 1 refused." in teammate.push("recordings")[2]
        assert "3 known already, 1 refused." in teammate.push("--again", "recordings")[2]

        # What a command writes.
        code, said, warned = teammate.push("--name", "run.sse", "-", stdin=EXAMPLES[3].read_text("utf-8"))
        assert (code, warned) == (0, "")
        assert said.startswith("run.sse: 1 response, 1 elided picture from gpt-image-1")

        # Tokens that may not. The large one is refused before the gallery has read it.
        (folder / "large.json").write_bytes(os.urandom(20_000_000))
        code, _, warned = Teammate(folder, reads).push("large.json")
        assert code == 2
        assert "may look, not upload" in warned
        assert Teammate(folder, "gal_unknown").push("large.json")[0] == 2

        # A folder that is watched, until it is stopped.
        remembered = folder / "state" / "gallery-push" / "pushed.jsonl"
        before = lines_in(remembered)
        watching = subprocess.Popen(
            **teammate.command("--watch", "recordings"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        (folder / "recordings" / "notes.txt").unlink()
        (folder / "recordings" / "new.json").write_bytes(EXAMPLES[4].read_bytes())
        wait_until_longer(remembered, before)
        time.sleep(0.5)  # what is remembered is told in a moment
        watching.send_signal(signal.SIGINT)
        said, warned = watching.communicate(timeout=PATIENCE_SECONDS)
        assert "new.json: 1 response, 1 elided picture and 1 partial" in said
        assert "1 stored" in warned
        assert "Stopped." in warned
    assert "Traceback" not in gallery.said


def lines_in(file: Path) -> int:
    return sum(1 for line in file.read_bytes().split(b"\n") if line)


def wait_until_longer(file: Path, before: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while lines_in(file) == before:
        assert time.monotonic() < until, "what came into the folder was not pushed"
        time.sleep(0.1)
