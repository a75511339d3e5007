"""What the reading model learns from (`corpus/reading/`), apart from the questions that measure the assistant."""

from typing import Any

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from assistant.evaluation.questions import load_questions
from assistant.reading_model.training.corpus import READING, documents, read_lines
from ingest.lexicon import content_words
from ingest.settings import ROOT
from ingest.sources import Source, find_files
from ingest.text import words

CORPUS, DATA = ROOT / "corpus", ROOT / "tests" / "data"
ABOUT_THE_ARTICLE = sorted((CORPUS / "questions").glob("*.jsonl"))
MEASURING = (*ABOUT_THE_ARTICLE, DATA / "cold-chain.jsonl")
pytestmark = pytest.mark.xdist_group("reading files")  # which one worker reads, once

NEARLY_THE_SAME = 85  # of 100, for two questions
THE_SAME_WORD = 75  # for two words, of which one may be misspelt


Read = tuple[Source, list[dict[str, Any]], list[dict[str, Any]]]  # a document, its questions and its claims


@pytest.fixture(scope="module")
def read() -> list[Read]:
    """As the training reads them; the article is the first."""
    return [(source, questions, claims) for source, _, _, questions, claims in documents()]


def bare(text: str) -> str:
    """A question as it is compared: a difference in case or white space is none."""
    return " ".join(text.casefold().split())


def conversation(line: dict[str, Any]) -> str:
    """A question behind those before it."""
    return bare(" ".join([*(turn["question"] for turn in line.get("history", [])), line["q"]]))


def nearly_the_same(some: set[str], others: set[str]) -> list[tuple[str, str]]:
    """The pairs of questions that are."""
    assert some and others
    one, other = sorted(some), sorted(others)
    near = process.cdist(one, other, scorer=fuzz.token_sort_ratio, score_cutoff=NEARLY_THE_SAME, dtype=np.uint8)
    return [(one[i], other[j]) for i, j in np.argwhere(near)]


def missing(question: str, other: str) -> list[str]:
    """The words with a subject that another question has not, not even misspelt."""
    there = set(words(other))
    return [
        word
        for word in content_words(question)
        if not any(fuzz.ratio(word, like) >= THE_SAME_WORD for like in there)
    ]


def share_their_words(one: str, other: str) -> bool:
    """Whether a question has all words of another, and not as many more."""
    own, its = missing(one, other), missing(other, one)
    return not (own and its) and 2 * len(own + its) < max(len(content_words(one)), len(content_words(other)))


# --- apart from what is measured


@pytest.mark.slow
def test_no_question_of_the_training_is_nearly_one_that_the_evaluation_asks(read: list[Read]) -> None:
    """Else the figures would say how well questions are remembered."""
    lines = [line for _, questions, _ in read for line in questions if line["kind"] != "beside"]
    lines += read_lines(READING / "scopes.jsonl")
    trained = {form for line in lines for form in (bare(line["q"]), conversation(line))}
    items = [item for path in MEASURING for item in load_questions(path)]
    measured = {bare(" ".join([*(turn.question for turn in item.history), item.question])) for item in items}
    measured |= {bare(item.standalone) for item in items if item.standalone}
    assert share_their_words("wen was this artical publisht", "when was this article published?")
    assert not share_their_words("what does b2b stand for?", "what does bpm stand for?")
    assert [pair for pair in nearly_the_same(trained, measured) if share_their_words(*pair)] == []


def test_no_question_indexed_beside_the_article_is_like_one_of_the_evaluation(read: list[Read]) -> None:
    """Not even where its words differ."""
    beside = {bare(line["q"]) for _, questions, _ in read for line in questions if line["kind"] == "beside"}
    asked = {bare(item.question) for path in ABOUT_THE_ARTICLE for item in load_questions(path)}
    assert nearly_the_same(beside, asked) == []


def test_no_document_of_the_training_is_one_that_the_evaluation_asks_about(read: list[Read]) -> None:
    """But for the article, which it is about; what is said of the foreign document is learned from no text."""
    foreign = (DATA / "cold-chain.md").read_text(encoding="utf-8").strip()
    assert foreign not in {source.text.strip() for source, _, _ in read}
    assert read[0][0].text == (CORPUS / "bpo-vs-kpo.md").read_text(encoding="utf-8")


def test_answers_that_set_a_threshold_are_to_none_of_the_questions_held_back() -> None:
    held = {item.question for path in MEASURING for item in load_questions(path) if item.split == "held"}
    assert held
    assert {line["question"] for line in read_lines(READING / "answers.jsonl")} & held == set()


# --- the files themselves


def test_every_quote_stands_word_for_word_in_its_document(read: list[Read]) -> None:
    quotes = [
        (source.name, quote, quote in source.text)
        for source, questions, claims in read
        for line in (*questions, *claims)
        for quote in line["evidence"]
    ]
    assert len(quotes) > 20_000
    assert [quote for quote in quotes if not quote[2] or not quote[1].strip()] == []


def test_none_of_it_is_indexed_with_the_article() -> None:
    assert list(find_files(CORPUS)) == [CORPUS / "bpo-vs-kpo.md"]
