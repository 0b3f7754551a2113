"""JSON values on lines: one each, or several, with blank lines and broken ones between them."""

from __future__ import annotations

from gallery.transcripts.reading import Session
from gallery.transcripts.text import decode, lines


def read_jsonl(session: Session, start: int, first_line: int) -> None:
    """Every line's values. A broken line costs no other line."""
    skeleton = session.skeleton
    take = session.take
    end = len(skeleton.data)
    for number, offset, raw in lines(skeleton.data, start):
        line = number + first_line - 1
        text, is_invalid = decode(raw)
        if is_invalid:
            session.report(
                "invalid_utf8",
                f"Line {line} is not valid UTF-8; unreadable bytes became \ufffd.",
                line,
                offset,
            )
        if take(text, line, offset):
            continue
        stripped = text.strip(" \t\0\ufeff\x1e,")
        if not stripped or stripped in ("[", "]", "[DONE]"):
            continue
        if stripped.startswith(("data:", "event:", "id:", "retry:", ":")):
            stripped = stripped.removeprefix("data:").strip() if stripped.startswith("data:") else ""
            if stripped in ("", "[DONE]"):
                continue
        if take(stripped, line, offset):
            continue
        lead = len(text) - len(text.lstrip(" \t\0\ufeff\x1e,"))
        if "{" not in stripped and "[" not in stripped:
            if not stripped.startswith("```"):
                session.report("noise", f"Line {line} is not JSON and was skipped.", line, offset)
            continue
        is_last = (
            not bytes(skeleton.data[offset + len(raw) : end]).strip()
            if end - offset - len(raw) < 4096
            else False
        )
        session.take_damaged(stripped, line, offset + lead, is_last=is_last)
