"""`python -m bench.peak FILE`: ingests the file and prints idle and peak resident memory in bytes, as JSON.

Idle is after a small upload: a server that has served is what a large upload comes to. The kernel counts the
peak (VmHWM, which includes pages of mapped files), so that nothing between two looks is missed.
"""

from __future__ import annotations

import gc
import json
import re
import sys
from pathlib import Path

from bench.gallery_here import set_up
from gallery.demo import generator


def main(path: Path) -> None:
    set_up()
    from gallery.ingest import ingest_upload
    from gallery.models import Transcript

    small = generator.make_scene(1, 0, longest_side=256)[0]
    ingest_upload(small.data, name=small.name, uploader=None, source_kind=Transcript.Source.COMMAND)
    del small
    gc.collect()
    # 5 resets the peak to what is resident now.
    Path("/proc/self/clear_refs").write_text("5")
    idle = _status("VmRSS")
    report = ingest_upload(path, name=path.name, uploader=None, source_kind=Transcript.Source.COMMAND)
    if report.outcome != "stored":
        raise SystemExit(report.sentence)
    sys.stdout.write(json.dumps({"idle": idle, "peak": _status("VmHWM")}) + "\n")


def _status(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise SystemExit(f"bench: this system does not tell {name}; memory is measured on Linux only.")
    return int(found[1]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
