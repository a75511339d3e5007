"""How like an indexed question a text is: worked by hand, and the shortcut against the whole comparison."""

import json

import numpy as np
import pytest

from assistant import alike
from assistant.alike import AskedBefore
from assistant.chain import Assistant
from ingest.embeddings import MiniLM
from ingest.questions import IndexedQuestion, QuestionIndex
from ingest.settings import ROOT

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
BETWEEN = [0.6, 0.8]


def indexed(*questions: list[list[float]]) -> AskedBefore:
    """Questions of these tokens, in two dimensions."""
    names = [IndexedQuestion(question=str(i), source="a.md", spans=()) for i in range(len(questions))]
    return AskedBefore(QuestionIndex.of(names, [np.array(question) for question in questions]))


def test_the_same_tokens_are_alike_by_one_in_any_order() -> None:
    found = indexed([EAST, NORTH], [NORTH, EAST]).compare(np.array([EAST, NORTH]), np.array([0.5, 0.5]))
    assert found.tolist() == [1.0, 1.0]


def test_it_counts_for_07_that_the_text_is_covered_and_for_03_that_the_question_is() -> None:
    (found,) = indexed([EAST, NORTH]).compare(np.array([EAST]), np.array([1.0]))
    assert found == pytest.approx(0.7 * 1 + 0.3 * (1 + 0) / 2)
    (found,) = indexed([BETWEEN]).compare(np.array([EAST, NORTH]), np.array([0.25, 0.75]))
    assert found == pytest.approx(0.7 * (0.25 * 0.6 + 0.75 * 0.8) + 0.3 * 0.8, rel=1e-3)  # kept in 16 bits


def test_without_questions_or_without_tokens_nothing_is_alike() -> None:
    assert indexed().compare(np.array([EAST]), np.array([1.0])).shape == (0,)
    assert indexed([EAST]).compare(np.zeros((0, 2)), np.zeros(0)).tolist() == [0.0]


def test_those_that_are_most_alike_by_their_means_are_compared_and_the_rest_estimated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alike, "_COMPARED", 1)
    found = indexed([NORTH], [EAST], [BETWEEN]).compare(np.array([EAST]), np.array([1.0]))
    assert found == pytest.approx([0.07, 1.0, 0.78 * 0.6 + 0.07], rel=1e-3)


def test_the_shortcut_finds_the_most_alike_of_the_article(
    assistant: Assistant, minilm: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = (ROOT / "corpus" / "questions" / "core.jsonl").read_text(encoding="utf-8").splitlines()
    asked = AskedBefore(assistant.index().questions)
    for question in [json.loads(line)["question"] for line in core[::16]]:
        (read,) = minilm.embed_tokens([question])
        weights = np.full(len(read.vectors), 1 / len(read.vectors))
        quick = asked.compare(read.vectors, weights)
        monkeypatch.setattr(alike, "_COMPARED", len(quick))
        whole = asked.compare(read.vectors, weights)
        monkeypatch.undo()
        best = np.argsort(-whole)[:3]
        assert quick[best] == pytest.approx(whole[best], abs=1e-5)
        assert quick.max() == pytest.approx(whole.max(), abs=1e-5)
