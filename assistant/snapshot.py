"""The current snapshot of the index, opened: what retrieves and reads its passages, and what is computed once."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

from langchain_core.embeddings import Embeddings
from langchain_core.runnables import RunnableConfig

from assistant.answers import RetrievedPassage
from assistant.overview import overview_for
from assistant.reader_input import reader_input
from assistant.readers import ReaderInput
from assistant.reading_model.encoding import PASSAGES_KEPT
from assistant.reading_model.model import ReadingModel
from assistant.refusal import answerable, refuses
from assistant.retriever import HybridRetriever
from assistant.scorer import Scorer
from assistant.suggestions import first_questions
from assistant.units import Place
from assistant.within import documents_named
from ingest.embeddings import MiniLM
from ingest.errors import IndexProblem, QuestionError
from ingest.index import CurrentIndex, Index
from ingest.settings import IngestSettings
from ingest.sources import shown_name
from ingest.text import Span, count_tokens

Found = TypeVar("Found")

_LOOKUPS_KEPT = 5_000  # questions of which is known whether a section answers them
_SCOPES_KEPT = 16  # choices of documents that questions were asked of
_LOOKED_AT = 5  # passages, of which those of the section are read for that


@dataclass(frozen=True)
class Snapshot:
    """One snapshot of the index, opened."""

    retriever: HybridRetriever

    @property
    def index(self) -> Index:
        """Its passages, documents and vectors."""
        return self.retriever.index

    @property
    def scorer(self) -> Scorer:
        """How well its passages answer, and what they prove."""
        return self.retriever.scorer

    def retrieve(self, question: str, config: RunnableConfig | None = None) -> ReaderInput:
        """A standalone question with what is retrieved for it: passages, or an overview where it asks for one."""
        found = self.retriever.invoke(question, config)
        retrieved = [RetrievedPassage(text=one.page_content, **one.metadata) for one in found]
        reading = reader_input(question, retrieved, self.retriever)
        answers = not refuses(reading.answerable, self.scorer.calibration)
        overview = overview_for(question, reading.passages, answers, self.retriever)
        if overview is None:
            return reading
        return ReaderInput(
            question, tuple(map(RetrievedPassage.of, overview.passages)), self.index.sources, overview=overview
        )

    @cached_property
    def within(self) -> Callable[[tuple[str, ...]], "Snapshot"]:
        """The same for questions that are asked of some documents only, named by title or file; of all for none.

        Raises `QuestionError` for a name that no document has.
        """
        return lru_cache(maxsize=_SCOPES_KEPT)(self._within)

    def _within(self, names: tuple[str, ...]) -> "Snapshot":
        if not names:
            return self
        index = self.index.within(documents_named(names, self.index.manifest.sources))
        if not index.passages:
            files = ", ".join(shown_name(name, index.sources) for name in index.sources)
            raise QuestionError(f"There is no text in {files}. Ask of another document.")
        # not a copy, which would share what is ranked already
        retriever = HybridRetriever(index=index, embeddings=self.retriever.embeddings, scorer=self.scorer)
        return Snapshot(retriever)

    @cached_property
    def first_questions(self) -> tuple[str, ...]:
        """A few questions to begin with, each of which is answered; every page that is opened wants them."""
        return first_questions(self)

    @cached_property
    def answered_from(self) -> Callable[[str, Place], bool]:
        """Whether a section of a document answers a question: what is nearest to it stands there, and would do.

        Less is read than for an answer; and once, as the same few questions are suggested again and again.
        """
        return lru_cache(maxsize=_LOOKUPS_KEPT)(self._is_answered_from)

    def _is_answered_from(self, question: str, place: Place) -> bool:
        source, span = place
        every = self.retriever.nearest(question, _LOOKED_AT)
        # what stands before the first heading introduces all that is told below it
        passages = [p for p in every if p.section != self.index.sources[p.source].title]
        there = [p for p in passages if p.source == source and span.overlaps(Span(p.start, p.end))]
        if passages[:1] != there[:1]:
            return False
        calibration = self.scorer.calibration
        return not refuses(answerable(self.scorer.read(question, there), calibration), calibration)


class CurrentSnapshot:
    """Opens the snapshot that is current; all readers of a process share one. Threads may share it."""

    def __init__(self, settings: IngestSettings, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._minilm, self._reading_model = MiniLM(), ReadingModel()  # whatever embeds the passages
        self._current = CurrentIndex(settings)
        self._lock = threading.Lock()
        self._opened: Snapshot | None = None
        self._loading: threading.Thread | None = None

    def current(self, within: tuple[str, ...] = ()) -> Snapshot:
        """The current snapshot, opened once; for a question that is asked of some documents, with these alone."""
        return self._whole().within(within)

    def _whole(self) -> Snapshot:
        with self._lock:
            if self._loading is None:  # the models are loaded while Chroma is imported and opened
                self._loading = threading.Thread(target=self._load_models)
                self._loading.start()
            index = self._current.get()
            if self._opened is None or self._opened.index is not index:
                scorer = Scorer(
                    index.lexicon, self._minilm, self._reading_model, index.token_vectors, index.questions
                )
                retriever = HybridRetriever(index=index, embeddings=self._embeddings, scorer=scorer)
                self._opened = Snapshot(retriever)
            return self._opened

    def read(self, look: Callable[[Snapshot], Found], within: tuple[str, ...] = ()) -> Found:
        """What is found in the current snapshot, or in the next where builds replace and clear that meanwhile."""
        while True:
            whole = self._whole()
            try:
                return look(whole.within(within))
            except IndexProblem:
                if self._whole() is whole:
                    raise

    def warm_up(self) -> None:
        """Does ahead of the first question what that one would wait for."""
        opened = self.current()
        opened.scorer.prepare(opened.index.passages[:PASSAGES_KEPT])
        count_tokens("")  # loads the vocabulary

    def _load_models(self) -> None:
        with contextlib.suppress(Exception):  # who asks it something is told what is wrong
            self._minilm.load()
            self._reading_model.load()
