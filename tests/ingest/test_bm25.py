"""BM25 over lists of terms, and how rare a term is."""

import math
import sqlite3
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import bm25


def ranked(texts: Sequence[Sequence[str]], asked: Sequence[str], k: int) -> list[tuple[int, float]]:
    """Texts that are given as their terms."""
    database = sqlite3.connect(":memory:")
    database.execute(bm25.SCHEMA)
    bm25.write(database, texts)
    return bm25.rank(lambda sql, values: database.execute(sql, values).fetchall(), len(texts), asked, k)


def score(terms: Sequence[str], text: Sequence[str], texts: Sequence[Sequence[str]]) -> float:
    """Robertson and Zaragoza 2009 with Lucene's rarity: rarity × f / (f + 1.5 × (0.25 + 0.75 × length / mean))."""
    mean = sum(map(len, texts)) / len(texts)
    total = 0.0
    for term in terms:
        having, f = sum(term in one for one in texts), text.count(term)
        rarity = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
        total += rarity * f / (f + 1.5 * (0.25 + 0.75 * len(text) / mean)) if f else 0.0
    return total


words = st.lists(st.sampled_from(["it's", "1,200.5", "东京", "naïve", "cost", "or", "a\u0301"]), max_size=6)


@given(st.lists(words, max_size=6), words, st.integers(1, 6))
def test_scores_are_those_of_the_formula_and_the_best_come_first(
    texts: list[list[str]], asked: list[str], k: int
) -> None:
    expected = {i: score(asked, text, texts) for i, text in enumerate(texts)}
    found = ranked(texts, asked, 9)
    assert dict(found) == pytest.approx({i: one for i, one in expected.items() if one}, abs=1e-5)
    assert [one for _, one in found] == sorted((one for _, one in found), reverse=True)
    assert ranked(texts, asked, k) == found[:k]
