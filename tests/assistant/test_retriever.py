"""A question is answered from the passages that rank best by meaning and by words."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.evidence import Evidence
from assistant.question import SIDES
from assistant.retriever import CONTEXT_TOKENS, OUTLINE_TOKENS, HybridRetriever, Ranking, fuse
from ingest.embeddings import MiniLM
from ingest.index import CurrentIndex
from ingest.settings import IngestSettings
from ingest.sources import Source
from ingest.text import count_tokens

QUESTIONS = [
    "What drives BPO compared with KPO?",
    "What are the six common benefits?",
    "How many differences are there?",
    "Which roles are common in KPO?",
    "insight-driven",
    "How tall is the Eiffel Tower?",
    "?",
    "the of and",
    "知识流程外包",
]


def open_retriever(settings: IngestSettings, minilm: MiniLM) -> HybridRetriever:
    index = CurrentIndex(settings).get()
    evidence = Evidence(index.lexicon, minilm, index.questions)
    return HybridRetriever(index=index, embeddings=minilm, evidence=evidence)


@pytest.fixture(scope="session")
def retriever(ingest_settings: IngestSettings, minilm: MiniLM) -> HybridRetriever:
    return open_retriever(ingest_settings, minilm)


@pytest.fixture
def retriever_over(index_of: Callable[..., IngestSettings], minilm: MiniLM) -> Callable[..., HybridRetriever]:
    return lambda **documents: open_retriever(index_of(**documents), minilm)


def places(documents: list[Document]) -> list[tuple[str, int, int]]:
    return [(d.metadata["source"], d.metadata["start"], d.metadata["end"]) for d in documents]


def headings(retriever: HybridRetriever, question: str) -> list[Document]:
    """The documents that are not whole passages."""
    whole = [(passage.source, passage.start, passage.end) for passage in retriever.index.passages]
    return [document for document in retriever.invoke(question) if places([document])[0] not in whole]


# --- fusion


def ranking(*positions: int) -> Ranking:
    return Ranking("some", [(position, 1.0) for position in positions])


def test_fusion_adds_up_the_reciprocals_of_sixty_and_the_rank() -> None:
    fused = fuse([ranking(7, 3), ranking(3, 5)])
    assert [position for position, _ in fused.scored] == [3, 7, 5]
    assert dict(fused.scored) == pytest.approx({3: 1 / 62 + 1 / 61, 7: 1 / 61, 5: 1 / 62})


def test_a_tie_goes_to_the_passage_that_stands_earlier() -> None:
    assert [position for position, _ in fuse([ranking(9, 2), ranking(2, 9)]).scored] == [2, 9]


def test_nothing_fused_is_nothing() -> None:
    assert fuse([]).scored == fuse([ranking()]).scored == []


rankings = st.lists(st.lists(st.integers(0, 9), unique=True).map(lambda order: ranking(*order)), max_size=4)


@given(rankings)
def test_fusion_ranks_all_that_any_ranking_has_whatever_their_order(given: list[Ranking]) -> None:
    fused = fuse(given)
    assert sorted(p for p, _ in fused.scored) == sorted({p for one in given for p, _ in one.scored})
    assert [score for _, score in fused.scored] == sorted((score for _, score in fused.scored), reverse=True)
    backwards = dict(fuse(given[::-1]).scored)
    assert backwards == pytest.approx(dict(fused.scored))


@given(st.lists(st.integers(0, 9), unique=True), st.integers(1, 4))
def test_rankings_that_agree_are_their_fusion(order: list[int], times: int) -> None:
    assert [position for position, _ in fuse([ranking(*order)] * times).scored] == order


# --- what is retrieved


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_document_is_an_exact_span_of_its_source(
    question: str, retriever: HybridRetriever, article: Source
) -> None:
    documents = retriever.invoke(question)
    assert documents
    for document in documents:
        found = document.metadata
        assert set(found) == {"source", "section", "start", "end", "score"}
        assert found["source"] == article.name
        assert article.text[found["start"] : found["end"]] == document.page_content


@pytest.mark.parametrize("question", QUESTIONS)
def test_passages_come_best_first_and_within_the_budget_of_tokens(
    question: str, retriever: HybridRetriever
) -> None:
    outline = headings(retriever, question)
    documents = retriever.invoke(question)
    passages = documents[: len(documents) - len(outline)]
    assert documents == passages + outline
    scores = [document.metadata["score"] for document in passages]
    assert scores == sorted(scores, reverse=True)
    assert CONTEXT_TOKENS / 2 < sum(count_tokens(d.page_content) for d in passages) <= CONTEXT_TOKENS
    assert sum(count_tokens(d.page_content) for d in outline) <= OUTLINE_TOKENS


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What drives KPO?", "KPO is insight-driven"),
        ("Which nations are popular for offshoring?", "India, Malaysia, Vietnam, or the Philippines"),
        ("My SQL", "My SQL, Oracle"),
        ("insight driven", "KPO is insight-driven"),
        ("companies in bpo like genpact", "Wipro Limited."),
    ],
)
def test_the_passage_that_answers_is_among_the_best_three(
    question: str, quote: str, retriever: HybridRetriever
) -> None:
    assert any(quote in document.page_content for document in retriever.invoke(question)[:3])


@pytest.mark.parametrize(
    ("question", "bpo", "kpo"),
    [
        ("What drives BPO compared with KPO?", "volume-driven", "insight-driven"),
        ("Are BPO or KPO decisions low-level?", "low-level decisions", "core decisions"),
        ("Rules in business process outsourcing, judgment in KPO", "set of rules", "rely on judgment"),
    ],
)
def test_a_question_about_both_sides_retrieves_both(
    question: str, bpo: str, kpo: str, retriever: HybridRetriever
) -> None:
    texts = "\n".join(document.page_content for document in retriever.invoke(question))
    assert bpo in texts and kpo in texts


def test_each_half_of_a_comparison_has_its_own_rankings_and_its_best_passages_are_kept(
    retriever: HybridRetriever,
) -> None:
    question = "What drives BPO compared with KPO?"
    explained = retriever.explain(question)
    names = [ranking.name for ranking in explained.rankings]
    assert len(names) == 6
    for side, both in zip(SIDES, (names[2:4], names[4:]), strict=True):
        assert all(side in name for name in both)
    kept = {document.page_content for document in retriever.invoke(question)}
    for ranking in explained.rankings[2:]:
        assert retriever.index.passages[ranking.scored[0][0]].text in kept


LONG = " ".join(["The firm has clerks."] * 40)  # fills a passage


def test_the_side_that_a_document_hardly_mentions_is_retrieved_all_the_same(
    retriever_over: Callable[..., HybridRetriever],
) -> None:
    many = "\n\n".join(f"## BPO {n}\n\nWhat drives BPO compared is volume {n}. {LONG}" for n in range(9))
    found = retriever_over(**{"a.md": f"# Both\n\n{many}\n\n## Other\n\nJudgment is KPO. {LONG}"})
    texts = [document.page_content for document in found.invoke("What drives BPO compared with KPO?")]
    assert any("Judgment is KPO." in text for text in texts)


def test_a_passage_larger_than_the_budget_is_retrieved_alone(
    retriever_over: Callable[..., HybridRetriever], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.retriever.CONTEXT_TOKENS", 5)
    found = retriever_over(**{"a.md": f"# A\n\n{LONG}\n\n## B\n\n{LONG}"})
    assert len(found.invoke("clerks")) == 1


# --- headings for a question for a list


def test_a_question_for_a_list_gets_the_headings_below_the_best_sections(
    retriever: HybridRetriever, article: Source
) -> None:
    benefits = [line for line in article.text.splitlines() if line.startswith("### ")][7:]
    assert len(benefits) == 6
    found = [document.page_content for document in headings(retriever, "What are the six common benefits?")]
    assert [heading for heading in found if heading in benefits] == benefits
    assert headings(retriever, "Why is KPO complex?") == []


PARENT = "## Perks\n\nThe perks are these.\n\n{}### Cheap\n\nIt is.\n\n### Quick\n\nIt is.\n\n"


def test_a_heading_comes_once_though_two_passages_of_its_section_are_retrieved(
    retriever_over: Callable[..., HybridRetriever],
) -> None:
    found = retriever_over(**{"a.md": "# A\n\n" + PARENT.format(f"Perks: {LONG}\n\nMore perks: {LONG}\n\n")})
    documents = found.invoke("What are the perks?")
    assert sum("perks: the firm" in document.page_content.lower() for document in documents) > 1
    assert len(set(places(documents))) == len(documents)
    assert [d.page_content for d in headings(found, "What are the perks?")] == ["### Cheap", "### Quick"]


def test_a_heading_that_is_a_passage_of_its_own_does_not_come_again(
    retriever_over: Callable[..., HybridRetriever],
) -> None:
    found = retriever_over(**{"a.md": "# A\n\n## Perks\n\nThe perks are these.\n\n### Cheap\n\n### Quick"})
    documents = found.invoke("What are the perks?")
    assert len(set(places(documents))) == len(documents)
    assert {"### Cheap", "### Quick"} <= {document.page_content for document in documents}


def test_headings_of_another_document_with_the_same_section_do_not_mix_in(
    retriever_over: Callable[..., HybridRetriever],
) -> None:
    others = "\n\n".join(f"## Firm {n}\n\nThe perks of firms." for n in range(9))
    slow = f"# B\n\n## Perks\n\nUnicorns.\n\n### Slow\n\n{LONG}"
    found = retriever_over(**{"a.md": f"# A\n\n{PARENT.format('')}{others}", "b.md": slow})
    outline = [document.page_content for document in headings(found, "What are the perks?")]
    assert {"### Cheap", "### Quick"} == set(outline)


def test_headings_that_do_not_fit_are_left_out_together(retriever_over: Callable[..., HybridRetriever]) -> None:
    many = "".join(f"### Perk {n} is of {'a good ' * 30}kind\n\nIt is.\n\n" for n in range(12))
    found = retriever_over(**{"a.md": f"# A\n\n## Perks\n\nThe perks are these.\n\n{many}"})
    assert any(d.page_content.startswith("## Perks") for d in found.invoke("What are the perks?")[:3])
    assert headings(found, "What are the perks?") == []


# --- as LangChain has it


def test_it_is_a_langchain_retriever(retriever: HybridRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    one, two = QUESTIONS[:2]
    found = retriever.invoke(one)
    assert asyncio.run(retriever.ainvoke(one)) == found
    assert retriever.batch([one, two]) == [found, retriever.invoke(two)]
    assert list(retriever.stream(one)) == [found]
    assert (retriever | len).invoke(one) == len(found)


def test_the_same_question_retrieves_the_same_passages(retriever: HybridRetriever) -> None:
    for question in QUESTIONS:
        assert retriever.invoke(question) == retriever.invoke(question)


def test_an_index_without_a_single_word_can_be_searched(retriever_over: Callable[..., HybridRetriever]) -> None:
    assert [d.page_content for d in retriever_over(**{"a.md": "…"}).invoke("What is KPO?")] == ["…"]
