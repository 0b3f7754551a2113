"""The index answers as a plain reading of every document would, on either database."""

from __future__ import annotations

from collections.abc import Sequence as Sequence_

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import SearchTerm
from gallery.search import engine
from gallery.search.expressions import AllOf, AnyOf, Beginning, Expression, Sequence, Token, Without
from gallery.search.tokens import BREAK

pytestmark = pytest.mark.django_db

WORDS = ["a", "ab", "abc", "abd", "b", "ba", "蓝", "点", "é", "ñu", "1", "12"]
word = st.sampled_from(WORDS)
expressions = st.recursive(
    st.one_of(
        st.builds(Token, word),
        st.builds(Beginning, word),
        st.builds(Sequence, st.lists(word, min_size=2, max_size=3).map(tuple), st.booleans()),
    ),
    lambda inner: st.one_of(
        st.builds(Without, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
documents = st.lists(st.lists(st.sampled_from([*WORDS, BREAK]), max_size=8), min_size=1, max_size=6)


def holds(expression: Expression, tokens: Sequence_[str]) -> bool:
    match expression:
        case Token(token):
            return token in tokens
        case Beginning(token):
            return any(each.startswith(token) for each in tokens)
        case Sequence(wanted, is_open):
            runs = [tokens[place : place + len(wanted)] for place in range(len(tokens) - len(wanted) + 1)]
            *firsts, last = wanted
            return any(
                list(run[:-1]) == firsts and (run[-1].startswith(last) if is_open else run[-1] == last)
                for run in runs
            )
        case Without(part):
            return not holds(part, tokens)
        case AllOf(parts):
            return all(holds(part, tokens) for part in parts)
        case AnyOf(parts):
            return any(holds(part, tokens) for part in parts)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(documents=documents, expression=expressions)
def test_answers_are_those_of_a_plain_reading(documents: list[list[str]], expression: Expression) -> None:
    engine.remove_all()
    SearchTerm.objects.all().delete()
    kept = {10 + number: [BREAK, *tokens, BREAK] for number, tokens in enumerate(documents)}
    engine.write_documents(kept.items())
    expected = sorted((pk for pk, tokens in kept.items() if holds(expression, tokens)), reverse=True)
    assert engine.ids_matching(expression, limit=100) == expected
    assert engine.ids_matching(expression, newest_first=False, limit=100) == expected[::-1]
    assert engine.count_matching(expression) == len(expected)
    below = [pk for pk in expected if pk < 12]
    assert engine.ids_matching(expression, below=12, limit=100) == below
    assert engine.ids_matching(expression, from_id=12, limit=100) == expected[: len(expected) - len(below)]
    assert engine.matching_among(expression, [11, 13]) == {pk for pk in expected if pk in {11, 13}}


def test_pictures_that_are_away_are_not_found() -> None:
    engine.write_documents([(1, ["heron", BREAK]), (2, ["heron", BREAK])])
    engine.set_away([2], is_away=True)
    assert engine.ids_matching(Token("heron"), limit=9) == [1]
    assert engine.matching_among(Token("heron"), [1, 2]) == {1}
    engine.set_away([2], is_away=False)
    assert engine.ids_matching(Token("heron"), limit=9) == [2, 1]


def test_document_written_again_takes_the_place_of_the_old_one() -> None:
    engine.write_documents([(1, ["heron", BREAK])])
    engine.write_documents([(1, ["crane", BREAK])])
    assert engine.ids_matching(Token("heron"), limit=9) == []
    assert engine.ids_matching(Token("crane"), limit=9) == [1]


def test_removed_document_is_not_found() -> None:
    engine.write_documents([(1, ["heron", BREAK])])
    engine.remove_documents([1])
    assert list(engine.document_ids()) == []


@pytest.mark.parametrize("count", [300, 1_200])
@pytest.mark.parametrize("beginning", ["t", "to", "ton", "tone"])
def test_very_many_words_begin_alike(beginning: str, count: int) -> None:
    engine.write_documents([(number, [f"tone{number}", BREAK]) for number in range(1, count + 1)])
    assert len(engine.ids_matching(Beginning(beginning), limit=2_000)) == count
    assert engine.count_matching(Beginning(beginning)) == count
    found = engine.ids_matching(AllOf((Token("tone77"), Without(Beginning(beginning)))), limit=9)
    assert found == []


def test_twenty_thousand_documents_are_searched() -> None:
    engine.write_documents(((pk, ["common", f"rare{pk}", BREAK]) for pk in range(1, 20_001)), is_new=True)
    assert engine.ids_matching(Token("common"), limit=3) == [20_000, 19_999, 19_998]
    assert engine.ids_matching(AllOf((Token("common"), Token("rare77"))), limit=3) == [77]
    assert engine.count_matching(Token("common")) == 20_000
