"""The passages that rank best by meaning and by words, fused, and the best of these by their tokens."""

from collections.abc import Callable

import pytest

from assistant.chain import Assistant
from assistant.reading_model.model import ReadingModel
from assistant.retriever import CONTEXT_TOKENS, Ranking, fuse
from assistant.scorer import Scorer
from ingest.embeddings import MiniLM
from ingest.known_questions import IndexedQuestion, QuestionIndex
from ingest.sources import Source
from ingest.text import Span, count_tokens

Over = Callable[..., Assistant]


def test_what_both_rankings_have_comes_first_and_of_equals_what_stands_earlier() -> None:
    def fused(*rankings: list[int]) -> list[int]:
        return fuse([Ranking("some", [(at, 1.0) for at in ranking]) for ranking in rankings]).positions

    assert fused([7, 3], [3, 5]) == [3, 7, 5]
    assert fused([9, 2], [2, 9]) == [2, 9]


@pytest.mark.parametrize("question", ["What are the six common benefits?", "?", "知识流程外包"])
def test_passages_come_best_first_within_their_budget(
    question: str, assistant: Assistant, article: Source
) -> None:
    documents = assistant.opened().retriever.invoke(question)
    for document in documents:
        found = document.metadata
        assert set(found) == {"source", "section", "start", "end", "score"}
        assert article.text[found["start"] : found["end"]] == document.page_content
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(count_tokens(d.page_content) for d in documents) <= CONTEXT_TOKENS


def test_a_passage_is_found_by_a_question_beside_its_own_document(assistant_over: Over, minilm: MiniLM) -> None:
    texts = {"a.md": "# A\n\n## Glow\n\nIt shines.\n\n## Hum\n\nIt sings.", "b.md": "# B\n\n## Tea\n\nIt is hot."}
    index = assistant_over(**texts).opened().index
    question, passages = "Why does the lamp flicker at dusk?", list(index.passages)
    (sings,) = [p for p in passages if "It sings." in p.text]
    beside = IndexedQuestion(question, sings.source, (Span(sings.start, sings.end),))
    questions = QuestionIndex.of([beside], [tokens.vectors for tokens in minilm.embed_tokens([question])])
    without, known = (Scorer(index.lexicon, minilm, ReadingModel(), questions=of) for of in (None, questions))
    scores = zip(passages, known.rerank(question, passages), without.rerank(question, passages), strict=True)
    raised = {passage.text: score for passage, score, before in scores if abs(score - before) > 1e-2}
    assert raised == {sings.text: pytest.approx(1, abs=1e-2)}
