"""What each idea brings: the offline assistant with one of them taken away at a time, on the tuning questions.

Run with `make ablation`. An idea is taken away by a patch or by the index, so that the assistant has no switches
which only this script would use.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from assistant.answers import Ask
from assistant.chain import Assistant, open_assistant
from assistant.evaluation.questions import Corpus, QuestionItem, load_questions
from assistant.evaluation.scoring import Scores, score
from assistant.evaluation.statistics import difference, mean
from assistant.retriever import HybridRetriever
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon
from ingest.settings import ROOT, IngestSettings

METRICS = (
    "fact_recall", "evidence_recall", "mrr", "gold_citation_precision", "gold_citation_recall", "refusal_near",
    "over_refusal", "truthfulness",
)  # fmt: skip


class Variant(NamedTuple):
    """The system without one idea: which questions are indexed beside the text, and what is patched."""

    name: str
    indexed: Literal["all", "answered", "none"] = "all"
    patched: Callable[[], AbstractContextManager[Any]] = nullcontext


FULL = Variant("full system")
WITHOUT_QUESTIONS = Variant("no indexed questions", indexed="none")
VARIANTS = (
    FULL,
    Variant(
        "passages not read token by token",
        patched=lambda: patch.object(HybridRetriever, "_read", lambda _self, _query, fused: fused),
    ),
    Variant(
        "kind of answer not looked for",
        patched=lambda: patch("assistant.readers.extractive._holds", lambda _question, _candidate: True),
    ),
    Variant(
        "names no text has not looked for",
        patched=lambda: patch.object(Lexicon, "unknown_names", lambda _self, _question: []),
    ),
    Variant("one sentence at most", patched=lambda: patch("assistant.readers.sentences._MOST", 1)),
    # Last, as a smaller file takes over the vectors of the one before.
    Variant("only answered indexed questions", indexed="answered"),
    WITHOUT_QUESTIONS,
)


def measure(
    document: Path,
    questions: Path,
    items: Sequence[QuestionItem],
    folder: Path,
    variants: Sequence[Variant] = VARIANTS,
    model: MiniLM | None = None,
) -> dict[str, list[Scores]]:
    """The scores of each item by each variant's name, over a copy of the document in `folder`."""
    model = model or MiniLM()
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / document.name
    copy.write_bytes(document.read_bytes())
    settings = IngestSettings(index=folder / "index")
    assistant = open_assistant(AssistantSettings(model="extractive", ingest=settings), embeddings=model)
    lines = questions.read_text(encoding="utf-8").splitlines()
    measured = {}
    for variant in variants:
        beside = "\n".join(line for line in lines if _is_indexed(line, variant))
        copy.with_suffix(".questions.jsonl").write_text(beside, encoding="utf-8")
        build(settings, [copy], embeddings=model)  # writes nothing where nothing has changed
        with variant.patched():
            measured[variant.name] = _ask_all(items, assistant)
    return measured


def _is_indexed(line: str, variant: Variant) -> bool:
    return variant.indexed == "all" or (variant.indexed == "answered" and bool(json.loads(line)["evidence"]))


def _ask_all(items: Sequence[QuestionItem], assistant: Assistant) -> list[Scores]:
    corpus = Corpus(assistant.index().sources)
    return [
        score(item, assistant.chain.invoke(Ask(question=item.question, history=item.history)), corpus)
        for item in items
    ]


def table(measured: dict[str, dict[str, list[Scores]]]) -> Table:
    """A row for each variant of each document; differences are to the full system on the same document."""
    made = Table("", *(name.replace("_", "\n") for name in METRICS), "truthfulness\nto full", "95 %\ninterval")
    for document, variants in measured.items():
        made.add_section()
        made.add_row(f"[bold]{document}[/bold]")
        for name, scores in variants.items():
            means = [mean([one.get(metric) for one in scores]).value for metric in METRICS]
            cells = ["" if value is None else f"{value:.3f}" for value in means]
            made.add_row(name, *cells, *_to_full(scores, variants[FULL.name]))
    for column in made.columns:
        column.no_wrap = True
    return made


def _to_full(scores: list[Scores], full: list[Scores]) -> tuple[str, str]:
    here, there = ([one["truthfulness"] for one in each] for each in (scores, full))
    found = None if scores is full else difference(here, there)
    return (f"{found.value:+.3f}", f"{found.low:+.2f} to {found.high:+.2f}") if found else ("", "")


def main() -> None:
    """Measures every variant on the article, and the indexed questions on a document on another subject."""
    corpus, data = ROOT / "corpus", ROOT / "tests" / "data"
    article, foreign = corpus / "bpo-vs-kpo.md", data / "cold-chain.md"
    tuning = [item for item in load_questions(corpus / "questions" / "core.jsonl") if item.split != "held"]
    others = load_questions(data / "cold-chain.jsonl")
    beside = data / "questions" / "cold-chain.questions.jsonl"
    model = MiniLM()
    with TemporaryDirectory() as folder:
        measured = {
            f"article, {len(tuning)} questions": measure(
                article, article.with_suffix(".questions.jsonl"), tuning, Path(folder, "article"), model=model
            ),
            f"foreign document, {len(others)} questions": measure(
                foreign, beside, others, Path(folder, "foreign"), (FULL, WITHOUT_QUESTIONS), model
            ),
        }
    Console(width=180).print(table(measured))


if __name__ == "__main__":
    main()
