"""The current snapshot of the index, with what is computed from it once."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from langchain_core.embeddings import Embeddings

from assistant.answers import Citation
from assistant.evidence import Evidence
from assistant.reading_model.model import ReadingModel
from assistant.reading_model.prover import Prover
from assistant.retriever import HybridRetriever
from ingest.embeddings import MiniLM
from ingest.errors import IndexProblem
from ingest.index import CurrentIndex, Index
from ingest.settings import IngestSettings
from ingest.text import count_tokens

Found = TypeVar("Found")

_KEPT = 5_000  # questions of which is known what their answers cite


@dataclass(frozen=True)
class Opened:
    """One snapshot of the index, its retriever, how well its units answer, and whether they prove a claim."""

    index: Index
    retriever: HybridRetriever
    evidence: Evidence
    prover: Prover
    _cited: dict[str, tuple[Citation, ...]] = field(default_factory=dict, repr=False)

    def cited(self, question: str, answer: Callable[[], tuple[Citation, ...]]) -> tuple[Citation, ...]:
        """What the `answer` to a question cites, found out once: the same few are suggested again and again."""
        found = self._cited.get(question)
        if found is None:
            found = answer()
            if len(self._cited) >= _KEPT:
                self._cited.clear()
            self._cited[question] = found
        return found


class Snapshots:
    """Opens the snapshot that is current; all readers of a process share one. Threads may share it."""

    def __init__(self, settings: IngestSettings, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        # whatever embeds the passages, the offline reader scores with the model that its thresholds are made for
        self._reading_model = embeddings if isinstance(embeddings, MiniLM) else MiniLM()
        self._verifier = ReadingModel()
        self._current = CurrentIndex(settings)
        self._lock = threading.Lock()
        self._opened: Opened | None = None
        self._loading: threading.Thread | None = None

    def current(self) -> Opened:
        """The current snapshot, opened once."""
        with self._lock:
            if self._loading is None:  # the model is loaded while Chroma is imported and opened
                self._loading = threading.Thread(target=self._load_model)
                self._loading.start()
            index = self._current.get()
            if self._opened is None or self._opened.index is not index:
                evidence = Evidence(index.lexicon, self._reading_model, index.questions, index.readings)
                retriever = HybridRetriever(index=index, embeddings=self._embeddings, evidence=evidence)
                prover = Prover(index.lexicon, self._reading_model, self._verifier)
                self._opened = Opened(index, retriever, evidence, prover)
            return self._opened

    def read(self, look: Callable[[Opened], Found]) -> Found:
        """What is found in the current snapshot, or in the next where builds replace and clear that meanwhile."""
        while True:
            opened = self.current()
            try:
                return look(opened)
            except IndexProblem:
                if self.current() is opened:
                    raise

    def warm_up(self) -> None:
        """Does ahead of the first question what that one would wait for."""
        opened = self.current()
        opened.evidence.read(opened.index.passages)
        count_tokens("")  # loads the vocabulary

    def _load_model(self) -> None:
        with contextlib.suppress(Exception):  # who asks it something is told what is wrong
            self._reading_model.load()
