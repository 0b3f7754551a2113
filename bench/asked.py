"""`python -m bench.asked REQUESTS`: asks the generated gallery of this process's data folder everything, as JSON.

What is printed: per page the seconds of each warm request, how many queries one takes, and how many pictures match.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlencode, urljoin

from bench.gallery_here import set_up
from bench.library import VISITOR
from bench.texts import NEVER, RARE
from bench.visitor import FRAGMENT, Visitor

COMMON = "sky"
PHRASE = '"old stone bridge"'
HARD_PHRASE = '"time could"'
"""Of two common words that seldom stand together: most of what has both has to be looked at."""
TWO_TERMS = "lantern starlings quality:high"
FURTHER = 5_000
FEW_REQUESTS = 5
"""Of pages that are told for information."""

QUERIES = {
    "common word": {"q": COMMON},
    "rare word": {"q": RARE},
    "no hit": {"q": NEVER},
    "phrase": {"q": PHRASE},
    "phrase of common words that seldom meet": {"q": HARD_PHRASE},
    "two terms with a facet": {"q": TWO_TERMS},
}
OTHERS = {
    "a word excluded": {"q": f"{COMMON} -the"},
    "one word or another, of a year": {"q": "(lantern or kite) date:2025"},
    "common word, largest first": {"q": COMMON, "sort": "largest"},
    "common word, best rated first": {"q": COMMON, "sort": "best"},
    "common word, oldest first": {"q": COMMON, "sort": "oldest"},
    "rare word, largest first": {"q": RARE, "sort": "largest"},
    "best rated first": {"sort": "best"},
    "a tag": {"q": "tag:press"},
    "a tag and a common word": {"q": f"tag:press {COMMON}"},
    "a rating": {"q": "rating:>=4"},
    "favourites": {"q": "is:favourite"},
    "many tokens": {"q": "tokens:>4000"},
}
FACETS = {
    "facets": {},
    "facets with a choice": {"q": "quality:high"},
    "facets, common word": {"q": COMMON},
    "facets, common word and a choice": {"q": f"{COMMON} quality:high"},
    "facets, rare word": {"q": RARE},
    "facets, a tag": {"q": "tag:press"},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`seconds` of each warm request; `matches` is None where nothing is searched."""

    seconds: list[float]
    queries: int
    matches: int | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """`html_bytes`: of the first view; `code_bytes`: of the styles and scripts that it loads, as they are sent."""

    pages: dict[str, Asked]
    html_bytes: int
    code_bytes: int


def ask(requests: int) -> Answers:
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from gallery.filters import ImageFilters, read_filters
    from gallery.listing import all_ids, count_of
    from gallery.models import Image
    from gallery.search import generation

    # As in production: pages name static files by their hashes.
    call_command("collectstatic", interactive=False, verbosity=0)
    visitor = Visitor(get_wsgi_application(), VISITOR)

    def asked_for(parameters: dict[str, str]) -> ImageFilters:
        return read_filters(parameters, user_id=visitor.user.pk)

    def page(path: str, parameters: dict[str, str], *, is_part: bool = False, most: int = requests) -> Asked:
        address = f"{path}?{urlencode(parameters)}" if parameters else path
        headers = FRAGMENT if is_part else None
        matches = count_of(asked_for(parameters)) if "q" in parameters else None
        seconds = visitor.times(address, min(most, requests), headers)
        return Asked(seconds, visitor.count_queries(address, headers), matches)

    def key_after(parameters: dict[str, str]) -> str:
        place = min(FURTHER, count_of(asked_for(parameters)) // 2)
        return str(next(pk for number, pk in enumerate(all_ids(asked_for(parameters))) if number >= place))

    pages = {
        "first page": page("/", {}),
        f"page after {FURTHER:,} further images": page("/", {"before": key_after({})}),
        f"common word, page after {FURTHER:,} further images": page(
            "/", {"q": COMMON, "before": key_after({"q": COMMON})}
        ),
    }
    # As the search box asks while somebody types: for the list without the rest of the page.
    pages |= {name: page("/", parameters, is_part=True) for name, parameters in QUERIES.items()}
    pages |= {
        name: page("/", parameters, is_part=True, most=FEW_REQUESTS) for name, parameters in OTHERS.items()
    }
    pages |= {f"{name}, whole page": page("/", QUERIES[name]) for name in ("common word", "no hit")}
    pages |= {name: page("/facets", parameters, is_part=True) for name, parameters in FACETS.items()}
    for name in ("facets", "facets with a choice", "facets, common word"):
        # What is kept while nothing changes is found anew, as after every upload.
        took = visitor.times(
            f"/facets?{urlencode(FACETS[name])}",
            min(requests, FEW_REQUESTS),
            FRAGMENT,
            prepare=generation.forget,
        )
        pages[f"{name}, the first time after a change"] = Asked(
            took, pages[name].queries, pages[name].matches
        )
    pages["select-all count, common word"] = _count(requests, visitor.user.pk)
    pages["select-all count, common word, the first time after a change"] = _count(
        FEW_REQUESTS, visitor.user.pk, prepare=generation.forget
    )
    key = Image.objects.cards().filter(state="stored").newest_first()[200].pk
    pages["image layer"] = page(f"/images/{key}", {}, is_part=True)
    found = key_after({"q": COMMON})
    pages["image layer, within a common word"] = page(f"/images/{found}", {"q": COMMON}, is_part=True)
    html = visitor.get("/")
    return Answers(pages, len(html), _code_bytes(visitor, html.decode()))


def _count(requests: int, user_id: int, *, prepare: Callable[[], object] = lambda: None) -> Asked:
    from gallery.filters import read_filters
    from gallery.listing import count_of

    seconds = []
    count = 0
    for _ in range(requests + 3):
        prepare()
        start = time.perf_counter()
        count = count_of(read_filters({"q": COMMON}, user_id=user_id))
        seconds.append(time.perf_counter() - start)
    return Asked(seconds[3:], 1, count)


def _code_bytes(visitor: Visitor, html: str) -> int:
    """Of styles, scripts and the modules that these import at once, compressed as a browser gets them."""
    found = re.findall(r'<(?:script[^>]* src|link rel="stylesheet" href)="([^"]+)"', html)
    sent: dict[str, int] = {}
    while found:
        address = found.pop()
        if address in sent:
            continue
        text = visitor.get(address).decode()
        sent[address] = len(visitor.get(address, {"HTTP_ACCEPT_ENCODING": "gzip, br"}))
        if "/js/" in address:
            imports = re.findall(r'^\s*(?:import|export)\b[^;"\n(]*"(\.[^"]+)"', text, flags=re.MULTILINE)
            found += [urljoin(address, each) for each in imports]
    return sum(sent.values())


if __name__ == "__main__":
    set_up()
    sys.stdout.write("\n" + json.dumps(asdict(ask(int(sys.argv[1])))) + "\n")
