"""The migrations are those of the models, and apply to an empty database (every test's is made by them)."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


def test_no_model_has_changed_without_a_migration(db: None):
    said = StringIO()
    call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    assert said.getvalue() == "No changes detected\n"


def test_database_of_the_tests_was_made_by_the_migrations(db: None):
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_migrations_form_one_line():
    graph = MigrationLoader(None).graph
    assert len(graph.leaf_nodes("gallery")) == 1
