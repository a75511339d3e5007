"""Ours, as the assistant does it; the variant `wide` finds passages beyond the budget, for cutting them later."""

import time
from pathlib import Path

import chromadb  # noqa: F401 - so that no contestant's time holds this import
import numpy as np

from assistant.snapshot import CurrentSnapshot
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.index import CurrentIndex
from ingest.settings import IngestSettings
from tests.benchmarks.bare import Bare
from tests.benchmarks.contestant import Ask, Found, Ingested, run

_REAL = 1_000  # vectors that the variant `made-up` does not make up
_WIDE = 30  # passages, which the variant `wide` brings
_NOISE = 0.3  # its length; the passages' vectors have length 1


class MadeUp(MiniLM):
    """Real vectors of the first 1,000 texts, then these again, each with noise of its own."""

    def __init__(self) -> None:
        self.real = np.zeros((0, 384), dtype=np.float32)
        self.chance = np.random.default_rng(20)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if len(self.real) < _REAL:
            made = np.array(super().embed_documents(texts), dtype=np.float32)
            self.real = np.concatenate([self.real, made])
        else:
            chosen = self.real[self.chance.integers(len(self.real), size=len(texts))]
            noise = self.chance.normal(scale=_NOISE / np.sqrt(chosen.shape[1]), size=chosen.shape)
            made = (chosen + noise).astype(np.float32)
            made /= np.linalg.norm(made, axis=1, keepdims=True)
        vectors: list[list[float]] = made.tolist()
        return vectors


class Ours:
    """`build` and the retriever of the current snapshot."""

    def __init__(self, variant: str) -> None:
        self._variant = variant

    def ingest(self, folder: Path, index: Path) -> Ingested:
        made_up, settings = self._variant == "made-up", IngestSettings(index=index)
        began = time.perf_counter()
        report = build(settings, [folder], embeddings=MadeUp() if made_up else MiniLM())
        seconds = time.perf_counter() - began
        if made_up or not report.embedded:  # what is made up is not counted
            return Ingested(seconds, report.passages, 0)
        read = [passage.embedded_text for passage in CurrentIndex(settings).get().passages]
        return Ingested(seconds, report.passages, Bare().count(read))

    def open(self, index: Path) -> Ask:
        snapshots = CurrentSnapshot(IngestSettings(index=index), MiniLM())
        snapshots.warm_up()  # as a window does when it starts
        retriever = snapshots.current().retriever

        def ask(question: str) -> list[Found]:
            if self._variant == "wide":
                return [Found(one.start, one.end, one.text) for one in retriever.nearest(question, _WIDE)]
            return [
                Found(document.metadata["start"], document.metadata["end"], document.page_content)
                for document in retriever.invoke(question)
            ]

        return ask


if __name__ == "__main__":
    run(Ours)
