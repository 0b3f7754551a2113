"""Apart from the migration before it: PostgreSQL does not alter a table that the same transaction has updated."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0003_fill_image_columns")]

    operations = [
        migrations.AlterField(
            model_name="image",
            name="added_at",
            field=models.DateTimeField(help_text="When its response first came here."),
        ),
    ]
