"""A saved search keeps whether repeats are folded; those of before had them folded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0013_hidden_and_trashed_newest_first")]

    operations = [
        migrations.AddField(
            model_name="savedsearch", name="is_stacked", field=models.BooleanField(default=True)
        ),
    ]
