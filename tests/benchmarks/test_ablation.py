"""The variants of the ablation still take away what they name; a few questions show it."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from assistant.evaluation import glossary
from assistant.evaluation.questions import load_questions
from assistant.readers import sentences
from assistant.retriever import HybridRetriever
from ingest.embeddings import MiniLM
from ingest.settings import ROOT
from tests.benchmarks.ablation import METRICS, VARIANTS, measure, table

CORPUS = ROOT / "corpus"


def test_every_variant_answers_and_has_its_row(tmp_path: Path, minilm: MiniLM) -> None:
    lines = (CORPUS / "bpo-vs-kpo.questions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    few = tmp_path / "few.questions.jsonl"  # enough to be indexed, few enough to be quick
    few.write_text("".join(lines[::50]), encoding="utf-8")
    items = load_questions(CORPUS / "questions" / "smoke.jsonl")[::4]

    measured = measure(CORPUS / "bpo-vs-kpo.md", few, items, tmp_path / "copy", model=minilm)
    assert list(measured) == [variant.name for variant in VARIANTS]
    assert all(len(scores) == len(items) for scores in measured.values())

    shown = StringIO()
    Console(width=180, file=shown).print(table({"article": measured}))
    assert all(name in shown.getvalue() for name in measured)


def test_a_patch_is_gone_when_its_variant_is_done() -> None:
    for variant in VARIANTS:
        with variant.patched():
            pass
    assert sentences._MOST > 1
    assert HybridRetriever._read.__module__ == "assistant.retriever"


@pytest.mark.parametrize("metric", METRICS)
def test_every_column_is_a_score_that_there_is(metric: str) -> None:
    assert metric in glossary.METRICS
