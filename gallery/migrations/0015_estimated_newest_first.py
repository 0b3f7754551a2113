"""Pictures whose cost is estimated are few among very many: `is:estimated` walked all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0014_saved_search_folding")]

    operations = [
        migrations.AddIndex(
            model_name="image",
            index=models.Index(
                condition=models.Q(("is_cost_estimated", True)), fields=["-id"], name="image_estimated"
            ),
        ),
    ]
