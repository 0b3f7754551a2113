"""`manage.py sign_in_link USER`: a one-time link for somebody who cannot sign in otherwise."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery import sign_in_links


class Command(BaseCommand):
    help = "Print a link that signs a user in once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the user's name")
        parser.add_argument(
            "--base-url",
            default=settings.BASE_URL,
            help="how the gallery is reached, such as https://gallery.example (default: GALLERY_BASE_URL)",
        )

    def handle(self, *args: Any, user: str, base_url: str, **options: Any) -> None:
        found = User.objects.filter(username=user).first()
        if found is None:
            raise CommandError(
                f"There is no user {user!r}. Users are made in the admin, or with: manage.py createsuperuser"
            )
        if not found.is_active:
            raise CommandError(f"The account {user!r} is switched off; the admin switches it on again.")
        self.stdout.write(sign_in_links.make_link(found, base_url))
