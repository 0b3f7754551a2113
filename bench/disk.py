"""What a stream with partials takes on disk, files and thumbnails and all, against the size of its upload."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bench import samples
from bench.figures import Figure


def measure() -> list[Figure]:
    """Most recorded streams send one picture before the final one. With two, the pictures alone weigh over 0.4."""
    everyday = [_Share.of(stream.name, stream.data) for stream in samples.everyday_streams(12)]
    long = samples.big_streams([21])[0]
    long_share = _Share.of(long.name, long.data)
    pictures = {data for steps in long.calls[0].partials.values() for data in steps}
    everyone = [*everyday, long_share]
    figures = [
        Figure(
            f"kept bytes against upload, {len(everyone)} streams with partials",
            sum(share.kept for share in everyone) / sum(share.uploaded for share in everyone),
            "times",
            target=0.4,
        ),
        Figure(
            "the worst of those with one picture before the final one",
            max(share.ratio for share in everyday),
            "times",
            target=0.4,
        ),
        Figure("the one with two pictures before the final one", long_share.ratio, "times"),
        Figure("its distinct pictures alone", sum(map(len, pictures)) / long_share.uploaded, "times"),
    ]
    if corpus := os.environ.get("BENCH_CORPUS"):
        for path in sorted(Path(corpus).iterdir()):
            if path.is_file() and path.stat().st_size > 100_000:
                share = _Share.of(path.name, path.read_bytes())
                figures.append(Figure(f"kept bytes against upload, {path.name}", share.ratio, "times"))
    return figures


@dataclass(frozen=True, slots=True)
class _Share:
    """Bytes that appeared below the file store, and bytes that were uploaded."""

    kept: int
    uploaded: int

    @property
    def ratio(self) -> float:
        return self.kept / self.uploaded

    @classmethod
    def of(cls, name: str, data: bytes) -> _Share:
        from django.conf import settings

        from gallery.ingest import ingest_upload
        from gallery.models import Transcript

        before = _bytes_below(settings.MEDIA_DIR)
        report = ingest_upload(data, name=name, uploader=None, source_kind=Transcript.Source.COMMAND)
        if report.outcome == "refused":
            raise SystemExit(f"bench: {name} was refused: {report.sentence}")
        return cls(_bytes_below(settings.MEDIA_DIR) - before, len(data))


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
