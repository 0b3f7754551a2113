r"""An uploaded file as a skeleton: its text with each stored picture's base64 replaced by the picture's hash.

A skeleton is the line `gallery-skeleton 1 <sha256 of the rest>\n` followed by a zlib stream. Unpacked, that
is a line of JSON, `{"size": …, "parts": […]}`, followed by literal bytes. The parts are in the file's order:
a number is a run of so many literal bytes, `"base64:<sha256>"` the base64 of that blob. Nothing else is
needed to read it.

A gzip upload stays literal: compressing its text again gives the same bytes only as long as nobody changes
the zlib under us, and an archive must not depend on that.
"""

from __future__ import annotations

import hashlib
import io
import json
import mmap
import zlib
from binascii import b2a_base64
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from gallery.transcripts.records import Payload

Raw = bytes | bytearray | memoryview | mmap.mmap

_MAGIC = b"gallery-skeleton 1 "
_BODY_AT = len(_MAGIC) + 64 + 1
_REFERENCE = "base64:"
_SLICE = 1024 * 1024
# A multiple of three bytes encodes without padding, so slices of base64 join seamlessly.
_BASE64_SLICE = 3 * 256 * 1024
_INPUT_SLICE = 64 * 1024
_HEADER_BOUND = 64 * 1024 * 1024


class ArchiveMismatch(Exception):
    """A skeleton just made does not give the file back. Never expected; the file is then not kept."""


class ArchiveDamaged(Exception):
    """A skeleton, or a blob that it needs, is not what was stored."""


class _Reference(NamedTuple):
    start: int
    end: int
    sha256: str
    data: bytes


def pack(raw: Raw, transcript_payloads: Iterable[Payload], stored: Collection[str]) -> bytes:
    """The skeleton of `raw`, proven byte for byte to give it back.

    A payload becomes a reference if it is canonical base64 and the hash of its bytes is in `stored`.
    Everything else is kept literally, also a payload whose promises turn out wrong. `raw` is read in slices.
    Raises ArchiveMismatch if the skeleton cannot be read back all the same.
    """
    is_gzip = raw[:2] == b"\x1f\x8b"
    references = [] if is_gzip else _references(len(raw), transcript_payloads, stored)
    skeleton = _build(raw, references)
    if _gives_back(skeleton, raw, references):
        return skeleton
    references = [reference for reference in references if _is_true(raw, reference)]
    skeleton = _build(raw, references)
    if _gives_back(skeleton, raw, references):
        return skeleton
    raise ArchiveMismatch("The skeleton does not give the uploaded file back.")


def unpack(skeleton: bytes, read_blob: Callable[[str], bytes]) -> Iterator[bytes]:
    """The original, in pieces of at most a megabyte. `read_blob` takes a hash, and raises if that is missing.

    Raises ArchiveDamaged at once for a skeleton that is not what was stored, and on the way for a blob that
    does not have its hash: no wrong byte is ever given out.
    """

    def read_checked(sha256: str) -> bytes:
        data = read_blob(sha256)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ArchiveDamaged(f"The stored picture {sha256} is damaged.")
        return data

    return _expand(_Reader(skeleton), read_checked)


def is_skeleton(data: bytes) -> bool:
    """Whether it is one, and as it was packed."""
    try:
        _Reader(data)
    except ArchiveDamaged:
        return False
    return True


def referenced_blobs(skeleton: bytes) -> list[str]:
    """The hashes of the blobs that unpacking needs, each once, in order. Raises ArchiveDamaged."""
    parts = _Reader(skeleton).parts
    return list(dict.fromkeys(part for part in parts if isinstance(part, str)))


def _references(size: int, payloads: Iterable[Payload], stored: Collection[str]) -> list[_Reference]:
    """Payloads that may be replaced: stored, apart from each other, and canonical as far as lengths tell."""
    references: list[_Reference] = []
    # One picture arrives up to three times; readers may share its bytes between payloads.
    hashes: dict[int, str] = {}
    for payload in sorted(payloads, key=lambda each: each.start):
        start, end, data = payload.start, payload.end, payload.data
        least = references[-1].end if references else 0
        if not (payload.is_canonical and data and least <= start < end <= size):
            continue
        if end - start != (len(data) + 2) // 3 * 4:
            continue
        sha256 = hashes.get(id(data)) or hashlib.sha256(data).hexdigest()
        hashes[id(data)] = sha256
        if sha256 in stored:
            references.append(_Reference(start, end, sha256, data))
    return references


def _is_true(raw: Raw, reference: _Reference) -> bool:
    at = reference.start
    for piece in _base64_pieces(reference.data):
        if bytes(memoryview(raw)[at : at + len(piece)]) != piece:
            return False
        at += len(piece)
    return True


