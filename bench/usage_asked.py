"""`python -m bench.usage_asked REQUESTS`: asks the gallery of this process's data folder for usage, as JSON.

What is printed: by period the seconds of each warm request, and how many queries one takes.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from urllib.parse import urlencode

from bench.gallery_here import set_up
from bench.library import VISITOR
from bench.visitor import Visitor

FEW_REQUESTS = 5
_BATCH = 5_000


def ask(requests: int) -> dict[str, dict[str, object]]:
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from gallery.indexing import day_of
    from gallery.models import Image
    from gallery.search import generation

    call_command("collectstatic", interactive=False, verbosity=0)
    _count_what_is_not_counted()
    visitor = Visitor(get_wsgi_application(), VISITOR)
    newest = Image.objects.newest_first().values_list("pk", flat=True)[0]
    last = date.fromisoformat(day_of(newest)) - timedelta(days=3)
    days = {"a month": 31, "30 days": 30, "a year": 365, "three years": 3 * 365}
    pages = {
        name: f"/usage?{urlencode({'from': last - timedelta(days=length - 1), 'to': last})}"
        for name, length in days.items()
    }
    pages["a year from day to day"] = pages["a year"]
    pages["a year"] = f"/usage?period={last.year - 1}"
    pages["three years"] = f"/usage?from={last.year - 2}-01-01&to={last.year}-12-31"
    pages["a month"] = f"/usage?period={last.replace(day=1) - timedelta(days=1):%Y-%m}"
    pages["a year, one table as CSV"] = pages["a year"].replace("/usage?", "/usage/settings.csv?")
    pages["a month, its responses"] = pages["a month"].replace("/usage?", "/responses?")
    pages["a year, its failed responses"] = (
        f"{pages['a year'].replace('/usage?', '/responses?')}&status=failed"
    )
    asked: dict[str, dict[str, object]] = {
        name: {"seconds": visitor.times(address, requests), "queries": visitor.count_queries(address)}
        for name, address in pages.items()
    }
    for name in ("a month", "30 days", "a year", "three years"):
        # What is kept while nothing changes is found anew, as after every upload.
        took = visitor.times(pages[name], min(requests, FEW_REQUESTS), prepare=generation.forget)
        asked[f"{name}, the first time after a change"] = {"seconds": took, "queries": asked[name]["queries"]}
    return asked


def _count_what_is_not_counted() -> None:
    """A gallery kept from before there were tallies gets them."""
    from gallery import tallying
    from gallery.chunks import chunked
    from gallery.ingest import writing
    from gallery.models import Response

    if not tallying.is_missing():
        return
    ids = Response.objects.order_by("pk").values_list("pk", flat=True)
    for batch in chunked(ids.iterator(), _BATCH):
        with writing():
            tallying.add(tallying.count(batch))


if __name__ == "__main__":
    set_up()
    sys.stdout.write("\n" + json.dumps(ask(int(sys.argv[1]))) + "\n")
