"""What was generated and what it used, added up; what chat models cost, and by which price."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from gallery.costing import chat_cost_or_none, set_chat_cost
from gallery.prices import rates_from

CHUNK = 500


def fill_chat_costs(apps, schema_editor):
    """What the chat models of the responses that are there cost, by the prices in force."""
    response = apps.get_model("gallery", "Response")
    prices = apps.get_model("gallery", "Price").objects.filter(kind="chat", is_retired=False)
    rates = [rates_from(price) for price in prices]
    rows = response.objects.exclude(kind="images").filter(input_tokens__isnull=False).order_by("pk")
    read = ("pk", "kind", "model", "created_at", "custom_id", "input_tokens", "cached_tokens", "output_tokens", "rest")
    last = 0
    while chunk := list(rows.filter(pk__gt=last).only(*read)[:CHUNK]):
        last = chunk[-1].pk
        priced = []
        for row in chunk:
            cost = chat_cost_or_none(row, rates)
            if cost:
                set_chat_cost(row, cost)
                priced.append((str(row.chat_cost_usd), row.chat_price_id, row.pk))
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE gallery_response SET chat_cost_usd = %s, chat_price_id = %s WHERE id = %s", priced
            )


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0008_people_tokens_shares'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='response',
            name='chat_cost_usd',
            field=models.DecimalField(blank=True, decimal_places=9, help_text="What its chat model's own tokens cost; null where unknown.", max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='chat_price',
            field=models.ForeignKey(blank=True, db_index=False, help_text='What that cost was reckoned by.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='gallery.price'),
        ),
        migrations.CreateModel(
            name='UsageKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(choices=[('image-model', 'by image model'), ('settings', 'by image model, quality and size'), ('model', 'by chat model'), ('uploader', 'by uploader'), ('outcome', 'pictures by outcome'), ('status', 'responses by status'), ('duration', 'responses by chat model and duration')], max_length=12)),
                ('digest', models.CharField(help_text='Of the table and the values below.', max_length=32, unique=True)),
                ('image_model', models.CharField(blank=True, max_length=255)),
                ('quality', models.CharField(blank=True, max_length=50)),
                ('size', models.CharField(blank=True, help_text='True pixels, else as declared: 1024x1536.', max_length=50)),
                ('model', models.CharField(blank=True, max_length=255)),
                ('outcome', models.CharField(blank=True, help_text="The picture's state, or the response's status.", max_length=50)),
                ('bucket', models.PositiveSmallIntegerField(blank=True, help_text='Of the duration (gallery.durations); null: the transcript does not say.', null=True)),
                ('uploader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ResponseTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=10)),
                ('count', models.BigIntegerField(default=0)),
                ('failed_count', models.BigIntegerField(default=0)),
                ('chat_count', models.BigIntegerField(default=0)),
                ('known_count', models.BigIntegerField(default=0, help_text="Of responses whose chat model's cost is known.")),
                ('known_dollars', models.BigIntegerField(default=0)),
                ('known_billionths', models.BigIntegerField(default=0)),
                ('told_input_count', models.BigIntegerField(default=0)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('told_cached_count', models.BigIntegerField(default=0)),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('told_output_count', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('told_reasoning_count', models.BigIntegerField(default=0)),
                ('reasoning_tokens', models.BigIntegerField(default=0)),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='responses', to='gallery.usagekey')),
            ],
            options={
                'verbose_name_plural': 'response tallies',
                'constraints': [models.UniqueConstraint(fields=('period', 'key'), name='responses_once_per_period')],
            },
        ),
        migrations.CreateModel(
            name='PictureTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=10)),
                ('count', models.BigIntegerField(default=0)),
                ('known_count', models.BigIntegerField(default=0, help_text='Of pictures whose cost is known.')),
                ('known_dollars', models.BigIntegerField(default=0)),
                ('known_billionths', models.BigIntegerField(default=0)),
                ('estimated_count', models.BigIntegerField(default=0, help_text='Of pictures whose cost is estimated.')),
                ('estimated_dollars', models.BigIntegerField(default=0)),
                ('estimated_billionths', models.BigIntegerField(default=0)),
                ('told_input_count', models.BigIntegerField(default=0)),
                ('text_in_tokens', models.BigIntegerField(default=0)),
                ('image_in_tokens', models.BigIntegerField(default=0)),
                ('told_output_count', models.BigIntegerField(default=0)),
                ('text_out_tokens', models.BigIntegerField(default=0)),
                ('image_out_tokens', models.BigIntegerField(default=0)),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='gallery.usagekey')),
            ],
            options={
                'verbose_name_plural': 'picture tallies',
                'indexes': [models.Index(fields=['key', 'period'], name='pictures_of_key')],
                'constraints': [models.UniqueConstraint(fields=('period', 'key'), name='pictures_once_per_period')],
            },
        ),
        migrations.AddIndex(
            model_name='response',
            index=models.Index(models.OrderBy(django.db.models.functions.comparison.Coalesce('created_at', 'first_uploaded_at'), descending=True), models.OrderBy(models.F('id'), descending=True), models.F('status'), models.F('model'), models.F('uploader'), name='response_made'),
        ),
        migrations.RunPython(fill_chat_costs, migrations.RunPython.noop, elidable=True),
    ]
