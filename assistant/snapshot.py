"""The current snapshot of the index, with what is computed from it once."""

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import TypeVar

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import RunnableConfig

from assistant.answers import RetrievedPassage
from assistant.conversation import standalone, with_word
from assistant.evidence import Evidence
from assistant.introduction import first_questions
from assistant.overview import overview_for
from assistant.readers import ReaderInput
from assistant.reading_model.encoding import PASSAGES_KEPT
from assistant.reading_model.model import ReadingModel
from assistant.reading_model.scope import Scope
from assistant.refusal import answerable, refuses
from assistant.retriever import HybridRetriever
from assistant.suggestions import Place
from ingest.embeddings import MiniLM
from ingest.errors import IndexProblem, QuestionError
from ingest.index import CurrentIndex, Index
from ingest.settings import IngestSettings
from ingest.snapshots import SourceRecord
from ingest.sources import Source, shown_name
from ingest.text import count_tokens, few, words

Found = TypeVar("Found")

_LOOKUPS_KEPT = 5_000  # questions of which is known whether a section answers them
_SCOPES_KEPT = 16  # choices of documents that questions were asked of
_NAMED = 5  # documents, where one is asked for that is not there
_SAY_NOTHING: tuple[Scope, ...] = ("assistant", "document")
_LOOKED_AT = 5  # passages, of which those of the section are read for that


@dataclass(frozen=True)
class Snapshot:
    """One snapshot of the index, its retriever, and how well its passages answer and prove."""

    index: Index
    retriever: HybridRetriever
    evidence: Evidence

    def reading(self, question: str, config: RunnableConfig | None = None) -> ReaderInput:
        """A standalone question with what is retrieved for it: passages, or an overview where it asks for one."""
        found = self.retriever.invoke(question, config)
        readings = tuple(document.metadata["reading"] for document in found)
        sure = max((document.metadata["answerable"] for document in found), default=0.0)  # the same for all
        passages = tuple(map(_retrieved, found))
        reading = ReaderInput(
            question, passages, self.index.sources, readings, sure, terms=self.index.lexicon.terms
        )
        answers = not refuses(sure, self.evidence.calibration)
        overview = overview_for(question, passages, answers, self.index, self.retriever)
        if overview is None:
            return reading
        return ReaderInput(
            question, tuple(map(RetrievedPassage.of, overview.passages)), self.index.sources, overview=overview
        )

    def standalone(self, question: str, history: Sequence[str]) -> str:
        """A question, behind those before it where it needs them; what it leaves out stands in no "hi"."""
        question = " ".join(question.split())
        if not with_word(question, history) and not self.evidence.follows_up(question):
            return question
        return standalone(question, [one for one in history if self.evidence.scope(one) not in _SAY_NOTHING])

    @cached_property
    def within(self) -> Callable[[tuple[str, ...]], "Snapshot"]:
        """The same for questions that are asked of some documents only, which are named by title or file.

        Raises `QuestionError` for a name that no document has.
        """
        return lru_cache(maxsize=_SCOPES_KEPT)(self._within)

    def _within(self, names: tuple[str, ...]) -> "Snapshot":
        index = self.index.within(documents_named(names, self.index.manifest.sources))
        if not index.passages:
            files = ", ".join(shown_name(name, index.sources) for name in index.sources)
            raise QuestionError(f"There is no text in {files}. Ask of another document.")
        # not a copy, which would share what is ranked already
        retriever = HybridRetriever(index=index, embeddings=self.retriever.embeddings, evidence=self.evidence)
        return Snapshot(index, retriever, self.evidence)

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
        best = self.retriever.rank(question)[-1].scored[:_LOOKED_AT]
        every = self.index.passages.at([position for position, _ in best])
        # what stands before the first heading introduces all that is told below it
        passages = [p for p in every if p.section != self.index.sources[p.source].title]
        there = [p for p in passages if p.source == source and p.start < span.end and span.start < p.end]
        if passages[:1] != there[:1]:
            return False
        calibration = self.evidence.calibration
        return not refuses(answerable(self.evidence.read(question, there), calibration), calibration)


def documents_named(names: Sequence[str], sources: Sequence[SourceRecord | Source]) -> list[str]:
    """The documents that a person means by these names: titles, names of files, or whole words of either.

    Case and punctuation do not count. Raises `QuestionError` where there is none by a name.
    """
    called: dict[str, list[str]] = {}
    for one in sources:
        path = PurePosixPath(one.name)
        called[one.name] = [_bare(own) for own in (one.title, one.name, path.name, path.stem)]
    found: list[str] = []
    for name in names:
        meant = _meant(name, called)
        if not meant:
            told = (f"“{one.title}” ({shown_name(one.name, called)})" for one in sources)
            shown = few(told, _NAMED, len(sources))
            raise QuestionError(f"There is no document “{name}”. Name one of these: {shown}.")
        found += meant
    return list(dict.fromkeys(found))


def _meant(name: str, called: Mapping[str, Sequence[str]]) -> list[str]:
    """The documents of this name, else those with these words for a name, else with these words in one."""
    if name in called:
        return [name]
    asked = _bare(name)
    if not asked:
        return []
    same = [source for source, own in called.items() if asked in own]
    return same or [source for source, own in called.items() if any(f" {asked} " in f" {one} " for one in own)]


def _bare(text: str) -> str:
    return " ".join(words(text))


def _retrieved(document: Document) -> RetrievedPassage:
    place = {name: value for name, value in document.metadata.items() if name not in ("reading", "answerable")}
    return RetrievedPassage(text=document.page_content, **place)


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
        opened = self._whole()
        return opened.within(within) if within else opened

    def _whole(self) -> Snapshot:
        with self._lock:
            if self._loading is None:  # the models are loaded while Chroma is imported and opened
                self._loading = threading.Thread(target=self._load_models)
                self._loading.start()
            index = self._current.get()
            if self._opened is None or self._opened.index is not index:
                evidence = Evidence(
                    index.lexicon, self._minilm, self._reading_model, index.token_vectors, index.questions
                )
                retriever = HybridRetriever(index=index, embeddings=self._embeddings, evidence=evidence)
                self._opened = Snapshot(index, retriever, evidence)
            return self._opened

    def read(self, look: Callable[[Snapshot], Found], within: tuple[str, ...] = ()) -> Found:
        """What is found in the current snapshot, or in the next where builds replace and clear that meanwhile."""
        while True:
            whole = self._whole()
            try:
                return look(whole.within(within) if within else whole)
            except IndexProblem:
                if self._whole() is whole:
                    raise

    def warm_up(self) -> None:
        """Does ahead of the first question what that one would wait for."""
        opened = self.current()
        opened.evidence.prepare(opened.index.passages[:PASSAGES_KEPT])
        count_tokens("")  # loads the vocabulary

    def _load_models(self) -> None:
        with contextlib.suppress(Exception):  # who asks it something is told what is wrong
            self._minilm.load()
            self._reading_model.load()
