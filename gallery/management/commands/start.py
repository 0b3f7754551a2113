"""`manage.py start`: prepare whatever is missing, then serve. What `make run` calls."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

from gallery import collecting, server, sign_in_links
from gallery.indexing import is_missing

FIRST_ADMINISTRATOR = "admin"


class Command(BaseCommand):
    help = "Prepare the database, the static files and the first administrator where needed, then serve the gallery."
    # Done below, in sentences, and with the database among what is checked.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--prepare-only",
            action="store_true",
            help="Prepare everything, print no sign-in link, and do not serve.",
        )

    def handle(self, *args: Any, prepare_only: bool = False, **options: Any) -> None:
        host, port = settings.LISTEN_HOST, settings.LISTEN_PORT
        if not prepare_only and (reason := server.why_not_listen(host, port)):
            raise CommandError(
                f"The gallery cannot listen on {host}:{port}: {reason}. "
                "Perhaps it is running already; another port goes like this: make run PORT=8001"
            )
        self._prepare()
        if prepare_only:
            return
        self._welcome()
        server.serve(
            get_wsgi_application(),
            host=host,
            port=port,
            workers=settings.SERVER_WORKERS,
            threads=settings.SERVER_THREADS,
        )

    def _prepare(self) -> None:
        try:
            self._refuse_what_cannot_work()
            self._migrate_if_needed()
        except DatabaseError as error:
            raise CommandError(
                f"The database cannot be used (see DATABASE_URL): {str(error).strip()}"
            ) from error
        if collecting.collect_if_changed():
            self.stdout.write("Static files are collected.")

    def _refuse_what_cannot_work(self) -> None:
        found = checks.run_checks(databases=[DEFAULT_DB_ALIAS])
        for message in found:
            if not message.is_serious() and not message.is_silenced() and message.level >= checks.WARNING:
                self.stderr.write(self._sentence(message))
        errors = [message for message in found if message.is_serious() and not message.is_silenced()]
        if errors:
            raise CommandError("\n".join(self._sentence(message) for message in errors))

    @staticmethod
    def _sentence(message: checks.CheckMessage) -> str:
        return " ".join(part for part in (message.msg, message.hint, f"({message.id})") if part)

    def _migrate_if_needed(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Bringing the database up to date ...")
            self.stdout.flush()
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
            if is_missing():
                self.stdout.write("Indexing the pictures ...")
                self.stdout.flush()
                call_command("reindex", skip_checks=True)

    def _welcome(self) -> None:
        base_url = settings.BASE_URL
        lines = [f"The gallery is at {base_url}/ (Ctrl-C stops it)."]
        if newcomer := self._first_administrator():
            link = sign_in_links.make_link(newcomer, base_url)
            hours = sign_in_links.LIFETIME.total_seconds() / 3600
            lines += [
                "",
                f"Sign in as its administrator, {newcomer.get_username()}, with this link. "
                f"It works once, within {hours:.0f} hours:",
                f"  {link}",
                "",
            ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    @staticmethod
    def _first_administrator() -> User | None:
        """Whom to show the way in: the administrator of a gallery that nobody has ever been able to enter."""
        unusable = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        if User.objects.exclude(Q(last_login=None) & unusable).exists():
            return None
        administrators = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
        if not administrators.exists():
            try:
                with transaction.atomic():
                    User.objects.create_superuser(FIRST_ADMINISTRATOR)  # without a password: it is unusable
            except IntegrityError:
                pass  # another process was faster
        return administrators.first()
