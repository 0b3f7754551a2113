"""`manage.py demo`: once it has run, there is something to look at; run again, it adds nothing."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from gallery.demo.generator import make_transcripts
from gallery.models import Image, Transcript

pytestmark = pytest.mark.django_db

SIDE = 96


def run_demo(*, count: int = 12, seed: int = 1, jobs: int = 1) -> str:
    out = io.StringIO()
    call_command("demo", count=count, seed=seed, jobs=jobs, longest_side=SIDE, stdout=out, stderr=out)
    return out.getvalue()


def test_it_keeps_as_many_transcripts_as_asked_for() -> None:
    run_demo(count=12)

    assert Transcript.objects.count() == 12


def test_it_says_what_it_did() -> None:
    assert run_demo(count=3) == "3 made-up transcripts added, 0 were already here.\n"


def test_run_again_it_adds_nothing() -> None:
    run_demo()
    images = set(Image.objects.values_list("pk", flat=True))

    said = run_demo()

    assert said == "0 made-up transcripts added, 12 were already here.\n"
    assert set(Image.objects.values_list("pk", flat=True)) == images


def test_asked_for_more_it_goes_on_where_it_stopped() -> None:
    run_demo(count=6)

    run_demo(count=10)

    names = sorted(made.name for made in make_transcripts(1, 10, longest_side=SIDE))
    assert sorted(Transcript.objects.values_list("name", flat=True)) == names


def test_another_seed_adds_others() -> None:
    run_demo(count=4)

    run_demo(count=4, seed=2)

    assert Transcript.objects.count() == 8


def test_several_processes_give_the_same_as_one() -> None:
    run_demo(count=5, jobs=2)

    kept = set(Transcript.objects.values_list("name", flat=True))
    assert kept == {made.name for made in make_transcripts(1, 5, longest_side=SIDE)}


def test_the_uploads_are_spread_over_people_who_cannot_sign_in() -> None:
    run_demo()

    uploaders = User.objects.filter(transcripts__isnull=False).distinct()
    assert len(uploaders) > 2
    assert not any(uploader.has_usable_password() for uploader in uploaders)


def test_the_uploads_are_spread_over_time_and_the_same_each_time() -> None:
    run_demo()
    days = {uploaded_at.date() for uploaded_at in Transcript.objects.values_list("uploaded_at", flat=True)}
    times = dict(Transcript.objects.values_list("sha256", "uploaded_at"))
    Transcript.objects.all().delete()

    run_demo()

    assert len(days) > 6
    assert dict(Transcript.objects.values_list("sha256", "uploaded_at")) == times
