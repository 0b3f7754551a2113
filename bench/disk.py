"""What a stream with partials takes on disk, files and thumbnails and all, against the size of its upload."""

from __future__ import annotations

import os
from pathlib import Path

from bench import samples
from bench.figures import Figure


def measure() -> list[Figure]:
    streams = [*samples.big_streams([21, 22]), *samples.everyday_streams(12)]
    shares = [_kept_share(stream.name, stream.data) for stream in streams]
    kept, uploaded = sum(kept for kept, _ in shares), sum(uploaded for _, uploaded in shares)
    figures = [
        Figure(
            f"kept bytes against upload, {len(streams)} streams with partials",
            kept / uploaded,
            "times",
            target=0.4,
        ),
        Figure("the worst of them", max(kept / uploaded for kept, uploaded in shares), "times", target=0.4),
    ]
    if corpus := os.environ.get("BENCH_CORPUS"):
        for path in sorted(Path(corpus).iterdir()):
            if path.is_file() and path.stat().st_size > 100_000:
                kept, uploaded = _kept_share(path.name, path.read_bytes())
                figures.append(Figure(f"kept bytes against upload, {path.name}", kept / uploaded, "times"))
    return figures


def _kept_share(name: str, data: bytes) -> tuple[int, int]:
    """Bytes that appeared below the file store, and bytes that were uploaded."""
    from django.conf import settings

    from gallery.ingest import ingest_upload
    from gallery.models import Transcript

    before = _bytes_below(settings.MEDIA_DIR)
    report = ingest_upload(data, name=name, uploader=None, source_kind=Transcript.Source.COMMAND)
    if report.outcome == "refused":
        raise SystemExit(f"bench: {name} was refused: {report.sentence}")
    return _bytes_below(settings.MEDIA_DIR) - before, len(data)


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
