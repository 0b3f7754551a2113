"""What the members of a team may do: four roles, kept as Django's groups of the same names.

Each role may do all that the ones before it may. Somebody without a group is a viewer; superusers and staff are
administrators.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q

Person = User | AnonymousUser | AbstractBaseUser
View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    VIEWER = "viewer"  # look, favourite, rate, keep searches
    CONTRIBUTOR = "contributor"  # and upload, tag, collect, note, share; hide and delete own
    CURATOR = "curator"  # and change, hide and delete what is others'
    ADMINISTRATOR = "administrator"  # and the admin


ROLES = tuple(Role)
WORDS = {
    Role.VIEWER: "look, favourite, rate and save searches",
    Role.CONTRIBUTOR: "also upload, tag, collect, write notes, and hide or delete what they uploaded",
    Role.CURATOR: "also change, hide and delete what others added",
    Role.ADMINISTRATOR: "also use the admin and read the audit",
}

_RANKS = " ".join(f"WHEN '{role}' THEN {rank}" for rank, role in enumerate(ROLES))
RANK_OF_USER = (
    f"(SELECT MAX(CASE auth_group.name {_RANKS} END)"  # noqa: S608 - our own names
    " FROM auth_user_groups JOIN auth_group ON auth_group.id = auth_user_groups.group_id"
    " WHERE auth_user_groups.user_id = {user}.id)"
)
"""For plain SQL that reads a user: what `remember_rank` takes. `{user}` is the table's name in that question."""


class NotAllowed(PermissionDenied):
    """What is asked for takes another role; the message says which, and who can give it."""


def role_of(user: Person) -> Role:
    """The highest of a user's roles, remembered on the object. One query, or none for the user of a request."""
    known = getattr(user, "_gallery_role", None)
    if known is not None:
        return Role(known)
    if _is_administrator(user):
        role = Role.ADMINISTRATOR
    else:
        names = set(user.groups.values_list("name", flat=True)) if isinstance(user, User) else set()
        role = max((role for role in ROLES if role in names), key=ROLES.index, default=Role.VIEWER)
    user._gallery_role = role  # type: ignore[union-attr]
    return role


def remember_rank(user: User, rank: int | None) -> None:
    """For whoever has read the highest of a user's roles, as its place in `ROLES`, along with the user."""
    role = Role.ADMINISTRATOR if _is_administrator(user) else ROLES[rank or 0]
    user._gallery_role = role  # type: ignore[attr-defined]


def is_at_least(user: Person, role: Role) -> bool:
    return ROLES.index(role_of(user)) >= ROLES.index(role)


def is_active_at_least(role: Role, path: str) -> Q:
    """A condition: the user that the foreign key `path` leads to has an open account, and that role or one above it."""
    names = ROLES[ROLES.index(role) :]
    memberships = User.groups.through.objects.filter(user=OuterRef(path), group__name__in=names)
    has_role = (
        Q(Exists(memberships)) | Q(**{f"{path}__is_staff": True}) | Q(**{f"{path}__is_superuser": True})
    )
    return Q(**{f"{path}__is_active": True}) & has_role


def may_change(user: Person, owner_id: int | None) -> bool:
    """Whether `user` may change, hide or delete what the user with the key `owner_id` brought in."""
    if is_at_least(user, Role.CURATOR):
        return True
    return owner_id is not None and owner_id == user.pk and is_at_least(user, Role.CONTRIBUTOR)


def require(user: Person, role: Role) -> None:
    """Raises NotAllowed, with a sentence, unless `user` has the role or one above it."""
    if not is_at_least(user, role):
        raise NotAllowed(refusal(role_of(user), role))


def refusal(has: Role, wanted: Role) -> str:
    """`That takes the role of a contributor, and yours is viewer. An administrator can change that.`"""
    article = "an" if wanted is Role.ADMINISTRATOR else "a"
    return f"That takes the role of {article} {wanted}, and yours is {has}. An administrator can change that."


def requires(role: Role) -> Callable[[View], View]:
    """Marks a view as open from that role on. `gallery.middleware` asks before the view runs."""

    def mark(view: View) -> View:
        view.required_role = role  # type: ignore[attr-defined]
        return view

    return mark


def set_role(user: User, role: Role) -> None:
    """Exactly that one of the four; other groups stay. Administrators are staff, and others are not."""
    wanted, _ = Group.objects.get_or_create(name=role)
    user.groups.remove(*Group.objects.filter(name__in=[other for other in ROLES if other != role]))
    user.groups.add(wanted)
    is_staff = role is Role.ADMINISTRATOR or user.is_superuser
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
    user._gallery_role = Role.ADMINISTRATOR if is_staff else role  # type: ignore[attr-defined]


def _is_administrator(user: Person) -> bool:
    return bool(getattr(user, "is_superuser", False) or getattr(user, "is_staff", False))
