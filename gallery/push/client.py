#!/usr/bin/env python3
"""Pushes transcripts of image generations to a gallery: files, folders, or what another command writes.

    export GALLERY_TOKEN=gal_...                  made in the gallery, under API tokens
    python3 gallery-push recordings/ more.jsonl   files and folders; again, it goes on where it stopped
    some-command | python3 gallery-push --name run.sse -
    python3 gallery-push --watch recordings/      whatever comes into the folder, until Ctrl-C

Python 3.9 or newer and nothing else. The token comes from the environment alone: no history of commands keeps it.
Ends with 0 if all is well, 1 if a file was refused or could not be sent, 2 if nothing can be pushed like this.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import stat
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gallery.push.calling import Gallery, Hopeless, Unanswered
from gallery.push.given import ADDRESS, LIMIT_BYTES
from gallery.push.memory import Memory, state_folder
from gallery.push.sources import File, Pipe, Source, Unreadable, files_in, mode_of
from gallery.push.telling import BAD, Result, Teller
from gallery.push.watching import Watcher

POLL_SECONDS = 2.0
MOST_FAILED_IN_A_ROW = 3
STOPPED = 130
WORDS = {"known": "known already", "before": "pushed before", "would": "to be pushed"}


class Pusher:
    """Pushes one thing after the other, tells what came of each, and counts."""

    def __init__(
        self, options: argparse.Namespace, gallery: Gallery | None, memory: Memory, teller: Teller
    ) -> None:
        self.options, self.gallery, self.memory, self.teller = options, gallery, memory, teller
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.failed_in_a_row = 0

    def begin(self) -> None:
        """Asks whether the token is good before anything large is sent, and whether what was pushed is still there.

        A gallery that was begun anew, or restored from a backup, would otherwise never get what it lost.
        """
        if self.gallery is None:
            return
        sha256, transcript = next(reversed(self.memory.known.items()), ("", ""))
        answer = self.gallery.ask(
            "GET", f"/api/transcripts/{transcript}" if sha256 else "/api/transcripts?limit=1"
        )
        if sha256 and answer.told.get("sha256") != sha256:
            self.teller.say("The gallery no longer has what was pushed last, so all is pushed again.")
            self.memory.forget()

    def push_all(self, paths: list[str]) -> None:
        """Raises Unanswered where one after the other fails: that is the gallery, not a file."""
        for source in self._sources(paths):
            self.push(source)
            if self.failed_in_a_row >= MOST_FAILED_IN_A_ROW:
                raise Unanswered(
                    "The gallery does not answer. Start again later: it goes on where it stopped."
                )

    def watch(self, folders: list[Path]) -> None:
        watcher = Watcher(folders)
        while True:
            for path in watcher.look():
                if self.push(File(path)).outcome == "failed":
                    watcher.put_off(path)
                else:
                    watcher.settle(path)
            time.sleep(POLL_SECONDS)

    def push(self, source: Source) -> Result:
        """Raises Hopeless."""
        path = str(source.path) if isinstance(source, File) else source.name
        try:
            result = self._pushed(source, path)
            self.failed_in_a_row = 0
        except Unreadable as error:
            result = Result(path, "failed", str(error))
        except Unanswered as error:
            result = Result(path, "failed", str(error))
            self.failed_in_a_row += 1
        except (Hopeless, KeyboardInterrupt) as error:
            if isinstance(source, Pipe):
                if isinstance(error, KeyboardInterrupt):
                    source.stop()
                self._warn_of_kept(source.close(has_arrived=False))
            raise
        if isinstance(source, Pipe):
            kept = source.close(has_arrived=result.outcome in {"stored", "known"})
            result.sentence = f"{result.sentence} {kept}".rstrip()
        self.counts[result.outcome] += 1
        self.teller.tell(result)
        return result

    def keep_unsent(self, paths: list[str]) -> None:
        """What a command still writes to standard input, when nothing can be sent any more."""
        if "-" in paths:
            self._warn_of_kept(self._standard_input().close(has_arrived=False))

    def totals(self) -> str:
        told = [f"{count} {WORDS.get(outcome, outcome)}" for outcome, count in self.counts.items()]
        told += [f"{count} {what} skipped" for what, count in self.skipped.items()]
        return f"{', '.join(told) or 'No files'}."

    def _pushed(self, source: Source, path: str) -> Result:
        sha256 = None
        if isinstance(source, File):
            if LIMIT_BYTES and source.measure() > LIMIT_BYTES:
                most = f"{LIMIT_BYTES / 2**20:.0f} MB"
                return Result(
                    path, "refused", f"It is larger than {most}, the most that the gallery takes at once."
                )
            sha256 = source.sha256()
            transcript = None if self.options.again else self.memory.known.get(sha256)
            if transcript is not None:
                url = f"{self.memory.address}/transcripts/{transcript}"
                return Result(path, "before", "Pushed before.", url, sha256, transcript=transcript)
        if self.gallery is None:
            return Result(path, "would", "It would be pushed.", sha256=sha256)
        answer = self.gallery.push(source)
        told = answer.file
        if answer.status not in {200, 201} or not told.get("transcript"):
            return Result(path, "refused", told.get("sentence") or answer.detail, None, sha256, answer.status)
        pictures, pk = told.get("images") or [], told["transcript"]["id"]
        self.memory.add(told["sha256"], pk)
        url = pictures[0]["url"] if len(pictures) == 1 else told["transcript"]["url"]
        return Result(path, told["outcome"], told["sentence"], url, told["sha256"], answer.status, pk)

    def _sources(self, paths: list[str]) -> Iterator[Source]:
        for path in map(Path, paths):
            mode = mode_of(path)
            if str(path) == "-":
                yield self._standard_input()
            elif stat.S_ISDIR(mode):
                yield from map(File, files_in(path, self.skipped, warn=self.teller.warn))
            elif not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
                yield File(path)
            else:  # what a shell makes of <(some-command)
                with path.open("rb", buffering=0) as stream:
                    yield Pipe(stream, self.options.name or path.name, self.memory.path.parent)

    def _standard_input(self) -> Pipe:
        return Pipe(sys.stdin.buffer, self.options.name or "standard input", self.memory.path.parent)

    def _warn_of_kept(self, kept: str) -> None:
        if kept:
            self.teller.warn(kept)


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    about, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        "gallery-push", description=about, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="FILE|FOLDER|-", help="what to push; - is standard input")
    add(
        "--watch",
        action="append",
        default=[],
        metavar="FOLDER",
        help="push whatever comes into it, until Ctrl-C",
    )
    add(
        "--url",
        default=ADDRESS,
        metavar="ADDRESS",
        help=f"of the gallery{f' ({ADDRESS})' if ADDRESS else ''}",
    )
    add("--name", default="", help="what to call standard input")
    add("--again", action="store_true", help="push also what was pushed before; nothing is kept twice")
    add("--dry-run", action="store_true", help="only say what would be pushed")
    add("--json", action="store_true", help="tell what came of each file as a line of JSON")
    add("--quiet", action="store_true", help="tell only what was refused or failed")
    add("--insecure", action="store_true", help="send the token unencrypted, in a network that you trust")
    add(
        "--timeout",
        type=_positive,
        default=120.0,
        metavar="SECONDS",
        help="how long to wait for an answer (120)",
    )
    add("--retries", type=int, default=6, metavar="N", help="how often to try again, with growing pauses (6)")
    options = parser.parse_args(arguments)
    if not options.paths and not options.watch:
        parser.error("say what to push: files, folders, - for standard input, or --watch FOLDER")
    for path in options.paths:
        if path != "-" and not mode_of(Path(path)):
            parser.error(f"there is no {path}")
    for folder in options.watch:
        if not stat.S_ISDIR(mode_of(Path(folder))):
            parser.error(f"there is no folder {folder}")
    return options


def main(arguments: list[str] | None = None) -> int:
    options = read_options(arguments)
    teller = Teller(is_json=options.json, is_quiet=options.quiet)
    memory = Memory(state_folder() / "pushed.jsonl", options.url.rstrip("/"), say=teller.warn)
    pusher = Pusher(options, None, memory, teller)
    code = None
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if not options.dry_run:
            pusher.gallery = _gallery(options, teller)
        try:
            pusher.begin()
        except Unanswered as error:
            if not options.watch:
                raise
            teller.warn(str(error))
        pusher.push_all(options.paths)
        if options.watch:
            teller.say(f"Watching {', '.join(options.watch)}. Ctrl-C ends it.")
            pusher.watch([Path(folder) for folder in options.watch])
    except Hopeless as error:
        teller.warn(str(error))
        pusher.keep_unsent(options.paths)
        code = 2
    except Unanswered as error:
        teller.warn(str(error))
        pusher.keep_unsent(options.paths)
        code = 1
    except KeyboardInterrupt:
        teller.say("Stopped. Start again, and it goes on from here.")
        code = STOPPED
    if sum(pusher.counts.values()) > 1 or pusher.skipped or code == STOPPED:
        teller.say(pusher.totals())
    if code is None:
        code = 1 if BAD & set(pusher.counts) or pusher.skipped["unreadable"] else 0
    return code


def _gallery(options: argparse.Namespace, teller: Teller) -> Gallery:
    token = os.environ.get("GALLERY_TOKEN", "").strip()
    if not token:
        raise Hopeless(
            "GALLERY_TOKEN is empty. Make a token in the gallery, and: export GALLERY_TOKEN=gal_..."
        )
    if not re.fullmatch(r"[!-~]{1,200}", token):
        raise Hopeless("GALLERY_TOKEN does not hold a token. Copy it again, the whole of it.")
    return Gallery(
        options.url,
        token,
        is_insecure=options.insecure,
        timeout=options.timeout,
        retries=options.retries,
        say=teller.say,
    )


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise ValueError(text)
    return value


if __name__ == "__main__":
    sys.exit(main())
