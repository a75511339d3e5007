"""The questions that are indexed beside a document, apart from those that measure how well it is answered."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from ingest.settings import ROOT
from ingest.sources import make_source, read_source
from ingest.text import find_folded, fold

CORPUS, DATA = ROOT / "corpus", ROOT / "tests" / "data"
NEARLY_THE_SAME = 85  # of 100


@dataclass(frozen=True)
class Files:
    """A document, the questions indexed beside it, and the sets that it is evaluated with."""

    document: Path
    indexed: Path
    evaluated: tuple[Path, ...]


@pytest.fixture(
    params=[
        Files(
            CORPUS / "bpo-vs-kpo.md",
            CORPUS / "bpo-vs-kpo.questions.jsonl",
            tuple(sorted((CORPUS / "questions").glob("*.jsonl"))),
        ),
        Files(
            DATA / "cold-chain.md",
            DATA / "questions" / "cold-chain.questions.jsonl",
            (DATA / "cold-chain.jsonl",),
        ),
    ],
    ids=["article", "cold-chain"],
)
def files(request: pytest.FixtureRequest) -> Files:
    given: Files = request.param
    return given


def questions(path: Path) -> list[str]:
    """The questions of a file as they are compared: a difference in case or white space is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [" ".join(json.loads(line)["question"].casefold().split()) for line in lines]


def test_no_indexed_question_is_nearly_one_that_the_evaluation_asks(files: Files) -> None:
    """Else the figures would say how well questions are remembered."""
    asked = [question for path in files.evaluated for question in questions(path)]
    indexed = questions(files.indexed)
    assert asked and indexed
    alike = process.cdist(indexed, asked, scorer=fuzz.token_sort_ratio, score_cutoff=NEARLY_THE_SAME)
    assert [(indexed[i], asked[j]) for i, j in np.argwhere(alike >= NEARLY_THE_SAME)] == []


def test_no_question_is_indexed_twice(files: Files) -> None:
    indexed = questions(files.indexed)
    assert sorted(question for question in set(indexed) if indexed.count(question) > 1) == []


def test_every_quote_stands_in_its_document(files: Files) -> None:
    """Word for word after folding, and not only nearly, as quotes of a document that has changed are found."""
    text = fold(read_source(files.document).text)
    lines = [json.loads(line) for line in files.indexed.read_text(encoding="utf-8").splitlines()]
    quotes = {quote for line in lines for quote in line["evidence"]}
    assert quotes
    assert {quote for quote in quotes if find_folded(quote, text) is None} == set()


def test_each_file_has_questions_with_an_answer_and_such_without(files: Files) -> None:
    """Both are needed to tell a question that the document answers from one that only sounds like it."""
    lines = [json.loads(line) for line in files.indexed.read_text(encoding="utf-8").splitlines()]
    answered = sum(bool(line["evidence"]) for line in lines)
    assert answered > 100
    assert len(lines) - answered > 100


def test_the_questions_of_the_article_are_those_that_it_is_indexed_with() -> None:
    beside = (CORPUS / "bpo-vs-kpo.questions.jsonl").read_text(encoding="utf-8")
    source = read_source(CORPUS / "bpo-vs-kpo.md")
    assert source.questions == beside
    assert source.digest != make_source(source.name, source.text).digest
