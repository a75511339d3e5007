"""The passages that rank best by meaning and by words, fused, and the best of these by their tokens."""

from collections.abc import Callable

import pytest

from assistant.chain import Assistant
from assistant.reading_model.model import ReadingModel
from assistant.retriever import CONTEXT_TOKENS, HybridRetriever, Ranking, fuse
from assistant.scorer import Scorer
from ingest.embeddings import MiniLM
from ingest.known_questions import IndexedQuestion, QuestionIndex
from ingest.sources import Source
from ingest.text import Span, count_tokens

Over = Callable[..., Assistant]


@pytest.fixture
def retriever(assistant: Assistant) -> HybridRetriever:
    return assistant.opened().retriever


# --- fusion


def test_what_both_rankings_have_comes_first_and_of_equals_what_stands_earlier() -> None:
    def fused(*rankings: list[int]) -> list[int]:
        return fuse([Ranking("some", [(at, 1.0) for at in ranking]) for ranking in rankings]).positions

    assert fused([7, 3], [3, 5]) == [3, 7, 5]
    assert fused([9, 2], [2, 9]) == [2, 9]


# --- what is retrieved


@pytest.mark.parametrize("question", ["What are the six common benefits?", "?", "知识流程外包"])
def test_passages_come_best_first_within_their_budget(
    question: str, retriever: HybridRetriever, article: Source
) -> None:
    documents = retriever.invoke(question)
    for document in documents:
        found = document.metadata
        assert set(found) == {"source", "section", "start", "end", "score"}
        assert article.text[found["start"] : found["end"]] == document.page_content
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(count_tokens(d.page_content) for d in documents) <= CONTEXT_TOKENS


def test_a_passage_is_found_by_a_question_beside_its_own_document(assistant_over: Over, minilm: MiniLM) -> None:
    texts = {"a.md": "# A\n\n## Glow\n\nIt shines.\n\n## Hum\n\nIt sings.", "b.md": "# B\n\n## Tea\n\nIt is hot."}
    found = assistant_over(**texts).opened().retriever
    question = "Why does the lamp flicker at dusk?"
    (sings,) = [p for p in found.index.passages if "It sings." in p.text]
    at = sings.start + sings.text.index("It sings.")
    beside = IndexedQuestion(question, sings.source, (Span(at, at + 9),))
    questions = QuestionIndex.of([beside], [tokens.vectors for tokens in minilm.embed_tokens([question])])
    known = Scorer(found.index.lexicon, minilm, ReadingModel(), questions=questions)
    passages = list(found.index.passages)
    scores = dict(zip([p.text for p in passages], known.rerank(question, passages), strict=True))
    assert scores[sings.text] == max(scores.values()) == pytest.approx(1, abs=1e-2)
    without = dict(zip(scores, found.scorer.rerank(question, passages), strict=True))
    assert {text for text in scores if abs(scores[text] - without[text]) > 1e-2} == {sings.text}
