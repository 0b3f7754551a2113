"""The prices known when this was written, and what the pictures that are there already cost by them.

Apart from the migration before it: PostgreSQL does not alter a table that the same transaction has written to.
"""

from decimal import Decimal

from django.db import migrations

from gallery.cleaning import fit_count
from gallery.costing import cost_or_none, facts_of_all, set_cost
from gallery.prices import rates_from

CHUNK = 500
HAS_COST = "_1693d5a33e6815b1"
"""The token of the fact `has:cost` in the documents of the search index."""

# Dollars per million tokens: text in, cached text in, image in, cached image in, image out, text out.
IMAGE_RATES = {
    "gpt-image-1": ("5", "1.25", "10", "2.50", "40", None),
    "gpt-image-1-mini": ("2", "0.20", "2.50", "0.25", "8", None),
    "gpt-image-1.5": ("5", "1.25", "8", "2", "32", "10"),
    "chatgpt-image-latest": ("5", "1.25", "8", "2", "32", "10"),
    "gpt-image-2": ("5", "1.25", "8", "2", "30", None),
    "gpt-image-2.5-*": ("5", "1.25", "8", "2", "30", None),
    "gpt-image-2.6-*": ("5", "1.25", "8", "2", "30", None),
}
IMAGE_SOURCE = "The models' official pages (https://developers.openai.com/api/docs/pricing); genai-prices 0.2.3"
IMAGE_NOTE = "Verified in October 2026; an earlier price is not known."
IMAGE_NOTES = {
    "gpt-image-2.6-*": "Verified in October 2026 for -sunburst; resellers call -flare unchanged, too.",
}
IMAGE_SOURCES = {"gpt-image-2.6-*": "The official page of gpt-image-2.6-sunburst; resellers' lists for -flare"}
PICTURE_TOKENS = {
    "1024x1024": {"low": 272, "medium": 1056, "high": 4160},
    "1024x1536": {"low": 408, "medium": 1584, "high": 6240},
    "1536x1024": {"low": 400, "medium": 1568, "high": 6208},
}
ESTIMATED = {"gpt-image-1", "gpt-image-1.5"}

# Dollars per million tokens: in, cached in, out; and the most input tokens of a call at that price.
CHAT_RATES = {
    "gpt-4.1": ("2", "0.5", "8", None),
    "gpt-4.1-mini": ("0.4", "0.1", "1.6", None),
    "gpt-4.1-nano": ("0.1", "0.025", "0.4", None),
    "gpt-4o": ("2.5", "1.25", "10", None),
    "gpt-4o-2024-05-13": ("5", None, "15", None),
    "gpt-4o-mini": ("0.15", "0.075", "0.6", None),
    "gpt-5": ("1.25", "0.125", "10", None),
    "gpt-5-mini": ("0.25", "0.025", "2", None),
    "gpt-5-nano": ("0.05", "0.005", "0.4", None),
    "gpt-5.1": ("1.25", "0.125", "10", None),
    "gpt-5.2": ("1.75", "0.175", "14", None),
    "gpt-5.4": ("2.5", "0.25", "15", 272_000),
    "gpt-5.4-mini": ("0.75", "0.075", "4.5", None),
    "gpt-5.4-nano": ("0.2", "0.02", "1.25", None),
    "gpt-5.5": ("5", "0.5", "30", 272_000),
    "o4-mini": ("1.1", "0.275", "4.4", None),
}
CHAT_SOURCE = "genai-prices 0.2.3 (https://github.com/pydantic/genai-prices)"
CHAT_NOTE = "The standard tier, as of October 2026; an earlier price is not known."

LONG = ("rest", "timeline", "problems", "salvaged", "instructions", "output_text", "requested")
APPEND = {
    "sqlite": f"UPDATE image_search SET document = document || ' {HAS_COST}' WHERE rowid IN (%s, %s)",
    "postgresql": f"UPDATE image_search SET document = document || '{HAS_COST}:16383'::tsvector WHERE rowid IN (%s, %s)",
}
FIELDS = ("text_in_usd", "cached_text_in_usd", "image_in_usd", "cached_image_in_usd", "image_out_usd", "text_out_usd")


