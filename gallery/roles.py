"""What the members of a team may do: four roles, kept as Django's groups of the same names.

Each role may do all that the ones before it may. Somebody without a group is a viewer; superusers and staff are
administrators.
"""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User


class Role(StrEnum):
    VIEWER = "viewer"  # look, favourite, rate, keep searches
    CONTRIBUTOR = "contributor"  # and upload, tag, collect, note, share; hide and delete own
    CURATOR = "curator"  # and change, hide and delete what is others'
    ADMINISTRATOR = "administrator"  # and the admin


ROLES = tuple(Role)


def role_of(user: User | AnonymousUser | AbstractBaseUser) -> Role:
    """The highest of a user's roles: one query, remembered on the object."""
    known = getattr(user, "_gallery_role", None)
    if known is not None:
        return Role(known)
    if getattr(user, "is_superuser", False) or getattr(user, "is_staff", False):
        role = Role.ADMINISTRATOR
    else:
        names = set(user.groups.values_list("name", flat=True)) if isinstance(user, User) else set()
        role = max((role for role in ROLES if role in names), key=ROLES.index, default=Role.VIEWER)
    user._gallery_role = role  # type: ignore[union-attr]
    return role


def is_at_least(user: User | AnonymousUser | AbstractBaseUser, role: Role) -> bool:
    return ROLES.index(role_of(user)) >= ROLES.index(role)
