"""People: their roles, the ways they come in, and what becomes of their accounts."""

from __future__ import annotations

from copy import copy
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gallery import audit, people
from gallery.admin import parts
from gallery.admin.base import page_actions, record
from gallery.admin.filters import RoleFilter
from gallery.admin.parts import column
from gallery.admin.user_forms import ChangedUserForm, InvitationForm, NewUserForm
from gallery.audit import Action
from gallery.disowning import disown
from gallery.middleware import client_address
from gallery.models import LastSeen, Transcript
from gallery.reports import counted
from gallery.roles import ROLES, Role, is_at_least, remember_rank, role_of, set_role
from gallery.sign_in_links import LIFETIME, make_link, take_back

LINKS_AT_ONCE = 20
ABOUT_GROUPS = (
    "What viewers, contributors, curators and administrators may do in the gallery comes with the role, which stands "
    "on each person's page. Permissions are for this admin, and count for whoever may enter it."
)
POWERS = ("is_superuser", "groups", "user_permissions")

if TYPE_CHECKING:
    UserAdminBase = DjangoUserAdmin[User]
    GroupAdminBase = DjangoGroupAdmin
else:
    UserAdminBase = DjangoUserAdmin
    GroupAdminBase = DjangoGroupAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(UserAdminBase):
    form = ChangedUserForm
    add_form = NewUserForm
    list_display = (
        "username",
        "email",
        "role",
        "is_active",
        column("seen_at", "last seen", show=parts.when),
        column("last_login", "last sign-in", show=parts.when),
        "uploads",
    )
    list_filter = ("is_active", RoleFilter, "is_superuser")
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    change_form_template = "admin/gallery/change_form.html"
    change_list_template = "admin/gallery/people.html"
    actions = (
        "make_sign_in_links",
        "invite_again",
        "sign_out_everywhere",
        "let_try_again",
        "close_accounts",
        "open_accounts",
    )
    readonly_fields = ("seen", "signed_in", "joined", "brought_in", "more")
    fieldsets = (
        (None, {"fields": ("username", "password", "role", "is_active")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("More powers", {"fields": POWERS, "classes": ("collapse",)}),
        ("Here", {"fields": ("seen", "signed_in", "joined", "brought_in", "more")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "role", "usable_password", "password1", "password2")}),)

    def get_urls(self) -> Any:
        invite = self.admin_site.admin_view(self.invite_view)
        return [path("invite/", invite, name="auth_user_invite"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        transcripts = Transcript.objects.filter(uploader=OuterRef("pk")).order_by().values("uploader")
        seen = LastSeen.objects.filter(user=OuterRef("pk")).values("seen_at")
        groups = Group.objects.filter(user=OuterRef("pk"), name__in=ROLES)
        rank = Case(*(When(name=role, then=Value(rank)) for rank, role in enumerate(ROLES)))
        return (
            super()
            .get_queryset(request)
            .annotate(
                seen_at=Subquery(seen),
                upload_count=Coalesce(Subquery(transcripts.annotate(count=Count("pk")).values("count")), 0),
                role_rank=Subquery(groups.annotate(rank=rank).order_by("-rank").values("rank")[:1]),
            )
        )

    @admin.display(description="role")
    def role(self, user: Any) -> str:
        remember_rank(user, user.role_rank)
        return str(role_of(user))

    @admin.display(description="last seen")
    def seen(self, user: Any) -> SafeString | str:
        # Not by the name `last_seen`: that is the row's own, whose words Django would show.
        return parts.when(user.seen_at)

    @admin.display(description="last sign-in")
    def signed_in(self, user: Any) -> SafeString | str:
        return parts.when(user.last_login)

    @admin.display(description="here since")
    def joined(self, user: Any) -> SafeString | str:
        return parts.when(user.date_joined)

    @admin.display(description="brought in")
    def brought_in(self, user: Any) -> SafeString:
        return format_html(
            "{} · {} · {}",
            parts.list_link("transcript", counted(user.upload_count, "transcript"), uploader=user.pk),
            parts.list_link("response", "responses", uploader=user.pk),
            parts.list_link("image", "pictures", uploader=user.pk),
        )

    @admin.display(description="see")
    def more(self, user: User) -> SafeString:
        audit_of_person = f"{reverse('gallery:audit_list')}?{urlencode({'person': user.get_username()})}"
        return format_html(
            "{} · {} · {} · {}",
            parts.list_link("apitoken", "API tokens", user__id__exact=user.pk),
            parts.list_link("share", "shares", made_by__id__exact=user.pk),
            parts.list_link("signinlink", "sign-in links", user__id__exact=user.pk),
            parts.link(audit_of_person, "what they did"),
        )

    @admin.display(description="uploads", ordering="upload_count")
    def uploads(self, user: Any) -> str:
        return f"{user.upload_count:,}"

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody deletes themselves: the last superuser could be let in again from a shell alone."""
        is_own = obj is not None and obj.pk == request.user.pk
        return not is_own and super().has_delete_permission(request, obj) and _may_touch(request.user, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        # Whoever may look after accounts may not thereby give out, or gain, every other power.
        # And nobody shuts themselves out.
        readonly = super().get_readonly_fields(request, obj)
        is_own = obj is not None and obj.pk == request.user.pk
        if request.user.is_superuser:
            return (*readonly, "is_active", "is_superuser") if is_own else readonly
        return (*readonly, *POWERS, *(("role", "is_active") if is_own else ()))

    def get_form(self, request: HttpRequest, obj: Any = None, **more: Any) -> Any:  # type: ignore[override] # more
        form = super().get_form(request, obj, **more)
        role = form.base_fields.get("role")
        if role is not None:
            # A copy: all requests' forms share the declared field, and requests run beside each other.
            own: Any = copy(role)
            own.may_give_all = request.user.is_superuser
            form.base_fields["role"] = own
        return form

    def has_link_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> User | None:
        user: Any = super().get_object(request, object_id, from_field)
        if user is not None:
            remember_rank(user, user.role_rank)
        return user  # type: ignore[no-any-return]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        user, by = form.instance, doer(request)
        if not change:
            set_role(user, form.cleaned_data["role"])
            people.welcomed(by, user)
            return
        user.groups.add(*form.held)
        if "is_superuser" in form.changed_data:
            set_role(user, Role.ADMINISTRATOR)
            details = {"superuser": user.is_superuser}
            audit.record(Action.ROLE_CHANGED, by.user, user, details=details, address=by.address)
        elif "role" in form.changed_data:
            people.change_role(by, user, form.cleaned_data["role"], was=form.role_before)
        if "is_active" in form.changed_data:
            people.opened(by, user) if user.is_active else people.closed(by, user)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        by = doer(request)
        audit.record(Action.ACCOUNT_REMOVED, by.user, obj, address=by.address)
        disown(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        by = doer(request)
        for user in queryset:
            audit.record(Action.ACCOUNT_REMOVED, by.user, user, address=by.address)
            disown(user)
        super().delete_queryset(request, queryset)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002 - Django's name
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            by, user = doer(request), User.objects.get(pk=id)
            take_back(user)
            audit.record(Action.PASSWORD_CHANGED, by.user, user, address=by.address)
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        is_key = object_id.isascii() and object_id.isdigit()
        is_active = not is_key or User.objects.filter(pk=object_id, is_active=True).exists()
        fitting = [
            (name, words)
            for name, words in page_actions(self, request)
            if (name == "open_accounts") is not is_active
        ]
        context = {"page_actions": fitting, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def invite_view(self, request: HttpRequest) -> HttpResponse:
        """A form for one person; the answer shows their link, once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InvitationForm(request.POST if request.method == "POST" else None)
        form.fields["role"].may_give_all = request.user.is_superuser  # type: ignore[attr-defined]
        if form.is_bound and form.is_valid():
            invitation = people.invite(doer(request), base_url=_base_url(request), **form.cleaned_data)
            record(request, [invitation.user], "Invited.")
            return self._show_links(request, "An invitation", [invitation], people.INVITATION)
        context = {
            **self.admin_site.each_context(request),
            "title": "Invite somebody",
            "opts": self.opts,
            "form": form,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return TemplateResponse(request, "admin/gallery/invite.html", context, status=status)

    @admin.action(description="Sign-in link (for a day)", permissions=["link"])
    def make_sign_in_links(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Shows the links on the answer itself, once: no cookie and no history keeps them."""
        users = self._chosen(request, queryset)
        if not users:
            return None
        by = doer(request)
        made = []
        for user in users:
            made.append(people.Invitation(user, make_link(user, _base_url(request))))
            audit.record(Action.LINK_MADE, by.user, user, address=by.address)
        record(request, users, "Made a one-time sign-in link.")
        return self._show_links(request, "One-time sign-in links", made, LIFETIME)

    @admin.action(description="Invite again (for a week)", permissions=["link"])
    def invite_again(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        users = self._chosen(request, queryset)
        if not users:
            return None
        base_url = _base_url(request)
        made = [people.invite_again(doer(request), user, base_url=base_url) for user in users]
        record(request, users, "Invited again.")
        return self._show_links(request, "Invitations", made, people.INVITATION)

    @admin.action(description="Sign out everywhere", permissions=["link"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._chosen(request, queryset, is_closed_fine=True)
        ended = sum(people.sign_out(doer(request), user) for user in users)
        record(request, users, "Signed out everywhere.")
        if users:
            self.message_user(request, f"{counted(ended, 'session')} ended.")

    @admin.action(description="Let try again", permissions=["link"])
    def let_try_again(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._chosen(request, queryset)
        for user in users:
            people.let_try_again(doer(request), user)
        record(request, users, "Let try again.")
        if users:
            self.message_user(request, f"{counted(len(users), 'person')} may try again at once.")

    @admin.action(description="Close the account", permissions=["link"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._chosen(request, queryset, is_closed_fine=True)
        if any(user.pk == request.user.pk for user in users):
            self.message_user(request, "Nobody closes their own account; none was closed.", messages.ERROR)
            return
        closed = [user for user in users if people.close_account(doer(request), user)]
        record(request, closed, "Closed.")
        if users:
            self.message_user(
                request,
                f"{counted(len(closed), 'account')} closed. What they brought in stays; what they shared by link is "
                "shown no more.",
            )

    @admin.action(description="Open the account again", permissions=["link"])
    def open_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._chosen(request, queryset, is_closed_fine=True)
        opened = [user for user in users if people.open_account(doer(request), user)]
        record(request, opened, "Opened again.")
        if users:
            self.message_user(request, f"{counted(len(opened), 'account')} opened.")

    def _chosen(
        self, request: HttpRequest, queryset: QuerySet[User], *, is_closed_fine: bool = False
    ) -> list[User]:
        """None of them, which is said, if one may not be worked on."""
        users: list[Any] = list(queryset.order_by("username")[: LINKS_AT_ONCE + 1])
        for user in users:
            remember_rank(user, user.role_rank)
        refusal = _refusal(request.user, users, is_closed_fine=is_closed_fine)
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            return []
        return users

    def _show_links(
        self, request: HttpRequest, title: str, made: list[people.Invitation], lifetime: timedelta
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "links": [(each.user, each.link) for each in made],
            "made": made,
            "hours": int(lifetime.total_seconds() // 3600),
            "days": lifetime.days,
        }
        response = TemplateResponse(request, "admin/gallery/sign_in_links.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response


@admin.register(Group)
class GroupAdmin(GroupAdminBase):
    """The four roles keep their names and cannot be deleted; what else they may do in the admin can be changed."""

    fieldsets = ((None, {"fields": ("name", "permissions"), "description": ABOUT_GROUPS}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name",) if obj is not None and obj.name in ROLES else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_role = obj is not None and obj.name in ROLES
        return super().has_delete_permission(request, obj) and not is_role

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset.exclude(name__in=ROLES))


def doer(request: HttpRequest) -> people.Doer:
    return people.Doer(cast("User", request.user), client_address(request))


def _base_url(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")


def _may_touch(asking: Any, user: User | None) -> bool:
    """Administrators are looked after by superusers, and by themselves."""
    if user is None or asking.is_superuser or asking.pk == user.pk:
        return True
    return not user.is_superuser and not is_at_least(user, Role.ADMINISTRATOR)


def _refusal(asking: Any, users: list[User], *, is_closed_fine: bool) -> str | None:
    """Why `asking` may not do that to these users; None if they may."""
    if len(users) > LINKS_AT_ONCE:
        return f"Choose at most {LINKS_AT_ONCE} users at once; nothing was done, and no link was made."
    if not all(_may_touch(asking, user) for user in users):
        return "Only a superuser can do that to an administrator; nothing was done, and no link was made."
    closed = [user.get_username() for user in users if not user.is_active]
    if closed and not is_closed_fine:
        return f"{parts.quoted(', '.join(closed))} may not sign in: not active. No link was made."
    return None
