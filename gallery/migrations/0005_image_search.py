"""The full-text index, a table of each database's own kind (see `gallery.search.engine`).

`gallery.indexing` fills it; `manage.py start` sees to it where pictures are there and the index is empty.
"""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE image_search USING fts5("
    "document, tokenize=\"ascii tokenchars '_'\", prefix='2', columnsize=0)",
)
POSTGRESQL = (
    "CREATE TABLE image_search (rowid bigint PRIMARY KEY, document tsvector NOT NULL)",
    "CREATE INDEX image_search_document ON image_search USING gin (document) WITH (fastupdate = off)",
)


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE image_search")


class Migration(migrations.Migration):
    dependencies = [("gallery", "0004_image_added_at_is_known")]

    operations = [migrations.RunPython(create, drop)]
