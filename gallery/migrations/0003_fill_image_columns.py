"""What the new columns hold of pictures that were there before them."""

from django.db import migrations, models
from django.db.models.functions import Coalesce


def fill_from_responses(apps, schema_editor):
    image = apps.get_model("gallery", "Image")
    response = apps.get_model("gallery", "Response")
    added_at = response.objects.filter(pk=models.OuterRef("response_id")).values("first_uploaded_at")
    image.objects.update(
        added_at=models.Subquery(added_at),
        pixels=Coalesce(models.F("width"), 0) * Coalesce(models.F("height"), 0),
    )


class Migration(migrations.Migration):
    dependencies = [("gallery", "0002_curation_and_finding")]

    operations = [migrations.RunPython(fill_from_responses, migrations.RunPython.noop, elidable=True)]
