"""What tokens cost, and by which price a picture's cost was reckoned."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0005_image_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='image',
            name='cost_share',
            field=models.PositiveIntegerField(help_text='The cost is one of so many equal shares of what its response used; null: estimated.', null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='image_cached_image_tokens',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='image_cached_text_tokens',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='image_cached_tokens',
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('image', 'image model'), ('chat', 'chat model')], default='image', max_length=10)),
                ('name', models.CharField(help_text="The model's name, which its dated snapshots have too, or a beginning with a star: gpt-image-2.5-*", max_length=255, verbose_name='model')),
                ('valid_from', models.DateField(blank=True, help_text="The first day (UTC) on which it is the price. Empty: from the model's first day on.", null=True)),
                ('text_in_usd', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='text in')),
                ('cached_text_in_usd', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='cached text in')),
                ('image_in_usd', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='image in')),
                ('cached_image_in_usd', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='cached image in')),
                ('image_out_usd', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='image out')),
                ('text_out_usd', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='text out')),
                ('most_input_tokens', models.PositiveIntegerField(blank=True, help_text='Of one call. What a call with more of them costs is not known.', null=True)),
                ('picture_tokens', models.JSONField(blank=True, default=dict, help_text='Image tokens of one picture by size and quality, for estimates: {"1024x1024": {"low": 272}}')),
                ('source', models.CharField(help_text="Where it was read: an address, or a document's name.", max_length=500)),
                ('note', models.TextField(blank=True)),
                ('is_retired', models.BooleanField(default=False, help_text='Not used for further pictures: it was wrong. Costs given by it stay until repriced.')),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-kind', 'name', '-valid_from', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_retired', False)), fields=('kind', 'name', 'valid_from'), name='price_once_per_day', violation_error_message='This model has a price from this day on already. Retire it first.'), models.UniqueConstraint(condition=models.Q(('is_retired', False), ('valid_from__isnull', True)), fields=('kind', 'name'), name='price_once_from_the_first_day', violation_error_message='This model has a price from its first day on already. Retire it first.')],
            },
        ),
        migrations.AddField(
            model_name='image',
            name='price',
            field=models.ForeignKey(blank=True, db_index=False, help_text='What the cost was reckoned by.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='images', to='gallery.price'),
        ),
    ]
