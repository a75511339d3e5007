"""A question is answered from the passages that rank best by meaning and by words, and that read best."""

from collections.abc import Callable

import pytest
from langchain_core.documents import Document

from assistant.chain import Assistant
from assistant.reading_model.model import ReadingModel
from assistant.retriever import CONTEXT_TOKENS, OUTLINE_TOKENS, HybridRetriever, Ranking, fuse
from assistant.scorer import Scorer
from ingest.embeddings import MiniLM
from ingest.known_questions import IndexedQuestion, QuestionIndex
from ingest.sources import Source
from ingest.text import Span, count_tokens

Over = Callable[..., HybridRetriever]


@pytest.fixture
def retriever(assistant: Assistant) -> HybridRetriever:
    return assistant.opened().retriever


@pytest.fixture
def retriever_over(assistant_over: Callable[..., Assistant]) -> Over:
    return lambda **documents: assistant_over(**documents).opened().retriever


def place(document: Document) -> tuple[str, int, int]:
    return document.metadata["source"], document.metadata["start"], document.metadata["end"]


def headings(retriever: HybridRetriever, question: str) -> list[Document]:
    """The documents that are not whole passages."""
    whole = [(passage.source, passage.start, passage.end) for passage in retriever.index.passages]
    return [document for document in retriever.invoke(question) if place(document) not in whole]


# --- fusion


def test_what_both_rankings_have_comes_first_and_of_equals_what_stands_earlier() -> None:
    def fused(*rankings: list[int]) -> list[int]:
        return fuse([Ranking("some", [(at, 1.0) for at in ranking]) for ranking in rankings]).positions

    assert fused([7, 3], [3, 5]) == [3, 7, 5]
    assert fused([9, 2], [2, 9]) == [2, 9]


# --- what is retrieved


@pytest.mark.parametrize("question", ["What are the six common benefits?", "?", "知识流程外包"])
def test_passages_come_best_first_within_their_budget_and_then_all_headings_of_a_section(
    question: str, retriever: HybridRetriever, article: Source
) -> None:
    documents, outline = retriever.invoke(question), headings(retriever, question)
    for document in documents:
        found = document.metadata
        assert set(found) == {"source", "section", "start", "end", "score", "reading", "answerable"}
        assert article.text[found["start"] : found["end"]] == document.page_content
    passages = documents[: len(documents) - len(outline)]
    assert list(map(place, documents)) == list(map(place, passages + outline))
    scores = [document.metadata["score"] for document in passages]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(count_tokens(d.page_content) for d in passages) <= CONTEXT_TOKENS
    assert sum(count_tokens(d.page_content) for d in outline) <= OUTLINE_TOKENS
    every = [line for line in article.text.splitlines() if line.startswith("### ")]
    for below in (every[:7], every[7:]):
        assert [d.page_content for d in outline if d.page_content in below] in ([], below)


def test_a_heading_comes_once_and_none_of_another_document_with_the_same_section(retriever_over: Over) -> None:
    long = " ".join(["The firm has clerks."] * 40)  # fills a passage
    perks = f"# A\n\n## Perks\n\nPerks: {long}\n\nMore perks: {long}\n\n### Cheap\n\nIt is.\n\n### Quick\n\nIt is."
    found = retriever_over(**{"a.md": perks, "b.md": f"# B\n\n## Perks\n\nUnicorns.\n\n### Slow\n\n{long}"})
    documents = found.invoke("What are the perks?")
    assert sum("perks: the firm" in document.page_content.lower() for document in documents) > 1
    assert len(set(map(place, documents))) == len(documents)
    below = [document.page_content for document in headings(found, "What are the perks?")]
    assert below[:2] == ["### Cheap", "### Quick"] and "### Slow" not in below
    alone = [document.page_content for document in headings(found, "Unicorns?")]
    assert "### Slow" not in alone, "one heading makes no list"


def test_a_passage_is_found_by_a_question_beside_its_own_document(retriever_over: Over, minilm: MiniLM) -> None:
    texts = {"a.md": "# A\n\n## Glow\n\nIt shines.\n\n## Hum\n\nIt sings.", "b.md": "# B\n\n## Tea\n\nIt is hot."}
    found = retriever_over(**texts)
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


def test_an_index_without_a_single_word_can_be_searched(retriever_over: Over) -> None:
    assert [d.page_content for d in retriever_over(**{"a.md": "…"}).invoke("What is KPO?")] == ["…"]
