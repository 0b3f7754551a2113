"""Prices are seeded by a migration, which prices what a gallery of before them holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from gallery.search.tokens import fact_token

BEFORE = [("gallery", "0005_image_search")]
SEEDED = [("gallery", "0007_prices_known_in_2026")]
MOMENT = datetime(2026, 5, 15, 12, tzinfo=UTC)


def migrated_to(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def old_gallery(transactional_db: None) -> Iterator[Any]:
    """The models as they were before there were prices; afterwards the database is as new as it was."""
    yield migrated_to(BEFORE)
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate(leaves)


def put_picture(apps: Any, number: int, **fields: Any) -> int:
    response = apps.get_model("gallery", "Response").objects.create(
        key=f"{number:064x}",
        kind="response",
        response_id=f"resp_{number}",
        status="completed",
        created_at=MOMENT,
        first_uploaded_at=MOMENT,
        **({"image_model": "gpt-image-2"} | fields),
    )
    image = apps.get_model("gallery", "Image").objects.create(
        id=(int(MOMENT.timestamp()) << 31) + number,
        response=response,
        position=0,
        role="final",
        is_card=True,
        state="stored",
        image_model=response.image_model,
        size="1024x1024",
        quality="high",
        generated_at=MOMENT,
        added_at=MOMENT,
    )
    with connection.cursor() as cursor:
        document = "'_':1" if connection.vendor == "postgresql" else "_"
        cursor.execute("INSERT INTO image_search (rowid, document) VALUES (%s, %s)", [image.pk, document])
    return int(image.pk)


def with_usage(**others: int | None) -> dict[str, int | None]:
    return {
        "image_input_tokens": 49,
        "image_input_text_tokens": 49,
        "image_input_image_tokens": 0,
        "image_output_tokens": 196,
        "image_output_image_tokens": 196,
        "image_output_text_tokens": 0,
        "image_total_tokens": 245,
        **others,
    }


def found_by_cost() -> set[int]:
    token = fact_token("has", "cost")
    matches = (
        f"document @@ '{token}'::tsquery"
        if connection.vendor == "postgresql"
        else f"image_search MATCH '\"{token}\"'"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM image_search WHERE {matches}")
        return {pk for (pk,) in cursor.fetchall()}


def test_pictures_of_before_are_priced_and_found(old_gallery: Any) -> None:
    exact = put_picture(old_gallery, 1, **with_usage())
    estimated = put_picture(old_gallery, 2, image_model="gpt-image-1")
    unknown = put_picture(old_gallery, 3)
    rest = {
        "tool_usage": {
            "image_gen": {"cached_tokens": 40, "cached_tokens_details": {"cached_text_tokens": 40}}
        }
    }
    cached = put_picture(old_gallery, 4, rest=rest, **with_usage())
    apps = migrated_to(SEEDED)
    told = {image.pk: image.cost_usd for image in apps.get_model("gallery", "Image").objects.all()}
    assert told == {
        exact: Decimal("0.006125"),
        estimated: Decimal("0.1664"),
        unknown: None,
        cached: Decimal("0.005975"),
    }
    assert found_by_cost() == {exact, estimated, cached}


def test_going_back_and_forth_leaves_every_price_once(old_gallery: Any) -> None:
    names = [migrated_to(SEEDED).get_model("gallery", "Price").objects.count()]
    migrated_to([("gallery", "0006_prices")])
    names.append(migrated_to(SEEDED).get_model("gallery", "Price").objects.count())
    assert names[0] == names[1] > 7