def _base64_pieces(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    for at in range(0, len(data), _BASE64_SLICE):
        yield b2a_base64(view[at : at + _BASE64_SLICE], newline=False)


def _build(raw: Raw, references: Sequence[_Reference]) -> bytes:
    parts: list[int | str] = []
    runs: list[tuple[int, int]] = []
    at = 0
    for reference in references:
        runs.append((at, reference.start))
        parts += [reference.start - at, _REFERENCE + reference.sha256]
        at = reference.end
    runs.append((at, len(raw)))
    parts.append(len(raw) - at)
    header = {"size": len(raw), "parts": [part for part in parts if part != 0]}

    view = memoryview(raw)
    compress = zlib.compressobj(_level(view, runs))
    digest = hashlib.sha256()
    out = io.BytesIO()
    out.seek(_BODY_AT)

    def write(piece: bytes) -> None:
        digest.update(piece)
        out.write(piece)

    write(compress.compress(json.dumps(header, separators=(",", ":")).encode("ascii") + b"\n"))
    for start, end in runs:
        for slice_at in range(start, end, _SLICE):
            write(compress.compress(view[slice_at : min(end, slice_at + _SLICE)]))
    write(compress.flush())
    out.seek(0)
    out.write(_MAGIC + digest.hexdigest().encode("ascii") + b"\n")
    return out.getvalue()


def _level(view: memoryview, runs: Sequence[tuple[int, int]]) -> int:
    """6 for text, 1 for what hardly shrinks (base64 that had to stay), 0 for what does not (gzip)."""
    start, end = max(runs, key=lambda run: run[1] - run[0])
    middle = (start + end) // 2
    sample = view[max(start, middle - _INPUT_SLICE // 2) : min(end, middle + _INPUT_SLICE // 2)]
    shrunk = len(zlib.compress(sample, 1)) / max(1, len(sample))
    if len(sample) < _INPUT_SLICE or shrunk < 0.5:
        return 6
    return 1 if shrunk < 0.95 else 0


def _gives_back(skeleton: bytes, raw: Raw, references: Sequence[_Reference]) -> bool:
    """Whether unpacking gives exactly `raw`. Comparing replaces hashing: equal bytes need no digest."""
    view = memoryview(raw)
    blobs = {reference.sha256: reference.data for reference in references}
    at = 0
    try:
        for piece in _expand(_Reader(skeleton), blobs.__getitem__):
            # A memoryview compares item by item; two bytes objects compare by memcmp.
            if bytes(view[at : at + len(piece)]) != piece:
                return False
            at += len(piece)
    except ArchiveDamaged:
        return False
    return at == len(raw)


class _Reader:
    """A skeleton opened: its parts, and its literal bytes in sequence. Raises ArchiveDamaged."""

    def __init__(self, skeleton: bytes) -> None:
        view = memoryview(skeleton)
        head = bytes(view[:_BODY_AT])
        if not head.startswith(_MAGIC) or len(head) < _BODY_AT or head[-1:] != b"\n":
            raise ArchiveDamaged("This is not a skeleton, or one of a later version.")
        if hashlib.sha256(view[_BODY_AT:]).hexdigest().encode("ascii") != head[len(_MAGIC) : -1]:
            raise ArchiveDamaged("The skeleton is damaged.")
        self._pieces = _inflated(view[_BODY_AT:])
        self._rest = memoryview(b"")
        self.size, self.parts = _header(self._line())

    def _line(self) -> bytes:
        line = bytearray()
        for piece in self._pieces:
            head, found, tail = piece.partition(b"\n")
            line += head
            if found:
                self._rest = memoryview(tail)
                return bytes(line)
            if len(line) > _HEADER_BOUND:
                break
        raise ArchiveDamaged("The skeleton has no header.")

    def literal(self, length: int) -> Iterator[bytes]:
        while length:
            if not self._rest:
                self._rest = memoryview(next(self._pieces, b""))
                if not self._rest:
                    raise ArchiveDamaged("The skeleton ends before the file does.")
            piece, self._rest = bytes(self._rest[:length]), self._rest[length:]
            length -= len(piece)
            yield piece

    def is_at_end(self) -> bool:
        return not self._rest and next(self._pieces, None) is None


def _inflated(body: memoryview) -> Iterator[bytes]:
    """The zlib stream in bounded pieces, never an empty one."""
    inflate = zlib.decompressobj()
    try:
        for at in range(0, len(body), _INPUT_SLICE):
            waiting: bytes | memoryview = body[at : at + _INPUT_SLICE]
            while waiting:
                piece = inflate.decompress(waiting, _SLICE)
                waiting = inflate.unconsumed_tail
                if piece:
                    yield piece
        tail = inflate.flush()
        if tail:
            yield tail
    except zlib.error as error:
        raise ArchiveDamaged("The skeleton cannot be unpacked.") from error
    if not inflate.eof or inflate.unused_data:
        raise ArchiveDamaged("The skeleton does not end where it should.")


def _header(line: bytes) -> tuple[int, list[int | str]]:
    """Size and parts, each part a count of literal bytes or the hash of a blob."""
    try:
        header = json.loads(line)
        size, entries = header["size"], header["parts"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArchiveDamaged("The skeleton's header cannot be read.") from error
    if type(size) is not int or not isinstance(entries, list):
        raise ArchiveDamaged("The skeleton's header cannot be read.")
    return size, [_part(entry) for entry in entries]


def _part(entry: object) -> int | str:
    if type(entry) is int and entry > 0:
        return entry
    if isinstance(entry, str) and entry.startswith(_REFERENCE):
        return entry.removeprefix(_REFERENCE)
    raise ArchiveDamaged("The skeleton's header names a part of no known kind.")


def _expand(reader: _Reader, read_blob: Callable[[str], bytes]) -> Iterator[bytes]:
    given = 0
    last_hash, last_data = "", b""
    for part in reader.parts:
        if isinstance(part, int):
            pieces = reader.literal(part)
        else:
            if part != last_hash:
                last_hash, last_data = part, read_blob(part)
            pieces = _base64_pieces(last_data)
        for piece in pieces:
            given += len(piece)
            yield piece
    if given != reader.size or not reader.is_at_end():
        raise ArchiveDamaged("The skeleton does not give back as much as it announces.")
