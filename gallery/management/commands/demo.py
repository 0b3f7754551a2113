"""`manage.py demo`: fills the gallery with made-up generations to look at."""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import chain, islice
from itertools import count as numbers_from
from multiprocessing import get_context
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser

from gallery.demo.calls import chance
from gallery.demo.generator import make_scene
from gallery.demo.scenarios import GeneratedTranscript
from gallery.demo.studio import NEWEST_AT
from gallery.ingest import ingest_upload
from gallery.models import Transcript
from gallery.roles import Role, set_role

CONTRIBUTORS = ("amelie", "bartek", "chiyo", "dimitra", "eoin", "farah")
LONGEST_DELAY = timedelta(days=2)


class Command(BaseCommand):
    help = "Add made-up generations with drawn pictures. The same seed adds the same ones, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=int, default=60, help="how many transcripts (default 60)")
        parser.add_argument(
            "--seed", type=int, default=1, help="which ones; another seed adds others (default 1)"
        )
        parser.add_argument("--jobs", type=int, default=0, help="processes that draw (default: one per core)")
        parser.add_argument("--longest-side", type=int, help="bound on the pictures' sides in pixels")

    def handle(
        self,
        *,
        count: int,
        seed: int,
        jobs: int,
        longest_side: int | None,
        **_: Any,
    ) -> None:
        contributors = [self._contributor(name) for name in CONTRIBUTORS]
        first_scene, kept = _already_kept(seed)
        draw = partial(make_scene, seed, longest_side=longest_side)
        drawn = _drawn(draw, first_scene, jobs or os.cpu_count() or 1)
        stored = 0
        for done, transcript in enumerate(islice(drawn, max(0, count - kept))):
            dice = chance("upload", transcript.name)
            moments = [call.created_at for call in transcript.calls]
            generated_at = max(moments, default=NEWEST_AT - LONGEST_DELAY)
            report = ingest_upload(
                transcript.data,
                name=transcript.name,
                uploader=dice.choice(contributors),
                source_kind=Transcript.Source.EXAMPLES,
                uploaded_at=generated_at + LONGEST_DELAY * dice.random() ** 3,
            )
            if report.outcome == "refused":
                self.stderr.write(f"{transcript.name}: {report.sentence}")
            stored += report.outcome == "stored"
            self._show_progress(kept + done + 1, count, transcript.name)
        self.stdout.write(
            f"{stored} made-up transcripts added, {max(count, kept) - stored} were already here."
        )

    def _contributor(self, name: str) -> User:
        user, is_new = get_user_model().objects.get_or_create(
            username=name, defaults={"first_name": name.capitalize()}
        )
        if is_new:
            # They are names under pictures: nobody can sign in as one.
            user.set_unusable_password()
            user.save(update_fields=["password"])
            set_role(user, Role.CONTRIBUTOR)
        return user

    def _show_progress(self, done: int, count: int, name: str) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == count else ""
            sys.stderr.write(f"\r\x1b[K{done}/{count} {name}{end}")
            sys.stderr.flush()


def _already_kept(seed: int) -> tuple[int, int]:
    """The first scene of `seed` that may be incomplete, and how many transcripts precede it."""
    names = Transcript.objects.filter(source=Transcript.Source.EXAMPLES).values_list("name", flat=True)
    matches = (re.search(rf"-{seed}-(\d{{3,}})\.", name) for name in names)
    numbers = [int(match[1]) for match in matches if match]
    last = max(numbers, default=0)
    return last, sum(number < last for number in numbers)


def _drawn(
    draw: Callable[[int], list[GeneratedTranscript]], first_scene: int, jobs: int
) -> Iterator[GeneratedTranscript]:
    """The scenes from `first_scene` on, in order, drawn by `jobs` processes a little ahead of their use."""
    if jobs == 1:
        yield from chain.from_iterable(map(draw, numbers_from(first_scene)))
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        ahead = deque(pool.submit(draw, first_scene + step) for step in range(jobs + 1))
        try:
            for scene in numbers_from(first_scene + jobs + 1):
                yield from ahead.popleft().result()
                ahead.append(pool.submit(draw, scene))
        finally:
            pool.shutdown(cancel_futures=True)
