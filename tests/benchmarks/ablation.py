"""What each idea brings: the offline assistant with one of them taken away at a time, on the tuning questions.

Run with `make ablation`. First comes how passages are found, step by step, always with the same reader; then what
the reader does with them. An idea is taken away by a patch, so that the assistant has no switches which only this
script would use.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from assistant.answers import Ask
from assistant.chain import Assistant, open_assistant
from assistant.evaluation.matching import Corpus
from assistant.evaluation.questions import QuestionItem, load_questions
from assistant.evaluation.scoring import Scores, score
from assistant.evaluation.statistics import difference, mean
from assistant.evidence import Evidence
from assistant.reading_model.encoding import EncodedText
from assistant.reading_model.known_questions import Known, KnownQuestions, Place
from assistant.retriever import HybridRetriever, Ranking, RetrievalTrace, fuse
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.settings import ROOT, IngestSettings

METRICS = (
    "fact_recall", "evidence_recall", "mrr", "gold_citation_precision", "gold_citation_recall", "refusal_near",
    "over_refusal", "truthfulness",
)  # fmt: skip


class Variant(NamedTuple):
    """The system without some of its ideas."""

    name: str
    patched: Callable[[], AbstractContextManager[Any]] = nullcontext


@contextmanager
def found_by(*rankings: str, late_interaction: bool = False) -> Iterator[None]:
    """Passages in the order of these rankings, fused where they are two, or of late interaction on top of that.

    The reading model says of them what it always says; only their order is not its.
    """
    explain = HybridRetriever.explain

    def some(all_of_them: Sequence[Ranking]) -> Ranking:
        return fuse([ranking for ranking in all_of_them if ranking.name.startswith(rankings)])

    def as_fused(_: Evidence, question: str, passages: Sequence[object]) -> list[float]:
        return [-float(rank) for rank, _ in enumerate(passages)]

    def unread(self: HybridRetriever, query: str) -> RetrievalTrace:
        found = explain(self, query)
        order = [pair for pair in found.reranked.scored if pair[0] in found.readings]
        return replace(found, read=Ranking("read", order))

    with ExitStack() as patches:
        patches.enter_context(patch("assistant.retriever.fuse", some))
        patches.enter_context(patch.object(HybridRetriever, "explain", unread))
        if not late_interaction:
            patches.enter_context(patch.object(Evidence, "rerank", as_fused))
        yield


def _nothing_known(_: KnownQuestions, __: EncodedText, places: Sequence[Sequence[Place]]) -> Known:
    return Known.nothing([len(of) for of in places])


FULL = Variant("full system")
VARIANTS = (
    Variant("found by meaning", lambda: found_by("dense")),
    Variant("found by words", lambda: found_by("lexical")),
    Variant("both, fused", lambda: found_by("dense", "lexical")),
    Variant("with late interaction", lambda: found_by("dense", "lexical", late_interaction=True)),
    FULL,  # with the reading model's order
    Variant("no questions beside", lambda: patch.object(KnownQuestions, "near", _nothing_known)),
    Variant(
        "one unit at most",
        lambda: patch("assistant.readers.extractive.select", lambda ranked, _further: ranked[:1]),
    ),
    Variant(
        "never refuses", lambda: patch("assistant.readers.extractive.refuses", lambda _probability, _least: False)
    ),
)


def measure(
    document: Path,
    items: Sequence[QuestionItem],
    folder: Path,
    variants: Sequence[Variant] = VARIANTS,
    model: MiniLM | None = None,
) -> dict[str, list[Scores]]:
    """The scores of each item by each variant's name, with an index of the document in `folder`."""
    model = model or MiniLM()
    settings = IngestSettings(index=folder / "index")
    build(settings, [document], embeddings=model)
    measured = {}
    for variant in variants:
        # one for each: an assistant keeps what it has read for a question
        assistant = open_assistant(AssistantSettings(model="extractive", ingest=settings), embeddings=model)
        with variant.patched():
            measured[variant.name] = _ask_all(items, assistant)
    return measured


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
    """Measures every variant on the article and on a document on another subject."""
    corpus, data = ROOT / "corpus", ROOT / "tests" / "data"
    tuning = [item for item in load_questions(corpus / "questions" / "core.jsonl") if item.split != "held"]
    others = load_questions(data / "cold-chain.jsonl")
    model = MiniLM()
    with TemporaryDirectory() as folder:
        measured = {
            f"{name}, {len(items)} questions": measure(document, items, Path(folder, name), model=model)
            for name, document, items in (
                ("article", corpus / "bpo-vs-kpo.md", tuning),
                ("foreign document", data / "cold-chain.md", others),
            )
        }
    Console(width=180).print(table(measured))


if __name__ == "__main__":
    main()
