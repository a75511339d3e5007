"""The variants of the ablation still take away what they name; a few questions show it."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console

from assistant import retriever
from assistant.chain import Assistant
from assistant.evaluation import scoring
from assistant.evaluation.questions import QuestionItem
from assistant.evidence import Evidence
from assistant.readers import extractive
from assistant.reading_model.known_questions import KnownQuestions
from assistant.retriever import HybridRetriever, Ranking, RetrievalTrace
from ingest.embeddings import MiniLM
from tests.benchmarks.ablation import FULL, METRICS, VARIANTS, Variant, measure, table

QUESTION = "What drives BPO compared with KPO?"


def test_every_variant_answers_and_has_its_row(tmp_path: Path, minilm: MiniLM) -> None:
    (tmp_path / "kites.md").write_text("# Kites\n\nA stunt kite has four lines. Kites need wind.\n")
    asked = {"question": "How many lines has a stunt kite?", "answerable": True, "facts": [["four"]]}
    items = [
        QuestionItem.model_validate({"id": "1", "evidence": ["A stunt kite has four lines."], **asked}),
        QuestionItem.model_validate({"id": "2", "question": "How old is Kim?", "answerable": False}),
    ]
    measured = measure(tmp_path / "kites.md", items, tmp_path, model=minilm)
    assert list(measured) == [variant.name for variant in VARIANTS]
    assert all(len(scores) == len(items) for scores in measured.values())

    shown = StringIO()
    Console(width=180, file=shown).print(table({"article": measured}))
    assert all(name in shown.getvalue() for name in measured)


def best_first(ranking: Ranking) -> list[int]:
    return [position for position, _ in ranking.scored]


def explained(assistant: Assistant, variant: Variant) -> RetrievalTrace:
    with variant.patched():
        return assistant.explain(QUESTION).retrieval


def test_each_step_brings_passages_in_its_own_order(assistant: Assistant) -> None:
    full = explained(assistant, FULL)
    dense, lexical = full.rankings
    steps: Sequence[Ranking] = (dense, lexical, full.fused, full.reranked, full.read)
    for variant, ranking in zip(VARIANTS[: VARIANTS.index(FULL) + 1], steps, strict=True):
        found = explained(assistant, variant)
        order = best_first(found.read)
        assert order and order == best_first(ranking)[: len(order)], variant.name
        assert set(order) == set(found.readings), variant.name  # in whatever order, the model has read them
    assert len({tuple(best_first(ranking)) for ranking in steps}) == len(steps)


def test_a_patch_is_gone_when_its_variant_is_done() -> None:
    def patched() -> list[object]:
        own = extractive.select, extractive.refuses
        return [retriever.fuse, HybridRetriever.explain, Evidence.rerank, KnownQuestions.near, *own]

    before, changed = patched(), [False] * 6
    for variant in VARIANTS:
        with variant.patched():
            changed = [was or one is not other for was, one, other in zip(changed, before, patched(), strict=True)]
    assert patched() == before
    assert all(changed)


def test_every_column_is_a_score_that_there_is() -> None:
    assert set(METRICS) <= set(scoring.METRICS)
