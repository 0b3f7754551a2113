"""`manage.py reindex`: everything that finds and counts pictures, made anew from the pictures."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from gallery.bulk import refresh_statistics
from gallery.indexing import rebuild
from gallery.ingest import writing
from gallery.models import Response
from gallery.progress import Progress


class Command(BaseCommand):
    help = "Make the search index, the tallies and the stacks anew from the pictures. Nobody can upload meanwhile."

    def handle(self, **options: Any) -> None:
        count = Response.objects.count()
        progress = Progress(sys.stderr, total=count, noun="responses")
        with writing():
            done = 0
            for reached in rebuild():
                while done < reached:
                    progress.advance()
                    done += 1
        progress.clear()
        refresh_statistics()
        self.stdout.write(f"{count:,} responses are indexed.")
