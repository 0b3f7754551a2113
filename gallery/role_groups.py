"""The four groups, which `migrate` keeps in place: see `gallery.roles`."""

from __future__ import annotations

from typing import Any

from django.apps import apps as present_apps

from gallery.roles import ROLES, Role

ACCOUNTS = ("view_user", "add_user", "change_user", "delete_user", "view_group")


def keep_groups(*, using: str, apps: Any = present_apps, **_: object) -> None:  # noqa: ANN401 - a state of the models
    """Makes the groups that are missing, and lets administrators do all that the gallery's admin offers.

    Permissions are added and never taken away, so what somebody gave to a group stays. For `post_migrate`.
    """
    try:
        groups = apps.get_model("auth", "Group").objects.using(using)
        permissions = apps.get_model("auth", "Permission").objects.using(using)
    except LookupError:  # migrated back to before there were groups
        return
    there = set(groups.filter(name__in=ROLES).values_list("name", flat=True))
    groups.bulk_create(
        [groups.model(name=role) for role in ROLES if role not in there], ignore_conflicts=True
    )
    administrators = groups.get(name=Role.ADMINISTRATOR)
    # Not those to change groups: whoever has them could give themselves any other.
    wanted = permissions.filter(content_type__app_label="gallery") | permissions.filter(
        content_type__app_label="auth", codename__in=ACCOUNTS
    )
    administrators.permissions.add(*wanted)
