"""Forms about accounts: making one, changing one, inviting somebody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm, UsernameField
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator

from gallery.roles import ROLES, WORDS, Role, role_of

CHOICES = [(role.value, f"{role}: {WORDS[role]}") for role in ROLES]
NEEDS_SUPERUSER = "Only a superuser can make administrators."


class RoleField(forms.ChoiceField):
    """One of the four. `may_give_all` is set for superusers, who alone make administrators."""

    may_give_all = False

    def __init__(self, **more: Any) -> None:
        super().__init__(
            choices=CHOICES,
            initial=Role.CONTRIBUTOR.value,
            help_text="Each may do what the ones before it may.",
            **more,
        )

    def clean(self, value: Any) -> Any:
        role = Role(super().clean(value))
        if role is Role.ADMINISTRATOR and not self.may_give_all and self.initial != role:
            raise forms.ValidationError(NEEDS_SUPERUSER)
        return role


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    role = RoleField()


class ChangedUserForm(UserChangeForm):  # type: ignore[type-arg]
    """`role_before` is what the person had, and `held` the groups that say so: the form's own list leaves those out."""

    role = RoleField(required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.role_before = role_of(self.instance)
        groups = self.initial.get("groups", [])
        self.held = [group for group in groups if group.name in ROLES]
        self.initial["groups"] = [group for group in groups if group.name not in ROLES]
        if "role" in self.fields:
            self.fields["role"].initial = self.role_before.value
            self.fields["role"].disabled = self.instance.is_superuser
        if "groups" in self.fields:
            field: Any = self.fields["groups"]
            field.queryset = Group.objects.exclude(name__in=ROLES)
            field.help_text = "Besides the role."


class InvitationForm(forms.Form):
    username = UsernameField(
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text="Letters, digits and @ . + - _ only. It stands under what they upload.",
    )
    email = forms.EmailField(required=False, max_length=254, label="E-mail address (may stay empty)")
    role = RoleField()

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("There is an account of that name already.")
        return username
