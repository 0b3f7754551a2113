"""Until now everybody who was signed in could upload, tag and delete. Whoever could goes on as a contributor."""

from django.conf import settings
from django.db import migrations

ROLES = ("viewer", "contributor", "curator", "administrator")


def give_role(apps, schema_editor):
    using = schema_editor.connection.alias
    users = apps.get_model("auth", "User").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    without = users.filter(is_staff=False, is_superuser=False).exclude(groups__name__in=ROLES)
    keys = list(without.values_list("pk", flat=True))
    if not keys:
        return
    contributors, _ = groups.get_or_create(name="contributor")
    for start in range(0, len(keys), 500):
        contributors.user_set.add(*keys[start : start + 500])


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0009_usage"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(give_role, migrations.RunPython.noop)]
