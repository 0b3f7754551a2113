"""Users, groups and the one-time links that let a user in without a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from gallery.admin import parts
from gallery.admin.base import FactAdmin, page_actions, record
from gallery.admin.parts import column
from gallery.models import SignInLink
from gallery.sign_in_links import LIFETIME, make_link

LINKS_AT_ONCE = 20
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")

if TYPE_CHECKING:
    UserAdminBase = DjangoUserAdmin[User]
else:
    UserAdminBase = DjangoUserAdmin

admin.site.unregister(User)


@admin.register(User)
class UserAdmin(UserAdminBase):
    list_display = (
        "username",
        "email",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
    )
    list_filter = ("is_active", "is_staff", "is_superuser")
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    change_form_template = "admin/gallery/change_form.html"
    actions = ("make_sign_in_links",)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request.user, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        # Whoever may look after accounts may not thereby give out, or gain, every other power.
        readonly = super().get_readonly_fields(request, obj)
        return readonly if request.user.is_superuser else (*readonly, *POWERS)

    def has_link_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"page_actions": page_actions(self, request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description="Make a one-time sign-in link", permissions=["link"])
    def make_sign_in_links(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Shows the links on the answer itself, once: no cookie and no history keeps them."""
        users = list(queryset.order_by("username")[: LINKS_AT_ONCE + 1])
        refusal = _refusal(request.user, users)
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            return None
        base_url = request.build_absolute_uri("/")
        links = [(user, make_link(user, base_url)) for user in users]
        record(request, users, "Made a one-time sign-in link.")
        context = {
            **self.admin_site.each_context(request),
            "title": "One-time sign-in links",
            "opts": self.opts,
            "links": links,
            "hours": int(LIFETIME.total_seconds() // 3600),
        }
        response = TemplateResponse(request, "admin/gallery/sign_in_links.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response


def _may_touch(asking: Any, user: User | None) -> bool:
    return user is None or asking.is_superuser or not user.is_superuser


def _refusal(asking: Any, users: list[User]) -> str | None:
    """Why `asking` may not have links for these users; None if they may."""
    if len(users) > LINKS_AT_ONCE:
        return f"Choose at most {LINKS_AT_ONCE} users at once; no link was made."
    if not all(_may_touch(asking, user) for user in users):
        return "Only a superuser can make a link that signs in a superuser; no link was made."
    closed = [user.get_username() for user in users if not user.is_active]
    if closed:
        return f"{parts.quoted(', '.join(closed))} may not sign in: not active. No link was made."
    return None


@admin.register(SignInLink)
class SignInLinkAdmin(FactAdmin):
    """Made for a user by the action on users, or by `manage.py sign_in_link`. Deleting one takes it back."""

    list_display = (
        "id",
        "user",
        column("made_at", show=parts.when),
        column("expires_at", show=parts.when),
        column("used_at", show=parts.when),
        "state",
    )
    list_select_related = ("user",)
    search_fields = ("user__username",)
    search_help_text = "A number, or words of the user's name."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "user",
                    column("made_at", show=parts.when),
                    column("expires_at", show=parts.when),
                    column("used_at", show=parts.when),
                    "state",
                )
            },
        ),
    )
    deferred_in_list = ("token_sha256",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("gallery.delete_signinlink")

    @admin.display(description="state")
    def state(self, link: SignInLink) -> str:
        if link.used_at is not None:
            return "used"
        return "expired" if link.expires_at <= timezone.now() else "usable"
