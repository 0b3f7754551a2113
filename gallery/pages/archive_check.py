"""The check of the archive on the health page: how far the present one is, what the last one found, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from gallery import checking, health
from gallery.checking import Running
from gallery.health import LastCheck, UnfinishedCheck
from gallery.models import Transcript

UPLOAD_AGAIN = "Upload the same file again: what is lost or damaged comes back, and nothing else changes."
UPLOAD_ONE_AGAIN = "Upload a transcript that holds it again: the page of each says which do."
READ_AGAIN = (
    "Its page leads to the transcripts that hold it: “Read again from its archive” on one of them mends it."
)
IN_NOBODYS_WAY = "In nobody's way. “manage.py fsck --repair” sweeps it."

# What is said of one and of several, and what helps. What is not here is found once at most: its own sentence says it.
KINDS: Mapping[str, tuple[str, str, str]] = {
    "original-lost": ("upload cannot be given back", "uploads cannot be given back", UPLOAD_AGAIN),
    "original-differs": (
        "upload comes back with other bytes",
        "uploads come back with other bytes",
        UPLOAD_AGAIN,
    ),
    "blob-missing": ("file of a picture is not there", "files of pictures are not there", UPLOAD_ONE_AGAIN),
    "blob-damaged": (
        "file of a picture is not what was stored",
        "files of pictures are not what was stored",
        UPLOAD_ONE_AGAIN,
    ),
    "thumbnail-missing": ("thumbnail is not there", "thumbnails are not there", READ_AGAIN),
    "image-hollow": ("picture names no file", "pictures name no file", READ_AGAIN),
    "row-unused": (
        "file is needed by no transcript",
        "files are needed by no transcript",
        IN_NOBODYS_WAY,
    ),
    "blobs-left-over": ("picture is left over", "pictures are left over", IN_NOBODYS_WAY),
    "thumbs-left-over": ("thumbnail is left over", "thumbnails are left over", IN_NOBODYS_WAY),
    "skeletons-left-over": ("archived upload is left over", "archived uploads are left over", IN_NOBODYS_WAY),
    "file-half-written": ("file is half written", "files are half written", IN_NOBODYS_WAY),
}
OF_TRANSCRIPTS = {"original-lost", "original-differs"}
OF_BLOBS = {"blob-missing", "blob-damaged", "thumbnail-missing", "row-unused"}
OF_IMAGES = {"image-hollow"}


@dataclass(frozen=True, slots=True)
class Named:
    """One of what was found; `href` leads to its page, where there is one."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class KindFound:
    """What was found of one kind: `count` of what `words` say, the first by name. None: the words say all of it."""

    count: int | None
    words: str
    advice: str
    named: tuple[Named, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ArchiveCheck:
    """`problem` says why one could not be started."""

    running: Running | None
    last: LastCheck | None
    unfinished: UnfinishedCheck | None
    kinds: tuple[KindFound, ...]
    problem: str = ""

    @property
    def is_damaged(self) -> bool:
        return self.last is not None and self.last.totals.get("damaged", 0) > self.last.totals.get(
            "repaired", 0
        )

    @property
    def is_comparing(self) -> bool:
        """All files are looked at; what is left has no number."""
        return self.running is not None and 0 < self.running.total <= self.running.done


def archive_check(*, problem: str = "") -> ArchiveCheck:
    """In five queries, of which each takes one step in an index."""
    running = checking.running()
    last = health.last_check()
    return ArchiveCheck(
        running=running,
        last=last,
        unfinished=health.unfinished_check() if running is None else None,
        kinds=_kinds(last) if last is not None else (),
        problem=problem,
    )


def _kinds(last: LastCheck) -> tuple[KindFound, ...]:
    names = _transcripts(each["subject"] for each in last.found if each["code"] in OF_TRANSCRIPTS)
    found = []
    for code in dict.fromkeys(each["code"] for each in last.found):  # in the order of the check
        count = last.kinds[code]
        examples = [each for each in last.found if each["code"] == code]
        named = tuple(_named(code, each["subject"], names) for each in examples if each["subject"])
        if code not in KINDS:
            sentences = " ".join(each["sentence"].replace("`", "") for each in examples)
            found.append(KindFound(None, sentences, "", (), more=0))
            continue
        one, several, advice = KINDS[code]
        words = one if count == 1 else several
        found.append(KindFound(count, words, advice, named, more=count - len(named)))
    return tuple(found)


def _transcripts(sha256s: Iterable[str]) -> dict[str, Named]:
    rows = Transcript.objects.filter(sha256__in=list(sha256s)).values_list("sha256", "name", "pk")
    return {
        sha256: Named(name, reverse("admin:gallery_transcript_change", args=[pk]))
        for sha256, name, pk in rows
    }


def _named(code: str, subject: str, transcripts: Mapping[str, Named]) -> Named:
    if code in OF_TRANSCRIPTS:
        return transcripts.get(subject, Named(subject[:12], ""))
    if code in OF_BLOBS:
        return Named(subject[:12], reverse("admin:gallery_blob_change", args=[subject]))
    if code in OF_IMAGES:
        return Named(subject, reverse("admin:gallery_image_change", args=[subject]))
    return Named(subject[:12], "")