def seed(apps, schema_editor):
    price = apps.get_model("gallery", "Price")
    for name, rates in IMAGE_RATES.items():
        price.objects.create(
            kind="image",
            name=name,
            picture_tokens=PICTURE_TOKENS if name in ESTIMATED else {},
            source=IMAGE_SOURCES.get(name, IMAGE_SOURCE),
            note=IMAGE_NOTES.get(name, IMAGE_NOTE),
            **{field: rate and Decimal(rate) for field, rate in zip(FIELDS, rates)},
        )
    for name, (text_in, cached, text_out, most) in CHAT_RATES.items():
        price.objects.create(
            kind="chat",
            name=name,
            text_in_usd=Decimal(text_in),
            cached_text_in_usd=cached and Decimal(cached),
            text_out_usd=Decimal(text_out),
            most_input_tokens=most,
            source=CHAT_SOURCE,
            note=CHAT_NOTE,
        )


def fill_cached_tokens(apps, schema_editor):
    """Counts of cached image tokens, which had no columns and so were left in the rest of the response."""
    response = apps.get_model("gallery", "Response")
    rows = response.objects.filter(image_total_tokens__gt=0).order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last).only("pk", "kind", "rest")[:CHUNK]):
        last = chunk[-1].pk
        changed = []
        for row in chunk:
            usage = row.rest if isinstance(row.rest, dict) else {}
            for key in ("usage",) if row.kind == "images" else ("tool_usage", "image_gen"):
                usage = usage.get(key) if isinstance(usage, dict) else None
            if not isinstance(usage, dict) or not usage.get("cached_tokens"):
                continue
            details = usage.get("cached_tokens_details")
            details = details if isinstance(details, dict) else {}
            row.image_cached_tokens = _count(usage.get("cached_tokens"))
            row.image_cached_text_tokens = _count(details.get("cached_text_tokens"))
            row.image_cached_image_tokens = _count(details.get("cached_image_tokens"))
            changed.append(row)
        response.objects.bulk_update(
            changed,
            ["image_cached_tokens", "image_cached_text_tokens", "image_cached_image_tokens"],
            batch_size=CHUNK,
        )


def _count(value):
    return fit_count(value) if type(value) is int else None


def fill_costs(apps, schema_editor):
    """A chunk of responses at a time, with the search index: what is found by `has:cost` is found at once."""
    image, response = apps.get_model("gallery", "Image"), apps.get_model("gallery", "Response")
    prices = [rates_from(price) for price in apps.get_model("gallery", "Price").objects.filter(kind="image")]
    last = 0
    while pks := list(response.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = pks[-1]
        images = (
            image.objects.filter(response_id__in=pks, role="final")
            .select_related("response", "item")
            .defer("prompt", "placeholder", *(f"response__{name}" for name in LONG))
        )
        priced = []
        for row, facts in facts_of_all(images):
            cost = facts and cost_or_none(facts, prices)
            if cost:
                set_cost(row, cost)
                priced.append(row)
        # In the order of the keys: FTS5 writes out all it has gathered when a document comes before the last one.
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE gallery_image SET cost_usd = %s, is_cost_estimated = %s, cost_rank = %s, cost_share = %s, "
                "price_id = %s WHERE id = %s",
                [
                    (str(row.cost_usd), row.is_cost_estimated, row.cost_rank, row.cost_share, row.price_id, row.pk)
                    for row in priced
                ],
            )
            cursor.executemany(
                APPEND[schema_editor.connection.vendor], sorted((row.pk, -row.pk) for row in priced if row.is_card)
            )


def forget(apps, schema_editor):
    apps.get_model("gallery", "Image").objects.exclude(price=None).update(
        price=None, cost_usd=None, is_cost_estimated=False, cost_rank=0, cost_share=None
    )
    apps.get_model("gallery", "Price").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_prices")]

    operations = [
        migrations.RunPython(seed, forget),
        migrations.RunPython(fill_cached_tokens, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(fill_costs, migrations.RunPython.noop, elidable=True),
    ]
