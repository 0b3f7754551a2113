"""Roles came to galleries that had people: nobody's account lost what it could do before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from gallery.roles import Role, role_of
from tests.factories import make_user

BEFORE = [("gallery", "0009_usage")]


@pytest.fixture
def gallery_without_roles(transactional_db: None) -> Iterator[Any]:
    """As it was; afterwards the database is as new as it was. Calling it brings the roles."""
    MigrationExecutor(connection).migrate(BEFORE)
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    Group.objects.all().delete()
    yield lambda: MigrationExecutor(connection).migrate(leaves)
    MigrationExecutor(connection).migrate(leaves)


def test_present_accounts_go_on_as_contributors(gallery_without_roles: Any) -> None:
    member, staff = make_user(role=None), make_user(is_staff=True)
    viewer = make_user(role=Role.VIEWER)
    night = Group.objects.create(name="night shift")
    member.groups.add(night)
    gallery_without_roles()
    now = {user.pk: role_of(user) for user in User.objects.all()}
    assert now == {
        member.pk: Role.CONTRIBUTOR,
        staff.pk: Role.ADMINISTRATOR,
        viewer.pk: Role.VIEWER,
    }
    assert night.user_set.get() == member


def test_where_nobody_is_nothing_is_written(gallery_without_roles: Any) -> None:
    gallery_without_roles()
    assert not Group.objects.exists()
