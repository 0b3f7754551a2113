"""What is offered at the caret of a query, and what the query says once it is taken up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gallery import curation, shelving
from gallery.filters import read_filters
from gallery.models import Collection, SearchTerm
from gallery.pages.completion import MOST_ROWS, Completion, completion_list
from gallery.search import completing
from gallery.search.caret import TermTyped, ValueTyped, typed_at
from gallery.search.keys import KEYS, Kind
from gallery.search.language import Field, Not, Value, parse
from tests.factories import make_image, make_response, make_user, together

TODAY = date(2026, 6, 3)
CARET = "^"


def offered(text: str, *, user_id: int | None = None) -> list[Completion]:
    """The rows at the caret, which is written as ^; at the end without it."""
    query, _, rest = text.partition(CARET)
    at = len(query.encode("utf-16-le")) // 2
    completing.forget()
    return list(completion_list(query + rest, str(at), user_id=user_id, today=TODAY).rows)


def taken(text: str, words: str) -> str:
    """The box after the row with these words was taken up, the caret again as ^."""
    row = next(row for row in offered(text) if row.words == words)
    query = text.replace(CARET, "")
    return f"{query[: row.start]}{row.text}{CARET}{query[row.end :]}"


def words_of(text: str) -> list[str]:
    return [row.words for row in offered(text)]


@pytest.fixture
def archive(db: None) -> None:
    response = make_response(model="gpt-5-2025-08-07", created_at=datetime(2026, 5, 3, tzinfo=UTC))
    may = datetime(2026, 5, 3, tzinfo=UTC)
    make_image(prompt="lighthouse", quality="high", background="opaque", generated_at=may, response=response)
    make_image(prompt="lights on the lake", quality="high", generated_at=datetime(2026, 3, 1, tzinfo=UTC))
    make_image(prompt="a lit candle", quality="low", uploader=make_user(username="bob smith"),
               generated_at=datetime(2025, 12, 24, tzinfo=UTC))  # fmt: skip
    make_image(quality="", prompt="naïve drawing", generated_at=datetime(2025, 12, 24, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("mod", "model:", "model:^"),
        ("mod", "image-model:", "image-model:^"),
        ("imagem", "image-model:", "image-model:^"),
        ("blue -qual", "quality:", "blue -quality:^"),
        ("-", "quality:", "-quality:^"),
        ("(cat or qua^)", "quality:", "(cat or quality:^)"),
        ("qua^ blue", "quality:", "quality:^ blue"),
        ("qua^lity blue", "quality:", "quality:^ blue"),
        ("mod^el:x", "image-model:", "image-model:^x"),
        ("lig", "light", None),
        ("lig", "lights", "lights ^"),
        ("-lig", "lights", "-lights ^"),
        ("lig^ht blue", "lights", "lights^ blue"),
        ("cat|lig", "lights", "cat|lights ^"),
        ("(lig^)", "lights", "(lights^)"),
        ('"on lig', "lights", '"on lights^'),
        ('"on lig^ x"', "lights", '"on lights^ x"'),
        ("NAÏ", "naive", "naive ^"),
        ("quality:", "high", "quality:high ^"),
        ("QUALITY:h", "high", "QUALITY:high ^"),
        ("quality:high|", "low", "quality:high|low ^"),
        ("quality:^|high", "low", "quality:low^|high"),
        ("quality:hi^|low", "high", "quality:high^|low"),
        ("-quality:l", "low", "-quality:low ^"),
        ("(quality:l^ or x)", "low", "(quality:low^ or x)"),
        ("(quality:l^)", "low", "(quality:low^)"),
        ("quality:n", "none", "quality:none ^"),
        ("model:2025", "gpt-5-2025-08-07", "model:gpt-5-2025-08-07 ^"),
        ("model:gpt-5-*", "gpt-5-2025-08-07", "model:gpt-5-2025-08-07 ^"),
        ("size:15", "1536x1024", "size:1536x1024 ^"),
        ("by:b", "bob smith", 'by:"bob smith" ^'),
        ('by:"bob', "bob smith", 'by:"bob smith" ^'),
        ('by:"bob s^ quality:high', "bob smith", 'by:"bob smith"^ quality:high'),
        ('by:"bob s^m" quality:high', "bob smith", 'by:"bob smith"^ quality:high'),
        ("uploader:b", "bob smith", 'uploader:"bob smith" ^'),
        ("outcome:s", "stored", "outcome:stored ^"),
        ("is:fav", "favourite", "is:favourite ^"),
        ("has:c2", "c2pa", "has:c2pa ^"),
        ("status:f", "failed", "status:failed ^"),
        ("rating:", ">=4", "rating:>=4 ^"),
        ("tokens:", "none", "tokens:none ^"),
        ("date:tod", "2026-06-03", "date:2026-06-03 ^"),
        ("date:last", "2026-05", "date:2026-05 ^"),
        ("date:", "2025", "date:2025 ^"),
        ("date:2025-", "2025-12", "date:2025-12 ^"),
        ("date:2026-05", "2026-05-03", "date:2026-05-03 ^"),
        ("date:2025..2026-0", "2026-03", "date:2025..2026-03 ^"),
        ("date:20^..2026-03", "2025", "date:2025^..2026-03"),
        ("before:2026-0", "2026-05", "before:2026-05 ^"),
        ("date:>=2026-0", "2026-05", "date:>=2026-05 ^"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("archive")
def test_taking_up(text: str, words: str, expected: str | None) -> None:
    if expected is None:
        assert words not in words_of(text)
    else:
        assert taken(text, words) == expected


@pytest.mark.parametrize(
    "text",
    ["foo:ba", "blue^model:x", '"two words"', "(x)", "quality:>h", "response:resp", "x ^y", "tag:zz", "in:zz", "date:x",
     "a", "|", "蓝", "__", "model:" + "x" * 4_000, "word " * 100, "a " * 10_000, "quality:" + "x|" * 50],
)  # fmt: skip
@pytest.mark.usefixtures("archive")
def test_where_nothing_fits_nothing_is_offered(text: str) -> None:
    keys = {f"{name}:" for name in KEYS}
    assert [row for row in words_of(text) if row not in keys] == []


@pytest.mark.usefixtures("archive")
def test_values_are_ordered_by_their_pictures_and_counted() -> None:
    assert [(row.words, row.count) for row in offered("quality:")] == [("high", 2), ("low", 1), ("none", 1)]
    assert [(row.words, row.count) for row in offered("date:202")][-2:] == [("2026", 2), ("2025", 2)]


@pytest.mark.usefixtures("archive")
def test_values_chosen_already_are_not_offered_again() -> None:
    assert words_of("quality:HIGH|none|") == ["low"]


def test_hidden_pictures_give_no_values(db: None) -> None:
    shelving.set_hidden([make_image(quality="low").pk], is_hidden=True)
    make_image(quality="high")
    assert words_of("quality:") == ["high"]


def test_plain_short_words_come_first(db: None) -> None:
    make_image(prompt="lighthouse light lig7 lighter")
    assert words_of("lig") == ["light", "lighter", "lighthouse", "lig7"]


def test_tags_are_offered_by_their_beginning_whatever_its_letters(alice: Any) -> None:
    curation.add_tags(alice, [make_image().pk], ["Blue Dot", "Blåbær", "red"])
    assert words_of("tag:BLA") == ["Blåbær"]
    assert taken('tag:"blue d', "Blue Dot") == 'tag:"Blue Dot" ^'
    assert words_of("tag:") == ["Blåbær", "Blue Dot", "red"]


def test_collections_are_offered_by_any_of_their_words(db: None) -> None:
    for name in ("Posters", "Spring posters", "Ποιήματα"):
        Collection.objects.create(name=name)
    assert words_of("in:post") == ["Posters", "Spring posters"]
    assert taken("in:ΠΟΙ", "Ποιήματα") == "in:Ποιήματα ^"


def test_no_word_twice_as_wide_loses_the_place(db: None) -> None:
    make_image(prompt="lights", quality="high")
    row = offered("\N{FRAME WITH PICTURE}\N{FRAME WITH PICTURE} quality:^ \N{FRAME WITH PICTURE}")[0]
    assert (row.start, row.end, row.text) == (13, 13, "high")


def test_list_is_short_and_says_when_nothing_was_typed(db: None) -> None:
    page = completion_list("blue ", "", user_id=None, today=TODAY)
    assert len(page.rows) == MOST_ROWS
    assert page.is_unasked
    assert not completion_list("blu", "", user_id=None, today=TODAY).is_unasked


@pytest.mark.parametrize("at", ["-1", "99999999999", "x", "1e3", "\0", "٣", "6"])
def test_caret_that_is_nowhere_offers_nothing_or_means_the_end(db: None, at: str) -> None:
    rows = completion_list("quali", at, user_id=None, today=TODAY).rows
    assert [row.words for row in rows] in ([], ["quality:"])


QUERIES = [
    "",
    "li",
    "mod",
    "quality:",
    "by:",
    "tag:b",
    "in:p",
    "is:",
    "date:",
    "date:2026",
    "date:2026-05",
    '"on li',
]


def test_at_most_three_queries_however_much_there_is(alice: Any) -> None:
    def cost(text: str) -> int:
        offered(text)
        with CaptureQueriesContext(connection) as captured:
            offered(text, user_id=alice.pk)
        return len(captured)

    make_image(quality="low", uploader=alice)
    before = {text: cost(text) for text in QUERIES}
    assert not {text: queries for text, queries in before.items() if queries > 3}
    with together():
        images = [
            make_image(quality=f"q{number}", prompt=f"lion{number}", uploader=make_user())
            for number in range(20)
        ]
    for number, image in enumerate(images):
        curation.add_tags(alice, [image.pk], [f"blue {number}"])
        Collection.objects.create(name=f"poster {number}")
    assert {text: cost(text) for text in QUERIES} == before


@pytest.mark.parametrize("number", [0, 11, 12, 13, 14])
def test_nothing_is_offered_where_the_query_is_no_longer_read(db: None, number: int) -> None:
    text = "x " * (89 + number) + "qua"
    assert bool(offered(text)) == (number <= 10)


pieces = st.sampled_from(
    ["blue", "li", "li*", '"a b"', '"', "-", "(", ")", "or", "|", "model:", "model:g|h", 'by:"b', "-tag:b", "qua",
     "tokens:>=5", "quality:", "quality:h|", "date:20", "date:2026..", "is:", "foo:ba", "蓝色", "::", "\\", "\n",
     'in:"', "by:bob s", "\u0301", "\N{FRAME WITH PICTURE}"]
)  # fmt: skip


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mixture=st.lists(st.tuples(pieces, st.sampled_from(["", " "])), max_size=8), data=st.data())
@pytest.mark.usefixtures("archive")
def test_whatever_is_taken_up_is_understood(mixture: list[tuple[str, str]], data: st.DataObject) -> None:
    query = "".join(piece + gap for piece, gap in mixture)
    at = data.draw(st.integers(0, len(query)))
    rows = offered(f"{query[:at]}{CARET}{query[at:]}")
    assume(rows)
    row = data.draw(st.sampled_from(rows))
    units = query.encode("utf-16-le")
    before = units[: 2 * row.start].decode("utf-16-le")
    after = f"{before}{row.text}{units[2 * row.end :].decode('utf-16-le')}"
    typed = typed_at(after, len(before + row.text.rstrip()))
    if row.icon == "check":
        assert isinstance(typed, ValueTyped), after
        assert typed.key.kind is Kind.NUMBER or typed.span.text == row.words
        notices = read_filters({"q": after}, user_id=None).notices
        assert not any(f"No picture has {typed.key.name}:{row.words}." in notice for notice in notices)
    elif row.icon == "search":
        assert isinstance(typed, TermTyped), after
        assert typed.word is not None
        assert typed.word.text == row.words


@given(text=st.text(max_size=60), at=st.integers(-5, 70))
def test_any_text_and_place_is_read(text: str, at: int) -> None:
    typed_at(text, at)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=40))
def test_any_name_is_written_so_that_it_is_read_back(db: None, name: str) -> None:
    assume("\0" not in name and not any("\ud800" <= each <= "\udfff" for each in name) and name.strip())
    Collection.objects.all().delete()
    Collection.objects.create(name=name)
    row = offered("-in:")[0]
    (part,) = parse(f"-in:{row.text}").parts
    assert part.term == Not(Field("in", (Value(name),)))


def test_words_are_found_by_index(db: None) -> None:
    """The whole table of words is never read."""
    SearchTerm.objects.bulk_create([SearchTerm(term=f"word{number}") for number in range(2_000)])
    with CaptureQueriesContext(connection) as captured:
        offered("word19", user_id=None)
    asked = next(query["sql"] for query in captured if "gallery_searchterm" in query["sql"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
            plan = " ".join(str(row) for row in cursor.fetchall())
        assert "SEARCH gallery_searchterm USING" in plan
