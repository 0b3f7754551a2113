"""What the three readers share: parse a stretch of text, pass its values on, say what is wrong with the rest."""

from __future__ import annotations

from gallery.transcripts.assemble import Assembler, Place
from gallery.transcripts.parsing import BrokenJson, parse_at, skip_between
from gallery.transcripts.payloads import Skeleton
from gallery.transcripts.records import Problem
from gallery.transcripts.salvage import Damage, salvage


class Session:
    """One file being read: its skeleton, and the assembler that its values go to."""

    def __init__(self, skeleton: Skeleton, assembler: Assembler) -> None:
        self.skeleton = skeleton
        self.assembler = assembler
        self._has_markers = bool(skeleton.pictures)

    def take(
        self, text: str, line: int, offset: int, name: str | None = None, *, is_type_needed: bool = False
    ) -> bool:
        """All values of a text that should hold nothing but whole JSON values. False if it holds anything else.

        `is_type_needed` says that an object that does not tell its type is not taken either.
        """
        try:
            value, end = parse_at(text, 0)
        except BrokenJson:
            return False
        if is_type_needed and type(value) is dict and not value.keys() & {"type", "object"}:
            return False
        if self._has_markers and self.skeleton.marker_start in text:
            value = self.skeleton.restore(value)
        if end == len(text):
            self.assembler.add(value, Place(line, offset), name)
            return True
        values = [value]
        while (position := skip_between(text, end)) < len(text):
            try:
                value, end = parse_at(text, position)
            except BrokenJson:
                return False
            values.append(self.skeleton.restore(value) if self._has_markers else value)
        for value in values:
            self.assembler.add(value, Place(line, offset), name)
        return True

    def take_damaged(
        self, text: str, line: int, offset: int, name: str | None = None, *, is_last: bool = False
    ) -> bool:
        """Recover what a text that is not JSON certainly says. False if nothing could be recovered.

        `is_last` says that the file ends with it, so that a missing end is the end of the transcript.
        """
        try:
            damage = salvage(text)
        except RecursionError:
            damage = Damage("too_deep", 0)
        event = self.assembler.event_count
        for recovered in damage.values:
            value = self.skeleton.restore(recovered.value) if self._has_markers else recovered.value
            place = Place(line, offset, is_salvaged=recovered.is_doubtful)
            self.assembler.add(value, place, name)
        broken_at = offset + len(text[: damage.position].encode(errors="replace"))
        self.assembler.report(
            Problem(
                damage.code,
                damage.sentence(line, is_last=is_last),
                line,
                event,
                self.skeleton.raw_offset(broken_at),
            )
        )
        if is_last and damage.is_cut and damage.values:
            self.assembler.end_of_cut_file()
        return bool(damage.values)

    def report(self, code: str, message: str, line: int, offset: int) -> None:
        self.assembler.report(
            Problem(code, message, line, self.assembler.event_count, self.skeleton.raw_offset(offset))
        )
