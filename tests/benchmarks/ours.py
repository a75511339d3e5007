"""Ours, as the assistant does it; the variant `wide` finds passages beyond the budget, for cutting them later."""

import time
from pathlib import Path

import chromadb  # noqa: F401 - so that no contestant's time holds this import

from assistant.retriever import HybridRetriever
from assistant.snapshot import CurrentSnapshot
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.passages import Passage
from ingest.settings import IngestSettings
from tests.benchmarks.bare import Bare
from tests.benchmarks.contestant import Ask, Found, Ingested, run


class Recording(MiniLM):
    """Remembers what it embedded as documents."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return super().embed_documents(texts)


class Ours:
    """`build` and the retriever of the current snapshot."""

    def __init__(self, variant: str) -> None:
        self._wide = variant == "wide"

    def ingest(self, folder: Path, index: Path) -> Ingested:
        model = Recording()
        began = time.perf_counter()
        report = build(IngestSettings(index=index), [folder], embeddings=model)
        seconds = time.perf_counter() - began
        return Ingested(seconds, report.passages, Bare().count(model.embedded) if model.embedded else 0)

    def open(self, index: Path) -> Ask:
        return find_in(IngestSettings(index=index), self._wide)


def find_in(settings: IngestSettings, wide: bool = False) -> Ask:
    """The index of these settings, ready to be asked; `wide`: for all passages that are ranked, the best first."""
    snapshots = CurrentSnapshot(settings, MiniLM())
    snapshots.warm_up()  # as a window does when it starts
    retriever = snapshots.current().retriever

    def ask(question: str) -> list[Found]:
        if wide:
            return [Found(one.start, one.end, one.text) for one in _ranked(retriever, question)]
        return [
            Found(document.metadata["start"], document.metadata["end"], document.page_content)
            for document in retriever.invoke(question)
        ]

    return ask


def _ranked(retriever: HybridRetriever, question: str) -> list[Passage]:
    """The passages that the model has read, in its order, then the others that were compared token by token."""
    found = retriever.explain(question)
    ranked = [position for position, _ in (*found.read.scored, *found.reranked.scored)]
    return retriever.index.passages.at(list(dict.fromkeys(ranked)))


if __name__ == "__main__":
    run(Ours)
