"""The images page at 1,000 and at 100,000 pictures, and a warm thumbnail: server time, queries, bytes.

Requests go through the whole application as a server calls it (WSGI, every middleware, a signed-in session)
and the answer is read to its end. The rows are made in bulk, here only, from ingested pictures and made-up
prompts.
"""

from __future__ import annotations

import statistics
from datetime import timedelta
from typing import Any

from bench import samples
from bench.clock import percentile
from bench.figures import Figure
from bench.visitor import Visitor
from gallery.demo import calls, conversations, drawing
from gallery.demo.studio import IMAGE_MODELS, MODELS, NEWEST_AT, QUALITIES

FEW, MANY = 1_000, 100_000
CARDS = 48
REQUESTS = 150
BATCH = 5_000


def measure() -> list[Figure]:
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    # As in production: pages name static files by their hashes.
    call_command("collectstatic", interactive=False, verbosity=0)
    blobs = _real_pictures()
    visitor = Visitor(get_wsgi_application())
    _add_rows(blobs, 0, FEW)
    small = visitor.times("/", REQUESTS)
    _add_rows(blobs, FEW, MANY)
    large = visitor.times("/", REQUESTS)
    deep = visitor.times(f"/?before={_middle_key()}", REQUESTS)
    thumb = visitor.times(f"/media/thumbs/{blobs[0].pk}.webp", REQUESTS)
    return [
        Figure(
            f"images page, {MANY:,} pictures against {FEW:,}",
            statistics.median(large) / statistics.median(small),
            "times",
            target=1.2,
        ),
        Figure(f"images page, {FEW:,} pictures, median", 1000 * statistics.median(small), "ms", target=20),
        Figure(f"images page, {FEW:,} pictures, 95th percentile", 1000 * percentile(small, 0.95), "ms"),
        Figure(f"images page, {MANY:,} pictures, median", 1000 * statistics.median(large), "ms", target=20),
        Figure(f"images page, {MANY:,} pictures, 95th percentile", 1000 * percentile(large, 0.95), "ms"),
        Figure(f"page in the middle of {MANY:,}, median", 1000 * statistics.median(deep), "ms", target=20),
        Figure("images page, queries", visitor.count_queries("/"), target=8),
        Figure(f"images page, HTML of {CARDS} cards", _page_size(visitor) / 1000, "KB", target=60),
        Figure("warm thumbnail, median", 1000 * statistics.median(thumb), "ms", target=1.5),
        Figure("warm thumbnail, 95th percentile", 1000 * percentile(thumb, 0.95), "ms"),
    ]


def _page_size(visitor: Visitor) -> int:
    """Of the page before compression; forty-eight cards must be on it."""
    from gallery.models import Image

    html = visitor.get("/")
    shown = sum(f"/images/{key}".encode() in html for key in _newest_tops(Image, CARDS))
    if shown != CARDS:
        raise SystemExit(f"bench: the images page shows {shown} of the newest {CARDS} cards.")
    return len(html)


def _newest_tops(model: Any, count: int) -> list[int]:  # noqa: ANN401 - the model, imported after the set-up
    tops = model.objects.cards().filter(is_stack_top=True).newest_first()
    return list(tops.values_list("pk", flat=True)[:count])


def _middle_key() -> int:
    from gallery.models import Image

    return int(Image.objects.cards().newest_first()[MANY // 2].pk)


def _real_pictures() -> list[Any]:
    """The blobs of a few ingested streams: true files with true thumbnails and placeholders."""
    from gallery.ingest import ingest_upload
    from gallery.models import Blob, Image, Response, Transcript

    for stream in samples.everyday_streams(24):
        ingest_upload(stream.data, name=stream.name, uploader=None, source_kind=Transcript.Source.COMMAND)
    Image.objects.all().delete()
    Response.objects.all().delete()
    return list(Blob.objects.filter(has_thumbnail=True).order_by("pk"))


def _add_rows(blobs: list[Any], first: int, last: int) -> None:
    """Responses number `first` to `last`, each with a picture; every fifth has a partial picture besides."""
    from django.db import connection
    from django.utils import timezone

    from gallery import indexing
    from gallery.identity import image_id, response_key
    from gallery.models import Image, Response

    chance = calls.chance("rows", first)
    palettes, subjects = sorted(drawing.PALETTES), sorted(drawing.SCENES)
    now = timezone.now()
    for start in range(first, last, BATCH):
        responses: list[tuple[Response, int]] = []
        for number in range(start, min(last, start + BATCH)):
            response_id = f"resp_{chance.getrandbits(200):050x}"
            at = NEWEST_AT - timedelta(seconds=chance.randrange(200 * 24 * 3600))
            model = chance.choice(MODELS)
            response = Response(
                key=response_key(response_id, at, model),
                kind="response",
                response_id=response_id,
                model=model,
                image_model=chance.choice(IMAGE_MODELS),
                status="completed",
                created_at=at,
                total_tokens=2000 + number % 900,
                first_uploaded_at=now,
            )
            responses.append((response, int(at.timestamp())))
        Response.objects.bulk_create([response for response, _ in responses])
        images = []
        for response, second in responses:
            prompt = conversations.prompt(chance, chance.choice(subjects), chance.choice(palettes))
            for role in ("final", "partial") if response.pk % 5 == 0 else ("final",):
                blob = chance.choice(blobs)
                images.append(
                    Image(
                        id=image_id(key=response.key, second=second, position=1, role=role, index=0),
                        response=response,
                        position=1,
                        role=role,
                        is_card=role == "final",
                        state="stored",
                        blob=blob,
                        media_type=blob.media_type,
                        width=blob.width,
                        height=blob.height,
                        size_bytes=blob.size_bytes,
                        has_c2pa=blob.has_c2pa,
                        has_alpha=blob.has_alpha,
                        has_thumbnail=True,
                        placeholder=blob.placeholder,
                        model=response.model,
                        image_model=response.image_model,
                        response_status="completed",
                        prompt=prompt,
                        size=f"{blob.width}x{blob.height}",
                        quality=chance.choice(QUALITIES),
                        background="opaque",
                        output_format=blob.media_type.removeprefix("image/"),
                        action="generate",
                        partial_count=2,
                        total_tokens=3300 + second % 900,
                        generated_at=response.created_at,
                        added_at=now,
                    )
                )
        cards = [image for image in images if image.is_card]
        indexing.assign(cards)
        Image.objects.bulk_create(images)
        indexing.index_new(cards)
    # As after any bulk of uploads: the planner must know how much there is.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize" if connection.vendor == "sqlite" else "ANALYZE")
