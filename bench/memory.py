"""Peak memory of ingesting one large transcript, above an idle process, against the transcript's size."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.gallery_here import fresh_environment, run
from gallery.demo import generator


def measure() -> list[Figure]:
    """Each in a process of its own: a peak never goes down again."""
    figures = []
    samples = (generator.big_stream(1, 9), generator.big_stream(1, 60), generator.big_body(1, 60))
    for transcript in samples:
        with (
            tempfile.TemporaryDirectory(prefix="gallery-peak-") as folder,
            fresh_environment() as environment,
        ):
            path = Path(folder) / transcript.name
            path.write_bytes(transcript.data)
            measured = json.loads(run(environment, "-m", "bench.peak", str(path)).splitlines()[-1])
        size = len(transcript.data)
        shape = "JSON body" if transcript.shape == "json" else "stream"
        figures.append(
            Figure(
                f"peak memory above idle, {size / 1e6:.0f} MB {shape} (idle {measured['idle'] / 1e6:.0f} MB)",
                (measured["peak"] - measured["idle"]) / size,
                "times",
                target=3,
            )
        )
    return figures
