"""The questions that are indexed beside a document, apart from those that measure how well it is answered."""

import json
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from ingest.settings import ROOT
from ingest.sources import read_source
from ingest.text import find_folded, fold

CORPUS = ROOT / "corpus"
NEARLY_THE_SAME = 85  # of 100


ARTICLE = CORPUS / "bpo-vs-kpo.md"
INDEXED = CORPUS / "bpo-vs-kpo.questions.jsonl"
EVALUATED = tuple(sorted((CORPUS / "questions").glob("*.jsonl")))


def questions(path: Path) -> list[str]:
    """The questions of a file as they are compared: a difference in case or white space is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [" ".join(json.loads(line)["question"].casefold().split()) for line in lines]


def test_no_indexed_question_is_nearly_one_that_the_evaluation_asks() -> None:
    """Else the figures would say how well questions are remembered."""
    asked = [question for path in EVALUATED for question in questions(path)]
    indexed = questions(INDEXED)
    assert asked and indexed
    alike = process.cdist(indexed, asked, scorer=fuzz.token_sort_ratio, score_cutoff=NEARLY_THE_SAME)
    assert [(indexed[i], asked[j]) for i, j in np.argwhere(alike >= NEARLY_THE_SAME)] == []


def test_no_question_is_indexed_twice() -> None:
    indexed = questions(INDEXED)
    assert sorted(question for question in set(indexed) if indexed.count(question) > 1) == []


def test_every_quote_stands_in_its_document() -> None:
    """Word for word after folding, and not only nearly, as quotes of a document that has changed are found."""
    text = fold(read_source(ARTICLE).text)
    lines = [json.loads(line) for line in INDEXED.read_text(encoding="utf-8").splitlines()]
    quotes = {quote for line in lines for quote in line["evidence"]}
    assert quotes
    assert {quote for quote in quotes if find_folded(quote, text) is None} == set()
