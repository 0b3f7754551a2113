"""The progress line at a terminal."""

from __future__ import annotations

import io

from gallery.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_at_a_terminal_it_says_how_far_it_is() -> None:
    terminal = Terminal()
    progress = Progress(terminal, total=4, noun="files")
    for _ in range(4):
        progress.advance()
    assert "[########################] 4 of 4 files, 0:00 left" in terminal.getvalue()


def test_without_a_total_it_counts() -> None:
    terminal = Terminal()
    Progress(terminal, total=0, noun="files").advance()
    assert terminal.getvalue().strip() == "files: 1"


def test_it_makes_room_for_a_line() -> None:
    terminal = Terminal()
    progress = Progress(terminal, total=2, noun="files")
    progress.advance()
    progress.clear()
    last = terminal.getvalue().split("\r")[-2:]
    assert [last[0].strip(), last[1]] == ["", ""]


def test_elsewhere_it_is_silent() -> None:
    pipe = io.StringIO()
    progress = Progress(pipe, total=2, noun="files")
    progress.advance()
    progress.clear()
    assert pipe.getvalue() == ""
